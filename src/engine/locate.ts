// Finds the rows that steps speak of, under the caller's rules: by what is unique, among those of a relation, at the end of a reference.
import { Failure } from '../failure/index.ts'
import { entityOf, find, type EntityModel, type RelationModel } from '../model/index.ts'
import { always, and, compare, field, parameter, type FieldName, type Predicate, type Query, type Value } from '../operation/index.ts'
import type { Writer } from './answer.ts'
import { authorizeAs } from './authorize.ts'
import { filled, rulesFor } from './context.ts'
import { keyIs, type Key } from './key.ts'
import type { Finding } from './resolve/index.ts'
import { systemRuling } from './ruling.ts'
import { isMember } from './tie.ts'

/** Rows of a relation of one row. */
export interface Among { readonly relation: RelationModel; readonly parent: { readonly entity: EntityModel; readonly key: Key } }

/** The key of the row that a finding names, if the caller may read it; with `among` only of those, of which a part is read as its whole is. */
export async function locate(w: Writer, target: EntityModel, finding: Finding, among: Among | null): Promise<Key | null> {
  const values: Value[] = [...finding.values]
  const by = and(...finding.by.map((name, i): Predicate => ({ kind: 'compare', op: 'eq', as: target.fields[name]?.scalar ?? 'text', left: field(name), right: parameter(i) })))
  const member = among && !among.relation.owner ? isMember(w.c.model, among.relation, among.parent.entity, values.length) : always
  if (among) values.push(...among.parent.key)
  const { ruling } = rulesFor(w.c, w.caller)
  // A row is not found by what is hidden in it.
  const seen = finding.by.filter(name => !target.key.includes(name)).map(name => ruling.shown(target, name))
  const [row] = await look(w, target, and(by, member), values, and(readable(w, target, among), ...seen), target.key, 1)
  return row && row.readable ? target.key.map(name => row.values[name] ?? null) : null
}

/** The keys of the rows of a relation that the caller may read. */
export async function membersOf(w: Writer, target: EntityModel, among: Among): Promise<readonly Key[]> {
  const where = isMember(w.c.model, among.relation, among.parent.entity, 0)
  const most = w.c.limits.writes, rows = await look(w, target, where, among.parent.key, readable(w, target, among), target.key, most + 1)
  if (rows.length > most) throw new Failure('resolve.limit', `one request may write ${most} rows, and there are more of ${among.relation.name}`)
  return rows.filter(row => row.readable).map(row => target.key.map(name => row.values[name] ?? null))
}

/** What a reference of a row names now, if the caller may see it there. What it names is written by rules of its own. */
export async function currentOf(w: Writer, entity: EntityModel, key: Key, relation: RelationModel): Promise<Key | null> {
  const { ruling } = rulesFor(w.c, w.caller)
  const [row] = await look(w, entity, keyIs(entity), key, and(...relation.on.map(pair => ruling.shown(entity, pair.local))), referring([relation]), 1)
  return row?.readable ? named(w, [relation], row).get(relation.name) ?? null : null
}

/** The same of a row before it is written, and nobody else writes it until the transaction ends; null where there is none. */
export async function lockRow(w: Writer, entity: EntityModel, names: Predicate, values: readonly Value[], relations: readonly RelationModel[]): Promise<ReadonlyMap<string, Key> | null> {
  const [row] = await look(w, entity, names, values, always, referring(relations), null)
  return row ? named(w, relations, row) : null
}

const referring = (relations: readonly RelationModel[]): readonly FieldName[] => [...new Set(relations.flatMap(r => r.on.map(pair => pair.local)))]

function named(w: Writer, relations: readonly RelationModel[], row: Looked | undefined): ReadonlyMap<string, Key> {
  const current = new Map<string, Key>()
  for (const r of relations) {
    const target = entityOf(w.c.model, r.target)
    const key = target.key.map(name => row?.values[r.on.find(pair => pair.foreign === name)?.local ?? ''] ?? null)
    if (row && !key.includes(null)) current.set(r.name, key)
  }
  return current
}

/** As an included row is: of a part it is seen with its whole, of others the reference must be seen too. */
function readable(w: Writer, target: EntityModel, among: Among | null): Predicate {
  const { ruling } = rulesFor(w.c, w.caller)
  return among && !among.relation.owner ? ruling.through(among.parent.entity, among.relation) : ruling.may(target, 'read')
}

interface Looked { readonly values: Readonly<Record<FieldName, Value>>; readonly readable: boolean }

/** As the system, since fields may be hidden; what the caller may know of the rows is a truth beside them. `take: null`: one, locked. */
async function look({ c, caller, run }: Writer, entity: EntityModel, where: Predicate, values: readonly Value[], may: Predicate, fields: readonly FieldName[], take: number | null): Promise<readonly Looked[]> {
  // Who acts in no tenant finds none of any tenant's rows. The system is told that it must say which.
  if (!rulesFor(c, caller).ruling.system && systemRuling(c.model, caller).may(entity, 'read').kind === 'never') return []
  const query: Query = {
    kind: 'query', entity: entity.name, one: take === null, count: 'none', where, page: { kind: 'offset', skip: null, take: take ?? 1 }, ...(take === null ? { lock: true as const } : {}),
    order: take === null ? [] : entity.key.map(name => ({ by: { name, as: entity.fields[name]?.scalar ?? 'text', via: [], shown: always }, dir: 'asc' })),
    select: { fields: fields.map(name => ({ name, shown: always })), related: [], probes: [{ as: 'readable', of: may }] },
  }
  const ready = authorizeAs.system(query, 'finds the rows a nested write speaks of', { model: c.model, caller, slots: values.length })
  const { body } = await c.session.read(ready, filled(ready, values, caller), run)
  type Row = Readonly<Record<string, Value>> & { readonly probes: { readonly readable: boolean } }
  const found = body === null ? [] : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Row | readonly Row[]
  const rows = Array.isArray(found) ? found as readonly Row[] : [found as Row]
  return rows.map(row => ({ values: Object.fromEntries(fields.map(name => [name, inRow(row, name)])), readable: row.probes.readable }))
}

/** A composite reference's parts stand in one object. */
const inRow = (row: Readonly<Record<string, Value>>, name: FieldName): Value => {
  const [outer = '', inner] = name.split('.'), value = row[outer] ?? null
  return inner === undefined ? value : typeof value === 'object' && value !== null && !Array.isArray(value) ? find(value as Readonly<Record<string, Value>>, inner) ?? null : null
}

export const sameKey = (entity: EntityModel, a: Key, b: Key): boolean => entity.key.every((name, i) => compare(entity.fields[name]?.scalar ?? 'text', a[i] ?? null, b[i] ?? null) === 0)
