// Exact decimals in TypeScript: decimal.js with precision enough that nothing a database holds is rounded on the way.
import { Decimal as Library } from 'decimal.js'

/** A decimal of up to a thousand digits; `Decimal` from here, so that settings of other users of the library do not matter. */
export const Decimal: typeof Library = Library.clone({ precision: 1000, toExpNeg: -9e15, toExpPos: 9e15, defaults: true })
export type Decimal = Library
