// A JSON number with more digits than a JavaScript number holds, kept as it was written.

import { endOfString } from './depth.ts'

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON
/** JSON.parse as Node 24 has it: the reviver also gets the text a primitive was written as. */
const parseWithSource = JSON.parse as unknown as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown

/** `text` is a number in JSON's grammar (`-12345678901234567890.10`, `1e400`). Written back into JSON it has the same digits. */
export class Exact {
  readonly text: string
  constructor(text: string) { this.text = text }
  toString(): string { return this.text }
  toJSON(): unknown { return rawJson(this.text) }
}

/** Digits without leading and trailing zeros, and the power of ten of the last one: equal for equal decimal numbers. */
function decimalForm(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  return kept === '' ? '0' : `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`
}

/** Whether a number of eight digits or with an exponent stands outside of strings: found several times as fast as by the expression that then looks closely. */
function isLong(text: string): boolean {
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x22) { i = endOfString(text, i); digits = 0 }
    else if (c >= 0x30 && c <= 0x39) { if (++digits === 8) return true }
    else if ((c === 0x65 || c === 0x45) && digits > 0) return true
    else if (c !== 0x2e) digits = 0
  }
  return false
}

/** Parses JSON; a number that JavaScript cannot hold digit for digit becomes an `Exact`, every other value is what JSON.parse makes of it. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  // Without a long run of digits or an exponent no number can lose anything, and the reviver is not worth its time. A number follows a mark of JSON's or space: a UUID's digits do not.
  if (!isLong(text) || !/(?:^|[:,[\s])-?(?:\d{16}|\d+(?:\.\d+)?[eE]|\d+\.\d{8}|\d{8,}\.)/.test(text)) return JSON.parse(text) as unknown
  return parseWithSource(text, (_, value, context) => {
    if (typeof value !== 'number' || context.source === undefined) return value
    const exact = Number.isFinite(value) && decimalForm(context.source) === decimalForm(String(value))
    return exact ? value : new Exact(context.source)
  })
}
