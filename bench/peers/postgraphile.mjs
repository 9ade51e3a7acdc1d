// PostGraphile over the same tables, as its own server. Rules would be policies of the database: it is measured as staff.
import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { grafserv } from 'postgraphile/grafserv/node'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { connected } from '../peer.ts'

await connected(async ({ database }) => {
  const instance = postgraphile({
    extends: [PostGraphileAmberPreset],
    pgServices: [makePgService({ connectionString: `postgres://${database.user}:${database.password}@/${database.database}?host=${encodeURIComponent(database.host)}&port=${database.port}`, schemas: ['public'], poolSize: 4 })],
    grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  })
  const serv = instance.createServ(grafserv), server = createServer()
  await serv.addTo(server)
  await new Promise(resolve => { server.listen(0, '127.0.0.1', () => resolve()) })
  return { port: server.address().port, close: async () => { server.closeAllConnections(); server.close(); await instance.release() } }
})
