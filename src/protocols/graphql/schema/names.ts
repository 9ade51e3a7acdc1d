// Names of types and root fields: from the declaration's own, never twice.
import type { EntityModel, Model } from '../../../model/index.ts'

/** Taken before any entity is named. */
const reserved = ['Query', 'Mutation', 'Subscription', 'Node', 'PageInfo', 'SortDirection', 'ID', 'String', 'Int', 'Float', 'Boolean', 'Decimal', 'BigInt', 'DateTime', 'Date', 'Time', 'Duration', 'JSON', 'Base64Url', 'UUID']

export const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
/** `order-items` → `orderItems`. */
const camel = (path: string): string => path.replace(/-([a-z0-9])/g, (_, c: string) => c.toUpperCase())

/** Entities that are in the schema at all. */
export const exposed = (model: Model): readonly EntityModel[] => Object.values(model.entities).filter(e => !e.hidden)

export interface Names {
  /** A type's name that no other has: as wanted, or with an underscore behind it. */
  type(wanted: string): string
  readonly title: (entity: EntityModel) => string
  /** Root fields: `order`, `orders`, `ordersAggregate`. */
  readonly one: (entity: EntityModel) => string
  readonly many: (entity: EntityModel) => string
  readonly aggregate: (entity: EntityModel) => string
}

export function namesOf(model: Model): Names {
  const types = new Set(reserved)
  const fresh = (taken: Set<string>, wanted: string): string => {
    let name = wanted
    while (taken.has(name)) name += '_'
    taken.add(name)
    return name
  }
  const entities = exposed(model)
  const titles = new Map(entities.map(e => [e.name, fresh(types, e.title)]))
  const roots = new Set(['node'])
  const ones = new Map(entities.map(e => [e.name, fresh(roots, e.name)]))
  const plural = new Map(entities.map(e => [e.name, camel(e.path)]))
  // A word that is its own plural: `news`, `newsList`.
  const manys = new Map(entities.map(e => [e.name, fresh(roots, roots.has(plural.get(e.name) ?? '') ? `${plural.get(e.name)}List` : plural.get(e.name) ?? e.name)]))
  const aggregates = new Map(entities.map(e => [e.name, fresh(roots, `${manys.get(e.name)}Aggregate`)]))
  const of = (map: ReadonlyMap<string, string>) => (e: EntityModel): string => map.get(e.name) ?? e.name
  return { type: wanted => fresh(types, wanted), title: of(titles), one: of(ones), many: of(manys), aggregate: of(aggregates) }
}
