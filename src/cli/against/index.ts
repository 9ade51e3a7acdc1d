// `backwright check --against REV`: the rules of a git revision beside the present ones, and over the data who gains and loses what by the difference.
import { existsSync } from 'node:fs'
import { callerOf, openDatabase } from '../../application/index.ts'
import { compileModel, type Backend } from '../../define/index.ts'
import { createEngine, rowsHolding } from '../../engine/index.ts'
import { readSchema } from '../../migrate/index.ts'
import { anonymous, tenantClaim, type Model } from '../../model/index.ts'
import { always, type Value } from '../../operation/index.ts'
import type { Run, Store } from '../../stores/index.ts'
import { pluralOf } from '../../readback/index.ts'
import { postgresStore } from '../../stores/postgres/index.ts'
import { Trouble, type Terminal } from '../command.ts'
import { declarations } from '../declaration.ts'
import { shown, type Located } from '../locate.ts'
import { readBackend, whereOf, type Read } from '../opened.ts'
import { explain } from '../trouble.ts'
import { compared, type Asker, type Compared } from './compare.ts'
import { joined, type Joined } from './joined.ts'
import { atRevision, type Revision } from './revision.ts'

export type { Compared, Effect } from './compare.ts'
export { showAgainst } from './show.ts'
/** What was found, and between what. */
export interface Against extends Compared { readonly against: string; readonly commit: string; /** What it was counted over; null: nothing was. */ readonly on: string | null; /** What was not looked at, and is no reason to stop. */ readonly notes: readonly string[] }
const examples = 3, mostTenants = 3, mostRows = 2

/** `present`: the declaration as it is, read already. Throws Trouble where the former does not compile or there is no data. */
export async function against(app: Located, present: Read, revision: string, onData: boolean, terminal: Terminal): Promise<Against> {
  const model = Object.freeze({ ...compileModel(present.backend).model, name: present.name })
  return atRevision(app, revision, async found => {
    const from = declarations(found.app, terminal.cwd)
    try {
      const former = await formerOf(found, from, revision, terminal)
      const base = { against: revision, commit: found.commit }
      const tell = (c: Compared): Compared => ({ ...c, rules: c.rules.map(r => ({ ...r, was: r.was && { ...r.was, file: found.shown(r.was.file) }, is: r.is && { ...r.is, file: shown(r.is.file.replace(/\?.*$/, ''), terminal.cwd) } })) })
      if (!onData) return { ...base, on: null, notes: [], ...tell(await compared({ joined: joined(former.model, model, null), former: former.model, present: model, askers: people(present.backend, former.backend, model, former.model), store: null, examples })) }
      return { ...base, ...(await counted(present, model, former, tell, terminal)) }
    } finally { from.close() }
  })
}

interface Former { readonly backend: Backend; readonly model: Model }
async function formerOf(found: Revision, from: ReturnType<typeof declarations>, revision: string, terminal: Terminal): Promise<Former> {
  try {
    const { backend, name } = await readBackend(from, found.app, terminal.cwd)
    return { backend, model: Object.freeze({ ...compileModel(backend).model, name }) }
  } catch (error) {
    throw new Trouble(`As it is in ${revision}, the application does not compile with what is installed now:\n${explain(error, terminal.cwd).lines.map(l => l.replace(/\S*backwright-against-\w+\/tree\//g, '')).join('\n')}`, undefined, error)
  }
}

/** Whoever rules may tell apart without a token of theirs: nobody, somebody, the ready-made people, and each role of then and of now. `role`: is no row, and acts in any tenant. */
function people(present: Backend, former: Backend, now: Model, then: Model): readonly (Asker & { readonly role?: true })[] {
  const named = { ...former.as, ...present.as }, roles = [...new Set([...now.roles, ...then.roles])].toSorted()
  return [
    { name: 'anonymous', caller: anonymous }, { name: 'signed in', caller: callerOf({ claims: { sub: 'somebody' } }, {}), role: true as const }, ...Object.keys(named).map(name => ({ name, caller: callerOf(name, named) })),
    ...roles.filter(role => named[role] === undefined).map(role => ({ name: role, caller: callerOf({ roles: [role], claims: { sub: role } }, {}), role: true as const })),
  ]
}

