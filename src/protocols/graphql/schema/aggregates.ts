// Aggregates: what a group is, what is measured of it, and what groups are sorted by.
import { GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLObjectType, type GraphQLFieldConfig, type GraphQLFieldConfigMap, type GraphQLInputFieldConfigMap, type GraphQLOutputType } from 'graphql'
import { groupable, measuresOf, type EntityModel, type FieldModel } from '../../../model/index.ts'
import { meaning } from '../meaning.ts'
import { valueType, type Book } from './book.ts'
import { whereInput } from './filters.ts'
import { capital } from './names.ts'

/** GraphQL has no dots in names: `membershipId.personId` → `membershipId_personId`. */
const flat = (name: string): string => name.replace('.', '_')

/** Measures of fields by their function: `sum` → `total`, … */
function functions(entity: EntityModel): ReadonlyMap<string, readonly FieldModel[]> {
  const found = new Map<string, FieldModel[]>()
  for (const text of measuresOf(entity)) {
    const [, fn = '', of] = /^(\w+)(?:\((.*)\))?$/.exec(text) ?? []
    const f = of === undefined ? undefined : entity.fields[of]
    if (f) found.set(fn, [...(found.get(fn) ?? []), f])
  }
  return found
}

function measured(b: Book, entity: EntityModel, fn: string, f: FieldModel): GraphQLOutputType {
  const { Int, Float, Decimal } = b.scalars
  if (fn === 'countDistinct') return new GraphQLNonNull(Int)
  return fn === 'min' || fn === 'max' ? valueType(b, entity, f) : f.scalar === 'number' ? Float : Decimal
}

const abouts: Readonly<Record<string, string>> = {
  countDistinct: 'How many different values there are.', sum: 'Exact, but of floating-point numbers; null of nothing.', avg: 'Exact, but of floating-point numbers; null of nothing.', min: 'The least value.', max: 'The greatest value.',
}

export function aggregateField(b: Book, entity: EntityModel): GraphQLFieldConfig<unknown, unknown> {
  const title = b.names.title(entity)
  const groups = groupable(entity)
  const row = b.once(`aggregate ${entity.name}`, `${title}Aggregate`, name => new GraphQLObjectType({
    name, description: 'One group, or all rows where nothing is grouped by.',
    fields: () => {
      const fields: GraphQLFieldConfigMap<unknown, unknown> = {}
      if (groups.length > 0) fields['group'] = { type: groupType(b, entity, groups), description: 'What the rows of the group have in common: fields of `groupBy`.', ...meaning({ kind: 'object' }) }
      fields['count'] = { type: new GraphQLNonNull(b.scalars.Int), description: 'How many rows there are.', ...meaning({ kind: 'measure', of: 'count' }) }
      for (const [fn, of] of functions(entity)) {
        const type = b.once(`measures ${entity.name}.${fn}`, `${title}${capital(fn)}`, inner => new GraphQLObjectType({
          name: inner, fields: () => Object.fromEntries(of.map(f => [flat(f.name), { type: measured(b, entity, fn, f), ...meaning({ kind: 'measure', of: `${fn}(${f.name})` }) }])),
        }))
        fields[fn] = { type: new GraphQLNonNull(type), ...(abouts[fn] === undefined ? {} : { description: abouts[fn] }), ...meaning({ kind: 'object' }) }
      }
      return fields
    },
  }))
  return {
    type: new GraphQLList(new GraphQLNonNull(row)), description: 'Groups and what is measured of them; without `groupBy` one row about all.',
    args: {
      where: { type: whereInput(b, entity) },
      ...(groups.length === 0 ? {} : { groupBy: { type: new GraphQLList(new GraphQLNonNull(groupEnum(b, entity, groups))) } }),
      sort: { type: new GraphQLList(new GraphQLNonNull(aggregateSort(b, entity, groups))), description: 'By what is grouped by or measured.' },
      first: { type: b.scalars.Int, description: 'How many groups at most; 1000 at most.' },
    },
    ...meaning({ kind: 'aggregate', entity }),
  }
}

function groupType(b: Book, entity: EntityModel, groups: readonly FieldModel[]): GraphQLObjectType {
  return b.once(`group ${entity.name}`, `${b.names.title(entity)}Group`, name => new GraphQLObjectType({
    name, fields: () => Object.fromEntries(groups.map(f => [flat(f.name), { type: valueType(b, entity, f), ...meaning({ kind: 'group', of: f.name }) }])),
  }))
}

function groupEnum(b: Book, entity: EntityModel, groups: readonly FieldModel[]): GraphQLEnumType {
  return b.once(`group field ${entity.name}`, `${b.names.title(entity)}GroupField`, name => new GraphQLEnumType({
    name, values: Object.fromEntries(groups.map(f => [flat(f.name), { value: f.name }])),
  }))
}

function aggregateSort(b: Book, entity: EntityModel, groups: readonly FieldModel[]): GraphQLInputObjectType {
  const title = b.names.title(entity)
  const directions = (of: readonly FieldModel[]): GraphQLInputFieldConfigMap => Object.fromEntries(of.map(f => [flat(f.name), { type: b.direction }]))
  return b.once(`aggregate sort ${entity.name}`, `${title}AggregateSort`, name => new GraphQLInputObjectType({
    name, fields: () => ({
      ...(groups.length === 0 ? {} : { group: { type: b.once(`group sort ${entity.name}`, `${title}GroupSort`, inner => new GraphQLInputObjectType({ name: inner, fields: directions(groups) })) } }),
      count: { type: b.direction },
      ...Object.fromEntries([...functions(entity)].map(([fn, of]) => [fn, {
        type: b.once(`measure sort ${entity.name}.${fn}`, `${title}${capital(fn)}Sort`, inner => new GraphQLInputObjectType({ name: inner, fields: directions(of) })),
      }])),
    }),
  }))
}

/** Sort keys as the engine has them (`-sum(total)`, `status`), of what `sort` was given. Throws RangeError as `sortKeys` does. */
export function aggregateSortKeys(entity: EntityModel, given: unknown): readonly string[] {
  const field = (name: string): string => Object.keys(entity.fields).find(f => flat(f) === name) ?? name
  const list: readonly unknown[] = Array.isArray(given) ? given : []
  const single = (of: object): object => {
    if (Object.keys(of).length > 1) throw new RangeError('Each object of sort names one key: [{ … }, { … }].')
    return of
  }
  return list.flatMap(one => Object.entries(single(one as object)).flatMap(([part, of]: [string, unknown]): string[] => {
    if (of === null) return []
    if (typeof of === 'string') return [`${of}${part}`]
    return Object.entries(single(of as object)).flatMap(([name, dir]: [string, unknown]) => (typeof dir === 'string' ? [`${dir}${part === 'group' ? field(name) : `${part}(${field(name)})`}`] : []))
  }))
}
