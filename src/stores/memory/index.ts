// The memory store: what operations mean, over rows in memory. The oracle of the tests, not a product.
import { Failure, toFailure } from '../../failure/index.ts'
import { capabilities, type Capabilities, type Capability, type Mutation, type Read, type Support, type Value } from '../../operation/index.ts'
import { entityOf, type Model } from '../../model/index.ts'
import type { Authorized, Change, Changes, Fetched, Run, Store, Transaction, Written } from '../store.ts'
import { readAggregate } from './aggregate.ts'
import { kept } from './constraints.ts'
import { readQuery } from './read.ts'
import { copyOf, rowsOf, type Stored, type Tables } from './tables.ts'
import { write } from './write.ts'

/** Rows by entity, in canonical values; fields left out are null. */
export type Rows = Readonly<Record<string, readonly Readonly<Record<string, Value>>[]>>

/** What no reference meaning exists for is refused. */
const support = (capability: Capability): Support => (capability === 'filter.text.search' || capability === 'count.estimate' ? 'none' : 'native')
export const memoryCapabilities: Capabilities = Object.freeze(Object.fromEntries(capabilities.map(c => [c, support(c)]))) as Capabilities

export interface MemoryStore extends Store {
  /** Puts rows in as they are, no rule or constraint asked. */
  load(rows: Rows): void
  /** All stored rows, in the order they came. */
  dump(): Rows
}

/**
 * A store over rows in memory. `now` is the clock of `createdAt` and `now` (the real one unless given). Writes and transactions run one after the other on
 * a copy that replaces the rows when all went well; reads beside them see the rows as they were.
 */
export function memoryStore(model: Model, now: () => string = () => canonical(new Date())): MemoryStore {
  let tables: Tables = new Map()
  let turn: Promise<unknown> = Promise.resolve()
  const awake = new Set<() => void>(), held = new Set<string>()
  const sequences = new Map<string, number>()
  const next = (name: string): number => {
    const value = (sequences.get(name) ?? 0) + 1
    sequences.set(name, value)
    return value
  }
  const readOn = (from: Tables, operation: Authorized<Read>, values: readonly Value[], run: Run, at: string): Fetched => {
    open(run)
    const started = performance.now()
    const reading = { model, tables: from, given: { values, now: at } }
    const op = operation.operation
    const fetched = op.kind === 'query' ? readQuery(reading, op) : readAggregate(reading, op)
    run.onStatement?.({ text: op.kind, values, ms: performance.now() - started, rows: fetched.rows })
    return fetched
  }
  const writeOn = (to: Tables, operation: Authorized<Mutation>, values: readonly Value[], run: Run, at: string): Written => {
    open(run)
    const started = performance.now()
    const done = write({ model, tables: to, given: { values, now: at }, next, mark: run.mark }, operation.operation)
    run.onStatement?.({ text: operation.operation.kind, values, ms: performance.now() - started, rows: done.touched })
    return done
  }
  const alone = <T>(work: (draft: Tables) => Promise<T>): Promise<T> => {
    const mine = turn.then(async () => {
      const draft = copyOf(tables), numbers = new Map(sequences)
      try {
        const result = await work(draft)
        tables = draft
        for (const wake of awake) queueMicrotask(wake)
        return result
      } catch (error) {
        // A database's sequence would not go back; nobody may count on either.
        for (const [name, value] of numbers) sequences.set(name, value)
        throw error
      }
    })
    turn = mine.catch(() => undefined)
    return mine
  }
  return {
    name: 'memory',
    can: memoryCapabilities,
    read: async (operation, values, run) => readOn(tables, operation, values, run, now()),
    write: (operation, values, run) => alone(async draft => writeOn(draft, operation, values, run, now())),
    within: (run, work) => alone(async draft => {
      open(run)
      const at = now()
      const undoing = async <T>(work: () => Promise<T>): Promise<T> => {
        const before = copyOf(draft)
        try { return await work() } catch (error) {
          draft.clear()
          for (const [name, rows] of before) draft.set(name, rows)
          throw error
        }
      }
      const session: Transaction = {
        read: async (operation, values, inner) => readOn(draft, operation, values, inner, at),
        // Each statement is all or nothing, also inside a transaction that goes on after a failure.
        write: (operation, values, inner) => undoing(async () => writeOn(draft, operation, values, inner, at)),
        attempt: (_, doing) => undoing(doing),
        // Transactions come one after the other: nobody else has it.
        lock: async () => true,
        sql: async () => { throw new Failure('store.unsupported', 'the memory store has no SQL', { facts: { store: 'memory' } }) },
      }
      return work(session)
    }),
    explain: async (operation, values) => ({ statement: JSON.stringify({ operation: operation.operation, values }, null, 2), plan: null }),
    ready: async () => {},
    ...(model.system === undefined ? {} : { changes: {
      async read(position, take, _, of = null) {
        const rows = rowsOf(tables, '~change').filter(r => position === null || Number(r.values['id']) > Number(position)).map(r => changeOf(r.values))
        const some = rows.slice(0, take)
        return { changes: some.filter(c => of === null || of.includes(c.entity)), position: some.at(-1)?.id ?? position ?? '0', more: rows.length > take }
      },
      now: async () => String(sequences.get('~change.id') ?? 0),
      async attend({ wake }) {
        const mine = new Set<string>()
        const tell = (): void => { wake() }
        awake.add(tell)
        return {
          hold: async name => {
            if (held.has(name)) return mine.has(name)
            held.add(name); mine.add(name)
            return true
          },
          close: async () => {
            awake.delete(tell)
            for (const name of mine) held.delete(name)
          },
        }
      },
      forget: (before, take) => alone(async draft => {
        const rows = rowsOf(draft, '~change'), old = new Set(rows.slice(0, take).filter(r => String(r.values['at']) < before))
        draft.set('~change', rows.filter(r => !old.has(r)))
        return old.size
      }),
    } satisfies Changes }),
    close: async () => {},
    load(rows) {
      for (const [name, given] of Object.entries(rows)) {
        const entity = entityOf(model, name)
        const stored = given.map((row): Stored => ({ values: Object.fromEntries(Object.values(entity.fields).map(f => [f.name, kept(f, row[f.name] ?? null)])), serial: 1 }))
        tables.set(name, [...rowsOf(tables, name), ...stored])
        for (const f of Object.values(entity.fields)) {
          if (f.generated === 'identity') sequences.set(`${name}.${f.name}`, Math.max(0, ...rowsOf(tables, name).map(r => Number(r.values[f.name] ?? 0))))
        }
      }
    },
    dump: () => Object.fromEntries(Object.keys(model.entities).map(name => [name, rowsOf(tables, name).map(r => r.values)])),
  }
}

/** A stored row of the log has these fields and no other. */
const changeOf = (values: Readonly<Record<string, Value>>): Change => values as unknown as Change

/** Throws where the caller went away or the time is over. */
function open(run: Run): void {
  if (run.signal?.aborted) throw toFailure(run.signal.reason)
  if (performance.now() > run.deadline) throw new Failure('store.timeout')
}

/** A moment in the canonical form of timestamps. */
const canonical = (at: Date): string => at.toISOString().replace(/\.?0*Z$/, '+00:00')
