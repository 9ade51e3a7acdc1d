// Platformatic DB over the same tables: W1 and W2 through its own REST, W3 through its own GraphQL, W4 and W5 by a plugin written by hand (platformatic/plugin.mjs). Without rules: it is measured as staff.
import { create } from '@platformatic/db'
import path from 'node:path'
import { connected } from '../peer.ts'

await connected(async ({ database, log }) => {
  const root = path.join(import.meta.dirname, 'platformatic')
  const app = await create(root, {
    server: { hostname: '127.0.0.1', port: 0, logger: log ? { level: 'info' } : { level: 'silent' } },
    db: {
      connectionString: `postgres://${database.user}:${database.password}@${encodeURIComponent(database.host)}:${database.port}/${database.database}`,
      poolSize: 4, ignore: { backwright: true }, openapi: true, graphql: true, events: false,
    },
    plugins: { paths: [path.join(root, 'plugin.mjs')] },
    watch: false,
  })
  await app.init()
  await app.start({ listen: true })
  return { port: Number(new URL(app.getUrl()).port), close: () => app.stop() }
})
