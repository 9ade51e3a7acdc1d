// The store's connections: shared ones that short statements are pipelined on, and others that one operation has to itself.
import pg from 'pg'
import type { Value } from '../../../operation/index.ts'
import { Failure } from '../../../failure/index.ts'
import type { Run } from '../../store.ts'
import type { Isolation } from '../../../model/index.ts'
import type { Cell, Connection, Statement, Text, Transacting } from '../statement.ts'
import { sharedLane, type Held, type Lane } from './lane.ts'
import { described, openLink, prepared, unprepared, type Answer, type Link, type Prepared } from './link.ts'
import { opener } from './opener.ts'
import { pool } from './pool.ts'
import { popularity, type Popularity } from './popular.ts'
import { identify, readable, type Server } from './server.ts'
import { defaultLimits, type Limits, type Place, type Purpose } from './settings.ts'
import { isContention, isRefused, Late, Lost, toFailure } from './trouble.ts'

export type { Limits, Place } from './settings.ts'
export { defaultLimits } from './settings.ts'
export type { Held } from './lane.ts'
export type { Server } from './server.ts'

export interface Connections extends Connection {
  readonly server: Server
  /**
   * Runs a statement on its lane. Throws Failure only; one made of a report of the server has that report as its cause, for `failureOf` to make better. A `read` or `own` whose connection dies is sent once more; a `write` that meets contention is tried again on a connection of its
   * own; `own` is taken for a read here: what writes and may take long belongs in `within`.
   */
  run(statement: Statement, values: readonly Value[], run: Run): Promise<readonly (readonly Cell[])[]>
  /** One transaction on a connection of its own: committed when `work` is done, rolled back when it throws. Everything runs there, whatever its lane. */
  within<T>(run: Run, work: (connection: Transacting) => Promise<T>, isolation?: Isolation): Promise<T>
  /** PostgreSQL's plan for a statement (`explain (verbose, settings, costs)`), made the way its lane makes it: for these values, or for any. Nothing is run. */
  explain(statement: Statement, values: readonly Value[], run: Run): Promise<string>
  /** What is open and waits at this moment, lane by lane. */
  held(): Readonly<Record<'read' | 'write' | 'own', Held>>
  /** Resolves when a statement could be served now; rejects `store.down`. */
  ready(): Promise<void>
  /** Finishes what is in flight, then ends every session. */
  close(): Promise<void>
}

/** How often a write that met contention is tried in all. */
const TRIES = 4
const begins: Readonly<Record<Isolation, Prepared>> = {
  'read committed': unprepared('begin'), 'repeatable read': unprepared('begin isolation level repeatable read'), serializable: unprepared('begin isolation level serializable'),
}
const savepoint = unprepared('savepoint bw')
const release = unprepared('release savepoint bw')
const back = unprepared('rollback to savepoint bw')
const commit = unprepared('commit')
const rollback = unprepared('rollback')

