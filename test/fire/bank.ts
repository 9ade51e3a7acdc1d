// A small bank: money that moves between accounts, cash that is paid in and out, counters that are read and written back, tickets that are to be had once.
import { access, allow, backend, entity, Entity, Failure, id, integer, many, model, ref, signedIn, sum, text } from 'backwright'

/** `balance` moves by the action, and is what its moves come to; `cash` by plain changes. */
export class Account extends Entity {
  name = text({ max: 40 }).unique()
  balance = integer({ min: 0 })
  cash = integer({ min: 0 })
  moves = many(() => Move, 'account').owned()
  booked = sum(Account, 'moves', move => move.amount)
  static access = access(Account, () => [allow('read', 'update').to('clerk')])
}
export class Move extends entity({ version: false }) {
  account = ref(() => Account)
  amount = integer()
  note = text({ max: 80 }).index()
}
/** Changed only by whoever says the version that was read. */
export class Counter extends entity({ version: 'required' }) {
  name = text({ max: 40 }).unique()
  value = integer().default(0)
  static access = access(Counter, () => [allow('read', 'update').to('clerk')])
}
export class Ticket extends Entity {
  code = text({ max: 40 }).unique()
  note = text({ max: 80 })
  static access = access(Ticket, () => [allow('read', 'create', 'delete').to('clerk')])
}
export const bank = model({ account: Account, move: Move, counter: Counter, ticket: Ticket })

/** The bank. `careless`: what is in the account is read, reckoned with and written back, as if nobody else were there. */
export function bankOf(careless: boolean) {
  const transfer = bank.action({
    about: 'Moves money between two accounts.',
    allow: signedIn,
    input: { from: id(Account), to: id(Account), amount: integer({ min: 1 }), note: text({ max: 80 }) },
    failures: { tooLittle: { about: 'There is not enough in the account' } },
    async run({ input: { from, to, amount, note }, db, fail }) {
      const system = db.asSystem('moves money')
      const reckoned = async (account: string, by: number): Promise<unknown> => {
        const found = await system.account.get(account)
        if (found === null || found.balance + by < 0) throw fail('tooLittle')
        return system.account.update(account, { balance: found.balance + by })
      }
      const added = (account: string, by: number): Promise<unknown> =>
        system.account.update(account, { balance: { add: by } }, { where: { balance: { gte: -by } } }).catch((error: unknown) => { throw error instanceof Failure && error.code === 'row.condition' ? fail('tooLittle') : error })
      // Everybody locks in the same order.
      for (const [account, by] of [[from, -amount] as const, [to, amount] as const].toSorted(([a], [b]) => (a < b ? -1 : 1))) await (careless ? reckoned : added)(account, by)
      for (const [account, by] of [[from, -amount], [to, amount]] as const) await system.move.create({ accountId: account, amount: by, note })
      return {}
    },
  })
  return backend({ name: 'bank', model: bank, actions: { transfer } })
}
