// A shop: categories, products, customers, orders with their lines. Who may do what stands beside each.
import {
  access, allow, backend, caller, choice, deny, email, entity, Entity, hide, index, integer, many, model, money, now, ref, text, timestamp, unique,
} from 'backwright'

/** A shelf of the shop. */
export class Category extends Entity {
  name = text({ min: 1, max: 60 }).unique()
  description = text({ max: 200 }).optional()
  products = many(() => Product, 'category')

  static access = access(Category, () => [
    allow('read').always(),
    allow('create', 'update', 'delete').to('staff'),
  ])
}

/** Something we sell. Visitors see what is in stock. */
export class Product extends Entity {
  sku = text({ max: 40 }).unique()
  name = text({ min: 1, max: 200 }).searchable()
  unit = text({ max: 40 }).optional().about('How it is packed: 24 - 12 oz bottles')
  price = money('EUR', { min: 0 })
  stock = integer({ min: 0 }).default(0)
  category = ref(() => Category)
  soldAs = many(() => OrderItem, 'product')

  static indexes = [index(Product, 'category', 'price')]
  static access = access(Product, ({ row, caller }) => [
    allow('read').when(row.stock.gt(0).or(caller.is('staff'))),
    allow('create', 'update', 'delete').to('staff'),
  ])
}

/** Who buys. A caller is bound to her own row by e-mail. */
export class Customer extends entity({ caller: true }) {
  company = text({ max: 100 })
  name = text({ min: 1, max: 100 })
  email = email().unique().by('staff')
  city = text({ max: 60 }).optional()
  country = text({ max: 60 }).optional()
  orders = many(() => Order, 'customer')

  static access = access(Customer, ({ row, caller }) => [
    allow('read', 'update').when(row.is(caller)),
    allow('read', 'create', 'update', 'delete').to('staff'),
  ])
}

/** What a customer wants from us. Its lines are part of it: whoever sees the order sees them, and nobody touches those of a shipped one. */
export class Order extends Entity {
  customer = ref(() => Customer).default(caller.customer).fixed()
  status = choice('open', 'paid', 'shipped', 'cancelled').default('open').by('staff')
  placedAt = timestamp().default(now).by('staff')
  shippedAt = timestamp().optional().by('staff')
  note = text({ max: 500 }).optional().about('From the customer to us')
  remark = text({ max: 500 }).optional().about('Among ourselves')
  items = many(() => OrderItem, 'order').owned()

  static indexes = [index(Order, 'customer', '-placedAt')]
  static access = access(Order, ({ row, caller }) => [
    allow('read', 'create').when(row.customer.is(caller)),
    allow('update').when(row.customer.is(caller).and(row.status.eq('open'))),
    allow('read', 'create', 'update', 'delete').to('staff'),
    deny('update', 'delete').when(row.status.eq('shipped')),
    hide('remark').unless(caller.is('staff')),
  ])
}

/** A line of an order. The price is the product's when the line is made, so the product stays; only staff may set another price. */
export class OrderItem extends Entity {
  order = ref(() => Order)
  product = ref(() => Product).fixed()
  quantity = integer({ min: 1, max: 1000 }).default(1)
  price = money('EUR', { min: 0 }).default(item => item.product.price).by('staff')

  static uniques = [unique(OrderItem, 'order', 'product')]
}

export const shop = model({ category: Category, product: Product, customer: Customer, order: Order, orderItem: OrderItem })

export default backend({
  name: 'shop',
  model: shop,
  callers: { customer: { entity: Customer, match: 'email', claim: 'email' } },
  data: './data',
  as: {
    anna: { email: 'annette.roulet@la-maison-d-asie.example' },
    ben: { email: 'bernardo.batista@que-delicia.example' },
    staff: { roles: ['staff'] },
  },
})
