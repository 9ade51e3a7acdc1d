// A small bank whose actions try everything actions can do: on rows, in transactions, with failures of their own.
import {
  access, allow, backend, boolean, bytes, choice, decimal, Entity, entity, everyone, id, integer, list, many, model, money, object, ref, signedIn, text, timestamp, now, InputMistake,
} from '../../src/index.ts'

export class Account extends Entity {
  name = text({ max: 40 }).unique()
  balance = integer({ min: 0 }).default(0)
  owner = text({ max: 40 })
  entries = many(() => Entry, 'account')
  static access = access(Account, ({ row, caller }) => [
    allow('read').when(row.owner.eq(caller.id)),
    allow('read', 'create', 'update', 'delete').to('clerk'),
  ])
}
export class Entry extends entity({ version: false }) {
  account = ref(() => Account)
  amount = integer()
  at = timestamp().default(now)
  static access = access(Entry, ({ row, caller }) => [allow('read', 'create').when(row.account.owner.eq(caller.id)), allow('read', 'create').to('clerk')])
}
export const bank = model({ account: Account, entry: Entry })

const failures = { tooLittle: { status: 409, about: 'There is not enough in the account', name: text(), left: integer() } } as const

/** Moves money from one's own account. */
export const transfer = bank.action({
  about: 'Moves money from an account of yours to any other.',
  allow: signedIn,
  input: { from: id(Account), to: id(Account), amount: integer({ min: 1 }) },
  output: { left: integer(), entries: list({ id: id(Entry), amount: integer() }) },
  failures: { ...failures, same: { status: 422 } },
  async run({ input, db, fail }) {
    if (input.from === input.to) throw fail('same')
    const from = await db.account.get(input.from)
    const system = db.asSystem('moves money')
    if (!from) throw fail('same')
    if (from.balance < input.amount) throw fail('tooLittle', { name: from.name, left: from.balance })
    const to = await system.account.get(input.to)
    if (!to) throw fail('same', {}, 'There is no such account.')
    const left = await system.account.update(from.id, { balance: from.balance - input.amount }, { fields: ['balance', 'version'] })
    await system.account.update(to.id, { balance: to.balance + input.amount })
    const made = await system.entry.create({ accountId: from.id, amount: -input.amount })
    await system.entry.create({ accountId: to.id, amount: input.amount })
    return { left: left.balance, entries: [{ id: made.id, amount: made.amount }] }
  },
})

/** The same, kept right by serializable isolation alone. */
export const move = bank.action({
  allow: signedIn, isolation: 'serializable', input: { from: id(Account), to: id(Account), amount: integer({ min: 1 }) },
  async run({ input, call }) { return call(transfer, input) },
})

/** Closes an empty account. */
export const close = bank.action(Account, {
  about: 'Closes an account that is empty.', allow: ({ row, caller }) => row.owner.eq(caller.id).or(caller.is('clerk')), failures: { notEmpty: { left: integer() } },
  async run({ row, db, fail }) {
    if (row.balance > 0) throw fail('notEmpty', { left: row.balance })
    await db.asSystem('closes').account.delete(row.id)
  },
})

/** Calls an account otherwise: a name that another account has comes before what does not fit, whether that is seen at once, before the transaction or within it. */
export const rename = bank.action(Account, {
  allow: ({ row, caller }) => row.owner.eq(caller.id), input: { name: text({ max: 40 }), after: id(Account).optional(), tries: integer({ max: 9 }).default(0) },
  prepare({ input }) { if (input.name === 'rude') throw new InputMistake('name', 'is not nice') },
  async conflicts({ input: { name, after, ...rest }, row, db, fail }) {
    asked.push([row.name, name === undefined ? [] : [name], after, Object.keys(rest)])
    if (name === 'broken') throw new Error('secret message')
    if (name === 'refuses') throw fail('refuses')
    const system = db.asSystem('looks for the name')
    if (name !== undefined && name !== row.name && await system.account.count({ where: { name } }) > 0) throw fail('named', { name })
    await system.account.update(row.id, { balance: { add: 1 } })
    throw fail('refuses')
  },
  failures: { named: { name: text() }, refuses: { status: 422 } },
  async run({ input, row, db }) {
    if (input.name === 'late') throw new InputMistake('name', 'comes too late')
    await db.asSystem('renames').account.update(row.id, { name: input.name })
  },
})
/** Its input is wider than what the account takes. */
export const open = bank.action({
  allow: signedIn, input: { name: text(), owner: text(), how: choice('plain', 'folded', 'several', 'called').default('plain') },
  async run({ input: { name, owner, how }, db, call }): Promise<void> {
    const accounts = db.asSystem('opens an account').account
    switch (how) {
      case 'plain': await accounts.create({ name, owner }); return
      case 'folded': await accounts.create({ name: name.toUpperCase(), owner }); return
      case 'several': await accounts.create([{ name: 'first', owner }, { name, owner }]); return
      case 'called': await call(open, { name, owner })
    }
  },
})
/** What `rename` was asked with before something that does not fit was told. */
export const asked: unknown[] = []

/** Writes, and fails as code does that nobody expected to. */
export const broken = bank.action({
  allow: everyone, input: { name: text() },
  async run({ input, db }) { await db.asSystem('tries').account.create({ name: input.name, owner: 'x' }); throw new Error('secret message') },
})

export const counts = bank.action({
  allow: everyone,
  async run({ db, sql }) {
    await db.asSystem('tries').account.create({ name: 'undone', owner: 'x' })
    await sql`select 1/0`.catch(() => undefined)
    await sql`select 1/0`
  },
})

