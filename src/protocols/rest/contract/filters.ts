// Filters as schemas: which fields, which operators, across which relations.
import { entityOf, includable, isOne, onWire, operatorsOf, partName, sortable, visible, type EntityModel, type FieldModel } from '../../../model/index.ts'
import { either, given, pascal, type Json, type Members, type Schema } from './book.ts'
import type { Contract } from './rows.ts'
import { anyText, exampleOf, mostSent, orNull, valueSchema } from './values.ts'

const meaning: Readonly<Record<string, string>> = {
  eq: 'Equal.', not: 'The opposite, null included.', in: 'One of these. In a URL one text with commas, or repeated.', lt: 'Less.', lte: 'Less or equal.', gt: 'Greater.', gte: 'Greater or equal.',
  null: 'True: is null. False: is not.', contains: 'Contains.', containsi: 'Contains, capitals or not.', startsWith: 'Begins with.', startsWithi: 'Begins with, capitals or not.',
  endsWith: 'Ends with.', endsWithi: 'Ends with, capitals or not.', has: 'The list has this.', search: 'Full text.',
}

function operators(c: Contract, entity: EntityModel, f: FieldModel): Members {
  const choices = f.bounds.choices !== undefined
  const sort = choices ? `${entity.title}${pascal(f.name)}` : `${f.searchable ? 'Searchable' : ''}${pascal(f.scalar)}${f.list ? 'List' : ''}${!sortable(f) ? (f.optional ? 'OrNull' : '') : ''}`
  return c.book.ref('schemas', `match ${sort} ${choices ? entity.name : ''}`, `${sort}Match`, () => {
    const value = valueSchema(f, 'compare')
    const self = (): Json => operators(c, entity, f)
    const of = (op: string): Json => {
      switch (op) {
        case 'in': return { anyOf: [{ type: 'array', items: value, maxItems: 1000 }, { type: 'string', maxLength: 16_384, pattern: anyText }], description: meaning[op] ?? '' }
        case 'null': return { type: 'boolean', description: meaning[op] ?? '' }
        case 'not': return { anyOf: [orNull(value), self()], description: meaning[op] ?? '' }
        case 'eq': return { ...orNull(value), description: meaning[op] ?? '' }
        case 'lt': case 'lte': case 'gt': case 'gte': case 'has': return { ...value, description: meaning[op] ?? '' }
        default: return { type: 'string', pattern: anyText, maxLength: mostSent, description: meaning[op] ?? '' }
      }
    }
    return { type: 'object', description: `What ${f.list ? 'lists of ' : ''}${choices ? f.name : f.scalar} can be compared with.`, properties: Object.fromEntries(operatorsOf(f).map(op => [op, of(op)])), additionalProperties: false }
  })
}

function fieldFilter(c: Contract, entity: EntityModel, f: FieldModel): Schema {
  const ops = operators(c, entity, f)
  const value = operatorsOf(f).includes('eq') ? orNull(valueSchema(f, 'compare')) : f.optional ? { type: 'null' } : null
  const values = value === null ? [] : Array.isArray(value['anyOf']) ? value['anyOf'] as Json[] : [value]
  return either([...values as Schema[], ops])
}

/** What rows of an entity can be asked to fulfil; every condition must hold. */
export function filterSchema(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `filter ${entity.name}`, `${entity.title}Filter`, () => {
    const self = (): Members => filterSchema(c, entity)
    const properties: Record<string, Json> = {}
    for (const { name, of } of onWire(visible(entity))) {
      if (isOne(of)) { if (operatorsOf(of).length > 0) properties[name] = fieldFilter(c, entity, of); continue }
      const parts = Object.fromEntries(of.map(f => [partName(f), fieldFilter(c, entity, f)]))
      properties[name] = { anyOf: [{ type: 'object', properties: { ...parts, null: { type: 'boolean', description: meaning['null'] ?? '' } }, additionalProperties: false }, { type: 'null' }] }
    }
    for (const relation of includable(c.model, entity)) {
      const target = filterSchema(c, entityOf(c.model, relation.target))
      properties[relation.name] = relation.one
        ? { anyOf: [target, { type: 'object', properties: { null: { type: 'boolean' } }, required: ['null'], additionalProperties: false }, { type: 'null' }], description: 'Of the row at the other end.' }
        : { type: 'object', properties: { some: target }, required: ['some'], additionalProperties: false, description: 'Some row of the list.' }
    }
    return {
      type: 'object', additionalProperties: false, description: `Conditions on ${entity.title}. All of them hold.`,
      properties: {
        ...properties,
        and: { type: 'array', items: self(), maxItems: 60, description: 'Each of these. In a URL the parts are numbered.' },
        or: { type: 'array', items: self(), maxItems: 60, description: 'One of these. In a URL the parts are numbered.' },
        not: { ...self(), description: 'The opposite.' },
      },
    }
  })
}

/** A filter anybody understands: of a choice, else of the first field that has a value to compare with. */
export function filterExample(c: Contract, entity: EntityModel): Members {
  const fields = visible(entity).filter(f => !f.list && operatorsOf(f).includes('eq') && !f.name.includes('.') && !entity.key.includes(f.name))
  const f = fields.find(x => x.bounds.choices !== undefined) ?? fields.find(x => x.scalar === 'text') ?? fields[0]
  const value = f && exampleOf(c.model, entity, f)
  return f === undefined || value === undefined ? {} : given({ [f.name]: value })
}
