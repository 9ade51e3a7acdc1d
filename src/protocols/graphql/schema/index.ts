// The schema of a model: made of the declaration alone, in its order, the same every time.
import { GraphQLDirective, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, specifiedDirectives, type GraphQLFieldConfigMap } from 'graphql'
import { actionsOf, may, type Model } from '../../../model/index.ts'
import { meaning } from '../meaning.ts'
import { actionField, actionName } from './actions.ts'
import { aggregateField } from './aggregates.ts'
import { book } from './book.ts'
import { idAbout, mutationFields } from './mutations.ts'
import { exposed } from './names.ts'
import { connectionType, listArguments, rowType } from './rows.ts'

export { meaningOf } from '../meaning.ts'
export { sortKeys } from './sorts.ts'
export { aggregateSortKeys } from './aggregates.ts'
export { bodyOf } from './atomic.ts'

/** What nobody may ever do is not in it. */
export function schemaOf(model: Model): GraphQLSchema {
  const b = book(model)
  const query: GraphQLFieldConfigMap<unknown, unknown> = {
    node: { type: b.node, description: 'Any object by its `nodeId`; null where there is none, or none that you may read.', args: { id: { type: new GraphQLNonNull(b.scalars.ID) } }, ...meaning({ kind: 'node' }) },
  }
  const mutation: GraphQLFieldConfigMap<unknown, unknown> = {}
  const rows: GraphQLObjectType[] = []
  for (const entity of exposed(model)) {
    Object.assign(mutation, mutationFields(b, entity))
    if (may(model, entity, 'read') === 'never') continue
    rows.push(rowType(b, entity))
    if (entity.key.length > 0) query[b.names.one(entity)] = {
      type: rowType(b, entity), description: `A ${entity.title} by its key; null where there is none, or none that you may read.`,
      args: { id: { type: new GraphQLNonNull(b.scalars.ID), description: idAbout(entity) } }, ...meaning({ kind: 'get', entity }),
    }
    query[b.names.many(entity)] = { type: connectionType(b, entity), ...(entity.about === null ? {} : { description: entity.about }), args: listArguments(b, entity), ...meaning({ kind: 'find', entity }) }
    query[b.names.aggregate(entity)] = aggregateField(b, entity)
  }
  for (const action of actionsOf(model)) {
    // What nobody may call, and what is somebody else's contract, is not ours to offer.
    if (action.allow.kind === 'never' || action.contract !== null) continue
    let name = actionName(b, action)
    while (mutation[name] !== undefined) name += '_'
    mutation[name] = actionField(b, action, name)
  }
  return new GraphQLSchema({
    description: `The API of ${model.name}.`,
    query: new GraphQLObjectType({ name: 'Query', fields: query }),
    ...(Object.keys(mutation).length === 0 ? {} : { mutation: new GraphQLObjectType({ name: 'Mutation', fields: mutation }) }),
    types: rows, directives: specifiedDirectives.filter((d: GraphQLDirective) => ['include', 'skip', 'deprecated', 'specifiedBy'].includes(d.name)),
  })
}
