// What the type-checker knows of the client of the design's shop. Nothing runs: `npm run typecheck` is the test. Lines after @ts-expect-error must not compile.
import { client, isFailure, versionOf, type Client } from 'backwright/client'
import { access, allow, bigint, bytes, entity, Entity, hide, list, many, ref, sequence, text, type model } from 'backwright'
import type app from '../../src/define/fixtures/shop/backend.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(..._: Same<A, B> extends true ? [] : ['these types differ']): void => undefined

export async function rows(): Promise<void> {
  const api = client<typeof app>('https://shop.example', { token: async ({ refused }) => (refused === null ? 'a' : null) })
  const { data, page } = await api.order.find({
    where: { status: 'paid', customer: { email: { contains: '@x' } }, items: { some: { quantity: { gt: 2 }, price: { lt: '9.90' } } }, or: [{ note: null }, { not: { placedAt: { lt: new Date() } } }] },
    include: { customer: { fields: ['name'] }, items: { include: { product: true }, sort: ['-price'], first: 5 } },
    sort: ['-placedAt', 'customer.name'], first: 20, count: 'exact', signal: new AbortController().signal, timeout: 5000,
  })
  is<typeof page.next, string | null>()
  is<typeof page.more, readonly string[]>()
  const [order] = data
  if (!order) return
  is<typeof order.status, 'open' | 'paid' | 'shipped' | 'cancelled'>()
  is<typeof order.customer, { name: string } | null>()
  // Exact numbers are text in JSON.
  const price: string | undefined = order.items[0]?.product?.price
  // @ts-expect-error an included to-one may be null
  void order.items[0]?.product.name
  // @ts-expect-error not included
  void order.profile

  // A rule may hide it: null, or left out where it was not asked for.
  is<typeof order.note, string | null | undefined>()
  const [lined] = (await api.orderItem.find({ include: { order: { fields: ['note'] } } })).data
  is<NonNullable<typeof lined>['order'], { note: string | null } | null>()

  const named = await api.order.get('x', { fields: ['id', 'createdAt', 'customerId'] })
  is<typeof named, { id: string; createdAt: string; customerId: string } | null>()
  const { data: [line] } = await api.order.related('x', 'items', { where: { quantity: 2 }, include: { product: true } })
  is<NonNullable<typeof line>['quantity'], number>()
  for await (const { id, product } of api.orderItem.each({ include: { product: { fields: ['sku'] } } })) {
    is<typeof id, string>()
    is<typeof product, { sku: string } | null>()
  }
  const totals = await api.orderItem.aggregate({ group: ['productId'], measure: ['count', 'sum(quantity)', 'avg(price)', 'max(price)', 'countDistinct(orderId)'], sort: ['-count', 'sum(quantity)'] })
  is<typeof totals[0]['count'], number>()
  is<typeof totals[0]['sum']['quantity'], string | null>()
  is<typeof totals[0]['max']['price'], string | null>()
  is<typeof totals[0]['group']['productId'], string>()
  is<Awaited<ReturnType<typeof api.order.count>>, number>()

  const made = await api.order.create({ items: [{ productId: 'p', quantity: 2 }], customer: { connect: { email: 'a@x.example' } } }, { include: { items: true }, idempotencyKey: 'k' })
  await api.product.create([{ sku: 'a', name: 'b', price: '1.20', tags: { connect: [{ name: 'hot' }], create: [{ name: 'new' }] } }])
  await api.order.update('x', { status: 'paid', note: null }, { version: made })
  await api.order.update('x', { note: null }, { version: versionOf(made) ?? 3 })
  await api.order.change('x', row => ({ note: `${row.note ?? ''}!` }))
  await api.product.upsert('x', { sku: 'a', name: 'b', price: 1 })
  await api.order.delete('x', { version: 3, where: { status: 'open' } })
  const { count } = await api.order.updateMany({ where: { status: 'paid' } }, { status: 'shipped' }, { expect: 12, idempotencyKey: 'k' })
  is<typeof count, number>()
  await api.orderItem.deleteMany({ where: { quantity: 0 } }, { expect: 1 })
  void price

  try { await api.order.delete('x') } catch (error) {
    if (isFailure(error, 'row.stale', 'client.network')) is<typeof error.code, 'row.stale' | 'client.network'>()
    if (isFailure(error, 'shop.outOfStock')) is<typeof error.code, 'shop.outOfStock'>()
  }

  // @ts-expect-error 'statsu' does not exist
  void api.order.find({ where: { statsu: 'paid' } })
  // @ts-expect-error not a choice
  void api.order.find({ where: { status: 'payd' } })
  // @ts-expect-error a secret is never compared
  void api.customer.find({ where: { pin: '1234' } })
  // @ts-expect-error a secret is never named
  void api.customer.find({ fields: ['pin'] })
  // @ts-expect-error many rows need some
  void api.order.find({ where: { items: { quantity: 1 } } })
  // @ts-expect-error 'prodct' is not a relation
  void api.order.find({ include: { items: { include: { prodct: true } } } })
  // @ts-expect-error cannot sort by many rows
  void api.order.find({ sort: ['items'] })
  // @ts-expect-error name is required
  void api.product.create({ sku: 'a', price: '1.20' })
  // @ts-expect-error the server keeps the id
  void api.product.create({ id: 'x', sku: 'a', name: 'b', price: '1.20' })
  // @ts-expect-error fixed
  void api.order.update('x', { customerId: 'y' })
  // @ts-expect-error text cannot be summed
  void api.product.aggregate({ measure: ['sum(name)'] })
  // @ts-expect-error 'statsu' does not exist
  void api.order.update('x', {}, { where: { statsu: 'open' } })
  // @ts-expect-error how many?
  void api.order.updateMany({ where: {} }, { note: null })
  // @ts-expect-error not a list
  void api.order.related('x', 'customer')
  // @ts-expect-error no such option
  void api.order.find({ timeot: 1 })
  // @ts-expect-error no such entity
  void api.prodct
  // @ts-expect-error no such option
  client<typeof app>('', { tokn: 'x' })
}

