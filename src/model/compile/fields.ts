// Second pass: keys across references, and every stored field with its column.
import { suggest } from '../../failure/index.ts'
import type { FieldName, Scalar, Value } from '../../operation/index.ts'
import type { Bounds, Default, FieldModel } from '../model.ts'
import { canonical, misfit, show } from './canonical.ts'
import { isStored, totalOf } from './computed.ts'
import type { ComputedDeclaration, FieldDeclaration, ReferenceDeclaration } from './declaration.ts'
import type { Drafts } from './drafts.ts'
import type { Mistakes } from './mistakes.ts'
import { fieldsOf, referencesOf, type Draft } from './read.ts'
import { snake } from './words.ts'

/** A key field: of the entity itself, or held by a reference that is part of the key. */
export interface KeyPart { readonly name: FieldName; readonly column: string; readonly kind: FieldModel['kind']; readonly scalar: Scalar; readonly bounds: Bounds; readonly stored?: string }

/** The key of each entity, references followed to the fields they end in. */
export function keysOf(drafts: Drafts, mistakes: Mistakes): ReadonlyMap<string, readonly KeyPart[]> {
  const done = new Map<string, readonly KeyPart[]>()
  const of = (draft: Draft, around: readonly Draft[]): readonly KeyPart[] => {
    const known = done.get(draft.name)
    if (known) return known
    const place = draft.base.at?.() ?? draft.place
    if (around.includes(draft)) {
      mistakes.add(place, { entity: draft.title }, `The key goes in a circle: ${[...around, draft].map(d => d.title).join(' → ')}.`)
      return []
    }
    const parts = (draft.base.key ?? ['id']).flatMap((name): readonly KeyPart[] => {
      const member = draft.members.get(name)
      if (!member || (member.is !== 'field' && member.is !== 'reference')) {
        mistakes.add(place, { entity: draft.title }, `The key names '${name}', which is no field or reference of ${draft.title}.`, suggest(name, [...draft.members.keys()]))
        return []
      }
      if (member.optional) { mistakes.add(member.at(), { entity: draft.title, field: name }, `A part of the key cannot be optional.`, 'Leave out .optional().') }
      if (member.is === 'field') {
        if (member.list || ['json', 'secret'].includes(member.kind)) mistakes.add(member.at(), { entity: draft.title, field: name }, `A ${member.list ? 'list' : member.kind} cannot be part of the key.`)
        if (member.hidden) mistakes.add(member.at(), { entity: draft.title, field: name }, `A part of the key cannot be hidden.`)
        return [{ name, column: columnOf(draft, name, snake(name)), kind: member.kind, scalar: member.scalar, bounds: ordered(draft, name, member.scalar, member.bounds), ...typeOf(draft, name) }]
      }
      const target = drafts.targetOf(draft, name, member.target, member.at)
      return target ? foreignParts(draft, name, of(target, [...around, draft])) : []
    })
    done.set(draft.name, parts)
    return parts
  }
  for (const draft of drafts.all) of(draft, [])
  return done
}

/** The fields that hold the key of another entity: `customerId`, or `detailId.orderId`, `detailId.productId`. */
export function foreignParts(draft: Draft, reference: string, key: readonly KeyPart[]): readonly KeyPart[] {
  const single = key.length === 1
  return key.map(part => {
    const name = single ? `${reference}Id` : `${reference}Id.${part.name}`
    const natural = single ? `${snake(reference)}_id` : [snake(reference), ...part.name.split('.').map((word, i, all) => snake(i < all.length - 1 ? word.replace(/Id$/, '') : word))].join('_')
    const column = single && draft.table.columns[name] === undefined ? columnOf(draft, reference, natural) : columnOf(draft, name, natural)
    return { ...part, name, column, bounds: ordered(draft, name, part.scalar, part.bounds), ...typeOf(draft, name, ...(single ? [reference] : [])) }
  })
}

/** The type of a column that is not the one of its kind. */
const typeOf = (draft: Draft, ...names: readonly string[]): { readonly stored?: string } => {
  const stored = names.map(name => (Object.hasOwn(draft.table.types, name) ? draft.table.types[name] : undefined)).find(type => type !== undefined)
  return stored === undefined ? {} : { stored }
}
/** Text of a table that was there before compares as the database compares, unless the field says how. */
function ordered(draft: Draft, name: string, scalar: Scalar, bounds: Bounds): Bounds {
  const stored = typeOf(draft, name).stored ?? 'text'
  return scalar === 'text' && draft.table.adopted && bounds.collation === undefined && bounds.range === undefined && /^(text|character|character varying|citext)\b/.test(stored) ? { ...bounds, collation: 'default' } : bounds
}

