// Predicates: true or false of a row, never unknown. `evaluate` is their definition; stores are tested against it.
import type { Scalar, Value } from './value.ts'

export type EntityName = string
export type FieldName = string
export type RelationName = string

/** A field of some row. `scope` 0 is the current row, 1 the row around the enclosing `some`, and so on. */
export interface Field { readonly kind: 'field'; readonly name: FieldName; readonly scope: number }
/** A fact about the caller, in rules only; `authorize` decides it or turns it into a parameter, so no store ever sees one. */
export interface Claim { readonly kind: 'claim'; readonly claim: string }
/** A slot of the shape: the n-th of the values that travel beside it. */
export interface Parameter { readonly kind: 'parameter'; readonly slot: number }
/** A constant of the declaration. What a caller sends is always a parameter. */
export interface Constant { readonly kind: 'value'; readonly value: Value }
/** The time of the transaction. */
export interface Now { readonly kind: 'now' }
export type Operand = Field | Claim | Parameter | Constant | Now

/** There is no `ne`: it is not(eq), and says so about nulls. */
export type Comparison = 'eq' | 'lt' | 'lte' | 'gt' | 'gte'
export type TextMatch = 'startsWith' | 'endsWith' | 'contains' | 'search'

export type Predicate =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'and'; readonly of: readonly Predicate[] }
  | { readonly kind: 'or'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  | { readonly kind: 'compare'; readonly op: Comparison; readonly as: Scalar; readonly left: Operand; readonly right: Operand }
  /** `right` is a list: a parameter, a claim or a constant. */
  | { readonly kind: 'in'; readonly as: Scalar; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'null'; readonly of: Field }
  | { readonly kind: 'text'; readonly how: TextMatch; readonly of: Field; readonly text: Operand; readonly fold: boolean }
  /** A list field contains a value. */
  | { readonly kind: 'has'; readonly as: Scalar; readonly of: Field; readonly value: Operand }
  /** Some row at the other end of a relation, to-one or to-many, fulfils `where` (in which that row is scope 0). */
  | { readonly kind: 'some'; readonly relation: RelationName; readonly where: Predicate }
  /** Rules only, decided before planning: the caller has this role; `role: null`: the caller is signed in, `fresh`: since at most so many seconds. */
  | { readonly kind: 'caller'; readonly role: string | null; readonly fresh?: number }

export const always: Predicate = { kind: 'always' }
export const never: Predicate = { kind: 'never' }

/** Conjunction, flattened and simplified. */
export function and(...of: readonly Predicate[]): Predicate {
  const flat = of.flatMap(p => (p.kind === 'and' ? p.of : [p])).filter(p => p.kind !== 'always')
  if (flat.some(p => p.kind === 'never')) return never
  const [first] = flat
  return first === undefined ? always : flat.length === 1 ? first : { kind: 'and', of: flat }
}

/** Disjunction, flattened and simplified. */
export function or(...of: readonly Predicate[]): Predicate {
  const flat = of.flatMap(p => (p.kind === 'or' ? p.of : [p])).filter(p => p.kind !== 'never')
  if (flat.some(p => p.kind === 'always')) return always
  const [first] = flat
  return first === undefined ? never : flat.length === 1 ? first : { kind: 'or', of: flat }
}

/** Complement. */
export function not(of: Predicate): Predicate {
  return of.kind === 'not' ? of.of : of.kind === 'always' ? never : of.kind === 'never' ? always : { kind: 'not', of }
}

export const field = (name: FieldName, scope = 0): Field => ({ kind: 'field', name, scope })
export const parameter = (slot: number): Parameter => ({ kind: 'parameter', slot })
export const constant = (value: Value): Constant => ({ kind: 'value', value })
export const claim = (name: string): Claim => ({ kind: 'claim', claim: name })
