// What is fuzzed: the world of the conformance suite on PostgreSQL, served twice over HTTP, for development and for production; and what its tables must still hold.
import { SignJWT } from 'jose'
import pg from 'pg'
import { createEngine } from '../../src/engine/index.ts'
import { applyPlan, planOf } from '../../src/migrate/index.ts'
import { graphql } from '../../src/protocols/graphql/index.ts'
import { soap } from '../../src/protocols/soap/index.ts'
import { speakTypeScript } from '../../src/protocols/db/index.ts'
import { rest } from '../../src/protocols/rest/index.ts'
import { serve } from '../../src/server/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { callers, id, polarities, rows, world, type Who } from '../../src/testkit/index.ts'
import { tokenOf } from '../rest/listening.ts'
import { testServer } from '../server.ts'
import { reload } from '../../src/testkit/load.ts'

const canary = (name: string): string => `canary-${name}-7f3a`
/** Texts that nobody may read, and those that only some may. */
export const never: readonly string[] = ['pa', 'pb', 'sample', 'vault'].map(canary)
export const staffOnly: readonly string[] = ['31415.93', '27182.82']
const filled: typeof rows = {
  ...rows,
  person: (rows['person'] ?? []).map((p, i) => ({ ...p, ...(p['password'] === null ? {} : { password: canary(i === 0 ? 'pa' : 'pb') }), ...(i === 0 ? { salary: '31415.93' } : i === 1 ? { salary: '27182.82' } : {}) })),
  sample: (rows['sample'] ?? []).map((s, i) => (i === 0 ? { ...s, secretValue: canary('sample') } : s)),
  vault: [{ id: canary('vault'), gold: 7, version: 1 }],
}

export interface Fuzzed {
  readonly ports: { readonly development: number; readonly production: number }
  readonly tokens: Readonly<Record<string, string | null>>
  /** What was thrown behind a 500, by request id. */
  readonly causes: Map<string, unknown>
  reset(): Promise<void>
  /** What the tables hold that they may not, after requests by callers other than staff, or by any. */
  damage(staff: boolean): Promise<readonly string[]>
  end(): Promise<void>
}

export async function ground(): Promise<Fuzzed> {
  const server = await testServer()
  const fresh = await server.freshDatabase()
  const client = new pg.Client(fresh.config)
  await client.connect()
  await applyPlan(client, await planOf(client, world))
  const store = await postgresStore({ model: world, connection: fresh.config })
  const engine = await createEngine({ model: world, store, speak: speakTypeScript, tokens: { secret: 'a secret for tests that is long enough' } })
  const causes = new Map<string, unknown>()
  const listen = (development: boolean) => serve({
    protocols: [rest({ engine, development }), graphql({ engine, development, introspection: development }), soap({ engine })], engine, port: 0, ...(development ? { development: { as: async () => [] } } : {}), limits: { stopMs: 500 },
    observe: o => { if (o.kind === 'request' && o.status >= 500) causes.set(o.id, o.cause) },
  })
  const development = await listen(true), production = await listen(false)
  const tokens: Record<string, string | null> = {}
  for (const who of Object.keys(callers) as Who[]) tokens[who] = await tokenOf(who)
  const sign = (claims: object, expires: string, key = 'a secret for tests that is long enough') => new SignJWT({ roles: ['staff'], ...claims }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(expires).sign(new TextEncoder().encode(key))
  tokens['expired'] = await sign({ sub: 'staff' }, '-1h')
  tokens['forger'] = await sign({ sub: 'staff' }, '1h', 'another secret that is long enough to be one')
  tokens['nameless'] = await sign({}, '1h')
  const before = new Map<string, string>()
  const table = (name: string): string => `"${world.entities[name]?.table.name}"`
  const sums = async (queries: Readonly<Record<string, string>>): Promise<Map<string, string>> => {
    const found = new Map<string, string>()
    for (const [name, sql] of Object.entries(queries)) found.set(name, JSON.stringify((await client.query(sql)).rows))
    return found
  }
  const whole = (name: string, where = 'true'): string => `select count(*)::text, md5(string_agg(t::text, '|' order by t::text)) from ${table(name)} t where ${where}`
  const untouchable = Object.fromEntries(['vault', 'wide', ...Object.keys(polarities)].map(name => [name, whole(name)]))
  const ofStaff = {
    ...Object.fromEntries(['tag', 'team', 'membership', 'duty', 'sample'].map(name => [name, whole(name)])),
    'who the people are': `select id, level, salary from ${table('person')} order by id`,
    'people who are no caller': whole('person', `id = '${id(4)}'`),
    'profiles of others': whole('profile', `person_id not in ('${id(1)}', '${id(2)}', '${id(3)}')`),
    'posts of others, and locked ones': whole('post', `author_id not in ('${id(1)}', '${id(2)}', '${id(3)}') or status = 'locked'`),
    'status of posts': `select id, status from ${table('post')} where status <> 'open' and id not in (select id from ${table('post')} where id > '0198a000-0000-7000-8000-000000000100') and author_id = '${id(4)}'`,
    'comments under the posts of others': whole('comment', `post_id in ('${id(14)}', '${id(12)}')`),
  }
  return {
    ports: { development: development.port, production: production.port }, tokens, causes,
    async reset() {
      await reload(client, world, filled)
      before.clear()
      for (const [name, sum] of await sums({ ...untouchable, ...ofStaff })) before.set(name, sum)
    },
    async damage(staff) {
      const found: string[] = []
      for (const [name, sum] of await sums(staff ? untouchable : { ...untouchable, ...ofStaff })) if (before.get(name) !== sum) found.push(`changed: ${name}: ${before.get(name)} became ${sum}`)
      const { rows: keys } = await client.query<{ name: string; sql: string }>(`select conname as name, format('select count(*)::int as n from %s c where not (%s) and not exists (select from %s p where %s)', conrelid::regclass,
        (select string_agg(format('c.%I is null', a.attname), ' or ') from unnest(conkey) k join pg_attribute a on a.attrelid = conrelid and a.attnum = k), confrelid::regclass,
        (select string_agg(format('p.%I = c.%I', f.attname, a.attname), ' and ') from unnest(conkey, confkey) k(l, r) join pg_attribute a on a.attrelid = conrelid and a.attnum = l join pg_attribute f on f.attrelid = confrelid and f.attnum = r)) as sql
        from pg_constraint where contype = 'f'`)
      for (const { name, sql } of keys) if ((await client.query<{ n: number }>(sql)).rows[0]?.n !== 0) found.push(`rows refer to nothing: ${name}`)
      const { rows: loose } = await client.query<{ name: string }>(`select conname as name from pg_constraint where not convalidated`)
      for (const { name } of loose) found.push(`a constraint is not valid: ${name}`)
      const { rows: open } = await client.query<{ query: string }>(`select query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'`)
      for (const { query } of open) found.push(`a transaction was left open: ${query.slice(0, 200)}`)
      const { rows: stray } = await client.query<{ n: number }>(`select count(*)::int as n from ${table('post')} where status not in ('secret', 'open', 'locked') or char_length(title) not between 1 and 80`)
      if (stray[0]?.n !== 0) found.push('posts outside their bounds')
      return found
    },
    async end() {
      await Promise.all([development.close(), production.close()])
      await engine.close()
      await client.end()
      await fresh.drop()
    },
  }
}
