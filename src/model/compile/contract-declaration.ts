// What `resource(…)`, its routes and `model.contract(…)` leave behind for compile: nothing checked yet.
import type { EntityClass, ModelDeclaration } from './declaration.ts'
import type { RouteModel } from '../model.ts'
import type { Somewhere } from './place.ts'

export interface ResourceDeclaration {
  readonly is: 'resource'
  readonly entity: EntityClass
  readonly options: Readonly<Record<string, unknown>>
  readonly at: Somewhere
}
export interface RouteDeclaration {
  readonly is: 'route'
  readonly do: RouteModel['do']
  readonly resource: ResourceDeclaration
  /** The action, the entity or the field that it is about, where it is about one. */
  readonly of: unknown
  readonly options: Readonly<Record<string, unknown>>
  readonly at: Somewhere
}
export interface ContractDeclaration {
  readonly is: 'contract'
  readonly options: Readonly<Record<string, unknown>>
  readonly model: ModelDeclaration
  readonly at: Somewhere
}
