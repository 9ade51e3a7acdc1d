// A shop: categories, products, customers, orders with their lines. Who may do what stands beside each.
import {
  access, allow, backend, caller, choice, deny, email, entity, Entity, hide, id, index, integer, list, many, model, money, now, ref, signedIn, some, sum, text, timestamp, transitions,
  unique,
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
  bought = some(Product, 'soldAs', line => line.order.customer.is(caller)).about('Whether you have ordered it before')

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
  total = sum(Order, 'items', item => item.price.times(item.quantity))

  // The second counts and sums a customer's orders by status without visiting one of them.
  static indexes = [index(Order, 'customer', '-placedAt'), index(Order, 'customer', 'status', 'total')]
  static transitions = transitions(Order, 'status', ({ row, caller }) => ({
    pay: { from: 'open', to: 'paid', by: 'staff' },
    ship: { from: 'paid', to: 'shipped', by: 'staff' },
    cancel: { from: ['open', 'paid'], to: 'cancelled', when: row.customer.is(caller).or(caller.is('staff')) },
  }))
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

/** What buying is: an order of one's own, and the stock it takes. */
export const checkout = shop.action({
  about: 'Places an order and takes the stock.',
  allow: signedIn,
  input: {
    items: list({ productId: id(Product), quantity: integer({ min: 1, max: 1000 }) }, { min: 1, max: 50 }),
    note: text({ max: 500 }).optional(),
  },
  output: { orderId: id(Order), total: money('EUR') },
  failures: { outOfStock: { about: 'Less of a product is left than was asked for', product: text(), left: integer() } },
  async run({ input, db, fail }) {
    const stock = db.asSystem('takes the stock')
    // Everybody takes in the same order, so that nobody waits for somebody who waits for them.
    const left = input.items.toSorted((a, b) => (a.productId < b.productId ? -1 : 1))
    try {
      const order = await db.order.create({ note: input.note, items: input.items })
      for (const { productId, quantity } of [...left]) {
        await stock.product.update(productId, { stock: { add: -quantity } }, { where: { stock: { gte: quantity } } })
        left.shift()
      }
      return { orderId: order.id, total: order.total }
    } catch (error) {
      // Whatever was refused: where too little is left, that is why. Somebody was faster, or there was none to begin with.
      for (const { productId, quantity } of left) {
        const product = await stock.product.get(productId, { fields: ['name', 'stock'] })
        if (product && product.stock < quantity) throw fail('outOfStock', { product: product.name, left: product.stock })
      }
      throw error
    }
  },
})

export default backend({
  name: 'shop',
  model: shop,
  actions: { checkout },
  callers: { customer: { entity: Customer, match: 'email', claim: 'email' } },
  data: './data',
  as: {
    anna: { email: 'annette.roulet@la-maison-d-asie.example' },
    ben: { email: 'bernardo.batista@que-delicia.example' },
    staff: { roles: ['staff'] },
  },
})
