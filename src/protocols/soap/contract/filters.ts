// Filters as types: which fields, which operators, across which relations.
import { entityOf, includable, isOne, onWire, operatorsOf, partName, visible, type EntityModel, type FieldModel } from '../../../model/index.ts'
import { pascal, particle, type Complex, type Contract, type Particle } from './book.ts'
import { listType, plain, scalarType } from './values.ts'

const meaning: Readonly<Record<string, string>> = {
  eq: 'Equal; nil: is null.', not: 'The opposite, null included.', in: 'One of these.', lt: 'Less.', lte: 'Less or equal.', gt: 'Greater.', gte: 'Greater or equal.',
  null: 'True: is null. False: is not.', contains: 'Contains.', containsi: 'Contains, capitals or not.', startsWith: 'Begins with.', startsWithi: 'Begins with, capitals or not.',
  endsWith: 'Ends with.', endsWithi: 'Ends with, capitals or not.', has: 'The list has this.', search: 'Full text.',
}

/** What a field can be compared with. */
function matchType(c: Contract, entity: EntityModel, f: FieldModel): Complex {
  const operators = operatorsOf(f), one = scalarType(c.book, entity, f, 'compare')
  const name = f.kind === 'range' ? 'RangeMatch' : `${operators.includes('search') ? 'Searchable' : ''}${one.name ?? pascal(f.scalar)}${f.list ? 'List' : ''}${!f.list && !operators.includes('eq') ? 'Null' : ''}Match`
  return c.book.complex(`match ${name} ${operators.join(' ')}`, name, () => {
    const of = (op: string): Particle => {
      const about = meaning[op] ?? null
      switch (op) {
        case 'not': return particle(op, matchType(c, entity, f), { about })
        case 'in': return particle(op, listType(c.book, one, 'value'), { about })
        case 'null': return particle(op, plain('boolean'), { about })
        case 'eq': return particle(op, one, { about, nillable: true })
        case 'lt': case 'lte': case 'gt': case 'gte': case 'has': return particle(op, one, { about })
        default: return particle(op, plain('text'), { about })
      }
    }
    return { particles: operators.map(of), open: entity }
  })
}

/** Conditions on rows of an entity; all of them hold. */
export function filterType(c: Contract, entity: EntityModel): Complex {
  return c.book.complex(`filter ${entity.name}`, `${entity.title}Filter`, () => ({
    about: `Conditions on ${entity.title}. All of them hold.`, open: entity,
    particles: [
      ...onWire(visible(entity)).flatMap(({ name, of }): Particle[] => {
        if (isOne(of)) return operatorsOf(of).length === 0 ? [] : [particle(name, matchType(c, entity, of))]
        const parts = (): readonly Particle[] => [...of.map(f => particle(partName(f), matchType(c, entity, f))), particle('null', plain('boolean'), { about: meaning['null'] ?? null })]
        return [particle(name, c.book.complex(`match parts ${entity.name}.${name}`, `${entity.title}${pascal(name)}Match`, () => ({ particles: parts(), open: entity })))]
      }),
      ...includable(c.model, entity).map(r => {
        const target = entityOf(c.model, r.target)
        return r.one
          ? particle(r.name, filterType(c, target), { about: 'Of the row at the other end.' })
          : particle(r.name, c.book.complex(`some ${target.name}`, `${target.title}Some`, () => ({ particles: [particle('some', filterType(c, target))], open: target })), { about: 'Some row of the list.' })
      }),
      particle('and', filters(c, entity), { about: 'Each of these.' }),
      particle('or', filters(c, entity), { about: 'One of these; of none, no row.' }),
      particle('not', filterType(c, entity), { about: 'The opposite.' }),
      particle('null', plain('boolean'), { about: 'Within a relation to one row only. True: there is none. False: there is one.' }),
    ],
  }))
}

const filters = (c: Contract, entity: EntityModel): Complex =>
  c.book.complex(`filters ${entity.name}`, `${entity.title}Filters`, () => ({ list: 'filter', particles: [particle('filter', filterType(c, entity), { many: true })] }))
