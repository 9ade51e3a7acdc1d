// Paths: `/{collection}`, `/{collection}/aggregate`, `/{collection}/query`, `/{collection}/{id}`, `/{collection}/{id}/{relation}`.
import { Failure, suggest } from '../../failure/index.ts'
import { find, type ActionModel, type EntityModel, type Model, type RelationModel } from '../../model/index.ts'
import { absurd, type Value } from '../../operation/index.ts'
import { idInAddress } from '../../wire/index.ts'
import type { Acts } from './acts.ts'
import { fromPath, malformed, shown } from './text.ts'

const none: Acts = { plain: new Map(), own: new Map(), contracts: [] }

export type Route =
  | { readonly kind: 'collection'; readonly entity: EntityModel }
  | { readonly kind: 'aggregate'; readonly entity: EntityModel }
  | { readonly kind: 'query'; readonly entity: EntityModel }
  | { readonly kind: 'one'; readonly entity: EntityModel; readonly key: readonly string[] }
  | { readonly kind: 'related'; readonly entity: EntityModel; readonly key: readonly string[]; readonly relation: RelationModel }
  | Called
/** A call of an action: of one row, or of none. */
export interface Called { readonly kind: 'action'; readonly action: ActionModel; readonly entity: EntityModel | null; readonly key: readonly string[] | null }

/** What answers at each kind of address; the order is that of the `Allow` header. */
export const methods: Readonly<Record<Route['kind'], readonly string[]>> = {
  collection: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS'],
  aggregate: ['GET', 'HEAD', 'OPTIONS'],
  query: ['POST', 'OPTIONS'],
  one: ['GET', 'HEAD', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'],
  related: ['GET', 'HEAD', 'OPTIONS'],
  action: ['POST', 'OPTIONS'],
}

/** The address below the prefix without the values in it: `orders/{id}`. */
export function template(at: Route): string {
  switch (at.kind) {
    case 'collection': return at.entity.path
    case 'aggregate': case 'query': return `${at.entity.path}/${at.kind}`
    case 'one': return `${at.entity.path}/{id}`
    case 'related': return `${at.entity.path}/{id}/${at.relation.name}`
    case 'action': return at.entity === null ? `actions/${at.action.path}` : `${at.entity.path}/{id}/${at.action.path}`
    default: return absurd(at)
  }
}

export type Collections = ReadonlyMap<string, EntityModel>

/** Exposed entities by their name in URLs. */
export function collections(model: Model): Collections {
  return new Map(Object.values(model.entities).filter(e => !e.hidden).map(e => [e.path, e]))
}

/** The address of a path below the prefix (`/orders/1`). Throws `request.route`, `request.malformed`. */
export function route(path: string, prefix: string, known: Collections, acts: Acts = none): Route {
  const [, first = '', second, third, ...rest] = path.split('/')
  if (first === 'actions' && second !== undefined) {
    const name = fromPath(second), action = acts.plain.get(name) ?? called(name, acts.plain)
    if (action === undefined || third !== undefined) throw new Failure('request.route', `There is no action '${shown(name)}'.${suggest(name, [...acts.plain.keys()])} Actions under ${prefix}/actions: ${[...acts.plain.keys()].join(', ') || 'none'}.`)
    return { kind: 'action', action, entity: null, key: null }
  }
  const entity = known.get(fromPath(first)) ?? byName(first, known)
  if (entity === undefined) throw noCollection(fromPath(first), prefix, known)
  if (second === undefined) return { kind: 'collection', entity }
  if (second === '') throw new Failure('request.route', `Leave out the slash at the end: ${prefix}/${entity.path}`)
  if (third === undefined && (second === 'aggregate' || second === 'query')) return { kind: second, entity }
  if (second === 'aggregate' || second === 'query') throw new Failure('request.route', `There is nothing below ${prefix}/${entity.path}/${second}.`)
  const key = first.startsWith('~') && entity.key.length > 1 ? keyByNames(second, entity) : keyFromText(second, entity)
  if (third === undefined) return { kind: 'one', entity, key }
  const name = fromPath(third)
  const action = acts.own.get(entity.name)?.get(name) ?? called(name, acts.own.get(entity.name))
  if (action !== undefined && rest.length === 0) return { kind: 'action', action, entity, key }
  const relation = find(entity.relations, name)
  if (rest.length > 0) throw new Failure('request.route', `There is nothing below ${prefix}/${entity.path}/{id}/{relation}.`)
  if (relation === undefined || relation.hidden || relation.one) {
    const own = [...acts.own.get(entity.name)?.keys() ?? []]
    const lists = Object.values(entity.relations).filter(r => !r.hidden && !r.one).map(r => r.name)
    const why = relation?.one === true && !relation.hidden
      ? `${name} is one row, not a list. Ask for it with ${prefix}/${entity.path}/{id}?include=${name}.`
      : `${entity.title} has no list '${shown(name)}'.${suggest(name, [...lists, ...own])}`
    throw new Failure('request.route', `${why} Lists of ${entity.title}: ${lists.join(', ') || 'none'}.${own.length === 0 ? '' : ` Its actions: ${own.join(', ')}.`}`)
  }
  return { kind: 'related', entity, key, relation }
}

/** `~orderItem`: an entity by its own name, for clients that know names and no plurals. No path begins with a tilde. */
const byName = (first: string, known: Collections): EntityModel | undefined =>
  (first.startsWith('~') ? [...known.values()].find(e => e.name === fromPath(first.slice(1))) : undefined)

/** `~placeOrder`: an action by its own name. */
const called = (name: string, among: ReadonlyMap<string, ActionModel> = new Map()): ActionModel | undefined => (name.startsWith('~') ? [...among.values()].find(a => a.name === name.slice(1)) : undefined)

/** `orderId=1,productId=2`, in any order, below `~orderDetail`; without names as everywhere else. */
function keyByNames(raw: string, entity: EntityModel): readonly string[] {
  if (!raw.includes('=')) return keyFromText(raw, entity)
  const parts = new Map(raw.split(',').map(part => {
    const [name = '', ...value] = part.split('=')
    return [fromPath(name), fromPath(value.join('='))]
  }))
  const key = entity.key.map(name => parts.get(name))
  if (parts.size !== key.length || !key.every(part => part !== undefined)) {
    throw malformed(`The key of ${entity.title} is ${entity.key.map(name => `${name}=…`).join(',')}.`)
  }
  return key
}

function noCollection(name: string, prefix: string, known: Collections): Failure {
  const names = [...known.keys()]
  const wrong = name === '' ? '' : `There is no collection '${shown(name)}'.${suggest(name, names)} `
  return new Failure('request.route', `${wrong}Collections under ${prefix}: ${names.join(', ') || 'none'}.`)
}

/** The id form: parts in the key's order, each percent-encoded, joined by commas. Also read when the whole form was encoded once more. Whether it has as many parts as the key is the engine's to say. */
export function keyFromText(raw: string, entity: EntityModel): readonly string[] {
  if (entity.key.length === 1) return [fromPath(raw)]
  return (raw.includes(',') ? raw : fromPath(raw)).split(',').map(fromPath)
}

/** The id form of a key. */
export const keyText = (key: readonly Value[]): string => idInAddress(key)
