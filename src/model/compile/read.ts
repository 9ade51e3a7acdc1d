// First pass: runs the users' classes once and sorts what they declare, without knowing any other entity yet.
import { suggest } from '../../failure/index.ts'
import type { Place } from '../model.ts'
import {
  declaredBase, type AccessDeclaration, type BaseDeclaration, type ComputedDeclaration, type Declaration, type EntityClass, type FieldDeclaration, type IndexDeclaration,
  type InverseDeclaration, type ModelDeclaration, type ReferenceDeclaration, type TransitionsDeclaration,
} from './declaration.ts'
import type { Mistakes } from './mistakes.ts'
import { sources } from './place.ts'
import { nameProblem } from './words.ts'

/** One class, taken apart. */
export interface Draft {
  readonly name: string
  readonly title: string
  readonly entity: EntityClass
  readonly base: BaseDeclaration
  readonly place: Place
  readonly placeOf: (member: string) => Place
  /** In the order they were written; the times and the version last. */
  readonly members: ReadonlyMap<string, Declaration>
  readonly access: AccessDeclaration | null
  readonly indexes: readonly IndexDeclaration[]
  readonly uniques: readonly IndexDeclaration[]
  readonly table: {
    readonly schema: string | null; readonly name: string | null; readonly was: string | null; readonly columns: Readonly<Record<string, string>>
    readonly adopted: boolean; readonly partitioned?: boolean; readonly types: Readonly<Record<string, string>>; readonly links: Readonly<Record<string, LinkTable>>
  }
  readonly path: string | null
  readonly about: string | null
  readonly page: { readonly size: number; readonly max: number }
  /** `static changes = false`: its writes are not in the change log. */
  readonly changes: boolean
  readonly transitions: readonly TransitionsDeclaration[]
}
/** The table of a many-to-many that was there before: its columns for this end and for the other, in the order of their keys. */
export interface LinkTable { readonly schema: string | null; readonly name: string; readonly near: readonly string[]; readonly far: readonly string[] }
export const fieldsOf = (d: Draft): [string, FieldDeclaration][] => [...d.members].flatMap(([n, m]): [string, FieldDeclaration][] => (m.is === 'field' ? [[n, m]] : []))
export const referencesOf = (d: Draft): [string, ReferenceDeclaration][] => [...d.members].flatMap(([n, m]): [string, ReferenceDeclaration][] => (m.is === 'reference' ? [[n, m]] : []))
export const computedOf = (d: Draft): [string, ComputedDeclaration][] => [...d.members].flatMap(([n, m]): [string, ComputedDeclaration][] => (m.is === 'computed' ? [[n, m]] : []))
export const inversesOf = (d: Draft): [string, InverseDeclaration][] => [...d.members].flatMap(([n, m]): [string, InverseDeclaration][] => (m.is === 'many' || m.is === 'one' ? [[n, m]] : []))

const statics = ['access', 'indexes', 'uniques', 'table', 'path', 'about', 'page', 'changes', 'transitions']

export function readClasses(model: ModelDeclaration, mistakes: Mistakes): readonly Draft[] {
  const find = sources(), drafts: Draft[] = [], names = new Map<EntityClass, string>()
  let unread = false
  const entries = Object.entries(model.entities)
  if (!entries.length) mistakes.add(model.at(), {}, 'The model has no entities.', 'model({ product: Product }) names them.')
  for (const [name, entity] of entries) {
    const problem = nameProblem(name) ?? (['as', 'asSystem'].includes(name) ? `'${name}' is a reserved word of db.` : null), twin = names.get(entity)
    if (problem) mistakes.add(model.at(), { entity: name }, problem)
    if (typeof entity !== 'function') { mistakes.add(model.at(), { entity: name }, `'${name}' is not a class.`); continue }
    if (twin !== undefined) { mistakes.add(model.at(), { entity: entity.name }, `The class stands in the model twice, as '${twin}' and '${name}'.`); continue }
    names.set(entity, name)
    const draft = readClass(name, entity, model.at(), find, mistakes)
    if (draft === 'unread') unread = true
    else if (draft) drafts.push(draft)
  }
  // Every mention of a class that cannot be read would be a mistake too: the class comes first.
  if (unread) mistakes.throwAny()
  return drafts
}

