// Columns of another type than their kind's: how they are read as the kind's scalar, compared without losing their index, and written.
import type { EntityModel, FieldModel } from '../../../model/index.ts'
import { absurd } from '../../../operation/index.ts'
import { declared, ident, integer, sql, type Sql } from '../../sql/index.ts'
import { typeOf } from './notation.ts'

/** `plain`: the database takes it for the scalar's own type, but for `compare`, what the other side of a comparison is cast to. */
type Way = 'plain' | 'real' | 'moment' | 'padded' | 'range' | 'cast'

const textual = /^(text|character varying|varchar|character|char|bpchar|citext)\b(?!")/

function wayOf({ scalar, list, stored, bounds }: FieldModel): Way {
  if (stored === undefined) return bounds.range === undefined ? 'plain' : 'range'
  if (list) return stored === 'real[]' ? 'real' : 'cast'
  if (bounds.range !== undefined) return 'range'
  switch (scalar) {
    case 'timestamp': return /^timestamp(\(\d\))?( without time zone)?$/.test(stored) ? 'moment' : /^(timestamp|timestamptz)\b/.test(stored) ? 'plain' : 'cast'
    case 'number': return /^(real|float4)$/.test(stored) ? 'real' : stored === 'double precision' ? 'plain' : 'cast'
    case 'text': return /^(character varying|varchar|text)\b/.test(stored) ? 'plain' : /^(character|char|bpchar|citext)\b(?!")/.test(stored) ? 'padded' : 'cast'
    case 'integer': return /^(smallint|int2|integer)$/.test(stored) ? 'plain' : 'cast'
    case 'bigint': return /^(smallint|int2|integer|bigint)$/.test(stored) ? 'plain' : 'cast'
    case 'decimal': return /^numeric\b/.test(stored) ? 'plain' : 'cast'
    case 'json': return /^jsonb?$/.test(stored) ? 'plain' : 'cast'
    case 'uuid': case 'boolean': case 'date': case 'time': case 'duration': case 'bytes': return new RegExp(`^${typeOf(scalar).text}\\b`).test(stored) ? 'plain' : 'cast'
    default: return absurd(scalar)
  }
}

/** The column as its scalar; text of another type in code point order. */
export function readable(field: FieldModel, raw: Sql): Sql {
  switch (wayOf(field)) {
    case 'plain': case 'real': return raw
    case 'moment': return sql`(${raw} at time zone 'UTC')`
    case 'padded': return sql`(${raw}::text)`
    case 'range': return field.list ? sql`(${raw}::text[])` : sql`(${raw}::text collate "C")`
    // What is called text of an inet has a /32 that its own output leaves out.
    case 'cast': if (field.stored === 'inet') return sql`(abbrev(${raw}) collate "C")`
      return field.scalar === 'text' && !field.list ? sql`(${raw}::text collate "C")` : sql`(${raw}::${typeOf(field.scalar)}${field.list ? sql`[]` : sql``})`
  }
}

/**
 * Where the column itself is compared rather than what is read of it, so that its index serves: what the other side becomes; null where that is not so. `equal`: by `=` alone.
 */
export function comparable(field: FieldModel, equal: boolean): { readonly cast: Sql | null } | null {
  const way = field.list ? 'cast' : wayOf(field)
  if (way === 'moment') return { cast: null }
  // Its shortest text is what the caller has seen: 0.1, not 0.10000000149011612.
  if (way === 'real') return { cast: sql`real` }
  if (!equal) return null
  if (way === 'padded') return { cast: field.stored === 'citext' ? sql`citext` : sql`bpchar` }
  return way === 'range' ? { cast: columnType(field) } : null
}

/** Whether the column itself is sorted by, so that its index serves: it has the order of what is read of it. */
export const sortsRaw = (field: FieldModel): boolean => !field.list && (wayOf(field) === 'moment' || (wayOf(field) === 'padded' && field.stored !== 'citext'))
/** What a cursor's value is cast to; `raw`: the column itself is sorted by. */
export const cursorCast = (field: FieldModel, raw: boolean): Sql | null => (wayOf(field) === 'real' ? sql`real` : raw && wayOf(field) === 'padded' ? sql`bpchar` : null)
/** What an item looked for in a list is cast to. */
export const itemCast = (field: FieldModel): Sql | null => cursorCast(field, false)

const ranges = { integer: sql`int4range`, bigint: sql`int8range`, decimal: sql`numrange`, date: sql`daterange`, timestamp: sql`tstzrange` } as const

/** The type of a field's column, as the table declares it. */
export function columnType(field: FieldModel): Sql {
  if (field.stored !== undefined) return declared(field.stored)
  const { precision, scale, range } = field.bounds
  const one = range !== undefined ? ranges[range]
    : field.scalar === 'decimal' && precision !== undefined ? sql`numeric(${integer(precision)}, ${integer(scale ?? 0)})` : typeOf(field.scalar)
  return field.list ? sql`${one}[]` : one
}

/** ` collate …` for text, as the table's column has it; nothing for the rest. */
export function collation(field: FieldModel): Sql {
  const has = field.scalar === 'text' && field.bounds.range === undefined && (field.stored === undefined || textual.test(field.stored))
  return has ? sql` collate ${ident(field.bounds.collation ?? 'C')}` : sql``
}

/** Whether two scalars of these fields may be compared as they are stored. */
export const sameType = (a: FieldModel, b: FieldModel): boolean => a.stored === b.stored && a.bounds.range === b.bounds.range && a.scalar === b.scalar


/** What two values of the column are compared as where types may be anything: not all have an equality (`json`, `xml`, `point`). */
export const equatable = ({ table }: EntityModel, field: FieldModel, raw: Sql): Sql =>
  table.adopted && field.scalar === 'json' ? sql`${raw}::text` : readable(field, raw)
