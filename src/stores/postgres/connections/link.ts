// One connection to the server. `pg` opens it (addresses, TLS, passwords); then we speak on its socket ourselves: pipelined, rows as bytes, statements named by use.
import { connect as connectTo, Socket } from 'node:net'
import { createHash } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import pg from 'pg'
import type { Run } from '../../store.ts'
import type { Cell, Described, Text } from '../statement.ts'
import { decoder } from './decode.ts'
import { cancelRequest, MOST_PARAMETERS, outbox, terminate } from './encode.ts'
import { named, type Popularity } from './popular.ts'
import { settings, startupOptions, type Limits, type Place, type Purpose } from './settings.ts'
import { isFatal, isStalePlan, Late, Lost, refusal, type Refused } from './trouble.ts'

/** A statement's text with the name it has where it is prepared; no name: it never is. */
export interface Prepared { readonly name: string | null; readonly text: string; readonly plan: 'custom' | 'generic'; readonly described?: true }

/** Named by the text's hash, so that the same text has the same name on every connection. */
export const prepared = (text: string, plan: Prepared['plan']): Prepared =>
  ({ name: `bw_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`, text, plan })
/** Sent now and then only. */
export const unprepared = (text: string): Prepared => ({ name: null, text, plan: 'custom' })

/** Sent once, its columns described. */
export const described = (text: string): Prepared => ({ name: null, text, plan: 'custom', described: true })

/** `columns`: of a described statement that has any. */
export interface Answer { readonly rows: readonly (readonly Cell[])[]; readonly tag: string; readonly columns: readonly Described[] }

export interface Link {
  /** What the server said when the session began: `server_version`, `server_encoding`, … */
  readonly facts: ReadonlyMap<string, string>
  readonly pid: number
  /** Statements sent and not yet answered. */
  readonly waiting: number
  readonly open: boolean
  /** How many statements are prepared. */
  readonly names: number
  /**
   * Sends a statement behind those already sent. Rejects with the server's refusal (a DatabaseError), `Lost`, or `Late` when the deadline passes or the
   * caller goes, looked at now and then; the statement then still runs to its end or to its session's timeout, and its answer is dropped.
   */
  send(statement: Prepared, parameters: readonly Text[], run: Waiting): Promise<Answer>
  /** Asks the server to stop what this session does, and gives the connection up: a cancel that comes late must not hit whoever is next. */
  cancel(): Promise<void>
  /** Ends the session after what is in flight. */
  end(): Promise<void>
  /** Ends it now; what is in flight is `Lost`. */
  destroy(cause: unknown): void
}

/** How long somebody waits for an answer. Its signal is not asked for before an answer is late: to make one costs as much as the rest of sending. */
export type Waiting = Pick<Run, 'deadline' | 'signal'>
/** Until the server's own timeout. */
export const patient: Waiting = { deadline: Infinity }

interface Job {
  readonly statement: Prepared
  readonly parameters: readonly Text[]
  readonly run: Waiting
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  rows: (readonly Cell[])[]
  columns: readonly Described[]
  tag: string
  refused: Refused | null
  /** Parsed under its name with this very job. */
  naming: boolean
  parsed: boolean
  again: boolean
  dropped: boolean
  sent: boolean
}

/** What we use of a `pg` client beyond its types. */
interface Driver {
  readonly connection: EventEmitter & { stream: Socket }
  readonly connectionParameters: { options?: string; application_name?: string; statement_timeout?: unknown; lock_timeout?: unknown; idle_in_transaction_session_timeout?: unknown }
  readonly processID: number
  readonly secretKey: number
}

/** How often what waits is looked through for who has waited too long. */
const LOOK = 50