class Secretive extends Entity {
  name = text(); open = text(); keeper = ref(() => Numbered); kept = many(() => Telling, 'of')
  static access = access(Secretive, ({ caller }) => [allow('read').always(), hide('name', 'keeper').unless(caller.is('staff'))])
}
class Telling extends Entity { of = ref(() => Secretive) }
interface Hidden { readonly '~entities': ReturnType<typeof model<{ secretive: typeof Secretive; telling: typeof Telling; numbered: typeof Numbered }>>['entities'] }

export async function hidden(api: Client<Hidden>): Promise<void> {
  const row = await api.secretive.get('x', { include: { kept: { include: { of: true } } } })
  if (row === null) return
  is<typeof row.name, string | null | undefined>()
  is<typeof row.keeperId, number | null | undefined>()
  is<typeof row.open, string>()
  const within = row.kept[0]?.of
  if (within) is<typeof within.name, string | null | undefined>()
  const [group] = await api.secretive.aggregate({ group: ['name', 'open'], measure: ['count', 'max(name)'] })
  is<NonNullable<typeof group>['group']['name'], string | null>()
  is<NonNullable<typeof group>['group']['open'], string>()
  // What may be hidden is compared with and written as what it is.
  void api.secretive.create({ name: 'a', open: 'b', keeperId: 1 })
  // @ts-expect-error the name is not null, only hidden
  void api.secretive.update('x', { name: null })
}

class Line extends entity({ key: ['order', 'code'], version: false }) { order = ref(() => Numbered); code = text(); words = list(text()) }
class Numbered extends entity({ id: sequence() }) { big = bigint(); raw = bytes().optional() }
class Wide extends entity({ id: bigint() }) { numbered = ref(() => Numbered) }
class Pointing extends Entity { line = ref(() => Line).optional(); wide = ref(() => Wide) }
interface Odd { readonly '~entities': ReturnType<typeof model<{ line: typeof Line; numbered: typeof Numbered; pointing: typeof Pointing; wide: typeof Wide }>>['entities'] }

export async function keys(api: Client<Odd>): Promise<void> {
  void api.line.get({ orderId: 1, code: 'a' })
  void api.pointing.find({ where: { lineId: { orderId: 1, code: 'a' } } })
  const row = await api.numbered.get(1)
  if (row === null) return
  is<typeof row, { id: number; big: string; raw: string | null }>()
  // What was read can be compared with and written again, and so can what TypeScript has for it.
  void api.numbered.find({ where: { big: { in: [row.big, 5n, 6] } } })
  void api.numbered.update(1, { big: row.big, raw: row.raw })
  void api.numbered.update(1, { big: 7n, raw: new Uint8Array(2) })
  const wide = await api.wide.get('9007199254740993', { include: { numbered: true } })
  is<NonNullable<typeof wide>['id'], string>()
  // @ts-expect-error both parts of the key
  void api.line.get({ orderId: 1 })
}
