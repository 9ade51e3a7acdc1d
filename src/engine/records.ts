// Rows of the system's own entities, for what works beside requests: readers of the change log, deliveries. Outside all rules, and of no other entity.
import { entityOf, fieldOf, type Caller, type EntityModel } from '../model/index.ts'
import { always, and, field, not, parameter, type Mutation, type Operation, type Predicate, type Query, type Value } from '../operation/index.ts'
import type { OwnRow, Records, Where } from '../protocols/protocol.ts'
import type { Run } from '../stores/index.ts'
import { authorized, filled, type Context } from './context.ts'

export function recordsOf(c: Context, system: Caller): Records {
  const own = (name: string): EntityModel => {
    const entity = entityOf(c.model, name)
    if (!entity.system) throw new Error(`${name} is the application's own`)
    return entity
  }
  const ready = <O extends Operation>(operation: O, slots: number) => authorized(c, `own ${JSON.stringify(operation)}`, operation, slots, system)
  const holds = (entity: EntityModel, where: Where, values: Value[]): Predicate => and(...where.map(([name, op, value]): Predicate => op === 'null' ? (value === true ? { kind: 'null', of: field(name) } : not({ kind: 'null', of: field(name) })) :
    ({ kind: 'compare', op, as: fieldOf(entity, name).scalar, left: field(name), right: parameter(values.push(value) - 1) })))
  const write = async (mutation: Mutation, values: readonly Value[], run: Run): Promise<number> => {
    const made = ready(mutation, values.length)
    return (await c.session.write(made, filled(made, values, system), run)).touched
  }
  return {
    async find(name, where, { order, take }, run) {
      const entity = own(name), values: Value[] = []
      const query: Query = {
        kind: 'query', entity: name, one: false, count: 'none', where: holds(entity, where, values), page: { kind: 'offset', skip: null, take },
        order: order.map(([by, dir]) => ({ by: { name: by, shown: always, as: fieldOf(entity, by).scalar, via: [] }, dir })),
        select: { fields: Object.keys(entity.fields).map(f => ({ name: f, shown: always })), related: [], probes: [] },
      }
      const made = ready(query, values.length)
      const { body } = await c.session.read(made, filled(made, values, system), run)
      return JSON.parse(typeof body === 'string' ? body : Buffer.from(body ?? '[]').toString('utf8')) as readonly OwnRow[]
    },
    async count(name, where, run) {
      const entity = own(name), values: Value[] = []
      const query: Query = {
        kind: 'query', entity: name, one: false, count: 'exact', where: holds(entity, where, values), order: [], page: { kind: 'offset', skip: null, take: 1 },
        select: { fields: entity.key.map(f => ({ name: f, shown: always })), related: [], probes: [] },
      }
      const made = ready(query, values.length)
      return (await c.session.read(made, filled(made, values, system), run)).total ?? 0
    },
    async create(name, rows, run) {
      if (rows.length === 0) return
      const entity = own(name)
      await write({
        kind: 'create', entity: name, rows: parameter(0), set: Object.values(entity.fields).filter(f => f.generated === null).map(f => ({ field: f.name, from: { kind: 'given', otherwise: { kind: 'value', value: null } } })),
        references: [], check: always, whole: null, before: [], after: [], links: [], returning: null,
      }, [[...rows]], run)
    },
    update(name, where, set, run) {
      const entity = own(name), values: Value[] = [set]
      return write({
        kind: 'update', entity: name, where: holds(entity, where, values), expect: null, row: parameter(0),
        set: Object.keys(set).map(f => ({ field: fieldOf(entity, f).name, from: { kind: 'given', otherwise: null } })), references: [], check: always, whole: null, returning: null,
      }, values, run)
    },
    remove(name, where, run) {
      const entity = own(name), values: Value[] = []
      return write({ kind: 'delete', entity: name, where: holds(entity, where, values), expect: null, whole: null }, values, run)
    },
  }
}
