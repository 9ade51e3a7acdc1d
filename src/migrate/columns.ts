// The columns of a table that is there: what is added, loosened, tightened, and what is refused because of the rows.
import type { DesiredColumn, DesiredTable } from './desired.ts'
import { absurd } from '../operation/index.ts'
import type { Draft } from './draft.ts'
import { sameDefault } from './expression.ts'
import type { Column, Made, Table } from './live.ts'
import { isMade } from './made.ts'
import { nullsOf, rowsOf } from './questions.ts'
import { exampleDefault, exist, plural, reset } from './say.ts'
import type { Settled } from './settle.ts'
import { qualified, quote } from './sql.ts'

/** Adds the steps for a table's columns; answers the columns (by new name) nothing more can be said about because something of them was refused. */
export function compareColumns(plan: Draft, settled: Settled, live: Table, made: Made): ReadonlySet<string> {
  const { wanted } = settled, { entity } = wanted
  const blocked = new Set<string>()
  if (live.kind !== 'table' && live.kind !== 'partitioned' && !entity.readOnly) {
    plan.refuse({ entity }, `${entity.title} is a table, but ${live.name} in the database is a ${live.kind === 'materialized' ? 'materialized view' : `${live.kind}`}.`, 'another name in static table')
    return new Set(wanted.columns.map(c => c.name))
  }
  compareKey(plan, settled, live)
  for (const column of settled.columns) {
    const ok = column.live === null ? addColumn(plan, wanted, column.wanted, live) : compareColumn(plan, settled, column.wanted, column.live, live, made)
    if (!ok) blocked.add(column.wanted.name)
  }
  for (const column of entity.readOnly ? [] : settled.strange) {
    if (!column.notNull || column.default !== null || column.identity !== null || column.generated !== null) continue
    plan.refuse({ entity }, `${live.name}.${column.name} is in the database, required and without a default, but not in ${entity.title}: nothing could be created.`,
      `declare it in ${entity.title}`, `alter table ${live.name} alter column ${column.name} drop not null`)
  }
  return blocked
}

function compareKey(plan: Draft, { wanted, renamed }: Settled, live: Table): void {
  // Whether rows that are only read are told apart by it, and the key of a link, are not ours to say.
  if (wanted.entity.readOnly || (wanted.entity.hidden && wanted.entity.table.adopted)) return
  const there = live.key?.columns.map(c => renamed.get(c) ?? c)
  if (there !== undefined && there.length === wanted.key.columns.length && there.every((c, i) => c === wanted.key.columns[i])) {
    if (live.key !== null && live.key.name !== wanted.key.name && (live.name !== wanted.name || renamed.size > 0)) {
      plan.step({ kind: 'renameConstraint', table: wanted, name: live.key.name, to: wanted.key.name }, { entity: wanted.entity.name, additive: false })
    }
    return
  }
  if (wanted.entity.table.adopted && live.uniques.concat(live.key ?? []).some(k => sameKey(k.columns.map(c => renamed.get(c) ?? c), wanted.key.columns))) return
  if (wanted.entity.table.adopted && live.indexes.some(i => i.unique && i.valid && i.where === null && sameKey(i.parts.map(p => p.column ?? ''), wanted.key.columns))) return
  const has = there === undefined ? 'no primary key' : `the primary key (${there.join(', ')})`
  plan.refuse({ entity: wanted.entity }, `${wanted.entity.title} has the key (${wanted.key.columns.join(', ')}), but ${live.name} in the database has ${has}. A key is not changed under its rows.`,
    'the key the table has', 'another name in static table', reset)
}

const sameKey = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every(x => b.includes(x))

