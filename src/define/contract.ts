// Foreign contracts of a whole API: resources, what each route does with them, and the contract that puts them together.
import { calledFrom, type ContractDeclaration, type EntityClass, type ModelDeclaration, type ResourceDeclaration, type RouteDeclaration } from '../model/compile/index.ts'
import type { Called, CallRoute, Contracting, Groupable, ListRoute, OneRoute, ResourceOptions, Route, RouteOptions, ValuesRoute, WriteRoute } from './infer-contract.ts'
import type { Class } from './infer.ts'

/** One kind of object in somebody else's API, and what routes do with it. */
export class Resource<E extends object> {
  declare readonly '~resource': E
  readonly '~declared': ResourceDeclaration
  constructor(declared: ResourceDeclaration) { this['~declared'] = declared }

  /** Those the caller may see; below a row of another resource, those that refer to it. */
  list(options: ListRoute<E> = {}): Route { return this.#route('list', null, options, this.list) }
  /** The one in the address, or the caller's own. */
  get(options: OneRoute = {}): Route { return this.#route('get', null, options, this.get) }
  /** Makes one; below a row of another resource, one that refers to it. */
  create(options: WriteRoute<E> = {}): Route { return this.#route('create', null, options, this.create) }
  update(options: WriteRoute<E> = {}): Route { return this.#route('update', null, options, this.update) }
  delete(options: OneRoute = {}): Route { return this.#route('delete', null, options, this.delete) }
  /** Makes the row of `entity` that ties the caller to the one in the address; that it is there already is no failure. */
  link(entity: Class, options: RouteOptions = {}): Route { return this.#route('link', entity, options, this.link) }
  /** Takes that row away again; that there is none is no failure. */
  unlink(entity: Class, options: RouteOptions = {}): Route { return this.#route('unlink', entity, options, this.unlink) }
  /** Calls an action, or takes a transition by its name: of the row in the address, or of none. */
  call(action: Called, options: CallRoute = {}): Route { return this.#route('call', action, options, this.call) }
  /** The different values that a field has, in their order; of a list those of its elements. */
  values(field: Groupable<E>, options: ValuesRoute<E> = {}): Route { return this.#route('values', field, options, this.values) }

  #route(what: RouteDeclaration['do'], of: unknown, options: object, builder: (...given: never[]) => unknown): Route {
    return { '~declared': { is: 'route', do: what, resource: this['~declared'], of, options: options as Readonly<Record<string, unknown>>, at: calledFrom(builder) } }
  }
}

/** One kind of object in somebody else's API: `resource(Article, { as: 'article', by: 'slug', fields: ['slug', 'title', { author: profile }] })`. */
export function resource<E extends object>(entity: Class<E>, options: ResourceOptions<E>): Resource<E> {
  return new Resource({ is: 'resource', entity: entity as EntityClass, options: options as unknown as Readonly<Record<string, unknown>>, at: calledFrom(resource) })
}

/** The method `contract` of a model. */
export function contracting(model: ModelDeclaration): Contracting {
  const contract: Contracting['contract'] = options => {
    const declared: ContractDeclaration = { is: 'contract', options: options as unknown as Readonly<Record<string, unknown>>, model, at: calledFrom(contract) }
    return { '~declared': declared }
  }
  return { contract }
}