const columnOf = (draft: Draft, name: string, natural: string): string => {
  const given: unknown = Object.hasOwn(draft.table.columns, name) ? draft.table.columns[name] : undefined
  return typeof given === 'string' ? given : natural
}

/** All stored fields of an entity, in the order they were written. Defaults through references are filled in when every field is known. */
export function fieldModels(draft: Draft, drafts: Drafts, keys: ReadonlyMap<string, readonly KeyPart[]>, mistakes: Mistakes): Readonly<Record<FieldName, FieldModel>> {
  const out = new Map<FieldName, FieldModel>(), columns = new Map<string, string>()
  const put = (field: FieldModel, written: string): void => {
    const twin = columns.get(field.column)
    if (out.has(field.name)) mistakes.add(field.place, { entity: draft.title, field: written }, `The field '${field.name}' exists already: the reference '${field.reference ?? out.get(field.name)?.reference ?? written}' makes it.`, 'Rename one of them.')
    else if (twin !== undefined) mistakes.add(field.place, { entity: draft.title, field: written }, `The column '${field.column}' is already that of '${twin}'.`)
    else if (Buffer.byteLength(field.column) > 63 || field.column === '') mistakes.add(field.place, { entity: draft.title, field: written }, `The column '${field.column}' is longer than 63 bytes or empty.`)
    columns.set(field.column, field.name)
    if (!out.has(field.name)) out.set(field.name, field)
  }
  const references = new Map(referencesOf(draft))
  for (const [name, member] of draft.members) {
    const was = member.is === 'field' || member.is === 'reference' || member.is === 'computed' ? member.was : null
    if (member.is === 'field') put(fieldModel(draft, name, member, mistakes), name)
    if (member.is === 'computed' && isStored(draft, member)) {
      const made = totalOf(draft, name, member, drafts, mistakes)
      if (made) put(computedField(draft, name, member, made), name)
    }
    if (was !== null && (was === name || draft.members.has(was))) mistakes.add(member.at(), { entity: draft.title, field: name }, was === name ? `.was('${was}') names the field itself.` : `.was('${was}') names a field that still exists.`)
    const reference = references.get(name)
    if (!reference) continue
    checkModifiers(draft, name, reference, mistakes)
    const target = drafts.targetOf(draft, name, reference.target, reference.at)
    for (const part of foreignParts(draft, name, (target && keys.get(target.name)) ?? [])) {
      put({
        name: part.name, column: part.column, kind: part.kind, scalar: part.scalar, list: false, optional: reference.optional, default: null,
        fixed: reference.fixed, by: reference.ours ? [] : reference.by, hidden: false, searchable: false, asked: false, generated: reference.tenant ? 'tenant' : null, reference: name, bounds: part.bounds, ...(part.stored === undefined ? {} : { stored: part.stored }),
        was: was === null ? null : part.name.replace(name, was), about: reference.about, ...outOfUse(reference), place: reference.at(),
      }, name)
    }
  }
  for (const [member, name] of (['columns', 'types'] as const).flatMap(m => Object.keys(draft.table[m]).map(n => [m, n] as const))) {
    if (!out.has(name) && !references.has(name)) mistakes.add(draft.placeOf('table'), { entity: draft.title }, `static table.${member} names '${name}', which is no field of ${draft.title}.`, suggest(name, [...out.keys(), ...references.keys()]))
  }
  return Object.fromEntries(out)
}

