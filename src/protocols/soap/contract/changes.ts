// Bodies of writes as types: create, change, replace; parts and references written with them.
import { atomics, entityOf, fieldsOf, immovable, isOne, may, movable, onWire, required, shown, type Change, type EntityModel, type FieldModel, type RelationModel } from '../../../model/index.ts'
import type { Atomic } from '../../../operation/index.ts'
import { fieldParticle } from './rows.ts'
import { pascal, particle, type Complex, type Contract, type Particle } from './book.ts'
import { fieldType, listType, plain, scalarType } from './values.ts'

/** Of a list relation the rows written below are those of this relation's row: it is left out of their bodies. */
interface Below { readonly parent: EntityModel; readonly relation: RelationModel }

export function createType(c: Contract, entity: EntityModel, below: Below | null = null): Complex {
  const inside = below === null || below.relation.through !== null ? null : below
  const name = inside === null ? `${entity.title}Create` : `${inside.parent.title}${pascal(inside.relation.name)}Create`
  return c.book.complex(`create ${entity.name}${inside === null ? '' : ` below ${inside.parent.name}.${inside.relation.name}`}`, name, () => {
    const from = new Set(inside?.relation.on.map(x => x.foreign))
    const upward = inside === null ? null : Object.values(entity.fields).find(f => from.has(f.name))?.reference ?? null
    return body(c, entity, 'create', fieldsOf(entity, 'create').filter(f => !from.has(f.name)), Object.values(entity.relations).filter(r => !r.hidden && r.name !== upward), `A new ${entity.title}.`)
  })
}

export const updateType = (c: Contract, entity: EntityModel): Complex => c.book.complex(`update ${entity.name}`, `${entity.title}Update`, () =>
{
  const made = body(c, entity, 'update', fieldsOf(entity, 'update'), movable(entity), `Changes of a ${entity.title}: what is left out stays, xsi:nil empties.`)
  return { ...made, particles: [...made.particles, ...byWhatIsThere(c, entity)] }
})

export const replaceType = (c: Contract, entity: EntityModel): Complex => c.book.complex(`replace ${entity.name}`, `${entity.title}Upsert`, () =>
  body(c, entity, 'replace', fieldsOf(entity, 'replace'), movable(entity), `All of a ${entity.title}: what is left out becomes its default or null.`))

const meaning: Readonly<Record<Atomic, string>> = { add: 'Added to what is there; below zero takes away.', append: 'Put behind what is there.', remove: 'Taken out of what is there.' }

/** Changes by what is there stand together, each under what is done: `<add><stock>-2</stock></add>`. */
function byWhatIsThere(c: Contract, entity: EntityModel): readonly Particle[] {
  const fields = fieldsOf(entity, 'update').filter(f => !f.name.includes('.'))
  return (['add', 'append', 'remove'] as const).flatMap(word => {
    const of = fields.filter(f => atomics(f).includes(word))
    if (of.length === 0) return []
    const type = c.book.complex(`${word} ${entity.name}`, `${entity.title}${pascal(word)}`, () => ({
      open: entity, particles: of.map(f => particle(f.name, f.list ? listType(c.book, scalarType(c.book, entity, f, 'compare'), 'item') : plain(f.scalar))),
    }))
    return [particle(word, type, { about: meaning[word] })]
  })
}

function body(c: Contract, entity: EntityModel, change: Change, own: readonly FieldModel[], relations: readonly RelationModel[], about: string) {
  const related = relations.flatMap(r => relationParticle(c, entity, r, change) ?? [])
  const particles = onWire(own).map(({ name, of }): Particle => {
    const all = isOne(of) ? [of] : of
    const otherwise = all[0]?.reference != null && related.some(p => p.name === all[0]?.reference)
    const must = change !== 'update' && all.every(required) && !otherwise && !(change === 'replace' && all.some(f => immovable(entity, f) || f.by !== null || f.hidden))
    return fieldParticle(c, entity, name, of, 'write', all.every(f => f.optional), must)
  })
  return { about, open: entity, particles: [...particles, ...related] }
}

function relationParticle(c: Contract, entity: EntityModel, relation: RelationModel, change: Change): Particle | null {
  const target = entityOf(c.model, relation.target)
  const part = target.whole !== null && relation.inverse === target.whole
  const creates = change === 'create' && !target.hidden && (part || may(c.model, target, 'create') !== 'never')
  const connects = (relation.owner || relation.through !== null) && may(c.model, target, 'read') !== 'never'
  if ((!creates && !connects) || (!relation.owner && change !== 'create')) return null
  const many = !relation.one
  const local = relation.on[0]?.local.split('.')[0] ?? ''
  const type = c.book.complex(`written ${entity.name}.${relation.name} ${creates} ${connects}`, `${entity.title}${pascal(relation.name)}${creates ? 'Write' : 'Link'}`, () => ({
    open: target,
    particles: [
      ...(connects ? [particle('connect', connectType(c, target), { many, about: `A ${target.title} that is there, found by its key or by what is unique.` })] : []),
      ...(creates ? [particle('create', createType(c, target, relation.owner ? null : { parent: entity, relation }), { many, about: `A new ${target.title}.` })] : []),
    ],
  }))
  return particle(relation.name, type, { about: [relation.about ?? '', relation.owner ? `In place of ${local}.` : 'Written with it, in one transaction.'].join(' ').trim() })
}

/** What finds a row: its key, or fields that are unique together. */
function connectType(c: Contract, target: EntityModel): Complex {
  return c.book.complex(`connect ${target.name}`, `${target.title}Connect`, () => {
    const ways = [target.key, ...target.uniques.map(u => u.fields)].filter(way => way.every(n => { const f = target.fields[n]; return f !== undefined && shown(target, f) !== 'never' }))
    const names = [...new Set(ways.flat())]
    return {
      about: `What finds a ${target.title}: ${ways.map(w => w.join(' and ')).join(', or ')}.`, open: target,
      particles: names.flatMap(n => { const f = target.fields[n]; return f === undefined ? [] : [particle(n, fieldType(c.book, target, f, 'read'))] }),
    }
  })
}
