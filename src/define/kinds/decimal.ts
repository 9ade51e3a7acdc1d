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

// As Node 24's Intl.NumberFormat has it, written down: asking it takes 10 ms and 7 MB of every start, and a schema must not change because Node's tables did.
const without = new Set('ADP AFN ALL BIF BYR CLP COP DJF ESP GNF HUF IDR IQD IRR ISK ITL JPY KMF KPW KRW LAK LBP LUF MGA MGF MMK MRO PKR PYG RWF SLL SOS STD SYP TMM TRL UGX UYI VND VUV XAF XOF XPF YER ZMK ZWD'.split(' '))
const three = new Set('BHD JOD KWD LYD OMR TND'.split(' '))
const four = new Set(['CLF', 'UYW'])
function placesOf(currency: string): number {
  const code = String(currency).toUpperCase()
  return without.has(code) ? 0 : three.has(code) ? 3 : four.has(code) ? 4 : 2
}
