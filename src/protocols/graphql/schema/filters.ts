// What `where` takes: an input per entity, an input per sort of field, as the operators of the model have it.
import { GraphQLInputObjectType, GraphQLList, GraphQLNonNull, isEnumType, type GraphQLInputFieldConfigMap, type GraphQLInputType, type GraphQLNamedInputType } from 'graphql'
import { entityOf, includable, isOne, onWire, operatorsOf, partName, visible, type EntityModel, type FieldModel } from '../../../model/index.ts'
import { valueType, type Book } from './book.ts'
import { capital } from './names.ts'

const listOf = (of: GraphQLInputType): GraphQLInputType => new GraphQLList(new GraphQLNonNull(of as never))

export function whereInput(b: Book, entity: EntityModel): GraphQLInputObjectType {
  return b.once(`where ${entity.name}`, `${b.names.title(entity)}Where`, name => new GraphQLInputObjectType({
    name, description: 'Everything given must be true.',
    fields: () => {
      const self = whereInput(b, entity)
      const fields: GraphQLInputFieldConfigMap = { and: { type: listOf(self) }, or: { type: listOf(self) }, not: { type: self } }
      for (const { name: field, of } of onWire(visible(entity))) {
        if (!isOne(of)) fields[field] = { type: compositeFilter(b, entity, field, of) }
        else if (operatorsOf(of).length > 0) fields[field] = { type: fieldFilter(b, entity, of) }
      }
      for (const r of includable(b.model, entity)) {
        const target = entityOf(b.model, r.target)
        fields[r.name] = { type: r.one ? oneFilter(b, target) : manyFilter(b, target) }
      }
      return fields
    },
  }))
}

/** The row at the other end fulfils this, or there is none. A row that is not there, or may not be read, counts as a row of nulls. */
function oneFilter(b: Book, target: EntityModel): GraphQLInputObjectType {
  return b.once(`one ${target.name}`, `${b.names.title(target)}OneWhere`, name => new GraphQLInputObjectType({
    name, description: 'The row itself, of which everything given must be true; or `null`: whether there is none.',
    fields: () => ({ ...whereInput(b, target).toConfig().fields, null: { type: b.scalars.Boolean } }),
  }))
}

function manyFilter(b: Book, target: EntityModel): GraphQLInputObjectType {
  return b.once(`many ${target.name}`, `${b.names.title(target)}ListWhere`, name => new GraphQLInputObjectType({
    name, fields: () => ({ some: { type: new GraphQLNonNull(whereInput(b, target)), description: 'There is one of which this is true.' } }),
  }))
}

function compositeFilter(b: Book, entity: EntityModel, field: string, parts: readonly FieldModel[]): GraphQLInputObjectType {
  return b.once(`composite filter ${entity.name}.${field}`, `${b.names.title(entity)}${capital(field)}Filter`, name => new GraphQLInputObjectType({
    name, fields: () => ({ null: { type: b.scalars.Boolean }, ...Object.fromEntries(parts.map(f => [partName(f), { type: fieldFilter(b, entity, f) }])) }),
  }))
}

function fieldFilter(b: Book, entity: EntityModel, f: FieldModel): GraphQLInputObjectType {
  const type = valueType(b, entity, f), { Boolean, String } = b.scalars
  const operators = operatorsOf(f)
  const sort = f.list ? 'List' : operators.length <= 1 ? 'Null' : f.scalar === 'text' && !isEnumType(type) && type.name === 'ID' ? 'Text' : ''
  const wanted = operators.every(o => o === 'null') ? 'NullFilter' : `${operators.includes('search') ? 'Searchable' : ''}${type.name}${sort === 'Null' ? '' : sort}Filter`
  return b.once(`filter ${wanted}`, wanted, name => new GraphQLInputObjectType({
    name, fields: () => {
      const self = fieldFilter(b, entity, f)
      const fields: GraphQLInputFieldConfigMap = {}
      for (const op of [...operators, ...(operators.includes('null') ? [] : ['null'])]) {
        const operand = operandOf(op, type, self, Boolean, String)
        // Parts of a word are of use where there are words.
        if (operand !== null && !(isEnumType(type) && /^(contains|startsWith|endsWith)/.test(op))) fields[op] = { type: operand, ...(abouts[op] === undefined ? {} : { description: abouts[op] }) }
      }
      return fields
    },
  }))
}

function operandOf(op: string, type: GraphQLNamedInputType, self: GraphQLInputObjectType, boolean: GraphQLInputType, text: GraphQLInputType): GraphQLInputType | null {
  switch (op) {
    case 'eq': case 'lt': case 'lte': case 'gt': case 'gte': case 'has': return type
    case 'in': return listOf(type)
    case 'not': return self
    case 'null': return boolean
    default: return text
  }
}

const abouts: Readonly<Record<string, string>> = {
  null: 'Whether there is no value.', has: 'The list has this item.', containsi: 'Whatever the case of its letters.', startsWithi: 'Whatever the case of its letters.', endsWithi: 'Whatever the case of its letters.',
  search: 'Full text.', in: 'One of these.',
}
