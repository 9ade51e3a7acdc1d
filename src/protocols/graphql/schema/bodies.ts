// Bodies of writes as inputs: create, update, upsert; what is written or connected with them.
import { GraphQLInputObjectType, GraphQLList, GraphQLNonNull, type GraphQLInputFieldConfig, type GraphQLInputFieldConfigMap, type GraphQLInputType } from 'graphql'
import {
  atomics, entityOf, fieldsOf, immovable, isOne, may, movable, onWire, partName, required, shown, type Change, type EntityModel, type FieldModel, type RelationModel,
} from '../../../model/index.ts'
import { aboutOf, valueType, type Book } from './book.ts'
import { capital } from './names.ts'

const listOf = (of: GraphQLInputType): GraphQLInputType => new GraphQLList(new GraphQLNonNull(of as never))
const inputOf = (b: Book, entity: EntityModel, f: FieldModel): GraphQLInputType => (f.list ? listOf(valueType(b, entity, f)) : valueType(b, entity, f))
const words: Readonly<Record<Change, string>> = { create: 'Create', update: 'Update', replace: 'Upsert' }
const abouts: Readonly<Record<Change, (title: string) => string>> = {
  create: title => `A new ${title}.`,
  update: title => `Changes of a ${title}: what is left out stays, null empties.`,
  replace: title => `All of a ${title}: what is left out becomes its default or null.`,
}

export function bodyInput(b: Book, entity: EntityModel, change: Change): GraphQLInputObjectType | null {
  const own = fieldsOf(entity, change), relations = (change === 'create' ? Object.values(entity.relations).filter(r => !r.hidden) : movable(entity)).filter(r => writable(b, entity, r, change))
  if (own.length === 0 && relations.length === 0) return null
  const title = b.names.title(entity)
  return b.once(`${change} ${entity.name}`, `${title}${words[change]}`, name => new GraphQLInputObjectType({
    name, description: abouts[change](title),
    fields: () => {
      const fields: GraphQLInputFieldConfigMap = {}
      for (const { name: field, of } of onWire(own)) fields[field] = fieldInput(b, entity, field, of, change)
      if (change === 'update') Object.assign(fields, atomicInputs(b, entity, own))
      for (const r of relations) {
        const input = relationInput(b, entity, r, change)
        if (input !== null) fields[r.name] = { type: input, ...(r.about === null ? {} : { description: r.about }) }
      }
      return fields
    },
  }))
}

function fieldInput(b: Book, entity: EntityModel, name: string, of: FieldModel | readonly FieldModel[], change: Change): GraphQLInputFieldConfig {
  const all = isOne(of) ? [of] : of
  const type = isOne(of) ? inputOf(b, entity, of) : b.once(`composite input ${entity.name}.${name}`, `${b.names.title(entity)}${capital(name)}Input`, inner => new GraphQLInputObjectType({
    name: inner, fields: Object.fromEntries(of.map(f => [partName(f), { type: new GraphQLNonNull(inputOf(b, entity, f) as never) }])),
  }))
  // A reference may be given as the key, connected, made, or by the place in a body.
  const must = change !== 'update' && all.every(f => required(f) && f.reference === null) && !(change === 'replace' && all.some(f => immovable(entity, f) || f.by !== null || f.hidden))
  const fallback = all.map(defaultAbout).find(x => x !== '') ?? ''
  const by = all.flatMap(f => f.by ?? [])
  const about = [isOne(of) ? aboutOf(of) ?? '' : '', change === 'update' ? '' : fallback, by.length === 0 ? '' : `Only ${[...new Set(by)].join(' or ')} may set it.`].filter(x => x !== '').join(' ')
  return { type: must ? new GraphQLNonNull(type as never) : type, ...(about === '' ? {} : { description: about }) }
}

const atomicWords = { add: ['Add', 'What is added to numbers as they are: negative to take away.'], append: ['Append', 'What lists are made longer by.'], remove: ['Remove', 'What is taken out of lists.'] } as const

/** Changes by what is there: `add: { stock: -2 }`. A field is said there or beside, not both. */
function atomicInputs(b: Book, entity: EntityModel, own: readonly FieldModel[]): GraphQLInputFieldConfigMap {
  return Object.fromEntries(Object.entries(atomicWords).flatMap(([word, [suffix, description]]): [string, GraphQLInputFieldConfig][] => {
    const fields = own.filter(f => !f.name.includes('.') && atomics(f).some(a => a === word))
    if (fields.length === 0) return []
    const type = b.once(`${word} ${entity.name}`, `${b.names.title(entity)}${suffix}`, name => new GraphQLInputObjectType({ name, fields: () => Object.fromEntries(fields.map(f => [f.name, { type: inputOf(b, entity, f) }])) }))
    return [[atomicName(entity, word), { type, description }]]
  }))
}
/** An underscore behind it where a field has the name. */
const atomicName = (entity: EntityModel, word: string): string => (entity.fields[word] || entity.relations[word] ? `${word}_` : word)