function addColumn(plan: Draft, table: DesiredTable, column: DesiredColumn, live: Table): boolean {
  const { field } = column, { entity } = table
  if (column.generated !== null || entity.readOnly) {
    const why = column.generated !== null ? 'is computed by the database' : `is read of a ${live.kind}`
    plan.refuse({ entity, field }, `${entity.title}.${field.name} ${why}, but ${live.name} in the database has no column ${column.name}.`, 'leave the field out', `add the column there`)
    return false
  }
  if (column.notNull && column.default === null && column.identity === null) {
    const rows = plan.ask(rowsOf(live))
    if (rows > 0) {
      const of = field.reference === null ? field.name : field.reference
      const why = field.default === null ? '' : ` Its default needs a caller or another row, and these rows have neither.`
      const example = exampleDefault(field)
      plan.refuse({ entity, field }, `${entity.title}.${of} is required, but ${exist(rows, 'row')}.${why}`, ...(entity.tenant === field.name ? [`alter table ${table.name} add column ${column.name} ${column.type}; update ${table.name} set ${column.name} = …`] : ['.optional()']), ...(example === null ? [] : [example]), reset)
      return false
    }
  }
  plan.step({ kind: 'addColumn', table, column }, { entity: entity.name, field: field.name, says: `+column ${table.name}.${column.name}` })
  return true
}

