// What finds a row in a body: `{ "email": … }`, the key or fields that are unique together.
import { suggest, type At } from '../../failure/index.ts'
import { find, type EntityModel } from '../../model/index.ts'
import type { FieldName, Value } from '../../operation/index.ts'
import { isObject, type Row, type Writing } from './body.ts'
import { namesOf } from './filter.ts'
import type { Finding } from './steps.ts'
import { Misfit, readValue } from './value.ts'

/** A field's name as a body has it: the parts of a reference to a composite key are one object. */
const wire = (name: FieldName): string => name.split('.')[0] ?? name
const within = (raw: Readonly<Record<string, unknown>>, name: FieldName): unknown => {
  const [outer = '', inner] = name.split('.')
  const value = Object.hasOwn(raw, outer) ? raw[outer] : undefined
  return inner === undefined ? value : isObject(value) && Object.hasOwn(value, inner) ? value[inner] : undefined
}

/** The ways to find a row; `given`: fields that its place gives. */
export const waysOf = (target: EntityModel, given: readonly FieldName[]): readonly (readonly FieldName[])[] =>
  [target.key, ...target.uniques.map(u => u.fields)].map(way => way.filter(n => !given.includes(n))).filter(way => way.length > 0 && way.every(n => !target.fields[n]?.hidden))

/** `{ "email": … }`, and the version beside where the row is to be written. Null where it is mistaken, and said so. */
export function findBy(w: Writing, target: EntityModel, raw: unknown, at: At, given: readonly FieldName[] = [], versioned = false): Finding | null {
  const ways = waysOf(target, given)
  const say = () => (ways.length === 0 ? 'cannot be found here' : `must be found by ${ways.map(way => [...new Set(way.map(wire))].join(' and ')).join(', or by ')}`)
  if (!isObject(raw)) { w.mistakes.push({ at, detail: say() }); return null }
  const version = versioned && target.version !== null && Object.hasOwn(raw, target.version) ? target.version : null
  const names = Object.keys(raw).filter(n => n !== version)
  const by = ways.find(way => { const asked = new Set(way.map(wire)); return asked.size === names.length && names.every(n => asked.has(n)) })
  if (!by) {
    const unknown = names.find(n => !namesOf(target).includes(n))
    w.mistakes.push({ at: unknown === undefined ? at : [...at, unknown], detail: unknown === undefined ? say() : `'${unknown}' does not exist on ${target.title}.${suggest(unknown, namesOf(target))}` })
    return null
  }
  const values = valuesOf(w, target, by, raw, at)
  return values && { by, values, at, expect: version === null ? null : String(raw[version] as string | number) }
}

/** The values of these fields; null where one is missing or does not fit, and said so. */
export function valuesOf(w: Writing, target: EntityModel, by: readonly FieldName[], raw: Readonly<Record<string, unknown>>, at: At): readonly Value[] | null {
  const values: Value[] = []
  for (const name of by) {
    const f = find(target.fields, name)
    if (!f) continue
    const value = within(raw, name), place = [...at, ...name.split('.')]
    if (value === undefined || value === null) { w.mistakes.push({ at: place, detail: value === null ? 'must not be null' : 'is required' }); return null }
    try { values.push(readValue(f, value, w.origin)) } catch (e) {
      if (!(e instanceof Misfit)) throw e
      w.mistakes.push({ at: place, detail: e.message })
      return null
    }
  }
  return values
}

/** As the rows of a mutation have it. */
export const rowOf = ({ by, values }: Pick<Finding, 'by' | 'values'>): Row => Object.fromEntries(by.map((name, i) => [name, values[i] ?? null]))

/** Whether an object names all of a key, so that it speaks of a row that is there. */
export const namesKey = (raw: Readonly<Record<string, unknown>>, key: readonly FieldName[]): boolean => key.length > 0 && key.every(n => within(raw, n) !== undefined)
/** An object without these fields. */
export const without = (raw: Readonly<Record<string, unknown>>, names: readonly FieldName[]): Readonly<Record<string, unknown>> => {
  const gone = new Set(names.map(wire))
  return Object.fromEntries(Object.entries(raw).filter(([name]) => !gone.has(name)))
}
