// Mutations: create, update, upsert and delete of each entity, and what each answers.
import { GraphQLList, GraphQLNonNull, GraphQLObjectType, type GraphQLFieldConfig, type GraphQLFieldConfigArgumentMap, type GraphQLFieldConfigMap, type GraphQLInputType } from 'graphql'
import { keysAreGiven, may, type EntityModel } from '../../../model/index.ts'
import { meaning, type Write } from '../meaning.ts'
import type { Book } from './book.ts'
import { whereInput } from './filters.ts'
import { capital } from './names.ts'
import { body } from './nested.ts'
import { rowType } from './rows.ts'

type Fields = GraphQLFieldConfigMap<unknown, unknown>
const sure = (of: GraphQLInputType): GraphQLInputType => new GraphQLNonNull(of as never)

/** Every mutation of an entity that somebody may ever do. */
export function mutationFields(b: Book, entity: EntityModel): Fields {
  const fields: Fields = {}
  const one = capital(b.names.one(entity)), many = capital(b.names.many(entity))
  const { ID, Int } = b.scalars
  const id = { id: { type: sure(ID), description: idAbout(entity) } }
  const version = versionArgument(b, entity)
  const add = (name: string, write: Write, description: string, args: GraphQLFieldConfigArgumentMap): void => {
    fields[name] = { type: payload(b, entity, name, write), description, args, ...meaning({ kind: 'write', entity, write }) } satisfies GraphQLFieldConfig<unknown, unknown>
  }
  const create = may(b.model, entity, 'create') === 'never' ? null : body(b, entity, 'create')
  if (create !== null) {
    add(`create${one}`, { kind: 'create', many: false }, `Makes a new ${entity.title}, and what is nested in it.`, { input: { type: sure(create) }, ...keyed(b) })
    add(`create${many}`, { kind: 'create', many: true }, 'Makes several in one transaction.', { input: { type: sure(new GraphQLList(new GraphQLNonNull(create))) }, ...keyed(b) })
  }
  const mayUpdate = may(b.model, entity, 'update') !== 'never'
  const update = mayUpdate ? body(b, entity, 'update') : null
  const where = whereInput(b, entity)
  const only = { where: { type: where, description: 'Only where this is true of the row as well: else nothing is written.' } }
  const those = { where: { type: where, description: 'The rows that are meant.' }, expect: { type: sure(Int), description: 'How many they are: where they are another number, nothing is written.' } }
  if (update !== null) {
    add(`update${one}`, { kind: 'update', many: false }, `Changes a ${entity.title}.`, { ...id, input: { type: sure(update) }, ...version, ...only, ...keyed(b) })
    add(`update${many}`, { kind: 'update', many: true }, `Changes all rows of ${entity.title} that \`where\` names, in one transaction.`, { ...those, input: { type: sure(update) }, ...keyed(b) })
  }
  const upsert = mayUpdate || create !== null ? body(b, entity, 'replace') : null
  if (upsert !== null) add(`upsert${one}`, { kind: 'replace', many: false }, keysAreGiven(b.model, entity) ? `Makes a ${entity.title} with this key, or changes it to be exactly this.` : `Changes a ${entity.title} to be exactly this. There must be one: its key is the server's.`, { ...id, input: { type: sure(upsert) }, ...version, ...keyed(b) })
  if (may(b.model, entity, 'delete') !== 'never') {
    add(`delete${one}`, { kind: 'delete', many: false }, `Deletes a ${entity.title}.`, { ...id, ...version, ...only, ...keyed(b) })
    add(`delete${many}`, { kind: 'delete', many: true }, `Deletes all rows of ${entity.title} that \`where\` names, in one transaction.`, { ...those, ...keyed(b) })
  }
  return fields
}

/** What a write of one row may say of it: the version that was read. */
export function versionArgument(b: Book, entity: EntityModel): GraphQLFieldConfigArgumentMap {
  const counted = entity.version === null ? undefined : entity.fields[entity.version]
  return { version: {
    type: counted?.scalar === 'integer' ? b.scalars.Int : b.scalars.String,
    description: `The version you have seen: refused where the row has changed since.${entity.versionDemanded === true ? ' It must be said.' : ''}`,
  } }
}

/** What every write may say of itself. */
export const keyed = (b: Book): GraphQLFieldConfigArgumentMap => ({
  idempotencyKey: { type: b.scalars.String, description: 'A name of this request, a UUID say: sent again, it is answered again and not carried out twice.' },
})

/** How a row is named by one text: its key; of several parts each percent-encoded, joined by commas. */
export const idAbout = (entity: EntityModel): string => (entity.key.length === 1 ? 'Its key.' : `Its key: ${entity.key.join(',')}, each part percent-encoded.`)

/** An object of its own, so that more can be answered some day. */
function payload(b: Book, entity: EntityModel, mutation: string, write: Write): GraphQLObjectType {
  const { ID, Boolean } = b.scalars
  return b.once(`payload ${mutation}`, `${capital(mutation)}Payload`, name => new GraphQLObjectType({
    name, fields: () => {
      const fields: Fields = {}
      if (write.kind !== 'delete' && !(write.many && write.kind === 'update') && may(b.model, entity, 'read') !== 'never') {
        const row = rowType(b, entity)
        fields[write.many ? b.names.many(entity) : b.names.one(entity)] = {
          type: write.many ? new GraphQLNonNull(new GraphQLList(row)) : row, description: 'As it is now; null where you may not read it.', ...meaning({ kind: 'written' }),
        }
      }
      if (write.kind === 'replace') fields['created'] = { type: new GraphQLNonNull(Boolean), description: 'Whether it was not there before.', ...meaning({ kind: 'made' }) }
      if (write.many && write.kind !== 'create') fields['count'] = { type: new GraphQLNonNull(b.scalars.Int), description: 'How many there were.', ...meaning({ kind: 'count' }) }
      else if (write.many) {
        fields['ids'] = { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(ID))), description: 'Their keys.', ...meaning({ kind: 'key' }) }
      } else {
        fields['id'] = { type: new GraphQLNonNull(ID), description: idAbout(entity), ...meaning({ kind: 'key' }) }
        fields['nodeId'] = { type: new GraphQLNonNull(ID), description: 'Names it among all others.', ...meaning({ kind: 'key token' }) }
      }
      return fields
    },
  }))
}
