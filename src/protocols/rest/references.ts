// References of one operation of a batch to the answer of an earlier one: `{ "$ref": "order#/id" }` in a body, `{order#/id}` in an address.
import { Failure, type At } from '../../failure/index.ts'
import { Exact } from '../../wire/index.ts'

/** The answer's body of an earlier operation, by what it is referred to as. */
export type Answers = (to: string) => unknown
export interface Reference { readonly at: At; readonly to: string; readonly problem: string | null }

const inAddress = /\{([^{}#]*)#([^{}]*)\}/g
const whole = /^([^#]+)#((?:\/.*)?)$/s
const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x) && !(x instanceof Exact)
const isReference = (x: unknown): x is { readonly $ref: unknown } => isObject(x) && Object.hasOwn(x, '$ref') && Object.keys(x).length === 1

/** Every reference in a body, or in the text of an address. */
export function refersTo(of: unknown, at: At): readonly Reference[] {
  if (typeof of === 'string' && at.at(-1) === 'path') return [...of.matchAll(inAddress)].map(([, to = '', pointer = '']) => ({ at, to, problem: pointer === '' || pointer.startsWith('/') ? null : 'a reference is {name#/field}' }))
  if (isReference(of)) {
    const [, to = null] = typeof of.$ref === 'string' ? whole.exec(of.$ref) ?? [] : []
    return [{ at, to: to ?? '', problem: to === null ? 'a reference is { "$ref": "name#/field" }' : null }]
  }
  if (Array.isArray(of)) return of.flatMap((x: unknown, i) => refersTo(x, [...at, i]))
  if (isObject(of)) return Object.entries(of).flatMap(([name, x]) => refersTo(x, [...at, name]))
  return []
}

/** An address with something in place of its references, to see where it leads. */
export const withPlaceholders = (address: string): string => address.replaceAll(inAddress, '0')

/** With what was answered in place of the references. Throws `resolve.value` where that is not there, or cannot stand in an address. */
export function filled(of: string, answers: Answers, at: At, encode: (text: string) => string): string
export function filled(of: unknown, answers: Answers, at: At): unknown
export function filled(of: unknown, answers: Answers, at: At, encode?: (text: string) => string): unknown {
  if (typeof of === 'string' && encode) {
    return of.replaceAll(inAddress, (_, to: string, pointer: string) => {
      const value = looked(to, pointer, answers, at)
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw lost(at, `${to}#${pointer} is ${value === null ? 'null' : 'no single value'}, which cannot stand in an address`)
      return encode(String(value))
    })
  }
  if (isReference(of)) {
    const [, to = '', pointer = ''] = whole.exec(String(of.$ref as string)) ?? []
    return looked(to, pointer, answers, at)
  }
  if (Array.isArray(of)) return of.map((x: unknown, i) => filled(x, answers, [...at, i]))
  if (!isObject(of)) return of
  return Object.fromEntries(Object.entries(of).map(([name, x]) => [name, filled(x, answers, [...at, name])]))
}

const lost = (at: At, detail: string): Failure => new Failure('resolve.value', detail, { at, mistakes: [{ at, detail }] })

/** What a JSON pointer (RFC 6901) finds in an answer. */
function looked(to: string, pointer: string, answers: Answers, at: At): unknown {
  const steps = pointer === '' ? [] : pointer.slice(1).split('/').map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  let here = answers(to)
  for (const step of steps) {
    const next: unknown = Array.isArray(here) ? (/^\d{1,9}$/.test(step) ? here[Number(step)] : undefined) : isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined
    if (next === undefined) throw lost(at, `refers to ${to}#${pointer}, and the answer of '${to}' has no '${step}'`)
    here = next
  }
  return here
}
