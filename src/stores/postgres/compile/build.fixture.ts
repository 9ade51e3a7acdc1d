// Operations for the tests of compilation, written short.
import { always, type Aggregate, type FieldName, type Operand, type Order, type Page, type Predicate, type Query, type Related, type Rows, type Scalar, type Seen, type Selection } from '../../../operation/index.ts'
import { constant, field, parameter } from '../../../operation/index.ts'
import { world } from './world.fixture.ts'

export const seen = (name: FieldName, shown: Predicate = always): Seen => ({ name, shown })
export const select = (fields: readonly (string | Seen)[], related: readonly Related[] = [], more: Partial<Selection> = {}): Selection =>
  ({ fields: fields.map(f => (typeof f === 'string' ? seen(f) : f)), related, probes: [], ...more })

export const first = (take = 20): Page => ({ kind: 'keyset', from: null, toward: 'next', take })

/** `-createdAt id author.name`: the order those words say. */
export function sort(entity: string, words: string): Order[] {
  return words.split(' ').filter(w => w !== '').map(word => {
    const path = word.replace(/^-/, '').split('/'), name = path.pop()!
    let at = world.entities[entity]!
    for (const hop of path) at = world.entities[at.relations[hop]!.target]!
    return { by: { name, shown: always, as: at.fields[name]!.scalar, via: path.map(relation => ({ relation, where: always })) }, dir: word.startsWith('-') ? 'desc' : 'asc' }
  })
}

type More = Partial<Omit<Query, 'order'>> & { order?: string | readonly Order[] }
const orderOf = (entity: string, order: string | readonly Order[] | undefined): readonly Order[] => (typeof order === 'string' ? sort(entity, order) : order ?? sort(entity, world.entities[entity]!.key.join(' ')))

export const query = (entity: string, fields: readonly (string | Seen)[], more: More & { related?: readonly Related[] } = {}): Query => {
  const { related = [], order, ...rest } = more
  return { kind: 'query', entity, one: false, count: 'none', where: always, page: first(), select: select(fields, related), ...rest, order: orderOf(entity, order) }
}
export const one = (entity: string, fields: readonly string[], where: Predicate, related: readonly Related[] = []): Query =>
  ({ kind: 'query', entity, one: true, count: 'none', where, page: { kind: 'offset', skip: null, take: 1 }, order: [], select: select(fields, related) })

export const include = (entity: string, relation: string, fields: readonly (string | Seen)[], more: Partial<Omit<Rows, 'order'>> & { related?: readonly Related[]; order?: string; as?: string } = {}): Related => {
  const model = world.entities[entity]!.relations[relation]!
  const { related = [], order, as = relation, ...rest } = more
  return { as, relation, rows: { where: always, page: first(100), select: select(fields, related), ...rest, order: model.one ? [] : orderOf(model.target, order) } }
}

export const aggregate = (entity: string, more: Partial<Aggregate>): Aggregate => ({ kind: 'aggregate', entity, where: always, group: [], measures: [{ fn: 'count', of: null }], order: [], take: 100, ...more })

export const eq = (name: string, right: Operand, as: Scalar = 'uuid'): Predicate => ({ kind: 'compare', op: 'eq', as, left: field(name), right })
export const some = (relation: string, where: Predicate = always): Predicate => ({ kind: 'some', relation, where })
export { constant, field, parameter }
