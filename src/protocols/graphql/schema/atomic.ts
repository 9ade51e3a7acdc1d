// Changes by what is there: what is added, appended and removed stands together in an input, and with its field in the engine's body.
import { GraphQLInputObjectType, GraphQLList, GraphQLNonNull, type GraphQLInputFieldConfig, type GraphQLInputFieldConfigMap, type GraphQLInputType } from 'graphql'
import { atomics, entityOf, find, isRelationWord, type EntityModel, type FieldModel, type Model } from '../../../model/index.ts'
import { valueType, type Book } from './book.ts'

const inputOf = (b: Book, entity: EntityModel, f: FieldModel): GraphQLInputType => (f.list ? new GraphQLList(new GraphQLNonNull(valueType(b, entity, f) as never)) : valueType(b, entity, f))
const atomicWords = { add: ['Add', 'What is added to numbers as they are: negative to take away.'], append: ['Append', 'What lists are made longer by.'], remove: ['Remove', 'What is taken out of lists.'] } as const

/** Changes by what is there: `add: { stock: -2 }`. A field is said there or beside, not both. */
export function atomicInputs(b: Book, entity: EntityModel, own: readonly FieldModel[]): GraphQLInputFieldConfigMap {
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

/** A body as the engine has it, of an input; those nested in it too. Throws RangeError where a field is said twice. */
export function bodyOf(model: Model, entity: EntityModel, input: unknown): unknown {
  if (Array.isArray(input)) return input.map(x => bodyOf(model, entity, x))
  if (!isBody(input)) return input
  const body: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(input)) {
    const relation = find(entity.relations, name)
    body[name] = relation && !find(entity.fields, name) ? doneTo(model, entityOf(model, relation.target), value) : value
  }
  for (const word of Object.keys(atomicWords)) {
    const name = atomicName(entity, word), given = body[name]
    if (given === undefined) continue
    delete body[name]
    for (const [field, value] of Object.entries(isBody(given) ? given : {})) {
      if (body[field] !== undefined) throw new RangeError(`${field} is said twice.`)
      body[field] = { [word]: value }
    }
  }
  return body
}

/** What is done to the rows of a relation: `create`, `update`, `set` are bodies, `upsert` and `connectOrCreate` have some in them. */
function doneTo(model: Model, target: EntityModel, words: unknown): unknown {
  if (!isBody(words)) return words
  const within = (of: unknown): unknown => {
    if (Array.isArray(of)) return of.map(within)
    return isBody(of) ? { ...of, ...('create' in of ? { create: bodyOf(model, target, of['create']) } : {}), ...('update' in of ? { update: bodyOf(model, target, of['update']) } : {}) } : of
  }
  return Object.fromEntries(Object.entries(words).map(([word, of]) => {
    if (!isRelationWord(word) || of === null) return [word, of]
    return [word, word === 'create' || word === 'update' || word === 'set' ? bodyOf(model, target, of) : word === 'upsert' || word === 'connectOrCreate' ? within(of) : of]
  }))
}
