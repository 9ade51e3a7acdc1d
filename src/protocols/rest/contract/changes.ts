// Bodies of writes as schemas: create, change, replace; parts and references written with them; and examples of each.
import { atomics, entityOf, fieldsOf as fields, immovable, isOne, may, movable, onWire, relationOf, required, shown, tiesOf, wordsOf, type Change, type EntityModel, type FieldModel, type RelationModel, type RelationWord } from '../../../model/index.ts'
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
    changed(c, entity, 'update', fields(entity, 'update'), related(entity), `Changes of a ${entity.title}, as a merge patch: what is left out stays, null empties.`))
}

export function replaceSchema(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `replace ${entity.name}`, `${entity.title}Replace`, () =>
    changed(c, entity, 'replace', fields(entity, 'replace'), movable(entity), `All of a ${entity.title}: what is left out becomes its default or null.`))
}

/** Relations that a body may name. */
const related = (entity: EntityModel): readonly RelationModel[] => Object.values(entity.relations).filter(r => !r.hidden)

function changed(c: Contract, entity: EntityModel, change: Change, own: readonly FieldModel[], relations: readonly RelationModel[], description: string, said: ReadonlySet<string> = new Set()): Schema {
  const properties: Record<string, Json> = {}
  const must: string[] = [], choices: string[][] = []
  for (const { name, of } of onWire(own)) {
    const all = isOne(of) ? [of] : of
    const reference = all[0]?.reference ?? null
    const value = property(of, 'write', all.every(f => f.optional), c.model, entity, change)
    properties[name] = change === 'update' && isOne(of) && atomics(of).length > 0 ? atomicSchema(c, of, value) : value
    if (change === 'update' || !all.every(required) || all.every(f => said.has(f.name)) || (change === 'replace' && all.some(f => immovable(entity, f) || f.by !== null || f.hidden))) continue
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

/** A relation in a body: what may be done with its rows. */
function relationSchema(c: Contract, entity: EntityModel, relation: RelationModel, change: Change): Schema | null {
  const target = entityOf(c.model, relation.target)
  if (target.readOnly === true && !relation.owner && relation.through === null) return null
  const part = target.whole !== null && relation.inverse === target.whole
  const allowed = (verb: 'read' | 'create' | 'update' | 'delete'): boolean => part || may(c.model, target, verb) !== 'never'
  const said = change === 'replace' ? (relation.owner && movable(entity).includes(relation) ? ['connect' as const] : []) : wordsOf(c.model, entity, relation, change)
  const words = said.filter(word => {
    switch (word) {
      case 'create': return allowed('create')
      case 'connect': return relation.owner || relation.through !== null ? allowed('read') : allowed('read') && allowed('update')
      case 'connectOrCreate': return allowed('read') && allowed('create')
      case 'update': return allowed('update')
      case 'upsert': return allowed('create') && allowed('update')
      case 'delete': return allowed('delete')
      case 'disconnect': case 'set': return relation.owner || relation.through !== null || allowed('update')
    }
  })
  if (words.length === 0) return null
  const below = relation.owner ? null : { parent: entity, relation }
  const list = (of: Schema): Schema => (relation.one ? of : { anyOf: [{ type: 'array', items: of, maxItems: most }, of] })
  const object = (members: Members): Schema => ({ type: 'object', properties: members, required: Object.keys(members), additionalProperties: false })
  const yes = { const: true, type: 'boolean' } as const
  const schemaOf = (word: RelationWord): Schema => {
    switch (word) {
      case 'create': return list(createSchema(c, target, below))
      case 'connect': return list(connectSchema(c, target))
      case 'connectOrCreate': return list(object({ where: connectSchema(c, target), create: completedSchema(c, target, below) }))
      case 'disconnect': case 'delete': return relation.one ? yes : list(foundSchema(c, target, below))
      case 'set': return part ? list({ anyOf: [nestedSchema(c, target, below), createSchema(c, target, below)] }) : list(connectSchema(c, target))
      case 'update': return list(nestedSchema(c, target, below))
      case 'upsert': return list(relation.one ? object({ create: createSchema(c, target, below), update: nestedSchema(c, target, below) })
        : object({ where: foundSchema(c, target, below), create: completedSchema(c, target, below), update: nestedSchema(c, target, below) }))
    }
  }
  const about = relation.about === null ? '' : `${sentence(relation.about)} `, local = relation.on[0]?.local.split('.')[0] ?? ''
  const description = relation.owner ? `${about}In place of \`${local}\`: ${change === 'update' ? `what is done with the ${target.title} it names` : `a ${target.title} found by something else than its key, or a new one`}.`
    : `${about}${change === 'update' ? `What is done with the ${pascal(relation.name)} of it, in one transaction` : 'Made or connected with it, in one transaction'}.`
  const members: Record<string, Json> = Object.fromEntries(words.map(word => [word, schemaOf(word)]))
  // Of a reference a create takes one of few; each by itself tells a program more.
  if (relation.owner && change !== 'update') return either(words.map(word => object({ [word]: members[word] ?? null })), { description })
  const doing: Schema = given({ type: 'object', properties: members, minProperties: 1, maxProperties: relation.one ? 1 : undefined, additionalProperties: false })
  if (change === 'update') return { ...doing, description }
  const made = words.includes('create') ? [relation.one ? createSchema(c, target, below) : { type: 'array', items: createSchema(c, target, below), maxItems: most }] : []
  return either([...made, doing], { description })
}

/** What finds a row: its key, or fields that are unique together. */
function connectSchema(c: Contract, target: EntityModel): Members {
  return c.book.ref('schemas', `connect ${target.name}`, `${target.title}Connect`, () => waysSchema(c, target, [], false, `What finds a ${target.title}.`))
}

const tied = (below: Below | null): readonly string[] => (below === null ? [] : tiesOf(below.relation))
const where = (below: Below | null): string => (tied(below).length === 0 || below === null ? '' : ` below ${below.parent.name}.${below.relation.name}`)

/** What finds one of the rows of a relation, and the version it is believed to have. */
function foundSchema(c: Contract, target: EntityModel, below: Below | null): Members {
  const name = below === null || where(below) === '' ? `${target.title}Found` : `${below.parent.title}${pascal(below.relation.name)}Found`
  return c.book.ref('schemas', `found ${target.name}${where(below)}`, name, () => waysSchema(c, target, tied(below), true, `What finds a ${target.title}, and the version it was read at.`))
}

function waysSchema(c: Contract, target: EntityModel, given_: readonly string[], versioned: boolean, description: string): Schema {
  const ways = [target.key, ...target.uniques.map(u => u.fields)].map(way => way.filter(n => !given_.includes(n)))
    .filter(way => way.length > 0 && way.every(n => { const f = target.fields[n]; return f !== undefined && shown(target, f) !== 'never' }))
  const way = (names: readonly string[]): Schema => {
    const fields = onWire(names.flatMap(n => target.fields[n] ?? []))
    return {
      type: 'object', required: fields.map(f => f.name), additionalProperties: false,
      properties: given({ ...Object.fromEntries(fields.map(({ name, of }) => [name, isOne(of) ? finderOf(c, target, of) : property(of, 'write', false, c.model, target)])), ...(versioned ? versionProperty(target) : {}) }),
    }
  }
  return either(ways.length === 0 ? [{ type: 'object', maxProperties: 0 }] : ways.map(way), { description })
}

function finderOf(c: Contract, target: EntityModel, f: FieldModel): Schema {
  const about = fieldAbout(f, 'read'), example = exampleOf(c.model, target, f)
  return given({ ...valueSchema(f, 'write'), description: about === '' ? undefined : about, examples: example === undefined ? undefined : [example] })
}

/** The version that a nested row was read at. */
const versionProperty = (target: EntityModel): Record<string, Json> =>
  (target.version === null ? {} : { [target.version]: { type: 'integer', format: 'int32', minimum: 0, maximum: 2_147_483_647, description: 'Written only if the row still has this version, else 412.' } })

/** A row to be changed among those of a relation: what finds it, and what changes. */
function nestedSchema(c: Contract, target: EntityModel, below: Below | null): Members {
  const name = below === null || where(below) === '' ? `${target.title}NestedUpdate` : `${below.parent.title}${pascal(below.relation.name)}Update`
  return c.book.ref('schemas', `nested update ${target.name}${where(below)}`, name, () => {
    const ties = tied(below), upward = below !== null && ties.length > 0 ? below.relation.inverse : null
    const schema = changed(c, target, 'update', fields(target, 'update').filter(f => !ties.includes(f.name)), related(target).filter(r => r.name !== upward), `Changes of a ${target.title}, named by its key or by \`where\` where there may be several.`)
    const key = onWire(target.key.filter(n => !ties.includes(n)).flatMap(n => target.fields[n] ?? []))
    return {
      ...schema, properties: {
        ...Object.fromEntries(key.map(({ name: n, of }) => [n, isOne(of) ? finderOf(c, target, of) : property(of, 'write', false, c.model, target)])), ...versionProperty(target), where: foundSchema(c, target, below), ...(schema['properties'] as Members),
      },
    }
  })
}

/** A new row, of which `where` may have said what finds it. */
function completedSchema(c: Contract, target: EntityModel, below: Below | null): Members {
  const name = below === null || where(below) === '' ? `${target.title}Completed` : `${below.parent.title}${pascal(below.relation.name)}Completed`
  return c.book.ref('schemas', `completed ${target.name}${where(below)}`, name, () => {
    const ties = tied(below), upward = below !== null && ties.length > 0 ? below.relation.inverse : null
    const said = new Set([...target.key, ...target.uniques.flatMap(u => u.fields)])
    return changed(c, target, 'create', fields(target, 'create').filter(f => !ties.includes(f.name)), related(target).filter(r => r.name !== upward), `A new ${target.title}; what \`where\` says need not be said again.`, said)
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