function readClass(name: string, entity: EntityClass, modelPlace: Place, find: ReturnType<typeof sources>, mistakes: Mistakes): Draft | 'unread' | null {
  const title = entity.name
  const base: unknown = Reflect.get(entity, declaredBase)
  if (!isBase(base)) { mistakes.add(modelPlace, { entity: title }, `The class does not extend Entity.`, `Write class ${title} extends Entity.`); return null }
  let made: object
  try {
    made = Reflect.construct(entity as unknown as new () => object, []) as object
  } catch (error) {
    mistakes.add(find(modelPlace, title), { entity: title }, `The class could not be read: ${error instanceof Error ? error.message : String(error)}.`)
    return 'unread'
  }
  const members = new Map<string, Declaration>(), strangers: string[] = []
  for (const key of Object.keys(made)) {
    const value: unknown = Reflect.get(made, key)
    const declared: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, '~declared') : undefined
    if (declared) members.set(key, declared as Declaration)
    else strangers.push(key)
  }
  // What the server keeps comes last: a table reads as its class does.
  for (const key of ['createdAt', 'updatedAt', 'version']) {
    const kept = members.get(key)
    if (kept?.is === 'field' && kept.generated === key) { members.delete(key); members.set(key, kept) }
  }
  const access = staticOf(entity, 'access'), indexes = staticOf(entity, 'indexes'), uniques = staticOf(entity, 'uniques')
  const own = [...members.values()].find(m => !(m.is === 'field' && (m.generated !== null || m.ours)))
  const near = isAccess(access) ? access.at() : own ? own.at() : (base.at?.() ?? modelPlace)
  const place = find(near, title)
  const placeOf = (member: string): Place => members.get(member)?.at() ?? find(near, title, member)
  for (const key of strangers) mistakes.add(placeOf(key), { entity: title, field: key }, `'${key}' is not a field: its value comes from no field builder.`, 'Write text(), integer(), ref(() => …) …')
  for (const [key, member] of members) {
    const problem = nameProblem(key)
    if (problem) mistakes.add(member.at(), { entity: title, field: key }, problem)
    const builtIn = { createdAt: base.createdAt, updatedAt: base.updatedAt, version: base.version }[key]
    if (builtIn && !(member.is === 'field' && member.generated === key)) {
      mistakes.add(member.at(), { entity: title, field: key }, `'${key}' is a built-in field.`, `Leave the built-in one out: extends entity({ ${key}: false }).`)
    }
  }
  const kept = members.get('tenant')
  if (base.tenant && !(kept?.is === 'reference' && kept.tenant === true)) mistakes.add(kept?.at() ?? place, { entity: title, field: 'tenant' }, `'tenant' is a built-in reference, of entity({ tenant }).`, 'Call this one something else.')
  for (const option of base.unknown) mistakes.add(base.at?.() ?? place, { entity: title }, `entity() has no option '${option}'.`, suggest(option, ['key', 'id', 'version', 'caller', 'createdAt', 'updatedAt', 'readOnly', 'bare', 'tenant']))
  for (const key of Object.getOwnPropertyNames(entity)) {
    if (['length', 'name', 'prototype'].includes(key) || statics.includes(key)) continue
    mistakes.add(placeOf(key), { entity: title }, `static ${key} means nothing here.`, suggest(key, statics))
  }
  const list = (value: unknown, member: 'indexes' | 'uniques', is: 'index' | 'unique'): IndexDeclaration[] => {
    if (value === undefined) return []
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    return items.flatMap(item => {
      if (isIndex(item) && item.is === is && item.entity === entity) return [item]
      mistakes.add(isIndex(item) ? item.at() : placeOf(member), { entity: title }, `static ${member} has an entry that is no ${is}(${title}, …).`)
      return []
    })
  }
  const transitions = [staticOf(entity, 'transitions') ?? []].flat().flatMap((given: unknown): TransitionsDeclaration[] => {
    const declared: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, '~transitions') : undefined
    if (isTransitions(declared) && declared.entity === entity) return [declared]
    mistakes.add(isTransitions(declared) ? declared.at() : placeOf('transitions'), { entity: title }, `static transitions has an entry that is no transitions(${title}, …).`)
    return []
  })
  if (access !== undefined && !(isAccess(access) && access.entity === entity)) {
    mistakes.add(isAccess(access) ? access.at() : placeOf('access'), { entity: title }, `static access is not access(${title}, …)${isAccess(access) ? ` but access(${access.entity.name}, …)` : ''}.`)
  }
  return {
    name, title, entity, base, place, placeOf, members,
    access: isAccess(access) && access.entity === entity ? access : null,
    indexes: list(indexes, 'indexes', 'index'), uniques: list(uniques, 'uniques', 'unique'), transitions,
    ...readStatics(entity, title, placeOf, mistakes),
  }
}

