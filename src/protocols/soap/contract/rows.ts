// Rows as they are answered, and what can be chosen of them: fields, included relations.
import { entityOf, includable, isOne, onWire, partName, shown, visible, type EntityModel, type FieldModel } from '../../../model/index.ts'
import { filterType } from './filters.ts'
import { pascal, particle, type Complex, type Contract, type Particle, type Simple } from './book.ts'
import { fieldAbout, fieldType, plain } from './values.ts'

/** A field under its name on the wire; a reference to a composite key is an element with its parts. */
export function fieldParticle(c: Contract, entity: EntityModel, name: string, of: FieldModel | readonly FieldModel[], use: 'read' | 'write', nillable: boolean, required = false): Particle {
  if (isOne(of)) return particle(name, fieldType(c.book, entity, of, use), { nillable, required, about: fieldAbout(of, use) })
  return particle(name, partsType(c, entity, name, of, use), { nillable, required })
}

function partsType(c: Contract, entity: EntityModel, name: string, of: readonly FieldModel[], use: 'read' | 'write'): Complex {
  return c.book.complex(`parts ${entity.name}.${name} ${use}`, `${entity.title}${pascal(name)}`, () => ({ particles: of.map(f => particle(partName(f), fieldType(c.book, entity, f, use), { required: true })), ...(use === 'write' ? { open: entity } : {}) }))
}

/** Everything of a row that an answer may have; what was not asked for is left out, null is xsi:nil. */
export function rowType(c: Contract, entity: EntityModel): Complex {
  return c.book.complex(`row ${entity.name}`, entity.title, () => ({
    about: aboutOf(entity),
    particles: [
      ...onWire(visible(entity)).map(({ name, of }) => {
        const fields = isOne(of) ? [of] : of
        return fieldParticle(c, entity, name, of, 'read', fields.some(f => f.optional || shown(entity, f) !== 'always'))
      }),
      ...Object.values(entity.derived ?? {}).map(d => particle(d.name, plain(d.scalar), { about: d.about ?? (d.fn === 'count' ? `How many ${d.relation} you may read.` : `Whether there is one among the ${d.relation} that you may read.`) })),
      ...includable(c.model, entity).map(r => {
        const target = entityOf(c.model, r.target)
        return r.one
          ? particle(r.name, rowType(c, target), { nillable: true, about: `${r.about ?? ''} There when include names it; nil where there is none, or none you may read.`.trim() })
          : particle(r.name, rowsType(c, target), { about: `${r.about ?? ''} There when include names it.`.trim() })
      }),
    ],
  }))
}

const aboutOf = (entity: EntityModel): string => entity.about ?? `One of ${entity.path}.`

/** An included list: the rows in elements of their own, so that an empty list can be told from one that was not asked for. */
const rowsType = (c: Contract, entity: EntityModel): Complex =>
  c.book.complex(`rows ${entity.name}`, `${entity.title}List`, () => ({ list: 'item', particles: [particle('item', rowType(c, entity), { many: true })] }))

/** Names that `fields` takes. */
export function fieldNames(c: Contract, entity: EntityModel): Simple {
  return c.book.simple(`fields ${entity.name}`, `${entity.title}Field`, { base: 'xs:string', scalar: 'text', facets: { enumeration: [...onWire(visible(entity)).map(x => x.name), ...Object.keys(entity.derived ?? {})] }, about: `A field of ${entity.title}.` })
}

/** What of a row is answered: `fields`, `include`. */
export function chosen(c: Contract, entity: EntityModel): readonly Particle[] {
  return [
    particle('fields', fieldNames(c, entity), { many: true, about: 'Only these fields, each in an element of its own. Without them all but those that must be asked for.' }),
    ...(includable(c.model, entity).length === 0 ? [] : [particle('include', includeType(c, entity), { about: 'Relations to be answered with the row, each an element.' })]),
  ]
}

