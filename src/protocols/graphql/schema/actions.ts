// Actions as mutations: inputs and outputs by their shapes, declared failures as types of their own.
import {
  GraphQLInputObjectType, GraphQLInterfaceType, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLUnionType, type GraphQLFieldConfig, type GraphQLFieldConfigMap, type GraphQLInputFieldConfigMap, type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql'
import { entityOf, type ActionModel, type FailureModel, type Member, type ValueMember } from '../../../model/index.ts'
import { meaning } from '../meaning.ts'
import { describe, typeOfValue, type Book } from './book.ts'
import { idAbout, keyed, versionArgument } from './mutations.ts'
import { capital } from './names.ts'

type Fields = GraphQLFieldConfigMap<unknown, unknown>
const sure = <T extends GraphQLOutputType | GraphQLInputType>(of: T): GraphQLNonNull<never> => new GraphQLNonNull(of as never)

/** `checkout`; of an entity's own `cancelOrder`. */
export const actionName = (b: Book, action: ActionModel): string => (action.entity === null ? action.name : `${action.name}${capital(b.names.one(entityOf(b.model, action.entity)))}`)

export function actionField(b: Book, action: ActionModel, name: string): GraphQLFieldConfig<unknown, unknown> {
  const entity = action.entity === null ? null : entityOf(b.model, action.entity)
  const title = capital(name)
  const must = action.input.some(required)
  const input = action.input.length === 0 ? null : inputType(b, `input ${action.id}`, `${title}Input`, action.input)
  return {
    type: payloadType(b, action, title), description: describe([action.about, 'In one transaction: all of it or nothing.']),
    args: {
      ...(entity === null ? {} : { id: { type: sure(b.scalars.ID), description: idAbout(entity) } }),
      ...(input === null ? {} : { input: { type: must ? sure(input) : input } }),
      ...(entity === null ? {} : versionArgument(b, entity)), ...keyed(b),
    },
    ...meaning({ kind: 'call', action, entity }),
  }
}

const required = (m: Member): boolean => (m.kind === 'object' ? !m.optional : !m.field.optional && m.field.default === null)
const valueOf = (b: Book, key: string, title: string, m: ValueMember) => typeOfValue(b, `enum ${key}.${m.name}`, `${title}${capital(m.name)}`, m.field, m.keyOf !== null || m.field.kind === 'id')
const many = <T extends GraphQLOutputType & GraphQLInputType>(of: T): GraphQLList<GraphQLNonNull<never>> => new GraphQLList(new GraphQLNonNull(of as never))

function inputType(b: Book, key: string, title: string, members: readonly Member[]): GraphQLInputObjectType {
  return b.once(key, title, name => new GraphQLInputObjectType({
    name, fields: () => Object.fromEntries(members.map((m): [string, GraphQLInputFieldConfigMap[string]] => {
      if (m.kind === 'object') {
        const one = inputType(b, `${key}.${m.name}`, `${title}${capital(m.name)}`, m.members)
        const type = m.list === null ? one : new GraphQLList(new GraphQLNonNull(one))
        return [m.name, { type: m.optional ? type : sure(type), description: m.about }]
      }
      const of = valueOf(b, key, title, m), type = m.field.list ? many(of) : of
      const fallback = m.field.default?.kind === 'value' ? `${JSON.stringify(m.field.default.value)} unless given.` : ''
      return [m.name, { type: required(m) ? sure(type) : type, description: describe([m.field.about, m.keyOf === null ? '' : `The key of a ${entityOf(b.model, m.keyOf).title}.`, fallback]) }]
    })),
  }))
}

function outputFields(b: Book, key: string, title: string, members: readonly Member[]): Fields {
  return Object.fromEntries(members.map((m): [string, Fields[string]] => {
    if (m.kind === 'object') {
      const one = outputType(b, `${key}.${m.name}`, `${title}${capital(m.name)}`, m.members)
      const type: GraphQLOutputType = m.list === null ? one : new GraphQLList(new GraphQLNonNull(one))
      return [m.name, { type: m.optional ? type : sure(type), description: m.about, ...meaning({ kind: 'member', name: m.name }) }]
    }
    const of = valueOf(b, key, title, m), type: GraphQLOutputType = m.field.list ? many(of) : of
    return [m.name, { type: m.field.optional ? type : sure(type), description: describe([m.field.about, m.keyOf === null ? '' : `The key of a ${entityOf(b.model, m.keyOf).title}.`]), ...meaning({ kind: 'member', name: m.name }) }]
  }))
}

const outputType = (b: Book, key: string, title: string, members: readonly Member[]): GraphQLObjectType =>
  b.once(key, title, name => new GraphQLObjectType({ name, fields: () => outputFields(b, key, title, members) }))

/** Either what it answers, or why it did not. */
function payloadType(b: Book, action: ActionModel, title: string): GraphQLObjectType {
  return b.once(`payload ${action.id}`, `${title}Payload`, name => new GraphQLObjectType({
    name, fields: () => {
      const { output, failures } = action
      const type = output === null ? b.scalars.JSON : output.length === 0 ? null : outputType(b, `output ${action.id}`, `${title}Output`, output)
      const union = failures.length === 0 ? null : b.once(`failure of ${action.id}`, `${title}Failure`, inner => new GraphQLUnionType({
        name: inner, description: `Why ${action.name} did not do it.`, types: () => failures.map(f => failureType(b, f)),
      }))
      return {
        done: { type: sure(b.scalars.Boolean), description: 'Whether it did it.', ...meaning({ kind: 'done' }) },
        ...(type === null ? {} : { output: { type, description: union === null ? 'What it answers.' : 'What it answers; null where it failed.', ...meaning({ kind: 'output' }) } }),
        ...(union === null ? {} : { failure: { type: union, description: 'A failure that it declares; where this is not asked for, it is among `errors`.', ...meaning({ kind: 'failure' }) } }),
      }
    },
  }))
}

const failureInterface = (b: Book): GraphQLInterfaceType => b.once('failure', 'Failure', name => new GraphQLInterfaceType({
  name, description: 'A failure that the application declares.', fields: () => ({ code: { type: sure(b.scalars.String) }, message: { type: sure(b.scalars.String) } }),
}))

function failureType(b: Book, f: FailureModel): GraphQLObjectType {
  const title = `${capital(f.name)}Failure`
  return b.once(`failure ${f.code}`, title, name => new GraphQLObjectType({
    name, description: f.about, interfaces: [failureInterface(b)], extensions: { failure: f.code },
    fields: () => ({
      code: { type: sure(b.scalars.String), description: `\`${f.code}\``, ...meaning({ kind: 'code' }) },
      message: { type: sure(b.scalars.String), ...meaning({ kind: 'message' }) },
      ...outputFields(b, `failure ${f.code}`, title, f.facts.filter(m => m.name !== 'code' && m.name !== 'message')),
    }),
  }))
}
