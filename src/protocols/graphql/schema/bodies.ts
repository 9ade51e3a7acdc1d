// Bodies of writes as inputs: create, update, upsert.
import { GraphQLInputObjectType, GraphQLList, GraphQLNonNull, type GraphQLInputFieldConfig, type GraphQLInputFieldConfigMap, type GraphQLInputType } from 'graphql'
import { fieldsOf, immovable, isOne, onWire, partName, required, type Change, type EntityModel, type FieldModel, type RelationModel } from '../../../model/index.ts'
import { atomicInputs } from './atomic.ts'
import { aboutOf, valueType, type Book } from './book.ts'
import { capital } from './names.ts'

export const listOf = (of: GraphQLInputType): GraphQLInputType => new GraphQLList(new GraphQLNonNull(of as never))
export const inputOf = (b: Book, entity: EntityModel, f: FieldModel): GraphQLInputType => (f.list ? listOf(valueType(b, entity, f)) : valueType(b, entity, f))
const words: Readonly<Record<Change, string>> = { create: 'Create', update: 'Update', replace: 'Upsert' }
const abouts: Readonly<Record<Change, (title: string) => string>> = {
  create: title => `A new ${title}.`,
  update: title => `Changes of a ${title}: what is left out stays, null empties.`,
  replace: title => `All of a ${title}: what is left out becomes its default or null.`,
}

/** What a relation of a body takes; null: nothing may be said of it. */
export type RelationInput = (b: Book, entity: EntityModel, r: RelationModel, change: Change) => GraphQLInputType | null

export function bodyInput(b: Book, entity: EntityModel, change: Change, relation: RelationInput): GraphQLInputObjectType | null {
  const own = fieldsOf(entity, change)
  if (own.length === 0 && !Object.values(entity.relations).some(r => !r.hidden && relation(b, entity, r, change) !== null)) return null
  const title = b.names.title(entity)
  return b.once(`${change} ${entity.name}`, `${title}${words[change]}`, name => new GraphQLInputObjectType({
    name, description: abouts[change](title), fields: () => bodyFields(b, entity, change, relation),
  }))
}

/** Members of a body. `loose`: none of them must be there. */
export function bodyFields(b: Book, entity: EntityModel, change: Change, relation: RelationInput, loose: (f: FieldModel) => boolean = () => false): GraphQLInputFieldConfigMap {
  const own = fieldsOf(entity, change)
  const fields: GraphQLInputFieldConfigMap = {}
  for (const { name, of } of onWire(own)) fields[name] = fieldInput(b, entity, name, of, change, (isOne(of) ? [of] : of).every(loose))
  if (change === 'update') Object.assign(fields, atomicInputs(b, entity, own))
  for (const r of Object.values(entity.relations)) {
    const input = r.hidden ? null : relation(b, entity, r, change)
    if (input !== null) fields[r.name] = { type: input, ...(r.about === null ? {} : { description: r.about }) }
  }
  return fields
}

function fieldInput(b: Book, entity: EntityModel, name: string, of: FieldModel | readonly FieldModel[], change: Change, loose: boolean): GraphQLInputFieldConfig {
  const all = isOne(of) ? [of] : of
  const type = isOne(of) ? inputOf(b, entity, of) : b.once(`composite input ${entity.name}.${name}`, `${b.names.title(entity)}${capital(name)}Input`, inner => new GraphQLInputObjectType({
    name: inner, fields: Object.fromEntries(of.map(f => [partName(f), { type: new GraphQLNonNull(inputOf(b, entity, f) as never) }])),
  }))
  // A reference may be given as the key, connected, made, or by the place in a body.
  const must = !loose && change !== 'update' && all.every(f => required(f) && f.reference === null) && !(change === 'replace' && all.some(f => immovable(entity, f) || f.by !== null || f.hidden))
  const fallback = all.map(defaultAbout).find(x => x !== '') ?? ''
  const by = all.flatMap(f => f.by ?? [])
  const about = [isOne(of) ? aboutOf(of) ?? '' : '', change === 'update' ? '' : fallback, by.length === 0 ? '' : `Only ${[...new Set(by)].join(' or ')} may set it.`].filter(x => x !== '').join(' ')
  return { type: must ? new GraphQLNonNull(type as never) : type, ...(must ? {} : { deprecationReason: all[0]?.deprecated }), ...(about === '' ? {} : { description: about }) }
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