async function counted(present: Read, model: Model, former: Former, tell: (c: Compared) => Compared, terminal: Terminal): Promise<Compared & { readonly on: string; readonly notes: readonly string[] }> {
  const where = whereOf(present.home)
  if ('folder' in where && !existsSync(where.folder)) throw new Trouble(`There is no data in ${shown(where.folder, terminal.cwd)} yet: backwright dev makes it. Or set DATABASE_URL.`)
  const database = await openDatabase({ ...('url' in where ? where : { url: undefined }), folder: present.home.data, name: present.name, onProgress: line => { terminal.err(`  ${line}\n`) } })
  try {
    const live = await database.client(client => readSchema(client))
    const both = joined(former.model, model, live)
    // Nothing of this may write, whatever is wrong in here.
    const store = await postgresStore({ model: both.is, connection: { connectionString: readOnly(database.place) } })
    const engine = await createEngine({ model: both.is, store })
    try {
      const run = { deadline: performance.now() + 30_000 }
      const found = people(present.backend, former.backend, model, former.model)
      const askers = await Promise.all(found.filter(p => !p.role).map(async ({ name, caller }): Promise<Asker> => ({ name, caller: caller === anonymous ? caller : await engine.bind(caller, run) })))
      const notes: string[] = []
      for (const rows of await rowsAsCallers(both, store, askers, run)) {
        askers.push(...rows.askers)
        if (rows.all > rows.askers.length) notes.push(`Of ${rows.all.toLocaleString('en')} ${rows.of}, ${rows.askers.length} are asked as callers; ready-made ones are chosen by backend({ as }).`)
      }
      const tenants = await tenantsOf(both, store, run)
      for (const { name, caller } of found.filter(p => p.role)) askers.push(...(tenants === null ? [{ name, caller }] : tenants.keys.map(key => ({ name: `${name} in ${String(key)}`, caller: { ...caller, claims: { ...caller.claims, [tenantClaim]: key } } }))))
      if (tenants !== null && tenants.rows > tenants.keys.length) notes.push(`Roles are asked in ${tenants.keys.length} of ${tenants.rows.toLocaleString('en')} tenants.`)
      return { on: database.says, notes, ...tell(await compared({ joined: both, former: former.model, present: model, askers, store, examples })) }
    } finally { await engine.close() }
  } finally { await database.close() }
}

/** Where rows may be callers and no ready-made one is, the first of them are. */
async function rowsAsCallers({ is, callers, lacks }: Joined, store: Store, askers: readonly Asker[], run: Run): Promise<readonly { readonly of: string; readonly all: number; readonly askers: readonly Asker[] }[]> {
  const found = []
  for (const b of Object.values(callers)) {
    const entity = is.entities[b.entity]
    if (entity === undefined || lacks(entity.name, always).length > 0 || askers.some(({ caller }) => Object.keys(caller.claims).some(c => c.startsWith(`@${b.name}.`)))) continue
    const { rows, keys } = await rowsHolding({ model: is, store }, entity, always, anonymous, run, mostRows)
    found.push({
      of: pluralOf(entity), all: rows, askers: keys.map((key): Asker => {
        const own = callerOf({ claims: { sub: key.map(String).join(',') } }, {})
        return { name: `${b.name} ${key.map(String).join(',')}`, caller: { ...own, claims: { ...own.claims, ...Object.fromEntries(entity.key.map((k, i) => [`@${b.name}.${k}`, key[i] ?? null])) } } }
      }),
    })
  }
  return found
}

/** Rows of tenants are seen by whoever acts in one, so a role is asked in the first of them; null: there are no tenants. */
async function tenantsOf({ is, was, lacks }: Joined, store: Store, run: Run): Promise<{ readonly rows: number; readonly keys: readonly Value[] } | null> {
  const entity = is.entities[(is.tenant ?? was.tenant)?.entity ?? '']
  if (entity === undefined || lacks(entity.name, always).length > 0) return null
  const { rows, keys } = await rowsHolding({ model: is, store }, entity, always, anonymous, run, mostTenants)
  return { rows, keys: keys.map(k => k[0] ?? null) }
}

/** An address whose sessions only read. */
function readOnly(place: Parameters<typeof postgresStore>[0]['connection']): string {
  const only = '-c default_transaction_read_only=on'
  if ('connectionString' in place) {
    const [head = '', query = ''] = place.connectionString.split('?')
    const asked = new URLSearchParams(query)
    asked.set('options', [asked.get('options') ?? '', only].join(' ').trim())
    return `${head}?${asked.toString()}`
  }
  const { host = 'localhost', port = 5432, user = '', password = '', database = '' } = place
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@localhost/${encodeURIComponent(database)}?${new URLSearchParams({ host, port: String(port), options: only }).toString()}`
}
