// What may be done with the rows of a relation in a body: create, connect, connectOrCreate, disconnect, set, update, upsert, delete.
import type { FieldName } from '../operation/index.ts'
import { entityOf, find } from './lookup.ts'
import { isTenantReference } from './tenancy.ts'
import type { EntityModel, Model, RelationModel } from './model.ts'

export const relationWords = ['create', 'connect', 'connectOrCreate', 'disconnect', 'set', 'update', 'upsert', 'delete'] as const
export type RelationWord = (typeof relationWords)[number]
export const isRelationWord = (x: string): x is RelationWord => relationWords.some(word => word === x)

/** Fields of the rows at the other end that their place in the body gives. */
export const tiesOf = (relation: RelationModel): readonly FieldName[] => (relation.owner || relation.through ? [] : relation.on.map(pair => pair.foreign))

/** Whether a reference never changes once it is written. */
const fixedFor = (holder: EntityModel, reference: string, fields: readonly FieldName[]): boolean =>
  reference === holder.whole || find(holder.relations, reference)?.fixed === true || fields.some(n => holder.fields[n]?.fixed === true || holder.key.includes(n))

/** The words of a relation, in a body that makes its row or changes it. */
export function wordsOf(model: Model, entity: EntityModel, relation: RelationModel, change: 'create' | 'update'): readonly RelationWord[] {
  const made: readonly RelationWord[] = ['create', 'connect', 'connectOrCreate']
  const target = entityOf(model, relation.target)
  if (relation.through) return change === 'create' ? made : relationWords
  if (relation.owner) {
    if (isTenantReference(entity, relation)) return []
    if (change === 'create') return made
    if (fixedFor(entity, relation.name, relation.on.map(p => p.local))) return ['update']
    return [...made, 'update', 'upsert', ...(relation.optional ? ['disconnect', 'delete'] as const : [])]
  }
  const part = target.whole === relation.inverse
  if (part || fixedFor(target, relation.inverse, tiesOf(relation))) {
    return change === 'create' ? ['create'] : ['create', ...(part && !relation.one ? ['set'] as const : []), 'update', 'upsert', 'delete']
  }
  if (change === 'create') return made
  const optional = tiesOf(relation).every(n => target.fields[n]?.optional === true)
  return [...made, 'update', 'upsert', 'delete', ...(optional ? ['disconnect', ...(relation.one ? [] : ['set'] as const)] as const : [])]
}

/** Why a word that there is elsewhere cannot be said here. */
export function whyNot(model: Model, entity: EntityModel, relation: RelationModel, word: RelationWord, words: readonly RelationWord[]): string {
  if (isTenantReference(entity, relation)) return `cannot be done here: a ${entity.title} is of the tenant of whoever makes it, for good`
  const target = entityOf(model, relation.target), there = `There is ${words.join(', ')}.`
  if (relation.owner) {
    const fixed = fixedFor(entity, relation.name, relation.on.map(p => p.local))
    return fixed && words.includes('update') ? `never changes after creation; what it names can be changed: { "update": … }` : `cannot be done here: every ${entity.title} must have its ${relation.name}. ${there}`
  }
  if (!words.includes('update')) return `cannot be done here: there is nothing yet to ${word}. ${there}`
  if (target.whole === relation.inverse) return `cannot be done here: every ${target.title} is a part of its ${relation.inverse}, and of no other. ${there}`
  if (fixedFor(target, relation.inverse, tiesOf(relation))) return `cannot be done here: of every ${target.title} the ${relation.inverse} never changes after creation. ${there}`
  return `cannot be done here: every ${target.title} must have its ${relation.inverse}. ${there}`
}
