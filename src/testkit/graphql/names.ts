// What the schema of a model calls things: root fields, types and members of answers, found by what they mean.
import { getNamedType, isObjectType, type GraphQLField, type GraphQLObjectType, type GraphQLSchema } from 'graphql'
import type { ActionModel, EntityModel, Model } from '../../model/index.ts'
import { meaningOf, schemaOf } from '../../protocols/graphql/schema/index.ts'

type Field = GraphQLField<unknown, unknown>
export type WriteKind = 'create' | 'update' | 'replace' | 'delete'
/** Documents are made with the types of `schema`; what they are called is known of the model's own. */
export interface Vocabulary {
  readonly model: Model
  readonly schema: GraphQLSchema
  /** Root fields; undefined: nobody may ever do it, so there is none. */
  reading(kind: 'get' | 'find' | 'aggregate', entity: EntityModel): Field | undefined
  writing(entity: EntityModel, kind: WriteKind, many: boolean): Field | undefined
  calling(action: ActionModel): Field | undefined
  /** The rows in what a mutation answers; undefined: nobody may read them. */
  written(mutation: string): string | undefined
  row(entity: EntityModel): GraphQLObjectType | undefined
  /** The type of a declared failure, by its code. */
  failure(code: string): string | undefined
}

/** `schema`: as introspection tells it; unless given, as it is made. */
export function vocabularyOf(model: Model, schema?: GraphQLSchema): Vocabulary {
  const made = schemaOf(model), of = schema ?? made
  const names = new Map<string, string>(), members = new Map<string, string>(), titles = new Map<string, string>()
  for (const field of Object.values(made.getQueryType()?.getFields() ?? {})) {
    const m = meaningOf(field)
    if (m.kind !== 'get' && m.kind !== 'find' && m.kind !== 'aggregate') continue
    names.set(`${m.kind} ${m.entity.name}`, field.name)
    if (m.kind !== 'find') continue
    const nodes = objectOf(field)?.getFields()['nodes'], row = nodes && objectOf(nodes)
    if (row) titles.set(m.entity.name, row.name)
  }
  for (const field of Object.values(made.getMutationType()?.getFields() ?? {})) {
    const m = meaningOf(field)
    if (m.kind === 'write') names.set(`${m.write.kind} ${String(m.write.many)} ${m.entity.name}`, field.name)
    else if (m.kind === 'call') names.set(`call ${m.action.id}`, field.name)
    for (const member of Object.values(objectOf(field)?.getFields() ?? {})) if (meaningOf(member).kind === 'written') members.set(field.name, member.name)
  }
  const at = (root: GraphQLObjectType | null | undefined, key: string): Field | undefined => root?.getFields()[names.get(key) ?? '']
  return {
    model, schema: of,
    reading: (kind, entity) => at(of.getQueryType(), `${kind} ${entity.name}`),
    writing: (entity, kind, many) => at(of.getMutationType(), `${kind} ${String(many)} ${entity.name}`),
    calling: action => at(of.getMutationType(), `call ${action.id}`),
    written: mutation => members.get(mutation),
    failure: code => Object.values(made.getTypeMap()).find(t => t.extensions['failure'] === code)?.name,
    row(entity) {
      const type = of.getType(titles.get(entity.name) ?? '')
      return isObjectType(type) ? type : undefined
    },
  }
}

function objectOf(field: Field): GraphQLObjectType | undefined {
  const type = getNamedType(field.type)
  return isObjectType(type) ? type : undefined
}
