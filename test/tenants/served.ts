// The firms served over REST: two companies with rows of the same look, and people who are in one, in both, in none.
import { SignJWT } from 'jose'
import pg from 'pg'
import { compileModel } from '../../src/define/index.ts'
import { createEngine } from '../../src/engine/index.ts'
import type { Caller } from '../../src/model/index.ts'
import { applyPlan, planOf } from '../../src/migrate/index.ts'
import { connectDb, speakTypeScript } from '../../src/protocols/db/index.ts'
import { graphql } from '../../src/protocols/graphql/index.ts'
import { rest } from '../../src/protocols/rest/index.ts'
import { serve } from '../../src/server/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { testServer } from '../server.ts'
import app from './firm.ts'

export const { model } = compileModel(app)
const secret = 'a secret for tests that is long enough'
export const run = () => ({ deadline: performance.now() + 30_000 })

export interface Claims { readonly email?: string; readonly tenant?: unknown; readonly roles?: readonly string[]; readonly auth_time?: unknown; readonly [claim: string]: unknown }
export const tokenOf = ({ email, ...claims }: Claims): Promise<string> =>
  new SignJWT({ ...(email === undefined ? {} : { email, email_verified: true }), ...claims }).setSubject(email ?? 'somebody').setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(secret))

export async function served() {
  const fresh = await (await testServer()).freshDatabase()
  const client = new pg.Client(fresh.config)
  await client.connect()
  await applyPlan(client, await planOf(client, model))
  const store = await postgresStore({ model, connection: fresh.config as never })
  const engine = await createEngine({ model, store, speak: speakTypeScript, tokens: { secret } })
  const serving = await serve({ protocols: [rest({ engine }), graphql({ engine, development: true })], engine, port: 0, limits: { stopMs: 1000 } })
  const everywhere = connectDb(engine, app, engine.system('sets up a test'))
  const world = await rowsOf()
  async function rowsOf() {
    const [acme, bolt] = await everywhere.company.create([{ name: 'Acme' }, { name: 'Bolt' }])
    const [anna, ben, both, nobody] = await everywhere.person.create(['anna', 'ben', 'both', 'nobody'].map(name => ({ name, email: `${name}@x.example` })))
    if (!acme || !bolt || !anna || !ben || !both || !nobody) throw new Error('the world was not made')
    await everywhere.membership.create([
      { personId: anna.id, companyId: acme.id, roles: ['staff'] }, { personId: ben.id, companyId: bolt.id, roles: ['staff', 'boss'] },
      { personId: both.id, companyId: acme.id, roles: ['boss'] }, { personId: both.id, companyId: bolt.id, roles: ['buyer'] },
    ])
    const rows = async (tenant: string) => {
      const db = connectDb(engine, app, engine.system('sets up a test', { tenant }))
      const tag = await db.tag.create({ name: 'new' })
      const [hammer, saw] = await db.product.create([{ sku: 'H1', name: 'Hammer', price: '10', cost: '4', stock: 5 }, { sku: 'S1', name: 'Saw', price: '20', stock: 2 }])
      const customer = await db.customer.create({ name: 'Carl', email: 'carl@x.example' })
      if (!hammer || !saw) throw new Error('no products')
      await db.product.update(hammer.id, { tags: { connect: [{ name: 'new' }] } })
      const invoice = await db.invoice.create({ number: '1', customerId: customer.id, lines: [{ productId: hammer.id, quantity: 2 }] }, { include: { lines: true } })
      return { tag, hammer, saw, customer, invoice, line: invoice.lines[0]! }
    }
    return { acme, bolt, anna, ben, both, nobody, a: await rows(acme.id), b: await rows(bolt.id) }
  }
  return {
    engine, client, everywhere, url: serving.url, ...world,
    in: (tenant: string) => connectDb(engine, app, engine.system('looks', { tenant })),
    db: (caller: Caller) => connectDb(engine, app, caller),
    async as(claims: Claims): Promise<Caller> { return engine.identify(await tokenOf(claims), run()) },
    async ask(claims: Claims | null, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const answer = await fetch(serving.url + path, {
        method, headers: { ...(claims === null ? {} : { authorization: `Bearer ${await tokenOf(claims)}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, text, body: (text === '' ? null : JSON.parse(text)) as any, headers: answer.headers }
    },
    async end() {
      await serving.close()
      await engine.close()
      await client.end()
      await fresh.drop()
    },
  }
}
export type Served = Awaited<ReturnType<typeof served>>
