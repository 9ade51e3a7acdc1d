// Bodies of writes as types: create, change, replace; and what may be done with the rows of relations in them.
import {
  atomics, entityOf, fieldsOf, immovable, isOne, may, movable, onWire, required, wordsOf, type Change, type EntityModel, type FieldModel, type RelationModel, type RelationWord, type Verb,
} from '../../../model/index.ts'
import type { Atomic } from '../../../operation/index.ts'
import { pascal, particle, type Complex, type Contract, type Made, type Particle, type Type } from './book.ts'
import { connectType, finders, foundType, tied, tying, versionOf, type Below } from './finders.ts'
import { fieldParticle } from './rows.ts'
import { listType, plain, scalarType } from './values.ts'

/** Types of rows that their relation ties to another row are called after it. */
function named(c: Contract, entity: EntityModel, kind: string, ending: string, below: Below | null, make: () => Made): Complex {
  const within = tying(below)
  return within === null ? c.book.complex(`${kind} ${entity.name}`, `${entity.title}${ending}`, make)
    : c.book.complex(`${kind} ${entity.name} below ${within.parent.name}.${within.relation.name}`, `${within.parent.title}${pascal(within.relation.name)}${ending}`, make)
}

export const createType = (c: Contract, entity: EntityModel, below: Below | null = null): Complex =>
  named(c, entity, 'create', 'Create', below, () => body(c, entity, 'create', below, `A new ${entity.title}.`))

/** A new row, of which `where` may have said what finds it. */
const completedType = (c: Contract, entity: EntityModel, below: Below | null): Complex => named(c, entity, 'completed', 'Completed', below, () => {
  const made = body(c, entity, 'create', below, `A new ${entity.title}; what where says need not be said again.`)
  const said = new Set([...entity.key, ...entity.uniques.flatMap(u => u.fields)].map(n => n.split('.')[0]))
  return { ...made, particles: made.particles.map(p => (said.has(p.name) ? { ...p, required: false } : p)) }
})

export const updateType = (c: Contract, entity: EntityModel): Complex =>
  c.book.complex(`update ${entity.name}`, `${entity.title}Update`, () => body(c, entity, 'update', null, `Changes of a ${entity.title}: what is left out stays, xsi:nil empties.`))

/** A row to be changed among those of a relation: what finds it, and what changes. */
const nestedType = (c: Contract, entity: EntityModel, below: Below | null): Complex => named(c, entity, 'nested', tying(below) === null ? 'NestedUpdate' : 'Update', below, () => {
  const made = body(c, entity, 'update', below, `Changes of a ${entity.title}, named by its key or by where if there may be several.`)
  const first = [...finders(c, entity, entity.key.filter(n => !tied(below).includes(n))), ...versionOf(entity), particle('where', foundType(c, entity, below))]
  return { ...made, particles: [...first, ...made.particles.filter(p => !first.some(f => f.name === p.name))] }
})

/** A row that stays, with its key, or a new one. */
const keptType = (c: Contract, entity: EntityModel, below: Below | null): Complex => named(c, entity, 'kept', 'Kept', below, () => {
  const made = body(c, entity, 'create', below, `A ${entity.title} that stays, with its key and what changes of it; without its key a new one.`)
  const first = [...finders(c, entity, entity.key.filter(n => !tied(below).includes(n))), ...versionOf(entity)]
  return { ...made, particles: [...first, ...made.particles.filter(p => !first.some(f => f.name === p.name)).map(p => ({ ...p, required: false }))] }
})

export const replaceType = (c: Contract, entity: EntityModel): Complex =>
  c.book.complex(`replace ${entity.name}`, `${entity.title}Upsert`, () => body(c, entity, 'replace', null, `All of a ${entity.title}: what is left out becomes its default or null.`))

function body(c: Contract, entity: EntityModel, change: Change, below: Below | null, about: string): Made {
  const ties = tied(below), upward = below !== null && ties.length > 0 ? below.relation.inverse : null
  const own = fieldsOf(entity, change).filter(f => !ties.includes(f.name))
  const relations = change === 'replace' ? movable(entity) : Object.values(entity.relations).filter(r => !r.hidden && r.name !== upward)
  const related = relations.flatMap(r => relationParticle(c, entity, r, change) ?? [])
  const particles = onWire(own).map(({ name, of }): Particle => {
    const all = isOne(of) ? [of] : of
    const otherwise = all[0]?.reference != null && related.some(p => p.name === all[0]?.reference)
    const must = change !== 'update' && all.every(required) && !otherwise && !(change === 'replace' && all.some(f => immovable(entity, f) || f.by !== null || f.hidden))
    return fieldParticle(c, entity, name, of, 'write', all.every(f => f.optional), must)
  })
  return { about, open: entity, written: true, particles: [...particles, ...related, ...(change === 'update' ? byWhatIsThere(c, entity, own) : [])] }
}

