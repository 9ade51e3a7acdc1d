// Shapes of actions: builders and plain objects become members, every mistake with its place.
import { suggest } from '../../failure/index.ts'
import type { EntityModel, FieldModel, Member, Place } from '../model.ts'
import type { MemberDeclaration, ShapeDeclaration } from './action-declaration.ts'
import { show } from './canonical.ts'
import type { EntityClass, FieldDeclaration } from './declaration.ts'
import { fieldModel } from './fields.ts'
import type { Mistakes } from './mistakes.ts'
import type { Draft } from './read.ts'

/** What shapes need to know of the model being made. */
export interface Shaping {
  /** The action, for messages. */
  readonly title: string
  readonly at: Place
  entityOf(of: EntityClass): EntityModel | undefined
  readonly mistakes: Mistakes
}

const names = /^[A-Za-z_][A-Za-z0-9_]*$/
const taken: ReadonlySet<string> = new Set(['constructor', 'prototype', '__proto__', 'toString', 'valueOf', 'hasOwnProperty', 'then', 'toJSON'])
/** Modifiers that mean something of a stored field only. */
const ofStored = ['unique', 'fixed', 'index', 'searchable', 'hidden'] as const

/** What is wrong with options of other names than these. */
export const strangers = (given: object, known: readonly string[]): readonly string[] => unknownOptions(Object.keys(given).filter(name => !known.includes(name)), known)

/** The members of a shape, in the order they were written. */
export function membersOf(s: Shaping, shape: unknown, place: string): readonly Member[] {
  if (shape === undefined) return []
  if (!isPlain(shape)) { s.mistakes.add(s.at, { entity: s.title }, `Its ${place} is ${show(shape)} instead of an object.`, `Write ${place}: { name: text() }.`); return [] }
  return Object.entries(shape).flatMap(([name, given]) => memberOf(s, name, given, `${place}.${name}`))
}

function memberOf(s: Shaping, name: string, given: unknown, path: string): readonly Member[] {
  const declared = declaredIn(given)
  const say = (reason: string, hint = ''): readonly Member[] => { s.mistakes.add(declared === null ? s.at : declared.at(), { entity: s.title, field: path }, reason, hint); return [] }
  if (!names.test(name) || taken.has(name)) return say(`'${name}' is no usable name.`)
  if (declared === null) {
    if (!isPlain(given)) return say(`Its value comes from no field builder.`, 'Write text(), integer(), id(Product), list({ … }) …')
    return [{ kind: 'object', name, members: membersOf(s, given, path), list: null, optional: false, about: null, keyOf: null }]
  }
  switch (declared.is) {
    case 'object': return [{ kind: 'object', name, members: membersOf(s, declared.members, path), list: declared.list, optional: declared.optional, about: declared.about, keyOf: null }]
    case 'key': {
      const entity = s.entityOf(declared.target)
      if (!entity) return say(`id(${typeof declared.target === 'function' ? declared.target.name : show(declared.target)}) names no entity of the model.`)
      const fields = entity.key.flatMap(k => { const f = entity.fields[k]; return f ? [f] : [] })
      const [only] = fields
      const plain = (f: FieldModel, as: string): FieldModel => ({ ...f, name: as, optional: false, default: null, fixed: false, by: null, generated: null, reference: null, was: null, asked: false, about: null, place: declared.at() })
      if (fields.length === 1 && only) {
        return [{
          kind: 'value', name, keyOf: entity.name, field: {
            ...plain(only, name), list: declared.list !== null, optional: declared.optional, about: declared.about,
            bounds: { ...only.bounds, ...(declared.list?.min == null ? {} : { minItems: declared.list.min }), ...(declared.list?.max == null ? {} : { maxItems: declared.list.max }) },
          },
        }]
      }
      return [{ kind: 'object', name, keyOf: entity.name, list: declared.list, optional: declared.optional, about: declared.about, members: keyMembers(fields, plain) }]
    }
    case 'field': return [{ kind: 'value', name, keyOf: null, field: valueField(s, name, path, declared, say) }]
  }
}

/** `orderId`, or of a reference to a composite key an object: `detailId: { orderId, productId }`. */
function keyMembers(fields: readonly FieldModel[], plain: (f: FieldModel, as: string) => FieldModel, depth = 0): readonly Member[] {
  const groups = Map.groupBy(fields, f => f.name.split('.')[depth] ?? f.name)
  return [...groups].map(([name, of]): Member => {
    const [only] = of
    if (only && only.name.split('.').length === depth + 1) return { kind: 'value', name, field: plain(only, name), keyOf: null }
    return { kind: 'object', name, members: keyMembers(of, plain, depth + 1), list: null, optional: false, about: null, keyOf: null }
  })
}

function valueField(s: Shaping, name: string, path: string, declared: FieldDeclaration, say: (reason: string, hint?: string) => void): FieldModel {
  for (const modifier of ofStored) if (declared[modifier]) say(`.${modifier}() means nothing here: this is no stored field.`)
  if (declared.by !== null) say('.by() means nothing here: who may call it is said by allow.')
  if (declared.was !== null) say('.was() means nothing here: there is nothing to rename.')
  if (declared.generated !== null) say('This is a key that the server makes.', 'Write id(Product) for the key of a row, uuid() for any.')
  if (declared.default?.kind === 'caller' || declared.default?.kind === 'path') say('A default here is a value, or now.', 'The caller is given to run.')
  const { kind } = declared.default ?? {}
  const draft = loose(s, path)
  const made = fieldModel(draft, name, { ...declared, unique: false, fixed: false, index: false, searchable: false, hidden: false, by: null, was: null, generated: null, default: kind === 'value' || kind === 'now' ? declared.default : null }, renamed(s, path))
  return { ...made, hidden: declared.kind === 'secret', ...(kind === 'absent' ? { default: { kind } } : {}) }
}

/** Mistakes of a field told of the action and its path. */
const renamed = (s: Shaping, path: string): Mistakes => ({ ...s.mistakes, add: (at, _, reason, hint) => s.mistakes.add(at, { entity: s.title, field: path }, reason, hint) })
/** A class that is none: fields are checked against one. */
const loose = (s: Shaping, name: string): Draft => ({
  name, title: s.title, entity: class {}, place: s.at, placeOf: () => s.at, members: new Map(), access: null, transitions: [], indexes: [], uniques: [], path: null, about: null, changes: true, page: { size: 1, max: 1 },
  base: { key: null, readOnly: false, versionDemanded: false, caller: false, id: null, createdAt: false, updatedAt: false, version: false, tenant: false, unknown: [], at: null }, table: { schema: null, name: null, was: null, columns: {}, adopted: false, types: {}, links: {} },
})

export const isPlain = (x: unknown): x is ShapeDeclaration => typeof x === 'object' && x !== null && !Array.isArray(x) && [null, Object.prototype].includes(Object.getPrototypeOf(x) as null) && !('~declared' in x)
function declaredIn(x: unknown): MemberDeclaration | null {
  const found: unknown = typeof x === 'object' && x !== null ? Reflect.get(x, '~declared') : undefined
  const is: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'is') : undefined
  return is === 'field' || is === 'key' || is === 'object' ? (found as MemberDeclaration) : null
}

/** Names of options that do not exist. */
export const unknownOptions = (given: readonly string[], options: readonly string[]): readonly string[] => given.map(name => `There is no option '${name}'.${suggest(name, options)}`)
