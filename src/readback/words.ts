// Names of a declaration as words of English, and values as they stand in a sentence.
import pluralize from 'pluralize'
import type { EntityModel, FieldModel, Model, RelationModel } from '../model/index.ts'
import type { Scalar, Value } from '../operation/index.ts'

/** `orderItem` → `order item`; `soldAs` → `sold as`; `shippedAt` → `shipped-at time`. */
export function words(name: string): string {
  const apart = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase()
  return apart.replace(/^(.*\S) (at|on)$/, (_, first: string, last: string) => `${first.replaceAll(' ', '-')}-${last} time`)
}
export const nounOf = (entity: EntityModel): string => words(entity.title)
export const pluralOf = (entity: EntityModel): string => entity.path.replaceAll('-', ' ')

const soundsLikeA = /^(u[bcdfghjklmnpqrstvwxyz]?[aeiou]|uni|use|usage|eu|one\b|once\b|ue)/, soundsLikeAn = /^(hour|honest|honou?r|heir)/
/** With its article: `an order`, `a unit`. */
export const a = (noun: string): string => `${soundsLikeAn.test(noun) || (/^[aeiou]/.test(noun) && !soundsLikeA.test(noun)) ? 'an' : 'a'} ${noun}`
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
export const genitive = (noun: string): string => `${noun}${noun.endsWith('s') ? '\'' : '\'s'}`

/** `a, b and c`; by another word where that joins them. */
export function listed(of: readonly string[], by: 'and' | 'or' | 'nor' = 'and'): string {
  const last = of.at(-1)
  return last === undefined ? '' : of.length === 1 ? last : `${of.slice(0, -1).join(', ')} ${by} ${last}`
}

export const isMany = (noun: string): boolean => /\w{4}$/.test(noun) && pluralize.isPlural(noun) && !pluralize.isSingular(noun)

const crowds = new Set(['staff', 'personnel', 'management', 'support', 'finance', 'marketing', 'everybody', 'hr', 'it', 'ops', 'sales', 'crew', 'police', 'accounting', 'logistics', 'security'])
/** A role as one who has it: `staff`, `an editor`. */
export function roleNoun(role: string): string {
  const noun = words(role)
  const last = noun.split(' ').at(-1) ?? noun
  return crowds.has(last) || isMany(last) ? noun : a(noun)
}

/** Whoever a binding makes of a caller: `customer`. */
export function bindingNoun(model: Model, binding: string): string {
  const { entity } = model.callers[binding] ?? {}
  const of = entity === undefined ? undefined : model.entities[entity]
  if (of === undefined) return words(binding)
  return Object.values(model.callers).filter(c => c.entity === entity).length > 1 && words(binding) !== nounOf(of) ? `${nounOf(of)} (${words(binding)})` : nounOf(of)
}

/** What one row at the other end of a to-many relation is called, and where it stands: `an item`; `an account in “team”`. */
export function oneOf(model: Model, relation: RelationModel): string {
  const target = model.entities[relation.target], noun = target === undefined ? words(relation.target) : nounOf(target)
  const name = words(relation.name), last = name.split(' ').at(-1) ?? name
  if (relation.hidden) return noun
  return isMany(last) ? name.replace(/\S+$/, pluralize.singular(last)) : `${noun} in “${name}”`
}

export const quoted = (text: string): string => `“${text.replace(/[\\“”]/g, '\\$&').replaceAll('\n', '\\n')}”`

/** A constant of the declaration. `field`: what it is compared with, where that says more. */
export function said(value: Value, as: Scalar, field: FieldModel | null): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return listed(value.map((v: Value) => said(v, as, field)), 'and')
  const plain = typeof value === 'string' ? value : JSON.stringify(value)
  switch (as) {
    case 'text': return field?.kind === 'choice' && /^[A-Za-z][\w-]*$/.test(plain) ? plain : quoted(plain)
    case 'boolean': return value === true ? 'yes' : 'no'
    case 'decimal': return field?.bounds.currency === undefined ? plain : `${plain} ${field.bounds.currency}`
    case 'timestamp': return plain.replace('T', ' ').replace('+00:00', ' UTC')
    case 'json': case 'bytes': return JSON.stringify(value)
    default: return plain
  }
}
