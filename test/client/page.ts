// What a page does with the typed client, the same in every runtime. It imports nothing of Node.
import { client, isFailure, versionOf } from 'backwright/client'
import type app from '../../examples/shop/shop.ts'

/** Talks to the shop as a customer; gives what it found, or throws. `other` is a token that has run out. */
export async function talk(url: string, token: string, other: string): Promise<string> {
  const must = (holds: boolean, what: string): void => { if (!holds) throw new Error(what) }
  let asked = 0
  const api = client<typeof app>(url, { token: ({ refused }) => { asked++; return refused === null && asked === 1 ? other : token } })
  const { data } = await api.product.find({ where: { stock: { gt: 5 }, category: { name: { in: ['Beverages', 'Seafood'] } } }, include: { category: true }, sort: ['name'], first: 3 })
  must(data.length === 3 && data[0]?.category?.name !== undefined, 'three products with their shelves')
  must(asked === 2, 'a token that had run out is renewed')
  const [first] = data
  if (first === undefined) throw new Error('no product')

  const order = await api.order.create({ note: 'ä', items: [{ productId: first.id, quantity: 2 }] }, { include: { items: true } })
  must(order.items[0]?.price === first.price && typeof first.price === 'string', 'an order with its line')
  const seen = await api.order.get(order.id)
  must(seen !== null && versionOf(seen) !== null, 'the version may be read')
  await api.order.update(order.id, { note: 'ö' })
  const stale = await api.order.update(order.id, { note: 'no' }, { version: seen ?? 0 }).catch((error: unknown) => error)
  must(isFailure(stale, 'row.stale') && stale.requestId !== null && stale.version !== null, 'what is stale is told')
  must((await api.order.change(order.id, row => ({ note: `${row.note ?? ''}!` }))).note === 'ö!', 'changed by what is there')
  const wrong = await api.order.create({ items: [{ productId: first.id, quantity: 0 }] }).catch((error: unknown) => error)
  must(isFailure(wrong, 'resolve.value') && wrong.errors[0]?.pointer === '/items/0/quantity', 'mistakes with their places')

  const { total } = await api.checkout({ items: [{ productId: first.id, quantity: 1 }] })
  must(total === first.price, 'an action with its output')
  const short = await api.checkout.attempt({ items: [{ productId: first.id, quantity: 1000 }] })
  must(!short.ok && short.name === 'outOfStock' && short.facts.product === first.name && short.facts.left >= 0, 'a declared failure with its facts')

  let rows = 0
  for await (const line of api.orderItem.each({ fields: ['id'], first: 50 })) if (line.id !== '') rows++
  must(rows === await api.orderItem.count(), 'every row, page by page')
  const stop = new AbortController()
  stop.abort()
  const gone = await api.product.find({ signal: stop.signal }).catch((error: unknown) => error)
  must(gone instanceof Error && gone.name === 'AbortError', 'a call may be given up')
  const lost = await client<typeof app>('http://127.0.0.1:9', { retries: 0 }).product.find().catch((error: unknown) => error)
  must(isFailure(lost, 'client.network'), 'no answer is told')
  await api.product.find({ where: { name: { in: Array.from({ length: 500 }, (_, i) => `long ${i}`) } } })
  return `talked to the shop, ${rows} lines`
}
