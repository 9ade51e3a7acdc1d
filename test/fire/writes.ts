// The writes of a client: which one comes next, and as what request it is sent.
import { people, products, type Application, type Facts, type Kind } from './world.ts'

/** Whoever asks: a clerk of the bank, the staff of the shop, its customers. */
export type As = 'clerk' | 'staff' | (typeof people)[number]

export interface Write {
  readonly kind: Kind
  readonly as: As
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly facts: Facts
}

/** A read that must succeed: asked until it does. */
export type Look = (application: Application, as: As, path: string) => Promise<{ readonly body: { readonly [name: string]: unknown }; readonly etag: string | null }>

/** The ids of the rows that are there from the beginning. */
export interface Known { readonly accounts: readonly string[]; readonly counters: readonly string[]; readonly products: readonly string[]; readonly lines: readonly string[] }

const idsOf = async (look: Look, application: Application, as: As, path: string): Promise<readonly string[]> =>
  ((await look(application, as, path)).body['data'] as readonly { readonly id: string }[]).map(({ id }) => id)
export async function knownOf(look: Look): Promise<Known> {
  return {
    accounts: await idsOf(look, 'bank', 'clerk', '/api/accounts?sort=name'), counters: await idsOf(look, 'bank', 'clerk', '/api/counters?sort=name'),
    products: await idsOf(look, 'shop', 'staff', '/api/products?sort=sku'), lines: await idsOf(look, 'shop', 'staff', `/api/order-items?filter[order][note]=basket&page[size]=${people.length * products}`),
  }
}

/** Kinds, as often as they are wanted. */
const kinds: readonly Kind[] = ['transfer', 'transfer', 'batch', 'cash', 'cash', 'count', 'count', 'claim', 'claim', 'drop', 'checkout', 'checkout', 'restock', 'line']

/** The next write. `mine`: tickets this client has; `turn`: how many writes it has made, by which clients of equal pace want the same tickets. `key` is written into rows, so that they say whose they are. */
export async function nextWrite(random: () => number, known: Known, look: Look, mine: Map<string, string>, turn: number, key: string): Promise<Write> {
  const below = (n: number): number => Math.floor(random() * n)
  const one = <T>(of: readonly T[]): T => {
    const found = of[below(of.length)]
    if (found === undefined) throw new Error('there is nothing to choose from')
    return found
  }
  const post = { method: 'POST', headers: {} }, patch = { method: 'PATCH', headers: {} }
  const drawn = one(kinds), [ticket] = mine.keys()
  // One is kept: who has no more than that claims another.
  const kind = drawn === 'drop' && mine.size < 2 ? 'claim' : drawn
  switch (kind) {
    case 'transfer': {
      const from = one(known.accounts), to = one(known.accounts.filter(id => id !== from)), amount = 1 + below(40)
      return { kind, as: 'clerk', ...post, path: '/api/actions/transfer', body: { from, to, amount, note: key }, facts: { from, to, amount } }
    }
    case 'batch': {
      const from = one(known.accounts), to = one(known.accounts.filter(id => id !== from)), amount = 1 + below(30)
      const paid = { method: 'PATCH', path: `/accounts/${from}?filter[cash][gte]=${amount}`, body: { cash: { add: -amount } } }, got = { method: 'PATCH', path: `/accounts/${to}`, body: { cash: { add: amount } } }
      // Everybody locks in the same order, but for those who do not care: they are run again.
      return { kind, as: 'clerk', ...post, path: '/api/batch', body: { operations: random() < 0.9 && to < from ? [got, paid] : [paid, got] }, facts: { from, to, amount } }
    }
    case 'cash': {
      const account = one(known.accounts), add = random() < 0.5 ? 1 + below(30) : -1 - below(30)
      return { kind, as: 'clerk', ...patch, path: `/api/accounts/${account}${add < 0 ? `?filter[cash][gte]=${-add}` : ''}`, body: { cash: { add } }, facts: { account, add } }
    }
    case 'count': {
      const counter = one(known.counters), { body, etag } = await look('bank', 'clerk', `/api/counters/${counter}`)
      return { kind, as: 'clerk', ...patch, path: `/api/counters/${counter}`, headers: { 'if-match': etag ?? '' }, body: { value: Number(body['value']) + 1 }, facts: { counter } }
    }
    case 'drop': {
      mine.delete(ticket ?? '')
      return { kind, as: 'clerk', method: 'DELETE', headers: {}, path: `/api/tickets/${ticket}`, body: undefined, facts: { ticket: ticket ?? '' } }
    }
    case 'claim': {
      const code = `ticket ${Math.floor(turn / 12)}-${below(4)}`
      return { kind, as: 'clerk', ...post, path: '/api/tickets', body: { code, note: key }, facts: { code } }
    }
    case 'checkout': {
      const first = one(known.products), second = one(known.products.filter(id => id !== first))
      const items = [{ productId: first, quantity: 1 + below(3) }, ...(random() < 0.5 ? [{ productId: second, quantity: 1 + below(3) }] : [])]
      return { kind, as: one(people), ...post, path: '/api/actions/checkout', body: { items, note: key }, facts: { pieces: items.reduce((sum, { quantity }) => sum + quantity, 0), lines: items.length } }
    }
    case 'restock': {
      const product = one(known.products), add = 1 + below(6)
      return { kind, as: 'staff', ...patch, path: `/api/products/${product}`, body: { stock: { add } }, facts: { product, add } }
    }
    case 'line': {
      const line = one(known.lines)
      return { kind, as: 'staff', ...patch, path: `/api/order-items/${line}`, body: { quantity: { add: 1 } }, facts: { line } }
    }
  }
}
