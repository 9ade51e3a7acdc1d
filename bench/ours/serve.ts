// Ours, as `backwright start` composes it: the shop over PostgreSQL, served over REST, its log off unless asked for.
import { connected } from '../peer.ts'
import { open } from '../../src/application/index.ts'
import { jsonLog } from '../../src/observe/index.ts'
import shop from '../../examples/shop/shop.ts'

await connected(async ({ database, secret, log }) => {
  const { host, port, user, password } = database
  const url = `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database.database}`
  const application = await open(shop, { url, schema: 'require', tokens: { secret }, ...(log ? { observe: jsonLog(process.stdout) } : {}) })
  const serving = await application.serve({ port: 0 })
  return { port: serving.port, close: () => application.close() }
})
