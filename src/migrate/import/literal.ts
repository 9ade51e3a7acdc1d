// TypeScript source of constants: texts with every quote, backslash and line break that people put into databases.
import type { Value } from '../../operation/index.ts'

export function textLiteral(text: string): string {
  const escaped = text.replace(/[\\'\p{Cc}\u2028\u2029]|\p{Surrogate}/gu, c => {
    const short: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' }
    return short[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `'${escaped}'`
}

/** A name of a property: bare where it can be. */
export const property = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : textLiteral(name))

export function valueLiteral(value: Value): string {
  if (typeof value === 'string') return textLiteral(value)
  if (value === null || typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map(v => valueLiteral(v as Value)).join(', ')}]`
  const members = Object.entries(value as { readonly [name: string]: Value })
  // `__proto__: …` in a literal sets the prototype.
  return members.length === 0 ? '{}' : `{ ${members.map(([name, v]) => `${name === '__proto__' ? `['__proto__']` : property(name)}: ${valueLiteral(v)}`).join(', ')} }`
}

/** Text of the database in a comment of one line. */
export const remark = (text: string): string => text.replace(/\s+/g, ' ').trim()
