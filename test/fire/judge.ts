// What must be true after a run, whatever was killed: of every write that was acknowledged, of every one that was not, and of the data as a whole.
import type pg from 'pg'
import { judgeLog, type Log } from './log.ts'
import { accounts, applicationOf, basket, counters, opening, products, type Application, type Broken, type Facts, type Kind, type Told } from './world.ts'

/**
 * Something that must not be. `lost`: acknowledged and not there; `twice`: carried out more than once; `unasked`: there, though it was refused; `sum`: numbers that do not add up; `range`: less than nothing;
 * `unique`: two of what may be there once; `log`: the change log tells otherwise; `record`: the answer is not kept, or another; `answer`: one that nobody should get;
 * `durable`: the database may lose what it confirms; `ended`: the application ended by itself.
 */
export interface Wrong { readonly of: 'lost' | 'twice' | 'unasked' | 'sum' | 'range' | 'unique' | 'log' | 'record' | 'answer' | 'durable' | 'ended'; readonly what: string }
export interface Judged {
  readonly acknowledged: number
  readonly refused: number
  /** Answered by the record of an earlier attempt. */
  readonly replayed: number
  /** Answered after an attempt of which nothing was heard. */
  readonly doubtful: number
  /** Never answered: decided by the record. */
  readonly left: number
  readonly changes: number
  readonly wrong: readonly Wrong[]
}

export interface Write {
  readonly key: string
  readonly kind: Kind
  readonly facts: Facts
  /** Null: nobody was told. */
  answer: (Told & { readonly is: 'answer' }) | null
  /** Whether it was carried out: as it was answered, else as the record says. */
  done: boolean
}
type Row = Readonly<Record<string, unknown>>
const rowsOf = async (client: pg.Client, sql: string): Promise<readonly Row[]> => (await client.query<Row>(sql)).rows

/** Refusals that belong to the game: others got there first. */
const refusals: Readonly<Record<Kind, readonly string[]>> = {
  transfer: ['bank.tooLittle'], batch: ['row.condition'], cash: ['row.condition'], count: ['row.stale'], claim: ['row.duplicate'], drop: [],
  // Sold out before it was begun, at the last step, or in between: then the customer no longer sees the product. Or filled up again before the reason was asked.
  checkout: ['shop.outOfStock', 'row.condition', 'row.reference'], restock: [], line: [],
}

export async function judge(told: readonly Told[], clients: Readonly<Record<Application, pg.Client>>, broken?: Broken): Promise<Judged> {
  const wrong: Wrong[] = []
  const must = (holds: boolean, of: Wrong['of'], what: () => string): void => { if (!holds) wrong.push({ of, what: what() }) }
  for (const client of Object.values(clients)) {
    const { rows: [found] } = await client.query<{ fsync: string }>('show fsync')
    must(found?.fsync === 'on' || broken === 'tail', 'durable', () => `fsync is ${found?.fsync}`)
  }
  const records = new Map<string, number>()
  for (const client of Object.values(clients)) {
    for (const { key, status } of await rowsOf(client, 'select key, status from backwright_system.idempotency')) {
      must(!records.has(String(key)), 'twice', () => `two records of ${String(key)}`)
      records.set(String(key), Number(status))
    }
  }
  const writes = writesOf(told, records, wrong)
  for (const { key, kind, answer } of writes.values()) {
    if (answer === null) continue
    const record = records.get(key), name = `${kind} ${key}`
    if (answer.status < 300) must(record === answer.status, 'record', () => `${name} was answered ${answer.status}, kept is ${record ?? 'nothing'}`)
    else {
      must(answer.code !== null && refusals[kind].includes(answer.code), 'answer', () => `${name}: ${answer.status} ${answer.body.slice(0, 400)}`)
      // A version that is stale now need not be when it is asked again; all else that belongs to the game was kept before it was told.
      must(record === (answer.status === 412 ? undefined : answer.status), 'record', () => `${name} was refused with ${answer.status} ${answer.code}, kept is ${record ?? 'nothing'}`)
    }
  }
  const logs: Record<Application, Log> = { bank: await judgeLog('bank', clients.bank, writes, wrong), shop: await judgeLog('shop', clients.shop, writes, wrong) }
  await judgeBank(clients.bank, [...writes.values()].filter(w => applicationOf(w.kind) === 'bank'), wrong)
  await judgeShop(clients.shop, [...writes.values()].filter(w => applicationOf(w.kind) === 'shop'), wrong)
  const answered = [...writes.values()].flatMap(({ answer }) => (answer === null ? [] : [answer]))
  const acknowledged = answered.filter(({ status }) => status < 300).length
  return {
    acknowledged, refused: answered.length - acknowledged, replayed: answered.filter(({ replayed }) => replayed).length, doubtful: answered.filter(({ doubts }) => doubts > 0).length,
    left: writes.size - answered.length, changes: logs.bank.changes + logs.shop.changes, wrong,
  }
}

