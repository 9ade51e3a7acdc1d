// Rows as they are answered: an object type per entity, connections of them, and what a list takes.
import { GraphQLList, GraphQLNonNull, GraphQLObjectType, type GraphQLFieldConfigArgumentMap, type GraphQLFieldConfigMap, type GraphQLOutputType } from 'graphql'
import { crossed, entityOf, includable, isOne, onWire, partName, relationOf, shown, through, visible, type EntityModel, type FieldModel, type RelationModel } from '../../../model/index.ts'
import { meaning } from '../meaning.ts'
import { aboutOf, valueType, type Book } from './book.ts'
import { sortInput } from './sorts.ts'
import { whereInput } from './filters.ts'
import { capital } from './names.ts'

type Fields = GraphQLFieldConfigMap<unknown, unknown>
const list = (of: GraphQLOutputType): GraphQLOutputType => new GraphQLList(new GraphQLNonNull(of as never))
const sure = (of: GraphQLOutputType): GraphQLOutputType => new GraphQLNonNull(of as never)
/** The type of a field's value, list or not, nulls apart. */
export const outputOf = (b: Book, entity: EntityModel, f: FieldModel): GraphQLOutputType => (f.list ? list(valueType(b, entity, f)) : valueType(b, entity, f))
const always = (entity: EntityModel, fields: readonly FieldModel[]): boolean => fields.every(f => shown(entity, f) === 'always')

/** Whether every row of an entity has a `nodeId` for everyone. */
const identified = (entity: EntityModel): boolean => entity.key.length > 0 && entity.key.every(name => { const f = entity.fields[name]; return f !== undefined && shown(entity, f) === 'always' })
const tokenName = (entity: EntityModel): string => (entity.fields['nodeId'] || entity.relations['nodeId'] ? 'nodeId_' : 'nodeId')

export function rowType(b: Book, entity: EntityModel): GraphQLObjectType {
  const title = b.names.title(entity)
  // The title was given to the entity when names were made.
  return b.once(`row ${entity.name}`, '~', () => new GraphQLObjectType({
    name: title, description: entity.about, extensions: { entity: entity.name }, interfaces: () => (identified(entity) && tokenName(entity) === 'nodeId' ? [b.node] : []),
    fields: () => {
      const fields: Fields = {}
      const { ID } = b.scalars
      // Rows that cannot be told apart have no key.
      if (entity.key.length > 0) fields[tokenName(entity)] = {
        type: identified(entity) ? sure(ID) : ID, description: 'Names this object among all others, for `node`. Made of its type and key.', ...meaning({ kind: 'token', prefix: entity.name }),
      }
      for (const { name, of } of onWire(visible(entity))) {
        const all = isOne(of) ? [of] : of
        const type = isOne(of) ? outputOf(b, entity, of) : compositeType(b, entity, name, of)
        const [first] = all
        if (!first) continue
        fields[name] = {
          type: always(entity, all) && !all.some(f => f.optional) ? sure(type) : type, description: isOne(of) ? aboutOf(of) : first.about, deprecationReason: first.deprecated,
          ...meaning(isOne(of) ? { kind: 'field', field: of.name } : { kind: 'composite', with: first.name }),
        }
      }
      for (const d of Object.values(entity.derived ?? {})) {
        const type = d.fn === 'count' ? b.scalars.Int : b.scalars.Boolean
        fields[d.name] = { type: crossed(b.model, entity, relationOf(entity, d.relation)) === 'always' ? sure(type) : type, description: d.about, ...meaning({ kind: 'field', field: d.name }) }
      }
      for (const d of Object.values(entity.derived ?? {})) {
        const about = d.fn === 'count' ? `How many ${d.relation} there are that you may read.` : `Whether there is one among ${d.relation} that you may read.`
        fields[d.name] = { type: sure(d.fn === 'count' ? b.scalars.Int : b.scalars.Boolean), description: d.about ?? about, ...meaning({ kind: 'field', field: d.name }) }
      }
      for (const r of includable(b.model, entity)) fields[r.name] = relationField(b, entity, r)
      return fields
    },
  }))
}

/** The key of a row of several parts. */
function compositeType(b: Book, entity: EntityModel, name: string, parts: readonly FieldModel[]): GraphQLObjectType {
  return b.once(`composite ${entity.name}.${name}`, `${b.names.title(entity)}${capital(name)}`, typeName => new GraphQLObjectType({
    name: typeName, fields: Object.fromEntries(parts.map(f => [partName(f), { type: sure(outputOf(b, entity, f)), ...meaning({ kind: 'field', field: f.name }) }])),
  }))
}

function relationField(b: Book, entity: EntityModel, r: RelationModel): Fields[string] {
  const target = entityOf(b.model, r.target)
  if (!r.one) {
    return { type: sure(connectionType(b, target)), args: listArguments(b, target), description: r.about, deprecationReason: r.deprecated, ...meaning({ kind: 'many', relation: r.name, entity: target }) }
  }
  const type = rowType(b, target)
  const certain = !r.optional && through(b.model, entity, r) === 'always'
  return { type: certain ? sure(type) : type, description: r.about ?? (certain ? undefined : 'Null where there is none, or none that you may read.'), deprecationReason: r.deprecated, ...meaning({ kind: 'one', relation: r.name, entity: target }) }
}

export function connectionType(b: Book, entity: EntityModel): GraphQLObjectType {
  const title = b.names.title(entity), row = rowType(b, entity)
  const edge = b.once(`edge ${entity.name}`, `${title}Edge`, name => new GraphQLObjectType({
    name, description: `A ${title} in a page.`, fields: () => ({
      node: { type: sure(row), ...meaning({ kind: 'node of edge' }) },
      cursor: { type: sure(b.scalars.String), description: 'For `after` and `before`.', ...meaning({ kind: 'cursor' }) },
    }),
  }))
  return b.once(`connection ${entity.name}`, `${title}Connection`, name => new GraphQLObjectType({
    name, description: `A page of rows of ${title}.`, fields: () => ({
      edges: { type: sure(list(edge)), ...meaning({ kind: 'edges' }) },
      nodes: { type: sure(list(row)), description: 'The rows, without their cursors.', ...meaning({ kind: 'nodes' }) },
      pageInfo: { type: sure(b.pageInfo), ...meaning({ kind: 'page' }) },
      totalCount: { type: sure(b.scalars.Int), description: 'How many there are in all; counted when asked for.', ...meaning({ kind: 'total' }) },
    }),
  }))
}

export function listArguments(b: Book, entity: EntityModel): GraphQLFieldConfigArgumentMap {
  const { Int, String } = b.scalars
  const { size, max } = entity.page
  return {
    where: { type: whereInput(b, entity), description: 'Only rows of which this is true.' },
    sort: { type: new GraphQLList(new GraphQLNonNull(sortInput(b, entity))), description: 'One key after the other; the key of the row settles ties.' },
    first: { type: Int, description: `How many at most: ${size} unless said, ${max} at most.` },
    after: { type: String, description: 'The cursor they follow.' },
    last: { type: Int, description: `How many at most, from the end on: ${max} at most.` },
    before: { type: String, description: 'The cursor they precede.' },
  }
}