type Body = Readonly<Record<string, unknown>>
const isBody = (x: unknown): x is Body => typeof x === 'object' && x !== null && !Array.isArray(x)

/** A body as the engine has it, of an input: what is added, appended and removed stands with its field. Throws a sentence where a field is said twice. */
export function bodyOf(entity: EntityModel, input: unknown): unknown {
  if (!isBody(input)) return input
  const body: Record<string, unknown> = { ...input }
  for (const word of Object.keys(atomicWords)) {
    const name = atomicName(entity, word), given = body[name]
    if (entity.fields[name] || given === undefined) continue
    delete body[name]
    for (const [field, value] of Object.entries(isBody(given) ? given : {})) {
      if (body[field] !== undefined) throw new RangeError(`${field} is said twice.`)
      body[field] = { [word]: value }
    }
  }
  return body
}

function defaultAbout({ default: d }: FieldModel): string {
  if (d === null) return ''
  switch (d.kind) {
    case 'value': return `Default: ${JSON.stringify(d.value)}.`
    case 'now': return 'Default: the time of the request.'
    case 'claim': return 'Default: what your token says.'
    case 'related': return `Default: ${d.relation}.${d.field}.`
    default: return ''
  }
}

/** Whether bodies of such a change may say anything of a relation. */
const writable = (b: Book, entity: EntityModel, r: RelationModel, change: Change): boolean => Object.keys(waysOf(b, entity, r, change)).length > 0

interface Ways { readonly connect?: true; readonly create?: true }
function waysOf(b: Book, _entity: EntityModel, r: RelationModel, change: Change): Ways {
  const target = entityOf(b.model, r.target)
  const part = target.whole !== null && r.inverse === target.whole
  const create = change === 'create' && !target.hidden && (part || may(b.model, target, 'create') !== 'never')
  const connect = (r.owner || (r.through !== null && change === 'create')) && may(b.model, target, 'read') !== 'never' && connectable(target).length > 0
  return { ...(connect ? { connect: true } : {}), ...(create ? { create: true } : {}) }
}

/** What may be done to the other end: an object of the words that do it. */
function relationInput(b: Book, entity: EntityModel, r: RelationModel, change: Change): GraphQLInputType | null {
  const target = entityOf(b.model, r.target), ways = waysOf(b, entity, r, change)
  const many = !r.one, wrap = (of: GraphQLInputType): GraphQLInputType => (many ? listOf(of) : of)
  return b.once(`${change} ${Object.keys(ways).join()} ${many ? 'many' : 'one'} ${target.name}`, `${b.names.title(target)}${words[change]}${many ? 'Many' : 'One'}`, name => new GraphQLInputObjectType({
    name, description: many ? 'Rows written with it, in one transaction.' : 'One of these.',
    fields: () => {
      const create = ways.create === true ? bodyInput(b, target, 'create') : null
      return {
        ...(ways.connect === true ? { connect: { type: wrap(connectInput(b, target)), description: many ? 'Rows that are there.' : 'One that is there.' } } : {}),
        ...(create === null ? {} : { create: { type: wrap(create), description: many ? 'New rows.' : 'A new one.' } }),
      }
    },
  }))
}

/** Fields that find a row: its key, or others that are unique together. */
const connectable = (target: EntityModel): readonly FieldModel[] => {
  const seen = (n: string): boolean => { const f = target.fields[n]; return f !== undefined && shown(target, f) !== 'never' }
  const names = new Set([target.key, ...target.uniques.map(u => u.fields)].filter(way => way.every(seen) && way.every(n => !n.includes('.'))).flat())
  return [...names].flatMap(n => target.fields[n] ?? [])
}

function connectInput(b: Book, target: EntityModel): GraphQLInputObjectType {
  const ways = [target.key, ...target.uniques.map(u => u.fields)].map(way => way.join(' and ')).join(', or by ')
  return b.once(`connect ${target.name}`, `${b.names.title(target)}Connect`, name => new GraphQLInputObjectType({
    name, description: `What finds a ${b.names.title(target)}: by ${ways}.`,
    fields: () => Object.fromEntries(connectable(target).map(f => [f.name, { type: inputOf(b, target, f) }])),
  }))
}
