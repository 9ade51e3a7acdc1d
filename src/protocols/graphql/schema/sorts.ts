// What `sort` takes: an input per entity, through to-one relations.
import { GraphQLInputObjectType, type GraphQLInputFieldConfigMap } from 'graphql'
import { entityOf, includable, isOne, onWire, partName, sortable, visible, type EntityModel } from '../../../model/index.ts'
import type { Book } from './book.ts'
import { capital } from './names.ts'

export function sortInput(b: Book, entity: EntityModel): GraphQLInputObjectType {
  return b.once(`sort ${entity.name}`, `${b.names.title(entity)}Sort`, name => new GraphQLInputObjectType({
    name, description: 'One key: several keys are several objects.',
    fields: () => {
      const fields: GraphQLInputFieldConfigMap = {}
      for (const { name: field, of } of onWire(visible(entity))) {
        if (isOne(of)) { if (sortable(of)) fields[field] = { type: b.direction } }
        else {
          fields[field] = { type: b.once(`sort ${entity.name}.${field}`, `${b.names.title(entity)}${capital(field)}Sort`, inner => new GraphQLInputObjectType({
            name: inner, fields: Object.fromEntries(of.map(f => [partName(f), { type: b.direction }])),
          })) }
        }
      }
      for (const r of includable(b.model, entity)) if (r.one) fields[r.name] = { type: sortInput(b, entityOf(b.model, r.target)) }
      return fields
    },
  }))
}

/** Sort keys as the engine has them, `-customer.name`, of what `sort` was given. Throws RangeError where an object has several: their order would be lost. */
export function sortKeys(given: unknown, path = ''): readonly string[] {
  if (Array.isArray(given)) return given.flatMap(x => sortKeys(x, path))
  if (typeof given === 'string') return [`${given}${path}`]
  if (typeof given !== 'object' || given === null) return []
  if (Object.keys(given).length > 1) throw new RangeError('Each object of sort names one key: [{ … }, { … }].')
  return Object.entries(given).flatMap(([name, of]) => sortKeys(of, path === '' ? name : `${path}.${name}`))
}
