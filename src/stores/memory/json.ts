// The JSON of a row: field names with a dot (`detailId.orderId`, the parts of a composite reference) become one object.
import type { Value } from '../../operation/index.ts'

export type Json = { [name: string]: Value }

/** Puts a field into an object; the object of a composite reference is null where all its parts are. */
export function place(into: Json, fields: readonly (readonly [name: string, value: Value])[]): Json {
  for (const [name, value] of fields) {
    const dot = name.indexOf('.')
    if (dot < 0) { into[name] = value; continue }
    const outer = name.slice(0, dot)
    if (outer in into) continue
    const parts = fields.filter(([n]) => n.startsWith(`${outer}.`))
    into[outer] = parts.some(([, v]) => v === null) ? null : Object.fromEntries(parts.map(([n, v]) => [n.slice(dot + 1), v]))
  }
  return into
}
