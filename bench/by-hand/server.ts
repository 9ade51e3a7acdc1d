// What a careful engineer would write by hand for these six addresses alone, on `pg` with pipelining.
// It answers the bodies that ours answers, byte for byte, cursors of the same form included. It has no ETags, no request ids, no limits, and knows no other question.
import pg from 'pg'
import { connected } from '../peer.ts'
import { serveByHand, type Row } from './routes.ts'

/** Four connections held directly: pg-pool would give each to one query at a time, and more only make the tails longer. Planned once: left to itself the server would plan each page anew, for twice the time. */
const connections = 4

await connected(async ({ database, secret, log }) => {
  const clients = await Promise.all(Array.from({ length: connections }, async () => {
    const client = new pg.Client({ ...database, pipeline: true, statement_timeout: 5000, options: '-c TimeZone=UTC -c jit=off -c plan_cache_mode=force_generic_plan' } as pg.ClientConfig)
    await client.connect()
    return client
  }))
  let turn = 0
  const one = async (name: string, text: string, values: readonly unknown[]): Promise<Row | undefined> => {
    const client = clients[turn = (turn + 1) % connections]
    return (await client?.query({ name, text, values: [...values] }))?.rows[0] as Row | undefined
  }
  const { port, close } = await serveByHand({ one, secret, log })
  return { port, close: async () => { await close(); await Promise.all(clients.map(c => c.end())) } }
})
