// Who asks: the visitor, somebody among the rows that were made, the people of the declaration and the roles of its rules, each with a token of their own.
import type { Backend, ReadyPerson } from '../../define/index.ts'
import type { Model } from '../../model/index.ts'
import { signed } from '../callers.ts'
import { Trouble } from '../command.ts'
import type { Filling, Kept } from './fill.ts'

export interface Asker { readonly name: string; readonly token: string | null }

/** Longer than any run. */
const seconds = 86_400

/** Who may be named. */
export const namesOf = (model: Model, backend: Backend): readonly string[] => [...new Set(['visitor', ...Object.keys(model.callers).map(name => `a ${name}`), ...Object.keys(backend.as), ...model.roles])]

/** In the order in which they are preferred where they see the same: the fewest rights first. `only`: of those the one of this name. Throws Trouble where nothing makes them anybody. */
export async function askersOf(model: Model, backend: Backend, filling: Filling, secret: string, only: string | undefined): Promise<readonly Asker[]> {
  const key = new TextEncoder().encode(secret)
  const people: [string, ReadyPerson | null][] = [['visitor', null]]
  const has = (name: string): boolean => people.some(([known]) => known === name)
  const tenants = model.tenant === undefined ? undefined : filling.pools.get(model.tenant.entity)
  const tenantKey = model.entities[model.tenant?.entity ?? '']?.key[0] ?? 'id'
  // One that was made: whoever was there before may own anything.
  const tenant = tenants?.all.at(-1)?.of[tenantKey] ?? null
  const within = (person: ReadyPerson, of: string | null = tenant): ReadyPerson => (of === null || person.claims?.['tenant'] !== undefined ? person : { ...person, claims: { ...person.claims, tenant: of } })
  for (const b of Object.values(model.callers)) {
    const some = model.memberships?.binding === b.name ? member(model, filling) : ordinary(model, backend, filling, b.entity, tenant)
    const value = some?.row.of[b.match] ?? null
    if (some === null || value === null) continue
    people.push([`a ${b.name}`, within(b.claim === 'email' ? { email: value } : { claims: { [b.claim]: value } }, some.tenant ?? tenant)])
  }
  for (const [name, ready] of Object.entries(backend.as)) if (!has(name)) people.push([name, ready])
  for (const role of model.roles) if (!has(role)) people.push([role, within({ roles: [role] })])
  const found = only === undefined ? people : people.filter(([name]) => name === only)
  if (found.length === 0) throw new Trouble(`No row makes anybody '${only ?? ''}'.`)
  return Promise.all(found.map(async ([name, ready]): Promise<Asker> => {
    if (ready === null) return { name, token: null }
    const { roles = [], email, claims = {} } = ready
    const said = { ...(email === undefined ? {} : { email, email_verified: true }), ...(roles.length === 0 ? {} : { roles: [...roles] }), ...claims }
    return { name, token: await signed(key, typeof claims['sub'] === 'string' ? claims['sub'] : name, said, seconds) }
  }))
}

interface Some { readonly row: Kept; readonly tenant: string | null }

/** A row that was made, and to which others refer: not one of the declaration's people, who come by themselves. */
function ordinary(model: Model, backend: Backend, filling: Filling, entity: string, tenant: string | null): Some | null {
  const pool = filling.pools.get(entity), all = (tenant === null ? undefined : pool?.byTenant.get(tenant)) ?? pool?.all ?? []
  const taken = new Set(Object.values(backend.as).flatMap(p => [p.email, ...Object.values(p.claims ?? {})]))
  const row = all.find(r => !Object.values(r.of).some(v => v !== null && taken.has(v))) ?? all[0]
  return row === undefined ? null : { row, tenant: model.tenant === undefined ? null : row.tenant }
}

/** Somebody who is in a tenant, with as many roles there as may be. */
function member(model: Model, filling: Filling): Some | null {
  const m = model.memberships, e = model.entities[m?.entity ?? '']
  const user = e?.relations[m?.user ?? ''], of = e?.relations[m?.tenant ?? ''], roles = (r: Kept): number => new Set(r.of[m?.roles ?? '']?.match(/[^{},]+/g)).size
  const row = filling.pools.get(e?.name ?? '')?.all.slice(-500).toSorted((a, b) => roles(b) - roles(a))[0]
  if (!user || !of || !row) return null
  const found = filling.pools.get(user.target)?.all.find(r => user.on.every(p => r.of[p.foreign] === row.of[p.local]))
  return found === undefined ? null : { row: found, tenant: row.of[of.on[0]?.local ?? ''] ?? null }
}
