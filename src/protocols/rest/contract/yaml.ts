// JSON values as YAML: blocks for lists and members, texts in quotes where they could be taken for something else.
import type { Json } from './book.ts'

/** One YAML document. */
export const yamlOf = (value: Json): string => `${block(value, '').trimStart()}\n`

function block(value: Json, indent: string): string {
  if (typeof value !== 'object' || value === null) return ` ${scalar(value)}`
  if (Array.isArray(value)) {
    const items: readonly Json[] = value
    return items.length === 0 ? ' []' : items.map(item => `\n${indent}-${nested(item, indent)}`).join('')
  }
  const members = Object.entries(value)
  return members.length === 0 ? ' {}' : members.map(([name, member]) => `\n${indent}${scalar(name)}:${block(member, `${indent}  `)}`).join('')
}

/** Members of a list's item begin on its line. */
const nested = (item: Json, indent: string): string => {
  const text = block(item, `${indent}  `)
  return typeof item === 'object' && item !== null && text.startsWith('\n') ? ` ${text.slice(indent.length + 3)}` : text
}

const scalar = (value: string | number | boolean | null): string =>
  (typeof value === 'string' && /^[A-Za-z/$][A-Za-z0-9_/$.{}-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value) ? value : JSON.stringify(value))
