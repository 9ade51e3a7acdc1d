// PostGraphile over the same tables, as its own server. A function for W4, one for W5 and policies for W6 are written by hand (postgraphile.sql): staff ask as the tables' owner, customers as a role that the policies bind.
import { createServer } from 'node:http'
import pg from 'pg'
import { postgraphile } from 'postgraphile'
import { grafserv } from 'postgraphile/grafserv/node'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { callers } from '../by-hand/callers.ts'
import { connected } from '../peer.ts'

await connected(async ({ database, secret }) => {
  const link = new pg.Pool({ ...database, max: 1 })
  const identify = callers(secret, async email => (await link.query({ name: 'customer', text: 'select id from customers where email = $1', values: [email] })).rows[0]?.id ?? null)
  const instance = postgraphile({
    extends: [PostGraphileAmberPreset],
    pgServices: [makePgService({ connectionString: `postgres://${database.user}:${database.password}@/${database.database}?host=${encodeURIComponent(database.host)}&port=${database.port}`, schemas: ['public', 'postgraphile'], poolSize: 4 })],
    grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
    grafast: {
      // Settings are set in a transaction of each request, so staff, who need none, have none.
      async context({ node }) {
        const caller = await identify(node?.req.headers.authorization)
        if (caller === null) throw new Error('nobody asks')
        return caller.staff ? {} : { pgSettings: { role: 'postgraphile_customer', 'caller.customer': caller.customer ?? '' } }
      },
    },
  })
  const serv = instance.createServ(grafserv), server = createServer()
  await serv.addTo(server)
  await new Promise(resolve => { server.listen(0, '127.0.0.1', () => resolve()) })
  return { port: server.address().port, close: async () => { server.closeAllConnections(); server.close(); await instance.release(); await link.end() } }
})
