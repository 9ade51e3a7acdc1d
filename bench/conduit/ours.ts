// Ours: Conduit as `backwright start` composes it.
import { connected } from '../peer.ts'
import { open } from '../../src/application/index.ts'
import conduit from '../../examples/conduit/conduit.ts'

await connected(async ({ database }) => {
  const { host, port, user, password } = database
  const application = await open(conduit, { url: `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database.database}`, schema: 'require' })
  const serving = await application.serve({ port: 0 })
  return { port: serving.port, close: () => application.close() }
})
