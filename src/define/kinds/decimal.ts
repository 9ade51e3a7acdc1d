// Exact decimals, and money. In TypeScript they are a Decimal, never a number.
import type { Decimal } from 'decimal.js'
import { fieldOf, given, type Field } from '../field.ts'
import type { Range } from './numbers.ts'

export interface DecimalBounds extends Range<Decimal | string | number> {
  /** Digits in all, and how many of them after the point. */
  readonly precision?: number
  readonly scale?: number
}

/** An exact decimal number; without `precision` of any length. */
export function decimal(bounds: DecimalBounds = {}): Field<'decimal', never, Decimal> {
  return fieldOf('decimal', 'decimal', given({ ...bounds, min: exact(bounds.min), max: exact(bounds.max) } as Given), decimal)
}

/** An amount of a currency (`'EUR'`), with as many decimal places as the currency has unless `scale` says otherwise. */
export function money(currency: string, bounds: Omit<DecimalBounds, 'precision'> = {}): Field<'money', never, Decimal> {
  return fieldOf('money', 'decimal', given({
    min: exact(bounds.min), max: exact(bounds.max), currency: currency ?? '', precision: 19, scale: bounds.scale ?? placesOf(currency),
  }), money)
}

type Given = { readonly min: string | undefined; readonly max: string | undefined; readonly precision: number | undefined; readonly scale: number | undefined }
const exact = (x: Decimal | string | number | undefined): string | undefined => (x === undefined ? undefined : String(x))
function placesOf(currency: string): number {
  try { return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2 } catch { return 2 }
}
