// Bodies of writes as schemas: create, change, replace; parts and references written with them; and examples of each.
import { atomics, entityOf, fieldsOf as fields, immovable, isOne, may, movable, onWire, relationOf, required, shown, type Change, type EntityModel, type FieldModel, type RelationModel } from '../../../model/index.ts'
import { either, given, pascal, type Json, type Members, type Schema } from './book.ts'
import { property, wireExample, type Contract } from './rows.ts'
import { exampleOf, fieldAbout, sentence, valueSchema } from './values.ts'

const most = 2000

/** Of a list relation the rows written below are those of this relation's row: it is left out of their bodies. */
export interface Below { readonly parent: EntityModel; readonly relation: RelationModel }

export function createSchema(c: Contract, entity: EntityModel, below: Below | null = null): Members {
  const inside = below === null || below.relation.through !== null ? null : below
  const name = inside === null ? `${entity.title}Create` : `${inside.parent.title}${pascal(inside.relation.name)}Create`
  return c.book.ref('schemas', `create ${entity.name}${inside === null ? '' : ` below ${inside.parent.name}.${inside.relation.name}`}`, name, () => {
    const from = new Set(inside?.relation.on.map(x => x.foreign))
    const upward = inside === null ? null : Object.values(entity.fields).find(f => from.has(f.name))?.reference ?? null
    const own = fields(entity, 'create').filter(f => !from.has(f.name))
    const relations = Object.values(entity.relations).filter(r => !r.hidden && r.name !== upward)
    return changed(c, entity, 'create', own, relations, `A new ${entity.title}${inside === null ? '' : `, among the ${inside.relation.name} of a new ${inside.parent.title}`}.`)
  })
}

export function updateSchema(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `update ${entity.name}`, `${entity.title}Update`, () =>
    changed(c, entity, 'update', fields(entity, 'update'), movable(entity), `Changes of a ${entity.title}, as a merge patch: what is left out stays, null empties.`))
}

export function replaceSchema(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `replace ${entity.name}`, `${entity.title}Replace`, () =>
    changed(c, entity, 'replace', fields(entity, 'replace'), movable(entity), `All of a ${entity.title}: what is left out becomes its default or null.`))
}

function changed(c: Contract, entity: EntityModel, change: Change, own: readonly FieldModel[], relations: readonly RelationModel[], description: string): Schema {
  const properties: Record<string, Json> = {}
  const must: string[] = [], choices: string[][] = []
  for (const { name, of } of onWire(own)) {
    const all = isOne(of) ? [of] : of
    const reference = all[0]?.reference ?? null
    const value = property(of, 'write', all.every(f => f.optional), c.model, entity, change)
    properties[name] = change === 'update' && isOne(of) && atomics(of).length > 0 ? atomicSchema(c, of, value) : value
    if (change === 'update' || !all.every(required) || (change === 'replace' && all.some(f => immovable(entity, f) || f.by !== null || f.hidden))) continue
    const otherwise = reference !== null && relations.some(r => r.name === reference && relationSchema(c, entity, r, change) !== null)
    // By its key, or as `connect` or `create`: one of them must be there.
    if (otherwise) choices.push([name, reference])
    else must.push(name)
  }
  for (const relation of relations) {
    const schema = relationSchema(c, entity, relation, change)
    if (schema !== null) properties[relation.name] = schema
  }
  const only = (name: string): Schema => given({ properties: given({ [name]: properties[name] }), required: [name] })
  const [first, ...more] = choices.map(names => ({ oneOf: names.map(only) }))
  return given({
    type: 'object', description, properties, required: must.length === 0 ? undefined : must, ...(more.length === 0 ? first : { allOf: [first as Schema, ...more] }), additionalProperties: false,
  })
}

/** A value, or a change of the one that is there. */
function atomicSchema(c: Contract, f: FieldModel, value: Schema): Schema {
  const { description, examples, ...bare } = value
  const item: Schema = f.list ? valueSchema({ ...f, list: false }, 'write') : {}
  const change = f.list
    ? c.book.ref('schemas', `atomic ${JSON.stringify(item)} ${atomics(f).join(' ')}`, `${pascal(f.kind)}ListChange`, () => ({
      description: `The list that is there, with more or with less.`, anyOf: atomics(f).map(word => ({ type: 'object', properties: { [word]: { type: 'array', items: item, maxItems: 1000 } }, required: [word], additionalProperties: false })),
    }))
    : c.book.ref('schemas', `atomic ${f.scalar}`, `${pascal(f.scalar)}Change`, () => ({
      type: 'object', description: 'What to add to the value that is there; below zero takes away.', properties: { add: valueSchema({ ...f, bounds: {} }, 'write') }, required: ['add'], additionalProperties: false,
    }))
  const ways = Array.isArray(bare['anyOf']) ? bare['anyOf'] as Json[] : [bare]
  return given({ anyOf: [...ways, change], description, examples })
}