/** Connects. Throws `store.down` where the database cannot be reached or used (too old, not UTF8, behind a pooler). */
export async function connect(place: Place, given: Partial<Limits> = {}): Promise<Connections> {
  const limits: Limits = { ...defaultLimits, ...given }
  const popularities = new Map<string, Popularity>(), landing = Buffer.allocUnsafeSlow(65_536)
  let server: Server | null = null
  const open = async (purpose: Purpose): Promise<Link> => {
    const kind = `${purpose.lane} ${purpose.plan}`
    const popular = popularities.get(kind) ?? popularity()
    popularities.set(kind, popular)
    let link: Link
    try { link = await openLink(place, purpose, limits, popular, landing) } catch (e) { throw readable(e) }
    try { server ??= await identify(link) } catch (e) { link.destroy(e); throw e }
    return link
  }
  const opens = opener(open)
  const lanes = {
    read: {
      generic: sharedLane({ lane: 'read', plan: 'generic' }, limits.readers, limits.depth, opens),
      custom: sharedLane({ lane: 'read', plan: 'custom' }, limits.readers, limits.depth, opens),
    },
    write: {
      generic: sharedLane({ lane: 'write', plan: 'generic' }, limits.writers, limits.depth, opens),
      custom: sharedLane({ lane: 'write', plan: 'custom' }, limits.writers, limits.depth, opens),
    },
  }
  const shared = [lanes.read.generic, lanes.read.custom, lanes.write.generic, lanes.write.custom]
  const own = pool(limits, opens)
  await lanes.read.generic.ready()
  if (server === null) throw new Error('a connection was opened and the server is not known')

  const names = new WeakMap<Statement, Prepared>()
  const nameOf = (statement: Statement): Prepared => {
    let p = names.get(statement)
    if (!p) names.set(statement, p = prepared(statement.text, statement.plan))
    return p
  }

  const send = (statement: Statement, what: Prepared, parameters: readonly Text[], run: Run): Promise<Answer> => {
    switch (statement.lane) {
      case 'read': return lanes.read[statement.plan].send(what, parameters, run, true)
      case 'write': return lanes.write[statement.plan].send(what, parameters, run, false).catch((e: unknown) => {
        if (!isRefused(e) || !isContention(e)) throw e
        return alone(what, parameters, run, e)
      })
      case 'own': return own.use(run, c => c.send(what, parameters)).catch((e: unknown) => {
        if (!(e instanceof Lost)) throw e
        return own.use(run, c => c.send(what, parameters))
      })
    }
  }
  /** A write that met contention, again: alone on a connection, where it may wait for locks without anyone waiting behind it. */
  const alone = async (what: Prepared, parameters: readonly Text[], run: Run, met: unknown): Promise<Answer> => {
    for (let tries = 1; tries < TRIES; tries++) {
      try { return await own.use(run, c => c.send(what, parameters)) } catch (e) {
        if (!isRefused(e) || !isContention(e)) throw e
        met = e
        await new Promise(resolve => setTimeout(resolve, Math.random() * 10 * 2 ** tries))
      }
    }
    throw met
  }

  return {
    server,
    async run(statement, values, run) {
      const parameters = statement.parameters(values), what = nameOf(statement)
      try { return (await (run.onStatement ? timed(run.onStatement, statement.text, parameters, () => send(statement, what, parameters, run)) : send(statement, what, parameters, run))).rows } catch (e) {
        throw toFailure(e, statement.lane === 'write')
      }
    },
    async within(run, work, isolation = 'read committed') {
      const begin = begins[isolation]
      let committing = false
      let answered = false
      const transaction = async (c: { send(what: Prepared, parameters: readonly Text[]): Promise<Answer>; doubt(cause: unknown): void }) => {
        let spoilt: Failure | null = null
        let over = false
        // Not waited for: it travels with the first statement, and where it fails, so does that.
        told(run, begin.text, [], () => c.send(begin, [])).catch((e: unknown) => c.doubt(e))
        const sent = async (what: Prepared, parameters: readonly Text[], inner: Run): Promise<Answer> => {
          if (over) throw new Error('the transaction is over')
          try { return await told(inner, what.text, parameters, () => c.send(what, parameters)) } catch (e) {
            // After a failure the server takes nothing more: what is worth telling is the failure.
            if (spoilt && isRefused(e) && e.code === '25P02') throw spoilt
            const failure = toFailure(e, false)
            spoilt ??= failure
            throw failure
          }
        }
        const connection: Transacting = {
          run: async (statement, values, inner) => (await sent(nameOf(statement), statement.parameters(values), inner)).rows,
          describe: (text, parameters, inner) => sent(described(text), parameters, inner),
          async attempt(inner, doing) {
            // Nothing can be begun here any more, and going back would go too far.
            const failed = (): Failure | null => spoilt
            const already = failed()
            if (already) throw already
            // Not waited for, as `begin` is not.
            sent(savepoint, [], inner).catch(() => {})
            try {
              const result = await doing()
              const spoiling = failed()
              if (spoiling) throw spoiling
              sent(release, [], inner).catch(() => {})
              return result
            } catch (e) {
              // What cannot be gone back from stays spoilt.
              if (!over) await told(inner, back.text, [], () => c.send(back, [])).then(() => { spoilt = null; sent(release, [], inner).catch(() => {}) }, () => {})
              throw e
            }
          },
        }
        let result
        try { result = await work(connection) } catch (e) {
          over = true
          await told(run, rollback.text, [], () => c.send(rollback, [])).catch((cause: unknown) => c.doubt(cause))
          throw e
        }
        over = true
        committing = true
        const answer = await told(run, commit.text, [], () => c.send(commit, []))
        answered = true
        // A statement had failed and `work` went on as if it had not: the server has rolled back.
        if (answer.tag !== 'COMMIT') throw spoilt ?? new Failure('internal', undefined, { cause: new Error(`commit answered ${answer.tag}`) })
        return result
      }
      try { return await own.use(run, transaction) } catch (e) {
        // What `work` throws of its own accord stays as it is.
        throw e instanceof Lost || e instanceof Late || isRefused(e) ? toFailure(e, committing && !answered) : e
      }
    },
    async explain(statement, values, run) {
      const name = 'bw_explain'
      const literals = statement.parameters(values).map(p => (p === null ? 'null' : pg.escapeLiteral(p)))
      const steps = [
        `begin read only`,
        `set local plan_cache_mode = force_${statement.plan}_plan`,
        `prepare ${name} as ${statement.text}`,
        `explain (verbose, settings, costs) execute ${name}${literals.length > 0 ? `(${literals.join(', ')})` : ''}`,
        'rollback',
      ]
      try {
        return await own.use(run, async c => {
          try {
            const [, , , plan] = await Promise.all(steps.map(text => c.send(unprepared(text), [])))
            await c.send(unprepared(`deallocate ${name}`), [])
            return (plan?.rows ?? []).map(([line]) => (line ? Buffer.from(line).toString() : '')).join('\n')
          } catch (e) {
            // What of it was done is not worth finding out.
            c.doubt(e)
            throw e
          }
        })
      } catch (e) { throw toFailure(e, false) }
    },
    held: () => ({ read: both(lanes.read), write: both(lanes.write), own: own.held() }),
    ready: () => lanes.read.generic.ready(),
    async close() { await Promise.all([...shared, own].map(l => l.close())) },
  }
}

/** Both plans of a lane together. */
function both({ generic, custom }: { readonly generic: Pick<Lane, 'held'>; readonly custom: Pick<Lane, 'held'> }): Held {
  const a = generic.held(), b = custom.held()
  return { open: a.open + b.open, busy: a.busy + b.busy, queued: a.queued + b.queued, prepared: a.prepared + b.prepared }
}

/** Tells the operation's listener, where it has one, what was sent, how long it took and how many rows it touched. */
const told = (run: Run, text: string, values: readonly Text[], send: () => Promise<Answer>): Promise<Answer> => (run.onStatement ? timed(run.onStatement, text, values, send) : send())

async function timed(onStatement: NonNullable<Run['onStatement']>, text: string, values: readonly Text[], send: () => Promise<Answer>): Promise<Answer> {
  const start = performance.now()
  let rows = 0
  try {
    const answer = await send()
    rows = Number(/(\d+)$/.exec(answer.tag)?.[1] ?? 0)
    return answer
  } finally { onStatement({ text, values, ms: performance.now() - start, rows }) }
}
