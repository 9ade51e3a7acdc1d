// What the type-checker knows of the design's shop. Nothing runs: `npm run typecheck` is the test. Lines after @ts-expect-error must not compile.
import { access, allow, backend, Decimal, Entity, hide, integer, json, list, many, money, ref, secret, sequence, text, entity, type Changes, type Db, type Key, type New, type Row } from 'backwright'
import { shop } from '../../src/define/fixtures/shop/backend.ts'
import type { Customer, Profile } from '../../src/define/fixtures/shop/customer.ts'
import type { Order, OrderItem } from '../../src/define/fixtures/shop/order.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(..._: Same<A, B> extends true ? [] : ['these types differ']): void => undefined
type Plain<T> = { [P in keyof T]: T[P] }

export async function rows(db: Db<typeof shop.entities>): Promise<void> {
  is<Plain<Row<Order>>, { id: string; customerId: string; status: 'open' | 'paid' | 'shipped' | 'cancelled'; placedAt: string; note: string | null }>()
  is<Plain<Row<Customer>>, { id: string; name: string; email: string; friendId: string | null }>()
  is<Key<Profile>, string>()

  const { data, page } = await db.order.find({
    where: { status: 'paid', customer: { email: { contains: '@x' } }, items: { some: { quantity: { gt: 2 }, price: { lt: '9.90' } } }, or: [{ note: null }, { not: { placedAt: { lt: new Date() } } }] },
    include: { customer: { fields: ['name'] }, items: { include: { product: true }, sort: ['-price'], first: 5 } },
    sort: ['-placedAt', 'customer.name'], first: 20, count: 'exact',
  })
  is<typeof page.next, string | null>()
  const [order] = data
  if (!order) return
  is<typeof order.customer, { name: string } | null>()
  is<typeof order.items[number]['product'], Plain<Row<typeof shop.entities.product extends abstract new () => infer P ? P : never>> | null>()
  const price: Decimal | undefined = order.items[0]?.product?.price
  // @ts-expect-error an included to-one may be null
  void order.items[0]?.product.name
  // @ts-expect-error not included
  void order.profile

  const named = await db.order.get('x', { fields: ['id', 'createdAt', 'customerId'] })
  is<typeof named, { id: string; createdAt: string; customerId: string } | null>()

  const totals = await db.orderItem.aggregate({ group: ['productId'], measure: ['count', 'sum(quantity)', 'max(price)', 'countDistinct(orderId)'], sort: ['-count', 'sum(quantity)'] })
  is<typeof totals[0]['count'], number>()
  is<typeof totals[0]['sum']['quantity'], Decimal | null>()
  is<typeof totals[0]['group']['productId'], string>()

  await db.order.create({ items: [{ productId: 'p', quantity: 2 }], customer: { connect: { email: 'a@x.example' } } })
  await db.product.create([{ sku: 'a', name: 'b', price: new Decimal(1), tags: { connect: [{ name: 'hot' }], create: [{ name: 'new' }] } }])
  await db.order.update('x', { status: 'paid', note: null }, { version: 3 })
  const written: New<OrderItem> = { productId: 'p', price: '1.20' }
  const change: Changes<Order> = { placedAt: new Date() }
  void [price, written, change]

  // @ts-expect-error 'statsu' does not exist
  void db.order.find({ where: { statsu: 'paid' } })
  // @ts-expect-error not a choice
  void db.order.find({ where: { status: 'payd' } })
  // @ts-expect-error a secret is never compared
  void db.customer.find({ where: { pin: '1234' } })
  // @ts-expect-error a secret is never named
  void db.customer.find({ fields: ['pin'] })
  // @ts-expect-error many rows need some
  void db.order.find({ where: { items: { quantity: 1 } } })
  // @ts-expect-error 'prodct' is not a relation
  void db.order.find({ include: { items: { include: { prodct: true } } } })
  // @ts-expect-error cannot sort by many rows
  void db.order.find({ sort: ['items'] })
  // @ts-expect-error name is required
  void db.product.create({ sku: 'a', price: '1.20' })
  // @ts-expect-error the server keeps the id
  void db.product.create({ id: 'x', sku: 'a', name: 'b', price: '1.20' })
  // @ts-expect-error fixed
  void db.order.update('x', { customerId: 'y' })
  // @ts-expect-error the key stays
  void db.profile.update('x', { customerId: 'y' })
  // @ts-expect-error text cannot be summed
  void db.product.aggregate({ measure: ['sum(name)'] })
  // @ts-expect-error no such entity
  void db.prodct
}

class Line extends entity({ key: ['order', 'code'], version: false }) { order = ref(() => Numbered); code = text(); words = list(text()) }
class Numbered extends entity({ id: sequence() }) { settings = json<{ theme: 'dark' | 'light' }>().optional(); pass = secret(); lines = many(() => Line, 'order') }
class Pointing extends Entity { line = ref(() => Line).optional() }

export function keys(db: Db<{ line: typeof Line; numbered: typeof Numbered; pointing: typeof Pointing }>): void {
  is<Plain<Key<Line>>, { readonly orderId: number; readonly code: string }>()
  is<Plain<Row<Line>>, { orderId: number; code: string; words: readonly string[] }>()
  is<Plain<Row<Numbered>>, { id: number; settings: { theme: 'dark' | 'light' } | null }>()
  void db.line.get({ orderId: 1, code: 'a' })
  void db.line.find({ where: { words: { has: 'a' }, orderId: { in: [1, 2] } } })
  void db.pointing.find({ where: { lineId: { orderId: 1, code: 'a' } } })
  // @ts-expect-error version was left out
  void db.line.find({ fields: ['version'] })
  // @ts-expect-error both parts of the key
  void db.line.get({ orderId: 1 })
}

export class Ruled extends Entity {
  name  = text().default('x')
  stock = integer({ min: 0 })
  owner = ref(() => Pointing)
  // @ts-expect-error 'lne' is no reference of Line
  lines = many(() => Line, 'lne')
  // @ts-expect-error not a number
  wrong = integer().default('five')

  static access = access(Ruled, ({ row, caller }) => [
    allow('read').when(row.stock.gt(0).and(row.name.startsWith('a'), row.owner.line.code.eq(row.name)).or(caller.claims.plan.eq('pro'), row.name.eq(caller.claims.plan))),
    // @ts-expect-error no caller is bound to Pointing
    allow('read').when(row.owner.is(caller)),
    // @ts-expect-error 'stok' does not exist
    allow('read').when(row.stok.gt(0)),
    // @ts-expect-error a number is not compared with text
    allow('read').when(row.stock.gt('a')),
    // @ts-expect-error text search is for text
    allow('read').when(row.stock.contains('a')),
    // @ts-expect-error no such verb
    allow('reed').always(),
    // @ts-expect-error it does not say when
    allow('read'),
  ])
}
export function unknownOptions(): void {
  // @ts-expect-error no such option
  backend({ model: shop, colour: 'red' })
  // @ts-expect-error 'emial' does not exist on Customer
  backend({ model: shop, callers: { customer: { entity: shop.entities.customer, match: 'emial', claim: 'email' } } })
  // @ts-expect-error no such option
  entity({ keys: ['a'] })
  // @ts-expect-error money needs a currency
  money()
  // @ts-expect-error no lists of lists
  list(list(text()))
}
export class Hides extends Entity {
  note = text()
  // @ts-expect-error 'nte' does not exist
  static access = access(Hides, () => [hide('nte').always()])
}
