// Uniques and indexes: those declared, those of fields, and one for each foreign key that nothing else covers.
import { suggest } from '../../failure/index.ts'
import type { FieldName } from '../../operation/index.ts'
import type { EntityModel } from '../model.ts'
import { databaseName } from '../names.ts'
import type { IndexDeclaration } from './declaration.ts'
import type { Mistakes } from './mistakes.ts'
import { computedOf, fieldsOf, referencesOf, type Draft } from './read.ts'

type Uniques = EntityModel['uniques']
type Indexes = EntityModel['indexes']
type Bare = Omit<EntityModel, 'uniques' | 'indexes'>

export function indexesOf(draft: Draft | null, entity: Bare, mistakes: Mistakes): { uniques: Uniques; indexes: Indexes } {
  const columns = (fields: readonly FieldName[]) => fields.map(f => entity.fields[f]?.column ?? f)
  const uniques: Uniques[number][] = [], indexes: Indexes[number][] = []
  // What is unique is so within a tenant, and whatever is looked for is looked for there. A reference to a row of the same tenant says it already.
  const among = (fields: readonly FieldName[]): { readonly within?: FieldName } => (entity.tenant === undefined || fields.includes(entity.tenant) ? {} : { within: entity.tenant })
  const inside = (fields: readonly FieldName[]): readonly string[] => columns([...(entity.tenant === undefined || fields.includes(entity.tenant) ? [] : [entity.tenant]), ...fields])
  const local = (name: string): readonly FieldName[] => entity.relations[name]?.owner ? entity.relations[name].on.map(p => p.local) : [name]
  const resolve = (d: Draft, declared: IndexDeclaration): { name: FieldName; dir: 'asc' | 'desc' }[] | null => {
    const say = (reason: string, hint = '') => mistakes.add(declared.at(), { entity: d.title }, reason, hint)
    if (!declared.fields.length) { say(`${declared.is}(${d.title}) names no fields.`); return null }
    const found = declared.fields.flatMap(written => {
      const dir = written.startsWith('-') ? 'desc' as const : 'asc' as const, name = written.replace(/^-/, '')
      const names = local(name).filter(n => Object.hasOwn(entity.fields, n))
      if (!names.length) say(`${declared.is}(${d.title}, …) names '${name}', which is no field or reference of ${d.title}.`, suggest(name, [...d.members.keys()]))
      if (names.some(n => entity.fields[n]?.kind === 'secret')) say(`${declared.is}(${d.title}, …) names the secret '${name}', which is never compared.`)
      if (dir === 'desc' && declared.is === 'unique') say(`unique(${d.title}, '${written}') has a direction, which means nothing there.`, `Write '${name}'.`)
      return names.map(n => ({ name: n, dir }))
    })
    if (new Set(found.map(f => f.name)).size < found.length) say(`${declared.is}(${d.title}, …) names a field twice.`)
    return found.length ? found : null
  }
  // Who names the tenant first says what is so already.
  const bare = <F>(fields: readonly F[], name: (f: F) => FieldName): readonly F[] => (fields.length > 1 ? fields.filter(f => name(f) !== entity.tenant) : fields)
  const addUnique = (named: readonly FieldName[], at?: IndexDeclaration): void => {
    const fields = bare(named, f => f)
    const same = (other: readonly FieldName[]) => other.length === fields.length && other.every(f => fields.includes(f))
    if (uniques.some(u => same(u.fields)) || same(entity.key)) { if (at && draft) mistakes.add(at.at(), { entity: draft.title }, `unique(${draft.title}, ${fields.map(f => `'${f}'`).join(', ')}) says what is so already.`); return }
    uniques.push({ name: databaseName(entity.table.name, ...inside(fields), 'key'), fields, ...among(fields) })
  }
  const add = (wanted: Indexes[number]['fields'], method: Indexes[number]['method'], held = false): void => {
    const fields = wanted[0]?.name === entity.tenant && method === 'btree' ? bare(wanted, f => f.name) : wanted
    const ending = method === 'search' ? 'search' : 'idx'
    const apart = method === 'btree' && !held && !entity.table.adopted
    const named = (...extra: string[]) => databaseName(entity.table.name, ...(apart ? inside : columns)(fields.map(f => f.name)), ...extra, ending)
    const same = (other: Indexes[number]) => other.method === method && other.fields.length === fields.length && other.fields.every((f, i) => f.name === fields[i]?.name && f.dir === fields[i]?.dir)
    if (indexes.some(same)) return
    const name = indexes.some(i => i.name === named()) ? named(...fields.map(f => f.dir)) : named()
    indexes.push({ name, fields, method, ...(apart ? among(fields.map(f => f.name)) : {}) })
  }

  const byContents = (name: FieldName): boolean => entity.fields[name]?.list === true || entity.fields[name]?.kind === 'json'
  if (draft) {
    for (const [name, f] of fieldsOf(draft)) if (f.unique && entity.fields[name]) addUnique([name])
    for (const [name, r] of referencesOf(draft)) if (r.unique) addUnique(local(name).filter(n => entity.fields[n]))
    for (const u of draft.uniques) { const fields = resolve(draft, u); if (fields) addUnique(fields.map(f => f.name), u) }
    for (const i of draft.indexes) {
      const fields = resolve(draft, i), inner = fields?.find(f => byContents(f.name))
      if (inner && fields && fields.length > 1) mistakes.add(i.at(), { entity: draft.title }, `index(${draft.title}, …) names '${inner.name}' among others, which is indexed by its contents.`, `Write index(${draft.title}, '${inner.name}') beside one of the others.`)
      else if (fields) add(inner ? [{ name: inner.name, dir: 'asc' }] : fields, inner ? 'gin' : 'btree')
    }
    for (const [name, f] of fieldsOf(draft)) {
      if (f.index) add([{ name, dir: 'asc' }], byContents(name) ? 'gin' : 'btree')
      if (f.searchable) add([{ name, dir: 'asc' }], 'search')
    }
    for (const [name, c] of computedOf(draft)) if (c.index && entity.fields[name]) add([{ name, dir: 'asc' }], 'btree')
  }
  const leads = (fields: readonly FieldName[], by: readonly FieldName[]) => by.every(name => fields.slice(0, by.length).includes(name))
  for (const relation of Object.values(entity.relations)) {
    // What the indexes of a table that was there before are is told by whoever knows: none is guessed.
    if (!relation.owner || entity.table.adopted) continue
    const by = relation.on.map(p => p.local)
    // The rows of a tenant are found by what makes its keys unique with it.
    if (by.some(name => name === entity.tenant)) continue
    const covered = leads(entity.key, by) || uniques.some(u => u.within === undefined && leads(u.fields, by)) || indexes.some(i => i.method === 'btree' && i.within === undefined && leads(i.fields.map(f => f.name), by))
    if (by.length && !covered) add(by.map(name => ({ name, dir: 'asc' as const })), 'btree', true)
  }
  return { uniques, indexes }
}
