// Two declarations over one database: the present one where the database has it, with what the former one says put into its names.
import { findTable, type LiveSchema, type Table } from '../../migrate/index.ts'
import type { CallerBinding, EntityModel, FieldModel, Model, RelationModel, Rule } from '../../model/index.ts'
import { mapOperands, visitPredicate, type Operand, type Predicate } from '../../operation/index.ts'

export interface Joined {
  /** The rules and relations of then and of now, over the same entities, by the same names; what is in one only has no rules in the other. */
  readonly was: Model
  readonly is: Model
  /** The name here of an entity of the former declaration. */
  readonly nameOf: (former: string) => string
  /** What of a condition on the rows of an entity the database does not have; empty: it can be asked. */
  readonly lacks: (entity: string, p: Predicate) => readonly string[]
  readonly callers: Readonly<Record<string, CallerBinding>>
}

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
const columnsOf = (f: FieldModel): readonly string[] => [f.column, ...(f.was === null ? [] : [snake(f.was), f.was, `${snake(f.was)}_id`])]

/** `live`: null where nothing is asked of a database; then everything is there. */
export function joined(former: Model, present: Model, live: LiveSchema | null): Joined {
  const tableOf = (e: EntityModel, also: readonly string[]): Table | undefined => live?.tables.length === undefined ? undefined : [e.table.name, ...(e.table.was === null ? [] : [e.table.was, snake(e.table.was)]), ...also].map(name => findTable(live, e.table.schema ?? live.current, name)).find(t => t !== undefined)
  const absent = new Set<string>(), entities: Record<string, EntityModel> = {}, namesOf = new Map<string, string>()
  const locate = (e: EntityModel, also: readonly string[], alsoColumn: (f: FieldModel) => readonly string[], name: string): EntityModel => {
    const table = live === null ? undefined : tableOf(e, also)
    if (live !== null && table === undefined) absent.add(name)
    const fields = Object.values(e.fields).map((f): FieldModel => {
      const column = table === undefined ? f.column : [...columnsOf(f), ...alsoColumn(f)].find(c => table.columns.some(x => x.name === c))
      if (column === undefined) absent.add(`${name}.${f.name}`)
      return { ...f, column: column ?? f.column }
    })
    return { ...e, name, table: { ...e.table, name: table?.name ?? e.table.name }, fields: Object.fromEntries(fields.map(f => [f.name, f])) }
  }
  const formerOf = (e: EntityModel): EntityModel | undefined => Object.values(former.entities).find(x => x.table.name === e.table.name && x.table.schema === e.table.schema)
    ?? Object.values(former.entities).find(x => e.table.was !== null && [x.table.name, x.name, x.title].some(n => n === e.table.was || n === snake(e.table.was ?? ''))) ?? (former.entities[e.name]?.hidden === e.hidden ? former.entities[e.name] : undefined)
  for (const e of Object.values(present.entities)) {
    const old = formerOf(e)
    if (old !== undefined && !namesOf.has(old.name)) namesOf.set(old.name, e.name)
    // A database that is still as the former declaration has it, is asked there.
    entities[e.name] = locate(e, old === undefined ? [] : [old.table.name], f => { const same = old?.fields[f.was ?? f.name]; return same === undefined ? [] : [same.column] }, e.name)
  }
  for (const old of Object.values(former.entities)) {
    if (namesOf.has(old.name)) continue
    const name = entities[old.name] === undefined ? old.name : `${old.name}~`
    namesOf.set(old.name, name)
    entities[name] = { ...locate(old, [], () => [], name), rules: [], relations: {}, whole: null }
  }
  const nameOf = (old: string): string => namesOf.get(old) ?? old
  const fieldNames = fieldsPut(former, entities, nameOf, live, absent)
  const relationNames = relationsPut(former, entities, nameOf, fieldNames)
  const { callers, bindingOf } = bindingsPut(former, present, nameOf, fieldNames)
  const put = (entity: string, p: Predicate): Predicate => translated(former, [entity], p, { fieldNames, relationNames, bindingOf })
  const was: Record<string, EntityModel> = {}, is: Record<string, EntityModel> = {}
  for (const e of Object.values(entities)) {
    is[e.name] = e
    const old = Object.values(former.entities).find(x => nameOf(x.name) === e.name)
    const { tenant: _now, ...plain } = e
    was[e.name] = old === undefined ? { ...e, rules: [], whole: null } : {
      ...plain, ...(old.tenant === undefined ? {} : { tenant: fieldNames(old.name, old.tenant) }), hidden: old.hidden, ...(old.readOnly ? { readOnly: true as const } : { readOnly: undefined as never }), whole: old.whole === null ? null : relationNames(old.name, old.whole),
      rules: old.rules.map((r): Rule => ({ ...r, when: put(old.name, r.when), fields: r.fields.map(f => fieldNames(old.name, f)) })),
      fields: Object.fromEntries(Object.values(e.fields).map(f => {
        const same = Object.values(old.fields).find(x => fieldNames(old.name, x.name) === f.name)
        return [f.name, same === undefined ? f : { ...f, hidden: same.hidden, by: same.by }]
      })),
    }
  }
  const { system: _, actions: __, hooks: ___, webhooks: ____, tenant, ...rest } = present
  const actions = (m: Model, name: (e: string) => string, when: (e: string, p: Predicate) => Predicate) => Object.fromEntries(Object.values(m.actions ?? {}).map(x => [x.id, { ...x, entity: x.entity === null ? null : name(x.entity), allow: when(x.entity ?? '', x.allow) }]))
  const lacks = (entity: string, p: Predicate): readonly string[] => missing(is, absent, entity, p)
  return {
    was: { ...rest, ...(former.tenant === undefined ? {} : { tenant: { ...former.tenant, entity: nameOf(former.tenant.entity) } }), entities: was, callers, actions: actions(former, nameOf, (e, p) => (e === '' ? renamedClaims(p, bindingOf) : put(e, p))) }, is: { ...rest, ...(tenant === undefined ? {} : { tenant }), entities: is, callers, actions: actions(present, x => x, (_e, p) => p) },
    nameOf, lacks, callers,
  }
}

