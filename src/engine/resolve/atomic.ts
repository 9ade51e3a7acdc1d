// Atomic changes in a body: `{ "stock": { "add": -2 } }`, `{ "tags": { "append": ["new"] } }`.
import type { At } from '../../failure/index.ts'
import { suggest } from '../../failure/index.ts'
import { atomics, type FieldModel } from '../../model/index.ts'
import type { Atomic, Value } from '../../operation/index.ts'
import { isObject, type Writing } from './body.ts'
import { Misfit, readItem, readScalar } from './value.ts'

/** The word of an object that stands where the value of such a field does, or null. An unknown word counts as the first known one, to be told. */
export const atomicOf = (f: FieldModel, raw: unknown): Atomic | null => {
  const known = atomics(f)
  return isObject(raw) ? known.find(word => Object.hasOwn(raw, word)) ?? known[0] ?? null : null
}

/** What the field is changed by, within the bounds of what is added or taken away, not of what comes of it. */
export function readAtomic(w: Writing, f: FieldModel, by: Atomic, raw: unknown, at: At, give: (v: Value) => void): void {
  const words = isObject(raw) ? Object.keys(raw) : []
  const known = atomics(f), unknown = words.find(x => !known.some(k => k === x))
  if (unknown !== undefined) { w.mistakes.push({ at: [...at, unknown], detail: `'${unknown}' cannot be done here. There is ${known.join(' and ')}.${suggest(unknown, known)}` }); return }
  if (words.length !== 1) { w.mistakes.push({ at, detail: `must be a value or one of ${known.map(k => `{ "${k}": … }`).join(', ')}` }); return }
  if (f.by) w.restricted.push({ at, field: f.name, by: f.by })
  const value = isObject(raw) ? raw[by] : null
  try { give(amount(f, by, value, w)) } catch (e) {
    if (!(e instanceof Misfit)) throw e
    w.mistakes.push({ at: [...at, by], detail: e.message })
  }
}

function amount(f: FieldModel, by: Atomic, value: unknown, { origin, limits }: Writing): Value {
  if (value === null) throw new Misfit('must not be null')
  if (by === 'add') {
    const bare: FieldModel = { ...f, bounds: { ...(f.bounds.precision === undefined ? {} : { precision: f.bounds.precision }), ...(f.bounds.scale === undefined ? {} : { scale: f.bounds.scale }) } }
    return readItem(bare, value, origin)
  }
  if (!Array.isArray(value)) throw new Misfit('must be a list')
  if (value.length > limits.list) throw new Misfit(`must have at most ${limits.list} items`)
  return value.map((x: unknown, i) => {
    try { return by === 'append' ? readItem(f, x, origin) : readScalar(f.scalar, x, origin) } catch (e) {
      throw e instanceof Misfit ? new Misfit(`item ${i + 1} ${e.message}`) : e
    }
  })
}
