// What may be done with the rows of a relation in a body: create, connect, connectOrCreate, disconnect, set, update, upsert, delete.
import { entityOf, find, type EntityModel, type Model, type RelationModel } from '../../model/index.ts'
import type { FieldName } from '../../operation/index.ts'
import { isObject } from './body.ts'

export const allWords = ['create', 'connect', 'connectOrCreate', 'disconnect', 'set', 'update', 'upsert', 'delete'] as const
export type Word = (typeof allWords)[number]
export const isWord = (x: string): x is Word => allWords.some(word => word === x)

/** Fields of the rows at the other end that their place in the body gives. */
export const tiesOf = (relation: RelationModel): readonly FieldName[] => (relation.owner || relation.through ? [] : relation.on.map(pair => pair.foreign))

/** Whether a reference never changes once it is written. */
const fixedFor = (holder: EntityModel, reference: string, fields: readonly FieldName[]): boolean =>
  reference === holder.whole || find(holder.relations, reference)?.fixed === true || fields.some(n => holder.fields[n]?.fixed === true || holder.key.includes(n))

/** The words of a relation, in a body that makes its row or changes it. */
export function wordsOf(model: Model, entity: EntityModel, relation: RelationModel, change: 'create' | 'update'): readonly Word[] {
  const made: readonly Word[] = ['create', 'connect', 'connectOrCreate']
  const target = entityOf(model, relation.target)
  if (relation.through) return change === 'create' ? made : allWords
  if (relation.owner) {
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
export function whyNot(model: Model, entity: EntityModel, relation: RelationModel, word: Word, words: readonly Word[]): string {
  const target = entityOf(model, relation.target), there = `There is ${words.join(', ')}.`
  if (relation.owner) {
    const fixed = fixedFor(entity, relation.name, relation.on.map(p => p.local))
    return fixed && words.includes('update') ? `never changes after creation; what it names can be changed: { "update": … }` : `cannot be done here: a ${entity.title} must have a ${relation.name}. ${there}`
  }
  if (!words.includes('update')) return `cannot be done here: there is nothing yet to ${word}. ${there}`
  if (target.whole === relation.inverse) return `cannot be done here: a ${target.title} is a part of its ${relation.inverse}, and of no other. ${there}`
  if (fixedFor(target, relation.inverse, tiesOf(relation))) return `cannot be done here: the ${relation.inverse} of a ${target.title} never changes after creation. ${there}`
  return `cannot be done here: a ${target.title} must have a ${relation.inverse}. ${there}`
}

/** Whether a body that makes a row nests nothing but rows to be made with it, and references and links to rows that are there: then all of it is one mutation. */
export function isPlain(model: Model, entity: EntityModel, body: unknown): boolean {
  if (!isObject(body)) return true
  return Object.entries(body).every(([name, raw]) => {
    const relation = find(entity.fields, name) ? undefined : find(entity.relations, name)
    if (!relation || relation.hidden) return true
    const target = entityOf(model, relation.target)
    const said = isObject(raw) ? Object.keys(raw).filter(x => !find(target.fields, x) && !find(target.relations, x)) : []
    if (said.includes('connectOrCreate') || (said.includes('connect') && !relation.owner && !relation.through)) return false
    const made: unknown = isObject(raw) && said.includes('create') ? raw['create'] : said.includes('connect') ? [] : raw
    return (Array.isArray(made) ? made : [made]).every(x => isPlain(model, target, x))
  })
}