function writesOf(told: readonly Told[], records: ReadonlyMap<string, number>, wrong: Wrong[]): ReadonlyMap<string, Write> {
  const writes = new Map<string, Write>()
  for (const one of told) {
    if (one.is === 'plan') {
      const { key, kind, facts } = one
      writes.set(key, { key, kind, facts, answer: null, done: (records.get(key) ?? 500) < 300 })
      continue
    }
    const write = writes.get(one.key)
    if (write === undefined) throw new Error(`an answer to what nobody asked: ${one.key}`)
    if (one.is === 'answer') {
      write.answer = one
      write.done = one.status < 300
    }
    if (one.is === 'again' && !(one.replayed && one.same && one.status === write.answer?.status)) {
      wrong.push({ of: 'record', what: `${write.kind} ${one.key} was answered ${write.answer?.status}, asked again ${one.status}${one.replayed ? '' : ', not as a repeat'}${one.same ? '' : ', otherwise'}` })
    }
  }
  return writes
}

/** What is said by many rows, by what it is said of. */
function sums(rows: readonly Row[], of: string, amount: (row: Row) => number): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const row of rows) found.set(String(row[of]), (found.get(String(row[of])) ?? 0) + amount(row))
  return found
}
/** One way or the other: carried out too seldom is lost, too often is twice, or unasked where it was not to be. */
function counted(wrong: Wrong[], { kind, key, done }: Write, found: number, each = 1): void {
  const due = done ? each : 0
  if (found !== due) wrong.push({ of: found < due ? 'lost' : done ? 'twice' : 'unasked', what: `${kind} ${key}: ${found} rows, due are ${due}` })
}
const asked = (writes: readonly Write[], kind: Kind, by: string, amount: (facts: Facts) => number): ReadonlyMap<string, number> =>
  sums(writes.filter(w => w.done && w.kind === kind).map(w => w.facts), by, facts => amount(facts as Facts))

async function judgeBank(client: pg.Client, writes: readonly Write[], wrong: Wrong[]): Promise<void> {
  const equal = (is: unknown, due: number, of: Wrong['of'], what: string): void => { if (Number(is) !== due) wrong.push({ of, what: `${what} is ${String(is)}, due is ${due}` }) }
  const held = await rowsOf(client, 'select * from accounts'), moves = await rowsOf(client, 'select * from moves')
  const booked = sums(moves, 'account_id', move => Number(move['amount']))
  const cash = [asked(writes, 'cash', 'account', facts => Number(facts['add'])), asked(writes, 'batch', 'from', facts => -Number(facts['amount'])), asked(writes, 'batch', 'to', facts => Number(facts['amount']))]
  const byNote = Map.groupBy(moves, move => String(move['note']))
  for (const write of writes.filter(w => w.kind === 'transfer')) {
    const mine = byNote.get(write.key) ?? []
    counted(wrong, write, mine.length, 2)
    const { from, to, amount } = write.facts
    if (mine.length === 2) {
      const found = mine.map(move => `${String(move['account_id'])} ${String(move['amount'])}`).toSorted().join()
      if (found !== [`${from} -${amount}`, `${to} ${amount}`].toSorted().join()) wrong.push({ of: 'sum', what: `transfer ${write.key} moved ${found}` })
    }
  }
  equal(held.length, accounts, 'lost', 'the number of accounts')
  equal(held.reduce((sum, a) => sum + Number(a['balance']), 0), accounts * opening.balance, 'sum', 'all the money')
  for (const account of held) {
    const id = String(account['id']), name = String(account['name'])
    equal(account['balance'], booked.get(id) ?? 0, 'sum', `the balance of ${name}`)
    equal(account['booked'], booked.get(id) ?? 0, 'sum', `the stored total of ${name}`)
    equal(account['cash'], opening.cash + cash.reduce((sum, of) => sum + (of.get(id) ?? 0), 0), 'sum', `the cash of ${name}`)
    if (Number(account['balance']) < 0 || Number(account['cash']) < 0) wrong.push({ of: 'range', what: `${name} has ${String(account['balance'])} and ${String(account['cash'])}` })
  }
  const counts = asked(writes, 'count', 'counter', () => 1), there = await rowsOf(client, 'select * from counters')
  equal(there.length, counters, 'lost', 'the number of counters')
  for (const counter of there) {
    const due = counts.get(String(counter['id'])) ?? 0
    equal(counter['value'], due, 'sum', String(counter['name']))
    equal(counter['version'], due + 1, 'sum', `the version of ${String(counter['name'])}`)
  }
  // A ticket is there if it was claimed and not given back; of equal ones there is never more than one.
  const tickets = await rowsOf(client, 'select * from tickets'), ids = new Map(tickets.map(t => [String(t['id']), t]))
  const dropped = new Set(writes.filter(w => w.kind === 'drop' && w.done).map(w => String(w.facts['ticket'])))
  const notes = Map.groupBy(tickets, t => String(t['note'])), claims = new Map<string, number>()
  for (const write of writes.filter(w => w.kind === 'claim')) {
    const id = write.done && write.answer ? (JSON.parse(write.answer.body) as { id: string }).id : null
    const gone = id !== null && dropped.has(id)
    counted(wrong, { ...write, done: write.done && !gone }, notes.get(write.key)?.length ?? 0)
    const code = String(write.facts['code'])
    if (write.done) claims.set(code, (claims.get(code) ?? 0) + (gone ? 0 : 1))
  }
  for (const write of writes.filter(w => w.kind === 'drop' && w.done)) if (ids.has(String(write.facts['ticket']))) wrong.push({ of: 'lost', what: `${write.key} gave back a ticket that is there` })
  for (const [code, same] of Map.groupBy(tickets, t => String(t['code']))) if (same.length > 1) wrong.push({ of: 'unique', what: `${same.length} times ${code}` })
  for (const [code, times] of claims) if (times > 1) wrong.push({ of: 'unique', what: `${code} was claimed ${times} times and never given back` })
}

