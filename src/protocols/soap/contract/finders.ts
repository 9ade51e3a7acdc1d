// What finds a row that is there: its key, or fields that are unique together.
import { onWire, shown, tiesOf, type EntityModel, type RelationModel } from '../../../model/index.ts'
import { pascal, particle, type Complex, type Contract, type Particle } from './book.ts'
import { fieldParticle } from './rows.ts'
import { plain } from './values.ts'

/** Rows below one of `parent`, through its relation: what ties them to it is not said again. */
export interface Below { readonly parent: EntityModel; readonly relation: RelationModel }
export const tied = (below: Below | null): readonly string[] => (below === null ? [] : tiesOf(below.relation))
/** The relation where it ties its rows: their types are then its own. */
export const tying = (below: Below | null): Below | null => (tied(below).length === 0 ? null : below)

export const connectType = (c: Contract, target: EntityModel): Complex =>
  c.book.complex(`connect ${target.name}`, `${target.title}Connect`, () => finding(c, target, [], []))

/** One of the rows of a relation, and the version it is believed to have. */
export function foundType(c: Contract, target: EntityModel, below: Below | null): Complex {
  const within = tying(below)
  const name = within === null ? `${target.title}Found` : `${within.parent.title}${pascal(within.relation.name)}Found`
  return c.book.complex(`found ${target.name} ${within === null ? '' : `${within.parent.name}.${within.relation.name}`}`, name, () => finding(c, target, tied(below), versionOf(target)))
}

/** The version that a nested row was read at. */
export const versionOf = (target: EntityModel): readonly Particle[] =>
  (target.version === null ? [] : [particle(target.version, plain('text'), { about: 'Only if the row still has this version.' })])

function finding(c: Contract, target: EntityModel, without: readonly string[], more: readonly Particle[]) {
  const ways = [target.key, ...target.uniques.map(u => u.fields)].map(way => way.filter(n => !without.includes(n)))
    .filter(way => way.length > 0 && way.every(n => { const f = target.fields[n]; return f !== undefined && shown(target, f) !== 'never' }))
  return {
    about: `What finds a ${target.title}: ${ways.map(w => w.join(' and ')).join(', or ') || 'there is but one'}.`, open: target,
    particles: [...finders(c, target, [...new Set(ways.flat())]), ...more],
  }
}

/** Fields of these names as elements, parts of a reference together. */
export const finders = (c: Contract, target: EntityModel, names: readonly string[]): readonly Particle[] =>
  onWire(names.flatMap(n => target.fields[n] ?? [])).map(({ name, of }) => fieldParticle(c, target, name, of, 'read', false))