export function fieldModel(draft: Draft, name: string, f: FieldDeclaration, mistakes: Mistakes): FieldModel {
  const subject = { entity: draft.title, field: name }
  checkModifiers(draft, name, f, mistakes)
  const bounds = ordered(draft, name, f.scalar, boundsOf(f, reason => mistakes.add(f.at(), subject, reason)))
  let chosen: Default | null = null
  if (f.default?.kind === 'value') {
    const value = listOrOne(f, f.default.value, problem => mistakes.add(f.at(), subject, `The default ${problem}.`, choiceHint(f)))
    const problem = value === undefined ? null : misfit(f.scalar, value, bounds, f.list)
    if (problem) mistakes.add(f.at(), subject, `The default ${show(f.default.value)} ${problem}.`, choiceHint(f))
    else if (value !== undefined) chosen = { kind: 'value', value }
  }
  if (f.default?.kind === 'expression') chosen = { kind: 'expression', expression: f.default.expression }
  if (f.default?.kind === 'now') {
    if (['timestamp', 'date', 'time'].includes(f.scalar) && !f.list) chosen = { kind: 'now' }
    else mistakes.add(f.at(), subject, `A ${f.kind} has no default of now.`)
  }
  return {
    name, column: columnOf(draft, name, snake(name)), kind: f.kind, scalar: f.scalar, list: f.list, optional: f.optional, default: chosen, fixed: f.fixed, by: f.ours ? f.by ?? [] : f.by, ...(f.ours ? { ours: true as const } : {}),
    hidden: f.hidden || f.kind === 'secret', searchable: f.searchable, asked: f.asked, generated: f.generated, reference: null, bounds, was: f.was, about: f.about, ...outOfUse(f), ...typeOf(draft, name), ...(f.classified === null ? {} : { classified: f.classified }),
    place: f.generated === null || f.generated === 'identity' || f.generated === 'column' || (f.generated === 'updatedAt' && !draft.base.updatedAt) ? f.at() : draft.place,
  }
}

const outOfUse = ({ deprecated }: { readonly deprecated: string | null }): Pick<FieldModel, 'deprecated'> => (deprecated === null ? {} : { deprecated })

const computedField = (draft: Draft, name: string, member: ComputedDeclaration, made: NonNullable<ReturnType<typeof totalOf>>): FieldModel => ({
  name, column: columnOf(draft, name, snake(name)), ...made, list: false, default: null, fixed: false, by: null, hidden: member.hidden, searchable: false, asked: false,
  generated: 'computed', reference: null, was: member.was, about: member.about, place: member.at(),
})

const choiceHint = (f: FieldDeclaration): string =>
  f.bounds.choices && f.default?.kind === 'value' && typeof f.default.value === 'string' ? suggest(f.default.value, f.bounds.choices) || `It has ${f.bounds.choices.join(', ')}.` : ''

function listOrOne(f: FieldDeclaration, raw: unknown, problem: (text: string) => void): Value | undefined {
  const one = (x: unknown): Value | undefined => {
    const made = canonical(f.scalar, x)
    if ('problem' in made) { problem(made.problem); return undefined }
    return made.value
  }
  if (!f.list) return one(raw)
  if (!Array.isArray(raw)) { problem(`${show(raw)} is not a list`); return undefined }
  const items = raw.map(one)
  return items.every(x => x !== undefined) ? items : undefined
}

/** Bounds in canonical form, checked against each other. */
function boundsOf(f: FieldDeclaration, problem: (reason: string) => void): Bounds {
  const b = f.bounds
  const limit = (which: 'min' | 'max'): Value | undefined => {
    if (b[which] === undefined) return undefined
    const made = canonical(f.scalar, b[which])
    if ('problem' in made) { problem(`The ${which} of ${made.problem}.`); return undefined }
    return made.value
  }
  const min = limit('min'), max = limit('max')
  const over = (low: unknown, high: unknown) => problem(`The minimum of ${String(low)} is over the maximum of ${String(high)}.`)
  if (min !== undefined && max !== undefined && misfit(f.scalar, min, { max }, false)) over(min, max)
  for (const [low, high] of [[b.minLength, b.maxLength], [b.minItems, b.maxItems]] as const) {
    for (const x of [low, high]) if (x !== undefined && !(Number.isInteger(x) && x >= 0)) problem(`A bound of ${show(x)} is not a whole number from 0.`)
    if (low !== undefined && high !== undefined && low > high) over(low, high)
  }
  if (b.pattern !== undefined) try { new RegExp(b.pattern, 'u') } catch { problem(`The pattern ${b.pattern} is not a regular expression.`) }
  if (b.choices && b.choices.length === 0) problem('A choice needs at least one value.')
  if (b.choices && new Set(b.choices).size < b.choices.length) problem('A value stands twice among the choices.')
  if (b.currency !== undefined && !/^[A-Z]{3}$/.test(b.currency)) problem(b.currency === '' ? `Money needs a currency: money('EUR').` : `'${b.currency}' is not a currency such as 'EUR'.`)
  const { precision, scale } = b
  if (scale !== undefined && !(Number.isInteger(scale) && scale >= 0)) problem(`A scale of ${show(scale)} is not a whole number from 0.`)
  if (precision !== undefined && !(Number.isInteger(precision) && precision >= 1 && precision <= 1000)) problem(`A precision of ${show(precision)} is not between 1 and 1000.`)
  if (precision !== undefined && scale !== undefined && scale > precision) problem(`The scale of ${scale} is over the precision of ${precision}.`)
  if (scale !== undefined && precision === undefined) problem('A scale needs a precision: decimal({ precision: 12, scale: 2 }).')
  return { ...b, ...(min !== undefined ? { min } : {}), ...(max !== undefined ? { max } : {}) }
}

