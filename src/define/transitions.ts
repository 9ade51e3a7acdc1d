// State machines: which changes a choice may make, who may make each, and under which condition.
import { calledFrom, type EntityClass, type TransitionsDeclaration } from '../model/compile/index.ts'
import type { Field } from './infer-kinds.ts'
import type { Condition, RowProxy, RuleCaller } from './infer-rules.ts'
import type { Class } from './infer.ts'

type Choices<E> = { [P in keyof E]: E[P] extends Field<'choice', infer T, any> ? ('list' extends T ? never : P) : never }[keyof E] & string
type ChoiceOf<E, F> = F extends keyof E ? (E[F] extends Field<'choice', any, infer O> ? O : never) : never

export interface Transition<V> {
  readonly from: V | readonly V[]
  readonly to: V
  /** Roles whose callers may take it. Without `by` and `when`: whoever may change the row. */
  readonly by?: string | readonly string[]
  /** What must hold of the row as it was, and of the caller. */
  readonly when?: Condition
  /** What it means, for contracts and people. */
  readonly about?: string
}
/** The transitions of a field, by name. */
export interface Transitions<N extends string> { readonly '~transitions': TransitionsDeclaration; readonly '~names'?: N }

/**
 * `static transitions = transitions(Order, 'status', ({ row, caller }) => ({ ship: { from: 'paid', to: 'shipped', by: 'staff' } }))`. The field then changes in these
 * ways only, whoever writes it, and each is an action of the entity: `POST /api/orders/{id}/ship`, `db.order.ship(id)`.
 */
export function transitions<E extends object, F extends Choices<E>, const T extends { readonly [name: string]: Transition<ChoiceOf<E, F>> }>(
  entity: Class<E>, field: F, make: (given: { readonly row: RowProxy<E>; readonly caller: RuleCaller }) => T,
): Transitions<keyof T & string> {
  return { '~transitions': { entity: entity as EntityClass, field, make: make as unknown as TransitionsDeclaration['make'], at: calledFrom(transitions) } }
}
