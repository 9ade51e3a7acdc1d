// Aggregates: what can be measured and grouped, and the groups of an answer.
import { groupable, isOne, measuresOf, onWire, partName, sortable, visible, type EntityModel, type FieldModel } from '../../../model/index.ts'
import { asked, aggregateSize } from './rows.ts'
import { pascal, particle, type Complex, type Contract, type Particle, type Simple } from './book.ts'
import { plain, scalarType } from './values.ts'

const measurable = (entity: EntityModel): readonly FieldModel[] => visible(entity).filter(sortable)

export function aggregateAsked(c: Contract, entity: EntityModel): readonly Particle[] {
  const [filter] = asked(c, entity)
  const group = c.book.simple(`group ${entity.name}`, `${entity.title}Group`, { base: 'xs:string', scalar: 'text', facets: { enumeration: groupable(entity).map(f => f.name) }, about: `What ${entity.title} can be grouped by.` })
  const measure = c.book.simple(`measure ${entity.name}`, `${entity.title}Measure`, { base: 'xs:string', scalar: 'text', facets: { enumeration: measuresOf(entity) }, about: `What can be measured of ${entity.title}.` })
  return [
    ...(filter === undefined ? [] : [filter]),
    particle('group', group, { many: true, about: 'One group for each value of these.' }),
    particle('measure', measure, { many: true, required: true, about: 'What is measured of each group.' }),
    particle('sort', plain('text'), { many: true, about: 'A group or a measure that is asked for, with - descending: -count, status.' }),
    particle('page', aggregateSize(c), { about: 'How many groups at most.' }),
  ]
}

/** The groups, each with its measures. */
export function aggregateAnswer(c: Contract, entity: EntityModel): Complex {
  const self = (f: FieldModel): Simple => scalarType(c.book, entity, f, 'read')
  const exact = (f: FieldModel): Simple => plain(f.scalar === 'number' ? 'number' : 'decimal')
  const values = (fn: string, of: readonly FieldModel[], type: (f: FieldModel) => Simple): readonly Particle[] => of.length === 0 ? [] : [
    particle(fn, c.book.complex(`${fn} ${entity.name}`, `${entity.title}${pascal(fn)}`, () => ({ particles: of.map(f => particle(f.name, type(f), { nillable: true })) }))),
  ]
  /** Parts of a reference to a composite key stand together, as in rows. */
  const grouped = onWire(groupable(entity)).map(({ name, of }) => (isOne(of)
    ? particle(name, self(of), { nillable: true })
    : particle(name, c.book.complex(`group ${entity.name}.${name}`, `${entity.title}GroupOf${pascal(name)}`, () => ({ particles: of.map(f => particle(partName(f), self(f), { nillable: true })) })), { nillable: true })))
  const measured = (fn: string): readonly FieldModel[] => measurable(entity).filter(f => measuresOf(entity).includes(`${fn}(${f.name})`))
  return c.book.complex(`aggregates ${entity.name}`, `${entity.title}Aggregates`, () => ({
    particles: [particle('data', c.book.complex(`aggregate ${entity.name}`, `${entity.title}Aggregate`, () => ({
      particles: [
        ...(grouped.length === 0 ? [] : [particle('group', c.book.complex(`grouped ${entity.name}`, `${entity.title}Grouped`, () => ({ particles: grouped })))]),
        particle('count', plain('bigint')),
        ...values('countDistinct', measured('countDistinct'), () => plain('bigint')),
        ...values('sum', measured('sum'), exact), ...values('avg', measured('avg'), exact), ...values('min', measured('min'), self), ...values('max', measured('max'), self),
      ],
    })), { many: true })],
  }))
}