/** What a modifier cannot do here is a mistake, never silence. */
function checkModifiers(draft: Draft, name: string, member: FieldDeclaration | ReferenceDeclaration, mistakes: Mistakes): void {
  const say = (reason: string, hint = '') => mistakes.add(member.at(), { entity: draft.title, field: name }, reason, hint)
  for (const wrong of member.wrong) say(wrong)
  if (member.by !== null && member.by.length === 0) say(`.by() names no role.`, `Write .by('staff').`)
  if (member.was === '') say(`.was('') names no field.`)
  if (member.is === 'reference') {
    if (member.unique && draft.base.key?.length === 1 && draft.base.key[0] === name) say('.unique() has no effect: the reference is the key.')
    return
  }
  const kind = member.list ? 'list' : member.kind
  const textual = !member.list && ['text', 'slug', 'email', 'url', 'choice'].includes(member.kind)
  if (member.searchable && !(textual && member.kind !== 'choice')) say(`.searchable() has no effect on ${article(kind)}.`, 'Only text can be searched.')
  if (member.unique && (member.list || ['json', 'boolean', 'secret', 'duration'].includes(member.kind))) say(`.unique() has no effect on ${article(kind)}.`)
  if (member.index && member.kind === 'secret') say(`.index() has no effect on a secret.`, 'A secret is never compared.')
  if (member.index && member.unique) say(`.index() has no effect beside .unique().`, 'A unique field has an index already.')
  if (member.index && draft.base.key?.[0] === name) say(`.index() has no effect on the first part of the key.`, 'The key has an index already.')
  if (member.unique && draft.base.key?.length === 1 && draft.base.key[0] === name) say(`.unique() has no effect on the key.`)
  if (member.hidden && member.kind === 'secret') say(`.hidden() has no effect on a secret.`, 'A secret is never in an answer.')
  if (member.hidden && member.searchable) say('.searchable() has no effect on a hidden field.')
  if (member.classified !== null && (draft.base.key ?? ['id']).includes(name)) say(`.${member.classified}() cannot be on a part of the key.`, 'Addresses and logs name rows by their key: leave the default id, and make this field unique.')
  if (member.classified !== null && member.kind === 'secret') say(`.${member.classified}() has no effect on a secret.`, 'A secret is in no log.')
  if (member.by !== null && member.generated !== null) say('.by() has no effect on a field the server keeps.')
  if (member.generated === 'column' && member.default !== null) say('.default() has no effect on a field that the database computes.')
  if (member.generated === 'updatedAt' && member.kind !== 'timestamp') say(`.touched() has no effect on ${article(kind)}.`, 'Only a timestamp can be the time of the last write.')
  if (member.default?.kind === 'expression' && member.default.expression.trim() === '') say('The expression of the default is empty.')
  if (member.default?.kind === 'absent') say('.omittable() means nothing of a stored field.', 'Write .optional(), or .default(…).')
  if (member.default?.kind === 'value' && member.default.value === null) say('A default of null has no effect.', 'Write .optional().')
}
const article = (kind: string): string => (/^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`)

/** For fields that name each other: `fieldsOf` without the server's own. */
export const writtenFields = (draft: Draft): readonly string[] => fieldsOf(draft).filter(([, f]) => f.generated === null).map(([n]) => n)
