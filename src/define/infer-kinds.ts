// The vocabulary of inference: what each kind is in TypeScript, and fields and relations as types see them (the builders' classes fit these shapes).
import type { Decimal } from 'decimal.js'

/** Per kind: what is read, what is written and compared (`in`), and which operators it has. */
export interface Kinds {
  id: { out: string; in: string; ops: 'exact' }
  uuid: { out: string; in: string; ops: 'exact' }
  text: { out: string; in: string; ops: 'text' }
  email: { out: string; in: string; ops: 'text' }
  url: { out: string; in: string; ops: 'text' }
  slug: { out: string; in: string; ops: 'text' }
  choice: { out: string; in: string; ops: 'text' }
  secret: { out: string; in: string; ops: 'none' }
  integer: { out: number; in: number; ops: 'ordered' }
  number: { out: number; in: number; ops: 'ordered' }
  bigint: { out: bigint; in: bigint | number; ops: 'ordered' }
  decimal: { out: Decimal; in: Decimal | string | number; ops: 'ordered' }
  money: { out: Decimal; in: Decimal | string | number; ops: 'ordered' }
  boolean: { out: boolean; in: boolean; ops: 'exact' }
  timestamp: { out: string; in: string | Date; ops: 'ordered' }
  date: { out: string; in: string; ops: 'ordered' }
  time: { out: string; in: string; ops: 'ordered' }
  duration: { out: string; in: string; ops: 'exact' }
  json: { out: unknown; in: unknown; ops: 'none' }
  range: { out: string; in: string; ops: 'exact' }
  bytes: { out: Uint8Array; in: Uint8Array; ops: 'exact' }
}
export type KindName = keyof Kinds
/** optional: may be null. default: may be left out. fixed: set once. hidden: never read. asked: read when named. kept: by the server. derived: in answers only. absent: may be left out of an input, and is then not there. */
export type Trait = 'optional' | 'default' | 'fixed' | 'hidden' | 'asked' | 'kept' | 'list' | 'derived' | 'absent'

/** What one value of a kind is written as; a choice keeps its values, json its type. Where it is read as something else than usual (in JSON), that may be written too. */
export type In<K extends KindName, Out> = K extends 'choice' | 'json' ? Out : [Out] extends [Kinds[K]['out']] ? Kinds[K]['in'] : Kinds[K]['in'] | Out

export interface Field<K extends KindName, T extends Trait = never, O = unknown> { readonly '~kind': K; readonly '~traits': T; readonly '~out': O }
export type AnyField = Field<any, any, any>
/** kept: set by the server, never in a body. */
export type RefTrait = 'optional' | 'default' | 'fixed' | 'kept'
export interface Ref<E, T extends RefTrait = never> { readonly '~ref': E; readonly '~traits': T }
export interface Many<E> { readonly '~many': E }
export interface One<E> { readonly '~one': E }
/** Type-level facts of a base class: its key, and whether a caller is bound to its rows. */
export declare const brand: unique symbol

/** The row a default is taken through, `line => line.product.price`: a class's own type is not known inside its own property, so its names are checked at start. */
export type Unchecked = any
/** A function of the row being written: `line => line.product.price`. */
export type ThroughReference = (row: Unchecked) => unknown
