// What the tables of a database are to each other: which become entities, by what their rows are told apart, which refer to which, and which only link two others.
import { tableKey, type Column, type LiveSchema, type Reference, type Table } from '../live.ts'

export interface Choice {
  /** Only these schemas; none named: all. */
  readonly schemas: readonly string[]
  /** Patterns of tables, `orders`, `billing.*`. */
  readonly only: readonly string[]
  readonly except: readonly string[]
}

export interface Surveyed {
  readonly entities: readonly Subject[]
  readonly links: readonly LinkTable[]
  /** What is not served at all, and why. */
  readonly left: readonly Left[]
}
export interface Left { readonly what: string; readonly why: string }

/** A table that becomes an entity. */
export interface Subject {
  readonly table: Table
  /** Its columns that tell rows apart; null: nothing does. */
  readonly key: readonly string[] | null
  /** Why rows are only read; null: they are written too. */
  readonly readOnly: string | null
  readonly references: readonly Referring[]
  /** What of the table the class cannot say, and why. */
  readonly cannot: string[]
}
export interface Referring {
  readonly reference: Reference
  /** In the order of the target's key. */
  readonly columns: readonly string[]
  readonly target: string
  readonly optional: boolean
  readonly unique: boolean
}
export interface LinkTable { readonly table: Table; readonly near: Referring; readonly far: Referring; readonly extra: readonly string[] }

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every(x => b.includes(x))
const idOf = (t: { readonly schema: string; readonly name: string }): string => tableKey(t.schema, t.name)
export const shownName = (t: { readonly schema: string; readonly name: string }, current: string): string => (t.schema === current ? t.name : `${t.schema}.${t.name}`)

