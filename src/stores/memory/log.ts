// The change log over rows in memory: what a change row says, written where a database would write it with the row itself.
import { isDeepStrictEqual } from 'node:util'
import { compare, type Value } from '../../operation/index.ts'
import { entityOf, type EntityModel, type FieldModel, type Verb } from '../../model/index.ts'
import { keyOf, rowsOf, type Stored } from './tables.ts'
import type { Mark } from '../store.ts'
import type { Reading } from './read.ts'

/** What writing needs beside reading: numbers that only rise, and who writes. */
export interface Writing extends Reading { readonly next: (sequence: string) => number; readonly mark?: Partial<Mark> | undefined }

const masked = '***'
const told = (f: FieldModel): boolean => f.kind !== 'secret' && f.generated !== 'version' && f.generated !== 'updatedAt'

/** Tells of a row that was made (`old` is null), changed, or is gone (`now` is null). Of a change, only what differs; nothing where nothing does. */
export function tell(w: Writing, entity: EntityModel, old: Stored | null, now: Stored | null): void {
  if (w.model.system === undefined || !Object.hasOwn(w.model.system, '~change') || (entity.system && !entity.logged) || entity.unlogged) return
  const row = now ?? old
  if (!row) throw new Error('a change has a row before or after')
  const verb: Verb = old === null ? 'create' : now === null ? 'delete' : 'update'
  const fields = Object.values(entity.fields).filter(f => told(f) && !(old && now && same(f, old.values[f.name] ?? null, now.values[f.name] ?? null)))
  if (verb === 'update' && fields.length === 0) return
  const of = (from: Stored): Value => Object.fromEntries(fields.map(f => {
    const value = from.values[f.name] ?? null
    return [f.name, f.classified && value !== null ? masked : value]
  }))
  const log = entityOf(w.model, '~change')
  const values: Record<string, Value> = {
    id: String(w.next('~change.id')), at: w.given.now, entity: entity.name, key: keyOf(entity, row), verb, before: old && of(old), after: now && of(now),
    caller: w.mark?.caller ?? null, request: w.mark?.request ?? null, action: w.mark?.action ?? null, reason: w.mark?.reason ?? null,
  }
  w.tables.set(log.name, [...rowsOf(w.tables, log.name), { values, serial: 1 }])
}

/** Whether two values of a field are one to the database. */
function same(field: FieldModel, a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b
  if (Array.isArray(a) && Array.isArray(b) && field.list) return a.length === b.length && a.every((x: Value, i) => same({ ...field, list: false }, x, (b as readonly Value[])[i] ?? null))
  // Objects come with and without a prototype, from the wire and from code: it says nothing of the value.
  return field.scalar === 'json' ? isDeepStrictEqual(plain(a), plain(b)) : isDeepStrictEqual(a, b) || compare(field.scalar, a, b) === 0
}
const plain = (value: Value): unknown => JSON.parse(JSON.stringify(value))
