// What is asked: for each workload the requests, who asks them, and what it stands for.
import { keyOf, sizes } from './data.ts'

/** `body`: it is sent with POST. */
export interface Asked { readonly path: string; readonly as: string; readonly body?: string }
export interface Workload {
  readonly name: string
  readonly title: string
  /** Of ours per by hand: issue and research ask for no less. */
  readonly target: number
  /** Of the answers; without it 200. */
  readonly status?: number
  /** `cursors`: the pages after this one, walked before anything is measured. */
  readonly requests: (context: { readonly factor: number; readonly cursors: (path: string, as: string, pages: number) => Promise<readonly string[]> }) => Promise<readonly Asked[]>
}

export const staff = 'staff'
/** So many customers are signed in at the same time. */
export const signedIn = 100

/** The same numbers in every run. */
export function numbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * below)
  }
}

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const orders = (customer: string): string =>
  `/api/orders?filter[customerId]=${customer}&sort=-placedAt&page[size]=20&fields=id,status,placedAt&include[items][fields]=id,quantity,price&include[items][include][product][fields]=id,name`

export const workloads: readonly Workload[] = [
  {
    name: 'W1', target: 0.9, title: 'one order by its id',
    requests: async ({ factor }) => {
      const below = numbers(1)
      return times(5000, () => ({ as: staff, path: `/api/orders/${keyOf('orders', 1 + below(sizes(factor).orders))}` }))
    },
  },
  {
    name: 'W2', target: 0.9, title: '20 products of a category by price, paged by number and by cursor',
    requests: async ({ factor, cursors }) => {
      const asked: Asked[] = []
      for (let n = 1; n <= sizes(factor).categories; n++) {
        const list = `/api/products?filter[categoryId]=${keyOf('categories', n)}&sort=price&page[size]=20`
        for (let page = 1; page <= 5; page++) asked.push({ as: staff, path: `${list}&page[number]=${page}` })
        for (const cursor of await cursors(list, staff, 4)) asked.push({ as: staff, path: `${list}&page[after]=${cursor}` })
      }
      return shuffled(asked)
    },
  },
  {
    name: 'W3', target: 0.95, title: "a customer's 20 newest orders, each with its lines, each line with its product",
    requests: async ({ factor }) => {
      const below = numbers(3)
      return times(2000, () => ({ as: staff, path: orders(keyOf('customers', 1 + below(sizes(factor).hot))) }))
    },
  },
  {
    name: 'W4', target: 0.9, title: "count and sum of a customer's orders by status",
    requests: async ({ factor }) => {
      const below = numbers(4)
      return times(2000, () => ({ as: staff, path: `/api/orders/aggregate?filter[customerId]=${keyOf('customers', 1 + below(sizes(factor).hot))}&group=status&measure=count,sum(total)` }))
    },
  },
  {
    name: 'W5', target: 0.9, status: 201, title: 'an order with three lines, written in one transaction with its change rows',
    requests: async ({ factor }) => {
      const below = numbers(5), { customers, products } = sizes(factor)
      return times(2000, () => {
        const first = below(products)
        const items = times(3, k => ({ productId: keyOf('products', 1 + (first + k * Math.floor(products / 3)) % products), quantity: k + 1 }))
        return { as: staff, path: '/api/orders', body: JSON.stringify({ customerId: keyOf('customers', 1 + below(customers)), items }) }
      })
    },
  },
  {
    name: 'W6', target: 0.95, title: 'W3 as a signed-in customer, who may read her own orders only and no product that is sold out',
    requests: async ({ factor }) => {
      const below = numbers(6)
      return times(2000, () => {
        const n = 1 + below(signedIn)
        return { as: `c${n * (sizes(factor).hot / signedIn)}`, path: orders(keyOf('customers', n * (sizes(factor).hot / signedIn))) }
      })
    },
  },
]

function shuffled<T>(of: readonly T[]): T[] {
  const below = numbers(2), left = [...of]
  return times(of.length, () => left.splice(below(left.length), 1)).flat()
}