export function survey(live: LiveSchema, choice: Choice): Surveyed {
  const matches = (patterns: readonly string[], t: Table): boolean => patterns.some(p => {
    const pattern = new RegExp(`^${p.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
    return pattern.test(t.name) || pattern.test(`${t.schema}.${t.name}`)
  })
  const left: Left[] = []
  const chosen = live.tables.filter(t => t.kind !== 'partition' && !t.name.startsWith('_backwright') && !t.name.startsWith('_dropped_')
    && (choice.schemas.length === 0 || choice.schemas.includes(t.schema)) && (choice.only.length === 0 || matches(choice.only, t)) && !matches(choice.except, t))
  const there = chosen.filter(t => {
    if (t.columns.length === 0) left.push({ what: shownName(t, live.current), why: 'it has no columns' })
    return t.columns.length > 0
  })
  const keys = new Map(there.map(t => [idOf(t), keyOf(t)]))
  const subjects = new Map(there.map((t): [string, Subject] => {
    const key = keys.get(idOf(t)) ?? null, cannot: string[] = []
    return [idOf(t), { table: t, key, readOnly: readOnly(t, key), references: referencesOf(t, keys, live, cannot), cannot }]
  }))
  const links = [...subjects.values()].flatMap(s => linkOf(s, subjects) ?? [])
  const linking = new Set(links.map(l => idOf(l.table)))
  return { entities: [...subjects.values()].filter(s => !linking.has(idOf(s.table))), links, left }
}

/** The primary key, else a unique of required columns: rows are told apart by either. */
function keyOf(t: Table): readonly string[] | null {
  const column = (name: string): Column | undefined => t.columns.find(c => c.name === name)
  const usable = (columns: readonly string[], required: boolean): boolean => columns.length > 0 && columns.every(name => {
    const c = column(name)
    return c !== undefined && c.generated === null && (c.notNull || !required) && !/(\[\]|^json|^jsonb)$/.test(c.base ?? c.type)
  })
  if (t.kind === 'view' || t.kind === 'foreign') return null
  if (t.key !== null && usable(t.key.columns, true)) return t.key.columns
  const plain = t.indexes.filter(i => i.unique && i.valid && i.where === null && i.method === 'btree').map(i => i.parts.map(p => p.column)).filter(parts => parts.every(p => p !== null))
  const uniques = [...t.uniques.filter(u => !u.deferrable).map(u => u.columns), ...plain.map(parts => parts.flatMap(p => p ?? []))]
  return uniques.filter(u => usable(u, t.kind !== 'materialized')).toSorted((a, b) => a.length - b.length)[0] ?? null
}

function readOnly(t: Table, key: readonly string[] | null): string | null {
  switch (t.kind) {
    case 'view': return 'a view: its rows are only read'
    case 'materialized': return 'a materialized view: its rows are only read'
    case 'foreign': return 'a foreign table: its rows are only read'
    case 'partition': case 'partitioned': case 'table':
      if (key !== null) return null
      return t.key === null ? 'no key: its rows cannot be told apart, so they are only read' : t.columns.some(c => c.generated !== null && t.key?.columns.includes(c.name)) ? `its key (${t.key.columns.join(', ')}) is computed by the database, so its rows are only read`
        : `its key (${t.key.columns.join(', ')}) is of a type that no address can have, so its rows are only read`
  }
}

const isUnique = (t: Table, columns: readonly string[]): boolean => (t.key !== null && same(t.key.columns, columns)) || t.uniques.some(u => same(u.columns, columns))
  || t.indexes.some(i => i.unique && i.valid && i.where === null && same(i.parts.flatMap(p => p.column ?? []), columns) && i.parts.every(p => p.column !== null))

/** The foreign keys that a relation can be: to the key of a table that is imported, over columns that no other relation has. */
function referencesOf(t: Table, keys: ReadonlyMap<string, readonly string[] | null>, live: LiveSchema, cannot: string[]): readonly Referring[] {
  const column = (name: string): Column | undefined => t.columns.find(c => c.name === name)
  const said = (r: Reference): string => `foreign key ${r.name} (${r.columns.join(', ')}) to ${shownName(r.target, live.current)} (${r.target.columns.join(', ')})`
  const usable = t.references.flatMap((r): Referring[] => {
    const key = keys.get(idOf(r.target))
    if (key === undefined) { cannot.push(`${said(r)}: that table is not imported`); return [] }
    if (key === null || !same(key, r.target.columns)) { cannot.push(`${said(r)}: a reference is to the key of its target${key === null ? ', which has none' : ` (${key.join(', ')})`}`); return [] }
    const columns = key.map(k => r.columns[r.target.columns.indexOf(k)] ?? '')
    const nulls = columns.map(c => column(c)?.notNull === false)
    if (nulls.some(n => n !== nulls[0])) { cannot.push(`${said(r)}: some of its columns may be null and others not`); return [] }
    const own = keys.get(idOf(t)) ?? [], within = columns.filter(c => own.includes(c)).length
    if (within > 0 && within < columns.length) { cannot.push(`${said(r)}: only some of its columns are part of the key`); return [] }
    if (t.columns.some(c => columns.includes(c.name) && c.generated !== null)) { cannot.push(`${said(r)}: its columns are computed`); return [] }
    return [{ reference: r, columns, target: idOf(r.target), optional: nulls[0] === true, unique: isUnique(t, columns) }]
  })
  // A reference of one column that the target of a wider one has too (the tenant of a tenant's customer) is reached through that.
  const covered = (one: Referring): boolean => usable.some(wide => wide !== one && wide.columns.length > one.columns.length && one.columns.every(c => wide.columns.includes(c))
    && (live.tables.find(x => idOf(x) === wide.target)?.references ?? []).some(r => idOf(r.target) === one.target
      && r.columns.every((c, i) => wide.columns[wide.reference.target.columns.length === wide.columns.length ? (keys.get(wide.target) ?? []).indexOf(c) : -1] === one.columns[(keys.get(one.target) ?? []).indexOf(r.target.columns[i] ?? '')])))
  const order = usable.toSorted((a, b) => Number(covered(a)) - Number(covered(b)) || a.columns.length - b.columns.length)
  const taken = new Set<string>(), chosen: Referring[] = []
  for (const r of [...order.filter(x => x.columns.length > 1 && usable.some(y => covered(y) && y.columns.every(c => x.columns.includes(c)))), ...order]) {
    if (chosen.includes(r)) continue
    if (r.columns.some(c => taken.has(c))) {
      cannot.push(`${said(r.reference)}: ${r.columns.filter(c => taken.has(c)).join(', ')} ${r.columns.filter(c => taken.has(c)).length === 1 ? 'is' : 'are'} part of another reference, and a column is part of one`)
      continue
    }
    for (const c of r.columns) taken.add(c)
    chosen.push(r)
  }
  return chosen.toSorted((a, b) => t.columns.findIndex(c => c.name === a.columns[0]) - t.columns.findIndex(c => c.name === b.columns[0]))
}

const kept = /^(id|uuid|created_?(at|on|date)?|updated_?(at|on|date)?|last_?updated?|inserted_?(at|on)?|modified_?(at|on|date)?|timestamp)$/i

/** A table of two references that are all there is to it, beside what fills itself in. */
function linkOf(s: Subject, subjects: ReadonlyMap<string, Subject>): LinkTable | null {
  const { table: t } = s
  if ((t.kind !== 'table' && t.kind !== 'partitioned') || s.references.length !== 2 || s.cannot.length > 0 || t.references.length !== 2) return null
  const [near, far] = s.references
  if (near === undefined || far === undefined) return null
  const columns = [...near.columns, ...far.columns]
  const [a, b] = [subjects.get(near.target), subjects.get(far.target)]
  if (!a?.key || !b?.key || a === s || b === s || a.readOnly !== null || b.readOnly !== null) return null
  if ([...subjects.values()].some(o => o.table.references.some(r => idOf(r.target) === idOf(t)))) return null
  const rest = t.columns.filter(c => !columns.includes(c.name))
  const fills = (c: Column): boolean => c.default !== null || c.identity !== null || c.generated !== null || !c.notNull
  if (!rest.every(c => fills(c) && (kept.test(c.name) || (t.key?.columns.length === 1 && t.key.columns[0] === c.name)))) return null
  // Without a key at all it is a bare table of links; with one, the pair must be what is unique.
  if (t.key !== null && !isUnique(t, columns)) return null
  return { table: t, near, far, extra: rest.map(c => c.name) }
}