type FieldNames = (entity: string, field: string) => string
/** Fields of then under their names of now: those in the same column. Others are put beside. */
function fieldsPut(former: Model, entities: Record<string, EntityModel>, nameOf: (e: string) => string, live: LiveSchema | null, absent: Set<string>): FieldNames {
  const names = new Map<string, string>()
  for (const old of Object.values(former.entities)) {
    const here = entities[nameOf(old.name)]
    if (here === undefined) continue
    const fields: Record<string, FieldModel> = { ...here.fields }
    const table = live === null ? undefined : findTable(live, here.table.schema ?? live.current, here.table.name)
    for (const f of Object.values(old.fields)) {
      const renamed = Object.values(here.fields).find(x => x.was !== null && (x.was === f.name || x.was === f.column || snake(x.was) === f.column || (f.reference !== null && x.was === f.reference)))
      const same = renamed ?? Object.values(here.fields).find(x => x.column === f.column) ?? here.fields[f.name]
      if (same !== undefined) { names.set(`${old.name}.${f.name}`, same.name); continue }
      fields[f.name] = f
      names.set(`${old.name}.${f.name}`, f.name)
      if (live !== null && !table?.columns.some(c => c.name === f.column)) absent.add(`${here.name}.${f.name}`)
    }
    entities[here.name] = { ...here, fields }
  }
  return (entity, field) => names.get(`${entity}.${field}`) ?? field
}

/** Relations of then under their names of now: those between the same rows by the same fields. Others are put beside. */
function relationsPut(former: Model, entities: Record<string, EntityModel>, nameOf: (e: string) => string, fieldNames: FieldNames): FieldNames {
  const names = new Map<string, string>()
  const moved = (old: EntityModel, r: RelationModel): RelationModel => {
    const far = r.through?.entity ?? r.target
    return { ...r, target: nameOf(r.target), on: r.on.map(p => ({ local: fieldNames(old.name, p.local), foreign: fieldNames(far, p.foreign) })) }
  }
  const same = (x: RelationModel, y: RelationModel): boolean => x.target === y.target && x.one === y.one && JSON.stringify(x.on) === JSON.stringify(y.on) && (x.through === null) === (y.through === null)
  const each = (work: (old: EntityModel, here: EntityModel, r: RelationModel) => void): void => {
    for (const old of Object.values(former.entities)) for (const r of Object.values(old.relations)) { const here = entities[nameOf(old.name)]; if (here !== undefined) work(old, here, r) }
  }
  const add = (old: EntityModel, here: EntityModel, r: RelationModel, of: RelationModel): void => {
    const found = Object.values(here.relations).find(x => same(x, of))
    if (found !== undefined) { names.set(`${old.name}.${r.name}`, found.name); return }
    let name = r.name
    while (here.relations[name] !== undefined || here.fields[name] !== undefined) name += '~'
    names.set(`${old.name}.${r.name}`, name)
    entities[here.name] = { ...here, relations: { ...here.relations, [name]: { ...of, name } } }
  }
  each((old, here, r) => { if (r.through === null) add(old, here, r, moved(old, r)) })
  // A link is crossed by two relations, which now have their names.
  each((old, here, r) => {
    if (r.through === null) return
    const { entity, near, far } = r.through
    add(old, here, r, { ...moved(old, r), through: { entity: nameOf(entity), near: names.get(`${entity}.${near}`) ?? near, far: names.get(`${entity}.${far}`) ?? far } })
  })
  return (entity, relation) => names.get(`${entity}.${relation}`) ?? relation
}

