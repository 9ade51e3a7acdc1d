// The PostgreSQL store: authorized operations compiled to statements once per shape, run on the store's connections.
import { capabilities, type Capabilities, type Mutation, type Read, type Value } from '../../operation/index.ts'
import { Failure } from '../../failure/index.ts'
import type { Isolation, Model } from '../../model/index.ts'
import type { Authorized, Fetched, Run, Store, Transaction, Written } from '../store.ts'
import { compileRead, type Compiled } from './compile/index.ts'
import { connect, type Connections, type Limits, type Place } from './connections/index.ts'
import { changeLog } from './changes/index.ts'
import { failureOf } from './failures.ts'
import { ensureSystem } from './system/index.ts'
import { runSql } from './own-sql.ts'
import type { Connection, Statement, Transacting } from './statement.ts'
import { compileMutation, compileTrusting, executeMutation, isSingle, statementsOf as statementsOfWrite, type WritePlan } from './write/index.ts'

export { defaultLimits, type Limits, type Place } from './connections/index.ts'

/** PostgreSQL does all of it itself. */
export const postgresCapabilities: Capabilities = Object.freeze(Object.fromEntries(capabilities.map(c => [c, 'native']))) as Capabilities

export interface PostgresOptions {
  readonly model: Model
  readonly connection: Place
  readonly limits?: Partial<Limits>
}

export interface PostgresStore extends Store {
  /** The server's major version. */
  readonly version: number
  /** What is open, at work, waiting and prepared at this moment, lane by lane. */
  held(): ReturnType<Connections['held']>
}

/** Connects, and serves `model` whose tables are there already; the system's own are made where they are missing. Throws `store.down` where the database cannot be reached or used, saying why. */
export async function postgresStore({ model, connection, limits }: PostgresOptions): Promise<PostgresStore> {
  const connections = await connect(connection, limits)
  const { server } = connections
  try {
    const started = { deadline: performance.now() + 30_000 }
    await ensureSystem(model, connection, async text => {
      const [row = []] = await connections.run({ text, parameters: () => [], lane: 'read', plan: 'generic' }, [], started)
      return row.map(cell => (cell === null ? null : Buffer.from(cell).toString('utf8')))
    })
  } catch (error) {
    await connections.close()
    throw error
  }
  const log = model.system === undefined ? null : changeLog(model, connections, connection)
  // By identity: who bounds the authorized operations bounds these.
  const reads = new WeakMap<Authorized<Read>, Compiled>()
  const writes = new WeakMap<Authorized<Mutation>, WritePlan>()
  const compiledRead = (operation: Authorized<Read>): Compiled => {
    const found = reads.get(operation)
    if (found) return found
    const made = compileRead(operation, model, server)
    reads.set(operation, made)
    return made
  }
  const compiledWrite = (operation: Authorized<Mutation>): WritePlan => {
    const found = writes.get(operation)
    if (found) return found
    const made = compileMutation(operation, model, server)
    writes.set(operation, made)
    return made
  }

  const trusting = new WeakMap<Authorized<Mutation>, WritePlan | null>()
  /** The plan that is tried first, where these values go by one. */
  const trustingWrite = (operation: Authorized<Mutation>, values: readonly Value[]): WritePlan | null => {
    let plan = trusting.get(operation)
    if (plan === undefined) trusting.set(operation, plan = compileTrusting(operation, model, server))
    return plan && isSingle(plan, values) ? plan : null
  }

  const readOn = async (on: Connection, operation: Authorized<Read>, values: readonly Value[], run: Run): Promise<Fetched> => {
    const { statement, decode, estimate, lock } = compiledRead(operation)
    if (lock) await on.run(lock, values, run)
    if (!estimate) return decode(await on.run(statement, values, run))
    const [rows, guess] = await Promise.all([on.run(statement, values, run), on.run(estimate.statement, values, run)])
    return { ...decode(rows), total: estimate.decode(guess) }
  }
  const over = (on: Transacting): Transaction => ({
    read: (operation, values, run) => readOn(on, operation, values, run),
    write: (operation, values, run) => executeMutation(compiledWrite(operation), values, on, run),
    attempt: (run, work) => on.attempt(run, work),
    lock: async (name, run) => (await on.run(tryLock, [name], run))[0]?.[0]?.[0] === 0x74,
    sql: (pieces, run) => runSql(pieces, model, on, run),
  })

  /** What `work` throws stays as it is; what goes wrong around it, at the commit say, is named by the model. */
  const transaction = async <T>(run: Run, work: (on: Transacting) => Promise<T>, isolation?: Isolation): Promise<T> => {
    const thrown = new Set<unknown>()
    try {
      return await connections.within(run, async on => {
        try { return await work(on) } catch (error) { thrown.add(error); throw error }
      }, isolation)
    } catch (error) {
      throw thrown.has(error) ? error : failureOf(error, model)
    }
  }

  const committed = <T>(writing: Promise<T>): Promise<T> => (log === null ? writing : writing.then(done => { log.committed(); return done }))

  return {
    name: 'postgres',
    version: server.version,
    can: postgresCapabilities,
    read: (operation, values, run) => readOn(connections, operation, values, run),
    write(operation, values, run): Promise<Written> {
      const whole = (): Promise<Written> => {
        const plan = compiledWrite(operation)
        return isSingle(plan, values) ? executeMutation(plan, values, connections, run) : transaction(run, on => executeMutation(plan, values, on, run))
      }
      const first = trustingWrite(operation, values)
      return committed(first === null ? whole() : executeMutation(first, values, connections, run).catch((error: unknown) => {
        if (error instanceof Failure && constraints.has(error.code)) return whole()
        throw error
      }))
    },
    within: (run, work, isolation) => committed(transaction(run, on => work(over(on)), isolation)),
    ...(log === null ? {} : { changes: log }),
    async explain(operation, values, run) {
      const statements = statementsOf(operation, values, compiledRead, o => trustingWrite(o, values) ?? compiledWrite(o))
      const plans: string[] = []
      for (const s of statements) plans.push(await connections.explain(s, values, run))
      return { statement: statements.map(s => s.text).join(';\n\n'), plan: plans.join('\n\n') }
    },
    held: () => connections.held(),
    ready: () => connections.ready(),
    async close() {
      await log?.close()
      await connections.close()
    },
  }
}

/** What the database says where a row does not fit. */
const constraints: ReadonlySet<string> = new Set(['row.reference', 'row.duplicate', 'row.invalid'])

/** A name is its hash of 64 bits here; the lock goes with the transaction. */
const tryLock: Statement = { text: 'select pg_try_advisory_xact_lock(hashtextextended($1, 0))', parameters: ([name]) => [String(name)], lane: 'own', plan: 'generic' }

function statementsOf(
  operation: Authorized<Read | Mutation>, values: readonly Value[], read: (o: Authorized<Read>) => Compiled, write: (o: Authorized<Mutation>) => WritePlan,
): readonly Statement[] {
  if (isRead(operation)) return [read(operation).statement]
  if (isMutation(operation)) return statementsOfWrite(write(operation), values)
  throw new Error('neither a read nor a mutation')
}

const isRead = (o: Authorized<Read | Mutation>): o is Authorized<Read> => o.operation.kind === 'query' || o.operation.kind === 'aggregate'
const isMutation = (o: Authorized<Read | Mutation>): o is Authorized<Mutation> => !isRead(o)