function relationSchema(c: Contract, entity: EntityModel, relation: RelationModel, change: Change): Schema | null {
  const target = entityOf(c.model, relation.target)
  const part = target.whole !== null && relation.inverse === target.whole
  const creatable = change === 'create' && !target.hidden && (part || may(c.model, target, 'create') !== 'never')
  const create = creatable ? createSchema(c, target, relation.owner ? null : { parent: entity, relation }) : null
  const connect = (relation.owner || relation.through !== null) && may(c.model, target, 'read') !== 'never' ? connectSchema(c, target) : null
  const only = (name: string, of: Schema): Schema => ({ type: 'object', properties: { [name]: of }, required: [name], additionalProperties: false })
  const local = relation.on[0]?.local.split('.')[0] ?? ''
  const about = relation.about === null ? '' : `${sentence(relation.about)} `
  if (relation.owner) {
    const ways = [...(connect === null ? [] : [only('connect', connect)]), ...(create === null ? [] : [only('create', create)])]
    return ways.length === 0 ? null : either(ways, { description: `${about}In place of \`${local}\`: a ${target.title} found by something else than its key${create === null ? '' : ', or a new one'}.` })
  }
  if (change !== 'create') return null
  if (relation.one) return create === null ? null : { anyOf: [create, only('create', create)], description: `${about}A new ${target.title} with it.` }
  const list = (of: Schema): Schema => ({ anyOf: [{ type: 'array', items: of, maxItems: most }, of] })
  if (connect !== null) {
    const words = given({ connect: list(connect), create: create === null ? undefined : list(create) })
    const both: Schema = { type: 'object', properties: words, minProperties: 1, additionalProperties: false }
    return either([...(create === null ? [] : [{ type: 'array', items: create, maxItems: most }]), both], { description: `${about}Connected to rows that are there${create === null ? '' : ', or made with it'}.` })
  }
  return create === null ? null : { anyOf: [{ type: 'array', items: create, maxItems: most }, only('create', list(create))], description: `${about}Made with it, in one transaction.` }
}

/** What finds a row: its key, or fields that are unique together. */
function connectSchema(c: Contract, target: EntityModel): Members {
  return c.book.ref('schemas', `connect ${target.name}`, `${target.title}Connect`, () => {
    const ways = [target.key, ...target.uniques.map(u => u.fields)].filter(way => way.every(n => { const f = target.fields[n]; return f !== undefined && shown(target, f) !== 'never' }))
    const way = (names: readonly string[]): Schema => ({
      type: 'object', required: names, additionalProperties: false,
      properties: given(Object.fromEntries(names.map(n => {
        const f = target.fields[n]
        if (f === undefined) return [n, undefined]
        const about = fieldAbout(f, 'read'), example = exampleOf(c.model, target, f)
        return [n, given({ ...valueSchema(f, 'write'), description: about === '' ? undefined : about, examples: example === undefined ? undefined : [example] })]
      }))),
    })
    return either(ways.map(way), { description: `What finds a ${target.title}.` })
  })
}

/** A body that would do; undefined where a required field has no example. */
export function changeExample(c: Contract, entity: EntityModel, change: Change, below: Below | null = null): Members | undefined {
  const from = new Set(below?.relation.through === null ? below.relation.on.map(x => x.foreign) : [])
  const body: Record<string, Json> = {}
  const own = onWire(fields(entity, change).filter(f => !from.has(f.name)))
  for (const { name, of } of own) {
    const all = isOne(of) ? [of] : of
    const needed = all.every(required)
    const telling = needed || (all.every(f => f.default === null && f.by === null && f.kind !== 'secret' && f.generated === null && f.reference === null) && Object.keys(body).length < 6)
    if (!telling || (change === 'update' && Object.keys(body).length > 0)) continue
    if (change === 'replace' && all.some(f => immovable(entity, f))) continue
    const value = wireExample(c.model, entity, of)
    if (value !== undefined) body[name] = value
    else if (needed) return undefined
  }
  if (change !== 'create' || below !== null) return body
  for (const relation of Object.values(entity.relations).filter(r => r.owned && !r.one && !r.hidden)) {
    const child = changeExample(c, entityOf(c.model, relation.target), 'create', { parent: entity, relation: relationOf(entity, relation.name) })
    if (child !== undefined) body[relation.name] = [child]
  }
  return body
}
