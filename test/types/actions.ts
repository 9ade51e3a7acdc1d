// What the type-checker knows of actions. Nothing runs: `npm run typecheck` is the test. Lines after @ts-expect-error must not compile.
import { backend, choice, Decimal, id, integer, list, money, object, signedIn, text, type Db } from 'backwright'
import { shop } from '../../src/define/fixtures/shop/backend.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(..._: Same<A, B> extends true ? [] : ['these types differ']): void => undefined
type Deep<T> = T extends Decimal ? T : T extends readonly (infer X)[] ? Deep<X>[] : T extends object ? { -readonly [P in keyof T]: Deep<T[P]> } : T

const { customer: Customer, order: Order, product: Product } = shop.entities

const place = shop.action({
  allow: signedIn,
  input: { items: list({ productId: id(Product), quantity: integer({ min: 1 }) }, { min: 1 }), how: choice('fast', 'slow').default('slow'), note: text().optional(), to: object({ street: text(), price: money('EUR').optional() }).optional() },
  output: { orderId: id(Order), total: money('EUR'), words: list(text()) },
  failures: { outOfStock: { status: 409, about: 'None left', product: text(), left: integer().optional() }, closed: {} },
  async run({ input, db, fail, caller, request, call }) {
    is<Deep<typeof input>, { items: { productId: string; quantity: number }[]; how: 'fast' | 'slow'; note: string | null; to: { street: string; price: Decimal | null } | null }>()
    is<typeof caller.id, string | null>()
    is<NonNullable<typeof request>['body'], Uint8Array>()
    const order = await db.order.get('x')
    is<Exclude<typeof order, null>['status'], 'open' | 'paid' | 'shipped' | 'cancelled'>()
    await db.asSystem('counts').product.count()
    // @ts-expect-error no such entity
    await db.orders.find()
    if (order === null) throw fail('closed')
    if (input.how === 'fast') throw fail('outOfStock', { product: 'x' }, 'None of it.')
    // @ts-expect-error no such failure
    fail('outOfStok')
    // @ts-expect-error its facts are missing
    fail('outOfStock')
    // @ts-expect-error a fact of another type
    fail('outOfStock', { product: 7 })
    is<Awaited<ReturnType<typeof wait>>, { done: number }>()
    const wait = () => call(done, { by: 'x' })
    // @ts-expect-error its input is missing
    void call(done)
    return { orderId: order.id, total: '12.00', words: ['a'] }
  },
})

const done = shop.action({ input: { by: text() }, run: ({ input }) => ({ done: input.by.length }) })
const cancel = shop.action(Order, { allow: ({ row, caller }) => row.customer.is(caller), run({ row }) { is<typeof row.status, 'open' | 'paid' | 'shipped' | 'cancelled'>() } })

export function wrongs(): void {
  // @ts-expect-error what is returned lacks the total
  shop.action({ output: { orderId: id(Order), total: money('EUR') }, run: () => ({ orderId: 'x' }) })
  // @ts-expect-error 'alow' is no option
  shop.action({ alow: signedIn, run: () => {} })
  // @ts-expect-error an order has no 'custmer'
  shop.action(Order, { allow: ({ row, caller }) => row.custmer.is(caller), run: () => {} })
  // @ts-expect-error there is no such isolation
  shop.action({ isolation: 'strict', run: () => {} })
  // @ts-expect-error an input is made of builders
  shop.action({ input: { n: 7 }, run: () => {} })
}

export const app = backend({ model: shop, callers: { customer: { entity: Customer, match: 'email', claim: 'email' } }, actions: { place, done, cancel } })

export async function calls(db: Db<typeof shop.entities, (typeof app)['~actions']>): Promise<void> {
  const placed = await db.place({ items: [{ productId: 'x', quantity: 1 }] })
  is<Deep<typeof placed>, { orderId: string; total: Decimal; words: string[] }>()
  is<Awaited<ReturnType<typeof db.done>>, { done: number }>()
  await db.order.cancel('id')
  // @ts-expect-error an entity's own action is with its entity
  await db.cancel('id')
  // @ts-expect-error and with no other
  await db.product.cancel('id')
  // @ts-expect-error quantity is a number
  await db.place({ items: [{ productId: 'x', quantity: '1' }] })
  // @ts-expect-error the input is missing
  await db.place()
  // Rows are there as ever.
  is<Awaited<ReturnType<typeof db.order.count>>, number>()
}