let tries = 0
export const odd = bank.action({
  allow: everyone,
  input: {
    how: choice('catch', 'throw', 'sql', 'sqlWrong', 'parallel', 'nested', 'late', 'leak', 'badOutput', 'contended', 'forgets', 'forgetsBadly', 'overflow'), when: timestamp().optional(), price: money('EUR').default('1.50'), list: list(text(), { max: 3 }).optional(),
    inner: object({ yes: boolean(), raw: bytes().optional() }).optional(), exact: decimal({ precision: 10, scale: 3 }).optional(),
  },
  output: { total: money('EUR'), words: list(text()), n: integer().optional(), inner: object({ yes: boolean(), raw: bytes().optional() }).optional() },
  failures,
  async run({ input, db, fail, sql, call, caller }) {
    const system = db.asSystem('tries')
    const name = `odd ${input.how}`
    switch (input.how) {
      case 'catch': {
        await system.account.create({ name, owner: 'x' })
        // Both are refused by the database, the second in the middle of several statements.
        await system.account.create({ name, owner: 'x' }).catch(() => undefined)
        await system.account.create({ name: 'other', owner: 'x', entries: [{ amount: 1 }, { amount: 2 }] })
        await system.account.create([{ name: 'third', owner: 'x' }, { name: 'other', owner: 'x' }]).catch(() => undefined)
        return { total: input.price, words: [], n: await system.account.count() }
      }
      case 'throw': await system.account.create({ name, owner: 'x' }); throw new Error('secret message')
      case 'leak': throw fail('tooLittle', { name, left: 1.5 as unknown as number })
      case 'badOutput': return { total: 'none' as unknown as string, words: [] }
      case 'sql': {
        await sql`insert into ${sql.table(Account)} (id, ${sql.column(Account, 'name')}, ${sql.ident('owner')}, balance) values (gen_random_uuid(), ${name}, ${caller.id ?? "o'x"}, ${7})`
        const [row] = await sql<{ n: bigint; names: string[]; sum: { toFixed(): string } }>`select count(*) as n, array_agg(name order by name) as names, sum(balance)::numeric + 0.5 as sum from ${sql.table(Account)} where name = any(${[name, '"quoted", {x}']})`
        return { total: input.price, words: [...(row?.names ?? []), typeof row?.n, row?.sum.toFixed() ?? ''], n: Number(row?.n) }
      }
      case 'sqlWrong': {
        await sql`select 1/0`.catch(() => undefined)
        await sql`selct`.catch(() => undefined)
        await sql`commit`.catch(() => undefined)
        return { total: 1, words: [], n: await system.account.count() }
      }
      case 'parallel': {
        const made = await Promise.allSettled([1, 2, 2, 3].map(n => system.account.create({ name: `parallel ${n}`, owner: 'x' })))
        return { total: 1, words: made.map(m => m.status), n: await system.account.count({ where: { name: { startsWith: 'parallel' } } }) }
      }
      case 'nested': {
        const inner = await call(broken, { name }).then(() => 'done', (e: Error) => e.message)
        return { total: input.price, words: [inner], n: await system.account.count({ where: { name } }) }
      }
      case 'contended': {
        // Whoever catches it and fails for it is run again all the same.
        if (++tries < 3) {
          await sql`do $$ begin raise exception 'x' using errcode = '40001'; end $$`.catch(() => undefined)
          throw fail('tooLittle', { name, left: tries })
        }
        return { total: 1, words: [], n: tries }
      }
      case 'overflow': {
        // A read that the database refuses, caught within an action within an action.
        await system.account.create({ name, owner: 'x' })
        await call(counts, {}).catch(() => undefined)
        await system.account.create({ name: `${name} after`, owner: 'x' })
        return { total: 1, words: [], n: await system.account.count({ where: { name: { startsWith: name } } }) }
      }
      // Nobody waits for these.
      case 'forgets': void system.account.create({ name, owner: 'x' }); return { total: 1, words: [] }
      case 'forgetsBadly': void system.account.create({ name: `${name} first`, owner: 'x' }); void system.account.create({ name: `${name} first`, owner: 'x' }); return { total: 1, words: [] }
      case 'late': await system.account.create({ name, owner: 'x' }); await new Promise(go => setTimeout(go, 300)); await system.account.count(); return { total: 1, words: [] }
    }
    return { total: 1, words: [] }
  },
})

/** Only other code may call it. */
export const inside = bank.action({ async run() { return { done: true } } })

/** Somebody else's contract: bytes in, what it likes out. */
export const hook = bank.action({
  allow: everyone, contract: { method: 'POST', path: '/hooks/bank/{kind}', raw: true, headers: { 'X-Kept': 'yes' } },
  async run({ request, db }) {
    const body = Buffer.from(request?.body ?? []).toString('utf8')
    if (body === 'no') return { status: 418, headers: { 'content-type': 'text/plain' }, body: 'teapot' }
    await db.asSystem('hook').account.create({ name: `hook ${body}`, owner: String(request?.headers['x-owner'] ?? 'x') })
    return { status: 202, headers: { 'content-type': 'text/plain' }, body: `took ${body}` }
  },
})
export const lookup = bank.action({
  allow: everyone, contract: { method: 'GET', path: '/lookup/{name}', status: 203, headers: { 'cache-control': 'max-age=60' } },
  input: { name: text({ max: 40 }), loud: boolean().default(false), few: integer().optional() }, output: { said: text() },
  run: ({ input }) => ({ said: input.loud ? input.name.toUpperCase() : `${input.name} ${input.few ?? ''}` }),
})

export default backend({ name: 'bank', model: bank, actions: { transfer, move, close, rename, open, odd, counts, broken, inside, hook, lookup } })