const meaning: Readonly<Record<Atomic, string>> = { add: 'Added to what is there; below zero takes away.', append: 'Put behind what is there.', remove: 'Taken out of what is there.' }

/** Changes by what is there stand together, each under what is done: `<add><stock>-2</stock></add>`. */
function byWhatIsThere(c: Contract, entity: EntityModel, own: readonly FieldModel[]): readonly Particle[] {
  const fields = own.filter(f => !f.name.includes('.'))
  return (['add', 'append', 'remove'] as const).flatMap(word => {
    const of = fields.filter(f => atomics(f).includes(word))
    if (of.length === 0) return []
    const type = c.book.complex(`${word} ${entity.name} ${of.map(f => f.name).join(' ')}`, `${entity.title}${pascal(word)}`, () => ({
      open: entity, particles: of.map(f => particle(f.name, f.list ? listType(c.book, scalarType(c.book, entity, f, 'compare'), 'item') : plain(f.scalar))),
    }))
    return [particle(word, type, { about: meaning[word] })]
  })
}

/** What may be done with the rows of a relation; null: nothing. */
function relationParticle(c: Contract, entity: EntityModel, relation: RelationModel, change: Change): Particle | null {
  const target = entityOf(c.model, relation.target)
  if (target.hidden || (target.readOnly === true && !relation.owner && relation.through === null)) return null
  const part = target.whole !== null && relation.inverse === target.whole
  const allowed = (...verbs: readonly Verb[]): boolean => part || verbs.every(verb => may(c.model, target, verb) !== 'never')
  const held = relation.owner || relation.through !== null
  const words = (change === 'replace' ? ['connect' as const] : wordsOf(c.model, entity, relation, change)).filter(word => {
    switch (word) {
      case 'create': return allowed('create')
      case 'connect': return held ? allowed('read') : allowed('read', 'update')
      case 'connectOrCreate': return allowed('read', 'create')
      case 'update': return allowed('update')
      case 'upsert': return allowed('create', 'update')
      case 'delete': return allowed('delete')
      case 'disconnect': case 'set': return held || allowed('update')
    }
  })
  if (words.length === 0) return null
  const below = relation.owner ? null : { parent: entity, relation }, many = !relation.one
  const of = (word: RelationWord): Particle => {
    const about = doing[word](target.title)
    switch (word) {
      case 'create': return particle(word, createType(c, target, below), { many, about })
      case 'connect': return particle(word, connectType(c, target), { many, about })
      case 'connectOrCreate': return particle(word, both(word, [['where', connectType(c, target)], ['create', completedType(c, target, below)]]), { many, about })
      case 'disconnect': case 'delete': return particle(word, many ? foundType(c, target, below) : plain('boolean'), { many, about })
      case 'set': return particle(word, setType(part ? keptType(c, target, below) : connectType(c, target)), { about })
      case 'update': return particle(word, nestedType(c, target, below), { many, about })
      case 'upsert': return particle(word, both(word, many
        ? [['where', foundType(c, target, below)], ['create', completedType(c, target, below)], ['update', nestedType(c, target, below)]]
        : [['create', createType(c, target, below)], ['update', nestedType(c, target, below)]]), { many, about })
    }
  }
  const name = `${entity.title}${pascal(relation.name)}`
  const both = (word: string, parts: readonly (readonly [string, Type])[]): Complex =>
    c.book.complex(`${word} ${entity.name}.${relation.name}`, `${name}${pascal(word)}`, () => ({ open: target, particles: parts.map(([part, type]) => particle(part, type)) }))
  /** The rows in elements of their own: none of them is a set, too. */
  const setType = (item: Complex): Complex => c.book.complex(`set ${entity.name}.${relation.name}`, `${name}Set`, () => ({ list: 'item', particles: [particle('item', item, { many: true })] }))
  const ending = { create: 'Write', update: 'Change', replace: 'Link' }[change]
  const type = c.book.complex(`related ${entity.name}.${relation.name} ${change}`, `${name}${ending}`, () => ({ open: target, particles: words.map(of) }))
  const local = relation.on[0]?.local.split('.')[0] ?? ''
  return particle(relation.name, type, { about: [relation.about ?? '', relation.owner ? `In place of ${local}.` : 'In the same transaction.'].join(' ').trim() })
}

const doing: Readonly<Record<RelationWord, (title: string) => string>> = {
  create: t => `A new ${t}.`, connect: t => `A ${t} that is there, found by its key or by what is unique.`, connectOrCreate: t => `A ${t} that is there, else a new one.`,
  disconnect: t => `No longer this ${t}.`, set: t => `These and no other, with the key of each ${t} that stays.`, update: t => `Changes of a ${t} that it has.`,
  upsert: t => `Changes of a ${t} that it has, else a new one.`, delete: t => `Deletes a ${t} that it has.`,
}
