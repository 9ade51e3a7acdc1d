// The ceiling: what by hand answers, over a driver that does nothing but pipeline named statements and hand over bytes. It says that by hand is no straw man.
import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import pg from 'pg'
import { serveByHand, type One } from '../by-hand/routes.ts'
import { connected } from '../peer.ts'
import { decoder } from '../../src/stores/postgres/connections/decode.ts'
import { outbox } from '../../src/stores/postgres/connections/encode.ts'

const connections = 4
/** The columns of the by-hand statements, which no answer names: after the body those of a page. */
const columns = ['body', 'more', 'first_key', 'first_id', 'last_key', 'last_id'], ordered = ['body', 'more', 'last_key', 'last_id']
const namesOf = (name: string): readonly string[] => (name === 'customer' ? ['id'] : name.endsWith('orders') ? ordered : columns)

interface Link { readonly send: One; readonly close: () => void }
interface Waiting { readonly names: readonly string[]; readonly resolve: (row: Record<string, unknown> | undefined) => void; readonly reject: (error: Error) => void; row: Record<string, unknown> | undefined; error: Error | null }

async function link(database: pg.ClientConfig): Promise<Link> {
  const client = new pg.Client({ ...database, options: '-c TimeZone=UTC -c jit=off -c plan_cache_mode=force_generic_plan -c statement_timeout=5000' })
  await client.connect()
  const { stream: socket } = (client as unknown as { readonly connection: EventEmitter & { readonly stream: Socket } }).connection
  const out = outbox(), prepared = new Set<string>(), waiting: Waiting[] = []
  let first = 0, asked = false
  const read = decoder({
    parsed() {}, described() {}, complete() {}, nonsense(what) { throw new Error(what) },
    row(cells) { const w = waiting[first]; if (w) w.row = Object.fromEntries(cells.map((cell, i) => [w.names[i] ?? '', i === 0 && w.names.length > 1 ? cell : cell && Buffer.from(cell).toString()])) },
    refused(fields) { const w = waiting[first]; if (w) w.error = new Error(fields['M']) },
    idle() {
      const w = waiting[first++]
      if (first > 1000) { waiting.splice(0, first); first = 0 }
      if (w?.error) w.reject(w.error)
      else w?.resolve(w.row)
    },
  })
  socket.removeAllListeners('data')
  socket.on('data', read)
  return {
    send: (name, text, values) => new Promise((resolve, reject) => {
      if (!prepared.has(name)) { out.parse(name, text); prepared.add(name) }
      out.run(name, values.map(v => (v === null || v === undefined ? null : typeof v === 'string' ? v : JSON.stringify(v))))
      out.sync()
      waiting.push({ names: namesOf(name), resolve, reject, row: undefined, error: null })
      if (asked) return
      asked = true
      setImmediate(() => { asked = false; const bytes = out.take(); if (bytes) socket.write(bytes) })
    }),
    close: () => { socket.destroy() },
  }
}

await connected(async ({ database, secret, log }) => {
  const links = await Promise.all(Array.from({ length: connections }, () => link(database)))
  let turn = 0
  const one: One = (name, text, values) => links[turn = (turn + 1) % connections]?.send(name, text, values) ?? Promise.reject(new Error('no connection'))
  const { port, close } = await serveByHand({ one, secret, log })
  return { port, close: async () => { await close(); for (const l of links) l.close() } }
})