/** Who a caller was among the rows, beside who it is, where that is not the same. */
function bindingsPut(former: Model, present: Model, nameOf: (e: string) => string, fieldNames: FieldNames): { readonly callers: Record<string, CallerBinding>; readonly bindingOf: (claim: string) => string } {
  const callers: Record<string, CallerBinding> = { ...present.callers }, claims = new Map<string, string>()
  for (const b of Object.values(former.callers)) {
    const moved = { ...b, entity: nameOf(b.entity), match: fieldNames(b.entity, b.match) }
    const same = Object.values(present.callers).find(x => x.entity === moved.entity && x.match === moved.match && x.claim === moved.claim)
    const name = same?.name ?? (callers[b.name] === undefined ? b.name : `${b.name}~`)
    if (same === undefined) callers[name] = { ...moved, name }
    for (const key of former.entities[b.entity]?.key ?? []) claims.set(`@${b.name}.${key}`, `@${name}.${fieldNames(b.entity, key)}`)
  }
  return { callers, bindingOf: claim => claims.get(claim) ?? claim }
}

interface Names { readonly fieldNames: FieldNames; readonly relationNames: FieldNames; readonly bindingOf: (claim: string) => string }
const renamedClaims = (p: Predicate, bindingOf: (claim: string) => string): Predicate => mapOperands(p, o => (o.kind === 'claim' ? { ...o, claim: bindingOf(o.claim) } : o))

/** A condition of then in the names of now. `scopes`: the entities of then that it stands within, the nearest first. */
function translated(former: Model, scopes: readonly string[], p: Predicate, n: Names): Predicate {
  const one = (o: Operand): Operand => (o.kind === 'field' ? { ...o, name: n.fieldNames(scopes[o.scope] ?? '', o.name) } : o.kind === 'claim' ? { ...o, claim: n.bindingOf(o.claim) } : o)
  switch (p.kind) {
    case 'and': case 'or': return { ...p, of: p.of.map(x => translated(former, scopes, x, n)) }
    case 'not': return { ...p, of: translated(former, scopes, p.of, n) }
    case 'some': {
      const here = scopes[0] ?? '', target = former.entities[here]?.relations[p.relation]?.target ?? ''
      return { ...p, relation: n.relationNames(here, p.relation), where: translated(former, [target, ...scopes], p.where, n) }
    }
    default: return mapOperands(p, one)
  }
}

/** What a condition names that is not in the database. */
function missing(entities: Readonly<Record<string, EntityModel>>, absent: ReadonlySet<string>, entity: string, p: Predicate): readonly string[] {
  const found = new Set<string>()
  const table = (name: string): void => { const e = entities[name]; if (absent.has(name)) found.add(`the table of ${e?.title ?? name}`); for (const k of e?.key ?? []) column(name, k) }
  const column = (name: string, field: string): void => { if (absent.has(`${name}.${field}`)) found.add(`${entities[name]?.title ?? name}.${field}`) }
  const look = (scopes: readonly string[], x: Predicate): void => {
    const here = scopes[0] ?? ''
    if (x.kind === 'and' || x.kind === 'or') { for (const y of x.of) look(scopes, y); return }
    if (x.kind === 'not') { look(scopes, x.of); return }
    if (x.kind === 'some') {
      const r = entities[here]?.relations[x.relation]
      if (r === undefined) { found.add(`${entities[here]?.title ?? here}.${x.relation}`); return }
      table(r.target)
      if (r.through !== null) table(r.through.entity)
      for (const pair of r.on) { column(here, pair.local); column(r.through?.entity ?? r.target, pair.foreign) }
      look([r.target, ...scopes], x.where)
      return
    }
    visitPredicate(x, leaf => { mapOperands(leaf, o => { if (o.kind === 'field') column(scopes[o.scope] ?? '', o.name); return o }) })
  }
  table(entity)
  look([entity], p)
  return [...found]
}