function readStatics(entity: EntityClass, title: string, placeOf: (member: string) => Place, mistakes: Mistakes): Pick<Draft, 'table' | 'path' | 'about' | 'page' | 'changes'> {
  const textOf = (holder: object, key: string, member: string): string | null => {
    const value: unknown = Reflect.get(holder, key)
    if (value === undefined) return null
    if (typeof value === 'string' && value !== '') return value
    mistakes.add(placeOf(member), { entity: title }, `static ${member === key ? key : `${member}.${key}`} is not a text.`)
    return null
  }
  const objectOf = (member: string, keys: readonly string[]): object => {
    const value = staticOf(entity, member)
    if (value === undefined) return {}
    if (typeof value !== 'object' || value === null) { mistakes.add(placeOf(member), { entity: title }, `static ${member} is not an object.`); return {} }
    for (const key of Object.keys(value)) if (!keys.includes(key)) mistakes.add(placeOf(member), { entity: title }, `static ${member} has no '${key}'.`, suggest(key, keys))
    return value
  }
  const table = objectOf('table', ['schema', 'name', 'columns', 'was', 'adopted', 'partitioned', 'types', 'links']), page = objectOf('page', ['size', 'max'])
  const columns: unknown = Reflect.get(table, 'columns') ?? {}
  const texts = (key: string): Readonly<Record<string, string>> => {
    const value: unknown = Reflect.get(table, key) ?? {}
    if (typeof value === 'object' && value !== null && Object.values(value).every(x => typeof x === 'string' && x !== '')) return value as Record<string, string>
    mistakes.add(placeOf('table'), { entity: title }, `static table.${key} is not an object of texts.`)
    return {}
  }
  const number = (key: string, otherwise: number): number => {
    const value: unknown = Reflect.get(page, key) ?? otherwise
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value
    mistakes.add(placeOf('page'), { entity: title }, `static page.${key} must be a whole number over 0.`)
    return otherwise
  }
  const max = number('max', Math.max(100, Number(Reflect.get(page, 'size') ?? 0) || 0)), size = number('size', Math.min(20, max))
  if (size > max) mistakes.add(placeOf('page'), { entity: title }, `static page.size is over its max of ${max}.`)
  const changes = staticOf(entity, 'changes') ?? true
  if (typeof changes !== 'boolean') mistakes.add(placeOf('changes'), { entity: title }, 'static changes is neither true nor false.', 'Write static changes = false for an entity whose writes the change log leaves out.')
  return {
    changes: changes !== false,
    table: { schema: textOf(table, 'schema', 'table'), name: textOf(table, 'name', 'table'), was: textOf(table, 'was', 'table'), columns: columns as Record<string, string>,
      adopted: Reflect.get(table, 'adopted') === true, partitioned: Reflect.get(table, 'partitioned') === true, types: texts('types'), links: linksIn(Reflect.get(table, 'links'), text => mistakes.add(placeOf('table'), { entity: title }, text)),
    },
    path: textOf(entity, 'path', 'path'), about: textOf(entity, 'about', 'about'), page: { size, max },
  }
}

function linksIn(value: unknown, wrong: (reason: string) => void): Readonly<Record<string, LinkTable>> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null) { wrong('static table.links is not an object.'); return {} }
  return Object.fromEntries(Object.entries(value).flatMap(([relation, of]: [string, unknown]): [string, LinkTable][] => {
    const at = (key: string): unknown => (typeof of === 'object' && of !== null ? Reflect.get(of, key) : undefined)
    const list = (x: unknown): readonly string[] => (typeof x === 'string' ? [x] : Array.isArray(x) ? x.filter(y => typeof y === 'string') : [])
    const name = at('name'), schema = at('schema'), near = list(at('near')), far = list(at('far'))
    if (typeof name === 'string' && near.length > 0 && far.length > 0) return [[relation, { schema: typeof schema === 'string' ? schema : null, name, near, far }]]
    wrong(`static table.links.${relation} is not { name: '…', near: '…', far: '…' }: a table, its column for this end, and its column for the other.`)
    return []
  }))
}

const staticOf = (entity: EntityClass, name: string): unknown => (Object.hasOwn(entity, name) ? (Reflect.get(entity, name) as unknown) : undefined)
const isBase = (x: unknown): x is BaseDeclaration => typeof x === 'object' && x !== null && 'key' in x && 'caller' in x
const isAccess = (x: unknown): x is AccessDeclaration => typeof x === 'object' && x !== null && 'rules' in x && 'entity' in x
const isTransitions = (x: unknown): x is TransitionsDeclaration => typeof x === 'object' && x !== null && 'make' in x && 'entity' in x
const isIndex = (x: unknown): x is IndexDeclaration => typeof x === 'object' && x !== null && 'is' in x && 'fields' in x && 'entity' in x