function includeType(c: Contract, entity: EntityModel): Complex {
  return c.book.complex(`include ${entity.name}`, `${entity.title}Include`, () => ({
    about: `Relations of ${entity.title}. An empty element includes a relation as it is.`, open: entity,
    particles: includable(c.model, entity).map(r => {
      const target = entityOf(c.model, r.target)
      return particle(r.name, r.one
        ? c.book.complex(`include one ${target.name}`, `${target.title}Included`, () => ({ particles: chosen(c, target) }))
        : c.book.complex(`include many ${target.name}`, `${target.title}ListIncluded`, () => ({ particles: [...asked(c, target), ...chosen(c, target), particle('page', sizeType(c))] })))
    }),
  }))
}

/** Which rows, in which order. */
export const asked = (c: Contract, entity: EntityModel): readonly Particle[] => [
  particle('filter', filterType(c, entity), { about: 'Conditions that all hold. Without it every row that you may see.' }),
  particle('sort', plain('text'), { many: true, about: 'A field, or a path across relations to one: placedAt, -placedAt (descending), customer.name. Null comes last ascending, first descending.' }),
]

const sizeType = (c: Contract): Complex => c.book.complex('size', 'PageSize', () => ({ particles: [particle('size', plain('integer'), { about: 'How many rows.' })] }))

export const pageType = (c: Contract): Complex => c.book.complex('page asked', 'PageRequest', () => ({
  particles: [
    particle('size', plain('integer'), { about: 'How many rows on a page.' }),
    particle('after', plain('text'), { about: 'The cursor `next` of an answer to the same request.' }),
    particle('before', plain('text'), { about: 'The cursor `previous` of an answer to the same request.' }),
    particle('number', plain('integer'), { about: 'The page of this number, from 1. Cursors are steadier and faster.' }),
  ],
}))
export const aggregateSize = sizeType

export const countType = (c: Contract): Simple => c.book.simple('count', 'Count', { base: 'xs:string', scalar: 'text', facets: { enumeration: ['exact', 'estimate'] }, about: null })

/** A page of rows. */
export function listAnswer(c: Contract, entity: EntityModel): Complex {
  return c.book.complex(`page ${entity.name}`, `${entity.title}Page`, () => ({
    particles: [
      particle('data', rowType(c, entity), { many: true }),
      particle('page', c.book.complex('page', 'PageInfo', () => ({
        particles: [
          particle('next', plain('text'), { about: 'For page/after; nothing where this is the last page.' }), particle('previous', plain('text'), { about: 'For page/before.' }),
          particle('total', plain('bigint'), { about: 'Where count was asked for.' }), particle('totalIsAtLeast', plain('boolean'), { about: 'Counting stopped there.' }),
          particle('more', plain('text'), { many: true, about: 'Included lists that were cut by their page.' }),
        ],
      })), { required: true }),
    ],
  }))
}

/** One row, and what is to be known of it beside its fields. */
export function oneAnswer(c: Contract, entity: EntityModel): Complex {
  return c.book.complex(`one ${entity.name}`, `${entity.title}Answer`, () => ({
    particles: [
      particle('data', rowType(c, entity), { about: 'Not there where it was written and may not be read.' }),
      particle('id', plain('text'), { about: 'Of what was written: what Get takes.' }),
      particle('version', plain('text'), { about: 'What Update, Upsert and Delete take as version.' }),
      particle('created', plain('boolean'), { about: 'Of what was written: whether it is new.' }),
      particle('more', plain('text'), { many: true, about: 'Included lists that were cut by their page.' }),
    ],
  }))
}

/** Several rows that were made. */
export function manyAnswer(c: Contract, entity: EntityModel): Complex {
  return c.book.complex(`many ${entity.name}`, `${entity.title}Answers`, () => ({
    particles: [
      particle('data', rowType(c, entity), { many: true, nillable: true, about: 'In the order of the request; nil where it may not be read.' }),
      particle('more', plain('text'), { many: true }),
    ],
  }))
}

