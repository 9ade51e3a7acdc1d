// Numbers of the machine: integer, bigint, number. Exact decimals are in decimal.ts.
import { fieldOf, given, type Field } from '../field.ts'

export interface Range<T> { readonly min?: T; readonly max?: T }

/** A whole number of 32 bits. */
export function integer(bounds: Range<number> = {}): Field<'integer', never, number> { return fieldOf('integer', 'integer', given(bounds as Bounded), integer) }
/** A whole number of 64 bits; a string in JSON. */
export function bigint(bounds: Range<bigint | number> = {}): Field<'bigint', never, bigint> {
  return fieldOf('bigint', 'bigint', given({ min: wide(bounds.min), max: wide(bounds.max) }), bigint)
}
/** A floating-point number, for measurements. For amounts use `decimal` or `money`. */
export function number(bounds: Range<number> = {}): Field<'number', never, number> { return fieldOf('number', 'number', given(bounds as Bounded), number) }

type Bounded = { readonly min: number | undefined; readonly max: number | undefined }
const wide = (x: bigint | number | undefined): string | undefined => (x === undefined ? undefined : String(x))
