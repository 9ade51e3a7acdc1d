// The connection of a process that reads the change log: it hears that there are changes, says so, and holds what only one process may do. All of it ends with the connection.
import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Attendance } from '../../store.ts'
import type { Place } from '../connections/index.ts'
import { failureOf } from '../failures.ts'

const channel = 'backwright_changes'
/** Coalesced: a NOTIFY makes commits queue up behind each other, and one tells as much as a hundred. */
const pauseMs = 20
/** 'back' and the name's number: advisory locks are of a database, and so are ours. */
const family = 0x6261_636b

export interface Line extends Attendance {
  /** Changes were committed here. */
  announce(): void
}

export async function attend(place: Place, on: { readonly wake: () => void; readonly lost: (cause: unknown) => void }, ended: (line: Line) => void): Promise<Line> {
  const client = new pg.Client({ ...place, application_name: 'backwright: changes', connectionTimeoutMillis: 10_000, keepAlive: true })
  let open = true
  let timer: NodeJS.Timeout | null = null
  const over = (cause: unknown): void => {
    if (!open) return
    open = false
    if (timer) clearTimeout(timer)
    ended(line)
    client.end().catch(() => {})
    on.lost(cause)
  }
  const line: Line = {
    announce() {
      if (!open || timer) return
      timer = setTimeout(() => {
        timer = null
        client.query(`notify ${channel}`).catch(over)
      }, pauseMs)
      timer.unref()
    },
    async hold(name) {
      try {
        const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as held', [family, numberOf(name)])
        return (rows as { held: boolean }[])[0]?.held === true
      } catch (error) {
        over(error)
        throw failureOf(error)
      }
    },
    async close() {
      if (!open) return
      open = false
      if (timer) clearTimeout(timer)
      ended(line)
      await client.end().catch(() => {})
    },
  }
  client.on('error', over)
  client.on('end', () => { over(new Error('the server closed the connection')) })
  client.on('notification', () => { if (open) on.wake() })
  try {
    await client.connect()
    // What the role or the database sets for others must not end a session that waits.
    await client.query(`set statement_timeout = 0; set idle_session_timeout = 0; listen ${channel}`)
  } catch (error) {
    open = false
    client.end().catch(() => {})
    throw failureOf(error)
  }
  return line
}

/** A name as a signed number of 32 bits. */
const numberOf = (name: string): number => createHash('sha256').update(name).digest().readInt32BE(0)
