// What is being written: the types of one model's schema, each made once under a name of its own.
import { GraphQLEnumType, GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType, type GraphQLNamedType, type GraphQLNamedInputType, type GraphQLNamedOutputType } from 'graphql'
import type { EntityModel, FieldModel, Model } from '../../../model/index.ts'
import type { Value } from '../../../operation/index.ts'
import { meaning } from '../meaning.ts'
import { capital, namesOf, type Names } from './names.ts'
import { identifies, scalarOf, scalars, type Scalars } from './scalars.ts'

export interface Book {
  readonly model: Model
  readonly names: Names
  readonly scalars: Scalars
  readonly direction: GraphQLEnumType
  readonly node: GraphQLInterfaceType
  readonly pageInfo: GraphQLObjectType
  /** The type of this key, made at its first mention; its name is as wanted where nobody has it. */
  once<T extends GraphQLNamedType>(key: string, wanted: string, make: (name: string) => T): T
}

export function book(model: Model): Book {
  const names = namesOf(model), s = scalars()
  const made = new Map<string, GraphQLNamedType>()
  return {
    model, names, scalars: s,
    direction: new GraphQLEnumType({ name: 'SortDirection', description: 'Null sorts last ascending, first descending.', values: { ASC: { value: '' }, DESC: { value: '-' } } }),
    node: new GraphQLInterfaceType({
      name: 'Node', description: 'Anything that has an identity of its own.',
      fields: { nodeId: { type: new GraphQLNonNull(s.ID), description: 'Names this object among all others, for `node`.' } },
    }),
    pageInfo: new GraphQLObjectType({
      name: 'PageInfo', description: 'Where a page stands among the others.',
      fields: {
        hasNextPage: { type: new GraphQLNonNull(s.Boolean), ...meaning({ kind: 'next' }) },
        hasPreviousPage: { type: new GraphQLNonNull(s.Boolean), ...meaning({ kind: 'previous' }) },
        startCursor: { type: s.String, description: 'For `before`.', ...meaning({ kind: 'start' }) },
        endCursor: { type: s.String, description: 'For `after`.', ...meaning({ kind: 'end' }) },
      },
    }),
    once<T extends GraphQLNamedType>(key: string, wanted: string, make: (name: string) => T): T {
      const found = made.get(key)
      if (found !== undefined) return found as T
      const type = make(names.type(wanted))
      made.set(key, type)
      return type
    },
  }
}

/** Choices that GraphQL can name are an enum whose names are the values themselves. */
const nameable = (choices: readonly string[]): boolean => choices.length > 0 && choices.every(c => /^[A-Za-z_]\w*$/.test(c) && !c.startsWith('__') && !['true', 'false', 'null'].includes(c))

/** The type of one value of a field. */
export const valueType = (b: Book, entity: EntityModel, f: FieldModel): GraphQLNamedOutputType & GraphQLNamedInputType =>
  typeOfValue(b, `enum ${entity.name}.${f.name}`, `${b.names.title(entity)}${capital(f.name)}`, f, identifies(entity, f))

/** `key` and `wanted` are of an enum, where it is one. */
export function typeOfValue(b: Book, key: string, wanted: string, f: FieldModel, isKey: boolean): GraphQLNamedOutputType & GraphQLNamedInputType {
  const { choices } = f.bounds
  if (f.kind !== 'choice' || choices === undefined || !nameable(choices)) return scalarOf(b.scalars, f, isKey)
  return b.once(key, wanted, name => new GraphQLEnumType({ name, description: f.about, values: Object.fromEntries(choices.map(c => [c, { value: c }])) }))
}

const bound = (words: string, value: Value | undefined): string => (typeof value === 'string' || typeof value === 'number' ? `${words} ${value}.` : '')
/** With a full stop at its end. */
const sentence = (text: string | null): string => (text === null || text === '' || /[.!?]$/.test(text) ? text ?? '' : `${text}.`)

/** Sentences of a description; undefined where there is none. */
export function describe(of: readonly (string | null | undefined)[]): string | undefined {
  const said = of.map(x => sentence(x ?? null)).filter(x => x !== '')
  return said.length === 0 ? undefined : said.join(' ')
}

/** A field's own description, with what its type does not say. */
export function aboutOf(f: FieldModel): string | undefined {
  const { min, max, minLength, maxLength, pattern, currency, choices } = f.bounds
  const says = [
    sentence(f.about), currency === undefined ? '' : `In ${currency}.`, bound('At least', min), bound('At most', max),
    minLength === undefined || minLength < 1 ? '' : minLength === 1 ? 'Not empty.' : `At least ${minLength} long.`, maxLength === undefined ? '' : `At most ${maxLength} long.`,
    pattern === undefined ? '' : `Matches \`${pattern}\`.`, f.kind === 'choice' && choices && !nameable(choices) ? `One of ${choices.map(c => JSON.stringify(c)).join(', ')}.` : '',
    ['email', 'url', 'slug'].includes(f.kind) ? `A ${f.kind === 'email' ? 'mail address' : f.kind}.` : '',
  ].filter(x => x !== '')
  return says.length === 0 ? undefined : says.join(' ')
}
