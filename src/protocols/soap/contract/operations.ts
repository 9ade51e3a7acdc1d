// Everything that can be asked, by the name of its element: what it takes, what it answers, and what of the engine it is.
import { entityOf, includable, may, type EntityModel, type Verb } from '../../../model/index.ts'
import { actionOperations } from './actions.ts'
import { aggregateAnswer, aggregateAsked } from './aggregates.ts'
import { createType, replaceType, updateType } from './changes.ts'
import { filterType } from './filters.ts'
import { asked, chosen, countType, listAnswer, manyAnswer, oneAnswer, pageType } from './rows.ts'
import { pascal, particle, type Complex, type Contract, type Particle } from './book.ts'
import type { Does, Operation } from './operation.ts'
import { plain, scalarType } from './values.ts'

/** Operations of every entity that is exposed, in the order of the declaration. Types are made with them, named after entities first. */
export function operationsOf(c: Contract): ReadonlyMap<string, Operation> {
  const out = new Map<string, Operation>()
  const entities = Object.values(c.model.entities).filter(e => !e.hidden)
  for (const entity of entities) for (const operation of ofEntity(c, entity)) out.set(operation.name, operation)
  for (const operation of actionOperations(c, entity => idParticle(c, entity))) out.set(operation.name, operation)
  return out
}

function ofEntity(c: Contract, entity: EntityModel): readonly Operation[] {
  const { title } = entity, many = pascal(entity.path)
  const can = (verb: Verb): boolean => may(c.model, entity, verb) !== 'never'
  const reads = can('read')
  const make = (wanted: string, offered: boolean, does: Does, about: string, particles: () => readonly Particle[], result: Complex | null): Operation => {
    const name = c.book.take(wanted)
    return { name, about, does, offered, result, failures: [], input: { kind: 'complex', name, about, particles: particles(), list: null, open: null, written: false } }
  }
  const id = idParticle(c, entity)
  const version = particle('version', plain('text'), {
    about: `Only if the row still has this version, as it was answered; ${entity.versionDemanded ? 'it must be given.' : '*: whichever.'}`,
  })
  const meant = (about: string): readonly Particle[] => (reads ? [particle('filter', filterType(c, entity), { about })] : [])
  const condition = meant('Only if this holds of the row, too.')
  const several = (): readonly Particle[] => [
    ...meant('The rows that are meant. Without it all that you may see.'),
    particle('expect', plain('integer'), { required: true, about: 'How many rows you believe these are: with another number nothing is written.' }),
  ]
  const counted = (): Complex => c.book.complex('counted', 'Counted', () => ({ particles: [particle('count', plain('bigint'), { required: true })] }))
  const rowsOf = (what: string): string => `${what}${many === title ? 'Many' : ''}${many}`
  const data = (type: Complex): Particle => particle('data', type, { required: true })
  const rows = (of: EntityModel): readonly Particle[] => [
    ...asked(c, of), ...chosen(c, of), particle('page', pageType(c)), particle('count', countType(c), { about: 'Adds page/total.' }),
  ]
  // Rows that cannot be told apart have no id.
  const told = entity.key.length > 0
  return [
    make(`Find${many}`, reads, { kind: 'find', entity, of: null }, `Lists ${entity.path} that you may see, page by page.`, () => rows(entity), listAnswer(c, entity)),
    make(`Get${title}`, reads && told, { kind: 'get', entity, of: null }, `One ${title} by its key.`, () => [id, ...chosen(c, entity)], oneAnswer(c, entity)),
    make(`Aggregate${many}`, reads, { kind: 'aggregate', entity, of: null }, `Groups ${entity.path} that you may see, and measures each group.`, () => aggregateAsked(c, entity), aggregateAnswer(c, entity)),
    make(`Create${title}`, can('create'), { kind: 'create', entity }, `Makes a ${title}, with its parts.`, () => [data(createType(c, entity)), ...chosen(c, entity)], oneAnswer(c, entity)),
    make(rowsOf('Create'), can('create'), { kind: 'createMany', entity }, `Makes several ${entity.path} in one transaction.`, () => [particle('data', createType(c, entity), { many: true }), ...chosen(c, entity)], manyAnswer(c, entity)),
    make(`Upsert${title}`, can('create') || can('update'), { kind: 'upsert', entity }, `Afterwards the ${title} is exactly this; made where there was none.`, () => [id, version, data(replaceType(c, entity)), ...chosen(c, entity)], oneAnswer(c, entity)),
    make(`Update${title}`, can('update'), { kind: 'update', entity }, `Changes a ${title}: what is left out stays, xsi:nil empties.`, () => [id, version, ...condition, data(updateType(c, entity)), ...chosen(c, entity)], oneAnswer(c, entity)),
    make(rowsOf('Update'), reads && can('update'), { kind: 'updateMany', entity }, `Changes ${entity.path}: every one that the filter names and you may change, if they are as many as expected; else none.`, () => [...several(), data(updateType(c, entity))], counted()),
    make(`Delete${title}`, can('delete'), { kind: 'delete', entity }, `Deletes a ${title} with all that is part of it.`, () => [id, version, ...condition], null),
    make(rowsOf('Delete'), reads && can('delete'), { kind: 'deleteMany', entity }, `Deletes ${entity.path}: every one that the filter names and you may delete, if they are as many as expected; else none.`, several, counted()),
    ...Object.values(entity.relations).filter(r => !r.hidden && !r.one).map(r => {
      const target = entityOf(c.model, r.target)
      return make(`Find${pascal(r.name)}Of${title}`, reads && told && includable(c.model, entity).includes(r), { kind: 'find', entity, of: r }, r.about ?? `The ${r.name} of one ${title} that you may see.`, () => [id, ...rows(target)], listAnswer(c, target))
    }),
  ]
}

const idParticle = (c: Contract, entity: EntityModel): Particle =>
  particle('id', idType(c, entity), { required: true, about: entity.key.length > 1 ? `${entity.key.join(', ')}: each percent-encoded, joined by commas.` : null })

/** A key of one part as it is; of several in the id form. */
const idType = (c: Contract, entity: EntityModel) => {
  const [only, ...others] = entity.key, field = only === undefined ? undefined : entity.fields[only]
  return field === undefined || others.length > 0 ? plain('text') : scalarType(c.book, entity, field, 'read')
}
