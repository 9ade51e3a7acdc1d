// Rules: who may do what to which rows and fields.
import { calledFrom, isCondition, type AccessDeclaration, type EntityClass, type RuleDeclaration } from '../model/compile/index.ts'
import type { Verb } from '../model/index.ts'
import { signedIn } from './caller.ts'
import type { Condition, RowProxy, RuleCaller } from './infer-rules.ts'
import type { Class } from './infer.ts'

/** One finished clause of `access(…)`. `F` are the fields that a `hide` names. */
export interface Clause<F extends string = never> { readonly '~rule': RuleDeclaration; readonly '~fields'?: F }
/** A role, or `signedIn`. */
export type Role = string | typeof signedIn

export interface Granting {
  /** Where this holds of the row and the caller. */
  when(condition: Condition): Clause
  /** For callers with one of these roles, or `signedIn`. */
  to(...roles: readonly Role[]): Clause
  /** For everyone, anonymous callers too. */
  always(): Clause
}
export interface Hiding<F extends string> {
  /** Null where this holds of the row and the caller. */
  when(condition: Condition): Clause<F>
  /** Null where this does not hold. */
  unless(condition: Condition): Clause<F>
  /** From callers with one of these roles. */
  from(...roles: readonly Role[]): Clause<F>
  always(): Clause<F>
}

/** Rules, and for types the fields that they hide from some. */
export type Access<F extends string> = AccessDeclaration & { readonly '~hides'?: F }

/** The rules of an entity: `static access = access(Order, ({ row, caller }) => [ … ])`. Nothing is allowed that no rule allows; a deny beats every allow. */
export function access<E extends object, const C extends Clause<keyof E & string>>(
  entity: Class<E>, rules: (given: { readonly row: RowProxy<E>; readonly caller: RuleCaller }) => readonly C[],
): Access<C extends Clause<infer F> ? F : never> {
  return { entity: entity as EntityClass, rules: rules as unknown as AccessDeclaration['rules'], at: calledFrom(access) }
}

/** `allow('read').when(row.customer.is(caller))`, `allow('create', 'update').to('staff')`, `allow('read').always()`. */
export function allow(...verbs: readonly [Verb, ...Verb[]]): Granting { return granting('allow', verbs, calledFrom(allow)) }
/** As allow, and stronger: what a deny forbids no allow permits. */
export function deny(...verbs: readonly [Verb, ...Verb[]]): Granting { return granting('deny', verbs, calledFrom(deny)) }
/** Fields that read as null where it holds, and may not be written there: `hide('note').unless(caller.is('staff'))`. */
export function hide<const F extends string>(...fields: readonly [F, ...F[]]): Hiding<F> {
  const at = calledFrom(hide)
  const clause = (when: RuleDeclaration['when']): Clause<F> => ({ '~rule': { effect: 'hide', verbs: [], fields, when, at } })
  return Object.assign({
    when: (of: Condition) => clause(whenOf('when', of)), unless: (of: Condition) => clause(whenOf('unless', of)),
    from: (...roles: readonly Role[]) => clause(rolesOf('from', roles)), always: () => clause({ how: 'always', of: null, roles: [], signedIn: false }),
  }, clause(null))
}

function granting(effect: 'allow' | 'deny', verbs: readonly Verb[], at: RuleDeclaration['at']): Granting {
  const clause = (when: RuleDeclaration['when']): Clause => ({ '~rule': { effect, verbs, fields: [], when, at } })
  // The unfinished clause is a rule too, so that one without a `when` is a mistake and not a silence.
  return Object.assign({
    when: (of: Condition) => clause(whenOf('when', of)), to: (...roles: readonly Role[]) => clause(rolesOf('to', roles)),
    always: () => clause({ how: 'always', of: null, roles: [], signedIn: false }),
  }, clause(null))
}
const whenOf = (how: 'when' | 'unless', of: Condition): RuleDeclaration['when'] => ({ how, of: of as never, roles: [], signedIn: false })
const rolesOf = (how: 'to' | 'from', given: readonly Role[]): RuleDeclaration['when'] =>
  ({ how, of: null, roles: given.filter(r => typeof r === 'string'), signedIn: given.some(r => isCondition(r)) })
