// What the Next application serves: two entities, one below the other.
import { access, allow, backend, Entity, many, model, money, ref, text } from 'backwright'

class Product extends Entity {
  name = text({ max: 40 })
  price = money('EUR')
  reviews = many(() => Review, 'product').owned()
  static access = access(Product, () => [allow('read', 'create', 'update', 'delete').always()])
}
class Review extends Entity {
  product = ref(() => Product)
  words = text({ max: 2000 })
}

export default backend({ name: 'next-shop', model: model({ product: Product, review: Review }) })