async function judgeShop(client: pg.Client, writes: readonly Write[], wrong: Wrong[]): Promise<void> {
  const equal = (is: unknown, due: number, of: Wrong['of'], what: string): void => { if (Number(is) !== due) wrong.push({ of, what: `${what} is ${String(is)}, due is ${due}` }) }
  const goods = await rowsOf(client, 'select * from products'), orders = await rowsOf(client, 'select * from orders'), lines = await rowsOf(client, 'select * from order_items')
  const bought = orders.filter(o => o['note'] !== basket), byNote = Map.groupBy(bought, o => String(o['note'])), byOrder = Map.groupBy(lines, line => String(line['order_id']))
  for (const write of writes.filter(w => w.kind === 'checkout')) {
    const mine = byNote.get(write.key) ?? []
    counted(wrong, write, mine.length)
    for (const order of mine) {
      const of = byOrder.get(String(order['id'])) ?? []
      if (write.done && of.length !== write.facts['lines']) wrong.push({ of: 'lost', what: `checkout ${write.key} has ${of.length} lines` })
      equal(of.reduce((sum, line) => sum + Number(line['quantity']), 0), Number(write.facts['pieces']), 'sum', `what checkout ${write.key} bought`)
      if (write.answer && write.done && (JSON.parse(write.answer.body) as { orderId: string }).orderId !== order['id']) wrong.push({ of: 'twice', what: `checkout ${write.key} was answered another order` })
    }
  }
  const cents = (line: Row): number => Math.round(Number(line['price']) * 100) * Number(line['quantity'])
  for (const order of orders) equal(Math.round(Number(order['total']) * 100), (byOrder.get(String(order['id'])) ?? []).reduce((sum, line) => sum + cents(line), 0), 'sum', `the stored total (in cents) of order ${String(order['note'])}`)
  const there = new Set(bought.map(o => o['id'])), taken = sums(lines.filter(line => there.has(line['order_id'])), 'product_id', line => Number(line['quantity']))
  const filled = asked(writes, 'restock', 'product', facts => Number(facts['add']))
  equal(goods.length, products, 'lost', 'the number of products')
  for (const product of goods) {
    const id = String(product['id'])
    if (Number(product['stock']) < 0) wrong.push({ of: 'range', what: `${String(product['name'])}: ${String(product['stock'])} in stock` })
    equal(product['stock'], opening.stock + (filled.get(id) ?? 0) - (taken.get(id) ?? 0), 'sum', `the stock of ${String(product['name'])}`)
  }
  const added = asked(writes, 'line', 'line', () => 1)
  for (const line of lines.filter(l => !there.has(l['order_id']))) equal(line['quantity'], 1 + (added.get(String(line['id'])) ?? 0), 'sum', `line ${String(line['id'])} of a basket`)
}