function compareColumn(plan: Draft, { wanted: table, columns }: Settled, column: DesiredColumn, live: Column, stored: Table, made: Made): boolean {
  const { field } = column, { entity } = table, about = { entity: entity.name, field: field.name }
  const named = `${entity.title}.${field.name}`, at = `${table.name}.${column.name}`
  const was = columns.find(c => c.wanted === column)?.was
  // Text stays the same text in another type or order of it; whoever has such a table is told the statement, which is theirs to run.
  const text = column.type === 'text' && /^(text|character( varying)?(\(\d+\))?)$/.test(live.type)
  const retype = `alter table ${qualified(stored)} alter column ${quote(live.name)} type text${column.collation === null ? '' : ` collate ${quote(column.collation)}`}`
  const other = [...(text ? [retype] : []), 'a new name for the field', reset]
  const adopted = entity.table.adopted === true
  if (live.type !== column.type && !(adopted && fits(column, live))) {
    if (!widens(live.type, column.type)) {
      plan.refuse({ entity, field }, `${named} is ${column.type}, but ${stored.name}.${live.name} in the database is ${live.type}. A type is not changed under its values.`, ...other)
      return false
    }
    plan.step({ kind: 'setType', table, column: column.name, type: column.type }, { ...about, says: `${at} is now ${column.type}` })
  }
  // The words of a choice are equal or not in any order.
  if (live.collation !== column.collation && !(adopted && field.kind === 'choice')) {
    plan.refuse({ entity, field }, `${named} compares by ${collation(column)}, but ${stored.name}.${live.name} in the database by ${collation(live)}.`, ...other)
    return false
  }
  if (column.generated !== null || entity.readOnly) {
    if (live.generated !== null || entity.readOnly) return true
    plan.refuse({ entity, field }, `${named} is computed by the database, but ${stored.name}.${live.name} there is not.`, 'leave out .generated()')
    return false
  }
  if (live.generated !== null) {
    plan.refuse({ entity, field }, `${named} is written, but ${stored.name}.${live.name} in the database is computed from other columns.`, ...other)
    return false
  }
  if (column.identity !== null && live.identity === null && !/^nextval\(/.test(live.default ?? '')) {
    plan.refuse({ entity, field }, `${named} is numbered by the database, but ${stored.name}.${live.name} is not.`, ...other)
    return false
  }
  compareDefault(plan, table, column, live, isMade(made.columns, stored.schema, stored.name, live.name))
  if (live.notNull && !column.notNull) plan.step({ kind: 'setNotNull', table, column: column.name, notNull: false }, { ...about, says: `${at} is now optional` })
  if (!live.notNull && column.notNull && !(adopted && entity.hidden)) {
    const nulls = plan.ask(nullsOf(stored, live.name))
    // What was created while a field was away has no value for it; its default is what it would have got.
    const fill = nulls > 0 && was === 'returned' && column.default !== null
    if (nulls > 0 && !fill) {
      plan.refuse({ entity, field }, `${named} is required, but ${nulls === 1 ? '1 row has' : `${nulls} rows have`} no value for it.`, ...(entity.tenant === field.name ? [] : ['.optional()']), `update ${table.name} set ${column.name} = …`)
      return false
    }
    if (fill && column.default !== null) plan.step({ kind: 'fill', table, column: column.name, value: column.default }, { ...about, says: `${plural(nulls, 'row')} of ${at} filled with the default` })
    plan.step({ kind: 'setNotNull', table, column: column.name, notNull: true }, { ...about, says: was === 'returned' ? null : `${at} is now required` })
  }
  return true
}

const collation = (column: Column): string => (column.collation === null ? "the database's own order" : column.collation === 'C' ? 'code point' : column.collation)

/** Whether a column of a table that was there before takes and gives the values of the field as it is. */
function fits(wanted: DesiredColumn, live: Column): boolean {
  const type = live.base ?? live.type, { field } = wanted
  if (field.stored !== undefined) return plainType(field.stored) === plainType(live.type)
  if (field.list) return live.base === wanted.type
  switch (field.scalar) {
    case 'text': return field.bounds.range === undefined && /^(text|character varying(\(\d+\))?)$/.test(type)
    case 'integer': return type === 'integer' || type === 'smallint' || (field.reference !== null && type === 'bigint')
    case 'bigint': return ['bigint', 'integer', 'smallint'].includes(type)
    case 'decimal': return type === wanted.type || (field.reference !== null && type.startsWith('numeric'))
    case 'timestamp': return /^timestamp(\(\d\))? with time zone$/.test(type)
    case 'time': return /^time(\(\d\))? without time zone$/.test(type)
    case 'duration': return /^interval\b/.test(type)
    case 'json': return type === 'json' || type === 'jsonb'
    case 'uuid': case 'number': case 'boolean': case 'date': case 'bytes': return type === wanted.type
    default: return absurd(field.scalar)
  }
}

/** Types as people write them, as the database does. */
const plainType = (type: string): string => {
  const found = /^([a-z][a-z0-9 ]*?)((?:\([\d, ]+\))?(?: with(?:out)? time zone)?(?:\[\])*)$/.exec(type), head = found?.[1] ?? type, rest = found?.[2] ?? ''
  const long: Readonly<Record<string, string>> = { varchar: 'character varying', char: 'character', bpchar: 'character', int2: 'smallint', int4: 'integer', int8: 'bigint', float4: 'real', float8: 'double precision', bool: 'boolean', decimal: 'numeric' }
  const zone = /^time(stamp)?$/.test(head) && !/zone/.test(rest) ? `${rest} without time zone` : rest
  return head === 'timestamptz' ? `timestamp${rest} with time zone` : `${long[head] ?? head}${zone}`
}

/** More digits before the point is the one change of type that touches no row. */
function widens(from: string, to: string): boolean {
  const a = /^numeric\((\d+),(\d+)\)(.*)$/.exec(from), b = /^numeric(?:\((\d+),(\d+)\))?(.*)$/.exec(to)
  if (a === null || b === null || a[3] !== b[3] || a[3] !== '') return false
  return b[1] === undefined || (Number(b[1]) >= Number(a[1]) && b[2] === a[2])
}

function compareDefault(plan: Draft, table: DesiredTable, column: DesiredColumn, live: Column, ours: boolean): void {
  if ([column.default, ...column.alike].some(wanted => sameDefault(live.default, wanted, column.type))) return
  // A default somebody else gave the column does no harm beside the engine's own values; the sequence that numbers it is needed.
  if (column.default === null && (!ours || column.identity !== null)) return
  // Nor need somebody else's table have a default that the engine fills in.
  if (table.entity.table.adopted && live.default === null) return
  plan.step({ kind: 'setDefault', table, column: column.name, default: column.default }, {
    entity: table.entity.name, field: column.field.name, says: column.default === null ? `${table.name}.${column.name} has no default any more` : `${table.name}.${column.name} has the default ${column.default}`,
  })
}