/** Opens a connection. Rejects with whatever kept it from being opened. `landing`: where what a socket brings is put before it is copied, one for all. */
export async function openLink(place: Place, purpose: Purpose, limits: Limits, popular: Popularity, landing: Uint8Array): Promise<Link> {
  const client = new pg.Client({ ...place, connectionTimeoutMillis: limits.connect, keepAlive: true })
  const driver = client as unknown as Driver
  // Left to itself Node takes 64 KB for each piece that comes and gives most of it back at once: the C library's heap grows by the gaps. TLS has no such place, and pg takes its own socket for it.
  let land: ((piece: Buffer) => boolean) | null = null
  if (!(client as unknown as { readonly ssl: unknown }).ssl) {
    const plain: Socket = new Socket({ onread: { buffer: landing, callback: (bytes, at) => { const piece = Buffer.from(at.subarray(0, bytes)); return land === null ? plain.push(piece) : land(piece) } } })
    driver.connection.stream = plain
  }
  const asked = driver.connectionParameters
  asked.options = startupOptions(asked.options, settings(purpose, limits))
  asked.application_name = 'backwright'
  // Those that pg sends beside the options would win over them.
  asked.statement_timeout = asked.lock_timeout = asked.idle_in_transaction_session_timeout = undefined
  const facts = new Map<string, string>()
  driver.connection.on('parameterStatus', (m: { parameterName: string; parameterValue: string }) => void facts.set(m.parameterName, m.parameterValue))
  let lost: (cause: unknown) => void = () => {}
  client.on('error', e => lost(e))
  client.on('end', () => lost(new Error('the server closed the connection')))
  try { await client.connect() } catch (e) { driver.connection.stream.destroy(); throw e }

  const socket = driver.connection.stream
  const names = named(limits.prepared, popular)
  const out = outbox()
  const patience = (purpose.lane === 'own' ? limits.longStatement : limits.statement) + limits.silence
  let jobs: (Job | undefined)[] = []
  let first = 0
  let unsent: Job[] = []
  let open = true
  let ending: (() => void) | null = null
  let looking: NodeJS.Timeout | null = null
  let heard = performance.now()

  const nameOf = (s: Prepared): string | null => (s.plan === 'custom' && purpose.plan === 'auto' ? null : s.name)
  const waiting = () => jobs.length - first
  const flush = (): void => {
    const bytes = out.take()
    if (bytes === null || !open) return
    for (const job of unsent) job.sent = true
    unsent = []
    socket.write(bytes)
    // A new one for every few requests would outlive short collections, and long ones seldom come.
    if (socket.writableLength === 0) out.again()
  }
  const put = (job: Job): void => {
    const name = nameOf(job.statement)
    const sending = name === null || job.again ? { how: 'once' as const } : names.send(name)
    job.rows = []; job.columns = []; job.tag = ''; job.refused = null; job.parsed = false; job.naming = sending.how === 'name'
    if (sending.how === 'name') for (const other of sending.close) out.close(other)
    const under = sending.how === 'once' ? '' : name ?? ''
    if (sending.how !== 'known') out.parse(under, job.statement.text)
    out.run(under, job.parameters, job.statement.described)
    out.sync()
    if (waiting() === 0) heard = performance.now()
    jobs.push(job)
    if (unsent.push(job) === 1) setImmediate(flush)
    looking ??= setInterval(look, LOOK).unref()
  }
  const drop = (job: Job, error: unknown): void => { job.dropped = true; job.reject(error) }
  const look = (): void => {
    const now = performance.now()
    if (waiting() === 0 && looking) { clearInterval(looking); looking = null; return }
    for (let i = first; i < jobs.length; i++) {
      const job = jobs[i]
      if (!job || job.dropped) continue
      if (job.run.signal?.aborted) drop(job, new Late('left', job.sent))
      else if (now > job.run.deadline) drop(job, new Late('running', job.sent))
    }
    if (now - heard > patience) lost(new Error(`the server said nothing for ${Math.round(patience / 1000)} s`))
  }
  const next = (): void => {
    // Let go at once: a job that is done holds its whole request.
    jobs[first++] = undefined
    // Taking from the front of a long array copies it: done now and then, not each time.
    if (first === jobs.length) { jobs = []; first = 0 } else if (first > 1000) { jobs = jobs.slice(first); first = 0 }
    if (ending && waiting() === 0) ending()
  }

  lost = cause => {
    if (!open) return
    open = false
    if (looking) clearInterval(looking)
    socket.destroy()
    const left = jobs.slice(first)
    jobs = []; first = 0; unsent = []
    for (const job of left) if (job && !job.dropped) job.reject(new Lost(job.sent, job.refused ?? cause))
    ending?.()
  }

  const read = decoder({
    parsed() { const job = jobs[first]; if (job) job.parsed = true },
    described(columns) { const job = jobs[first]; if (job) job.columns = columns },
    row(cells) { jobs[first]?.rows.push(cells) },
    complete(tag) { const job = jobs[first]; if (job) job.tag = tag },
    refused(fields) {
      const error = refusal(fields)
      const job = jobs[first]
      if (isFatal(error) || !job) return lost(error)
      job.refused = error
    },
    idle(outside) {
      const job = jobs[first]
      if (!job) return
      next()
      const { refused } = job
      if (refused === null) { if (!job.dropped) job.resolve({ rows: job.rows, tag: job.tag, columns: job.columns }); return }
      const name = nameOf(job.statement)
      if (name !== null && ((job.naming && !job.parsed) || isStalePlan(refused))) {
        names.forget(name)
        // Nothing was carried out, and no transaction was spoilt by it: once more, parsed anew.
        if (isStalePlan(refused) && outside && !job.again && !job.dropped) { job.again = true; put(job); return }
      }
      if (!job.dropped) job.reject(refused)
    },
    nonsense(what) { lost(new Error(`the server sent what is not PostgreSQL's protocol: ${what}`)) },
  })
  socket.removeAllListeners('data')
  socket.on('data', (piece: Buffer) => { heard = performance.now(); read(piece) })
  land = piece => { heard = performance.now(); read(piece); return true }

  return {
    facts,
    pid: driver.processID,
    get waiting() { return waiting() },
    get open() { return open && ending === null },
    get names() { return names.size },
    send(statement, parameters, run) {
      return new Promise((resolve, reject) => {
        // Found out before anything is written: half a message would spoil the line.
        if (parameters.length > MOST_PARAMETERS) return reject(new Error(`a statement takes ${MOST_PARAMETERS} parameters at most, not ${parameters.length}`))
        if (statement.text.includes('\0')) return reject(new Error('a statement cannot hold a null byte'))
        if (!open || ending) return reject(new Lost(false, new Error('the connection is closed')))
        put({
          statement, parameters, run, resolve, reject,
          rows: [], columns: [], tag: '', refused: null, naming: false, parsed: false, again: false, dropped: false, sent: false,
        })
      })
    },
    async cancel() {
      if (open) await askToCancel(client, driver)
      lost(new Error('canceled'))
    },
    end() {
      return new Promise(resolve => {
        if (!open) return resolve()
        ending = () => {
          ending = () => {}
          if (!open) return resolve()
          open = false
          if (looking) clearInterval(looking)
          socket.once('close', () => resolve())
          socket.end(Uint8Array.from(terminate))
          setTimeout(() => socket.destroy(), 1_000).unref()
        }
        if (waiting() === 0) ending()
      })
    },
    destroy(cause) { lost(cause) },
  }
}

/** Resolves when the server has passed the cancel on (it then closes), or cannot be asked; never rejects: the session's own timeout remains. */
function askToCancel(client: pg.Client, driver: Driver): Promise<void> {
  return new Promise(resolve => {
    const socket = client.host.startsWith('/') ? connectTo(`${client.host}/.s.PGSQL.${client.port}`) : connectTo(client.port, client.host)
    socket.setTimeout(2_000, () => socket.destroy())
    socket.on('error', () => {}).once('close', () => resolve())
    socket.once('connect', () => void socket.end(cancelRequest(driver.processID, driver.secretKey)))
    socket.resume()
  })
}
