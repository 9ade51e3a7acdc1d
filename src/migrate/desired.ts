// What a model asks of the database, in the form a live schema has; every part knows the field it comes from.
import {
  checkName, databaseName, entityOf, fieldOf, foreignKeyName, goesAlong, isTenantReference, primaryKeyName, tiedToTenant, type EntityModel, type FieldModel, type Model, type RelationModel,
} from '../model/index.ts'
import { computedText } from './computed.ts'
import { constant, quote, rangeName, typeName } from './sql.ts'
import type { Check, Column, Index, Key, OnDelete, Reference, Table } from './live.ts'

export interface Desired { readonly model: Model; readonly current: string; readonly tables: readonly DesiredTable[] }

export interface DesiredTable extends Table {
  readonly entity: EntityModel
  readonly kind: 'table'
  readonly columns: readonly DesiredColumn[]
  readonly key: Key
  readonly uniques: readonly (Key & { readonly fields: readonly string[] })[]
  readonly indexes: readonly DesiredIndex[]
  readonly references: readonly (Reference & { readonly relation: RelationModel })[]
  readonly checks: readonly DesiredCheck[]
}
export interface DesiredIndex extends Index {
  readonly fields: readonly string[]
}
export interface DesiredColumn extends Column {
  readonly field: FieldModel
  /** Other defaults that mean the same. */
  readonly alike: readonly string[]
  /** What a computed column is to be; null: it is given. */
  readonly computed: string | null
}
export interface DesiredCheck extends Check {
  readonly field: FieldModel
  /** The condition over a column of another name: before a rename, rows are asked by the old one. */
  readonly over: (column: string) => string
  /** What the expression joins by `and`. */
  readonly parts: readonly string[]
}

/** The tables of a model. `current` is the schema of tables that name none. Pure; throws where a model is inconsistent (a bug of compile). */
export function desiredSchema(model: Model, current: string): Desired {
  return { model, current, tables: Object.values(model.entities).map(e => desiredTable(model, e, current)) }
}

const schemaOf = (entity: EntityModel, current: string): string => entity.table.schema ?? current
const columnsOf = (entity: EntityModel, fields: readonly string[]): string[] => fields.map(f => fieldOf(entity, f).column)
const plainKey = { nullsNotDistinct: false, deferrable: false } as const

function desiredTable(model: Model, entity: EntityModel, current: string): DesiredTable {
  const fields = Object.values(entity.fields)
  const key: Key = { name: primaryKeyName(entity), columns: columnsOf(entity, entity.key), ...plainKey }
  const uniques = [...entity.uniques.map(u => { const fields = inTenant(u); return { name: u.name, columns: columnsOf(entity, fields), fields, ...plainKey } }), ...tenantKey(entity)]
  const references = Object.values(entity.relations).filter(r => r.owner).map(r => reference(model, entity, r, current))
  const checks = fields.flatMap(f => check(entity, f))
  return {
    entity, schema: schemaOf(entity, current), name: entity.table.name, kind: 'table', comment: entity.about,
    columns: fields.map(f => ({ ...column(entity, f), computed: computedText(model, entity, f, current) })), key, uniques, references, checks, indexes: entity.indexes.map(i => index(entity, i)),
  }
}

const inTenant = ({ within, fields }: { readonly within?: string; readonly fields: readonly string[] }): readonly string[] => (within === undefined ? fields : [within, ...fields])

/** Tenant and key together: what references from rows of the same tenant point at, and how a tenant's rows are listed. */
function tenantKey(entity: EntityModel): readonly (Key & { readonly fields: readonly string[] })[] {
  if (entity.tenant === undefined || entity.table.adopted) return []
  const fields = [entity.tenant, ...entity.key], columns = columnsOf(entity, fields)
  return [{ name: databaseName(entity.table.name, ...columns, 'key'), columns, fields, ...plainKey }]
}

function column(entity: EntityModel, field: FieldModel): Omit<DesiredColumn, 'computed'> {
  const { precision, scale } = field.bounds
  const element = field.scalar === 'decimal' && precision !== undefined ? `numeric(${precision},${scale ?? 0})` : typeName(field.scalar)
  const range = field.bounds.range === undefined ? null : rangeName(field.bounds.range)
  const [first = null, ...alike] = defaults(field, entity.table.adopted === true)
  return {
    field, name: field.column, type: field.stored ?? `${range ?? element}${field.list ? '[]' : ''}`, sort: 'b', collation: collationOf(field),
    notNull: !field.optional, default: first, alike, identity: field.generated === 'identity' ? 'default' : null, generated: field.generated === 'column' ? '' : null, comment: field.about,
  }
}

/** Null: the database's own. */
function collationOf({ scalar, stored, bounds }: FieldModel): string | null {
  if (scalar !== 'text' || bounds.range !== undefined || bounds.collation === 'default') return null
  return stored === undefined || bounds.collation !== undefined ? bounds.collation ?? 'C' : null
}

/** The engine fills these itself; the column has them too, so that an INSERT by hand works and a new column has a value for the rows there are. */
function defaults(field: FieldModel, adopted: boolean): string[] {
  // What the engine fills in, the columns of somebody else's table need not have.
  if (adopted && field.generated !== null) return []
  switch (field.generated) {
    case 'key': return field.scalar === 'uuid' ? ['gen_random_uuid()', 'uuidv7()', 'uuidv4()'] : []
    case 'createdAt': case 'updatedAt': return now(field)
    case 'version': return ['1']
    case 'identity': case 'column': case 'tenant': return []
    case 'computed': return field.optional ? [] : ['0']
    case null: break
  }
  if (field.default?.kind === 'expression') return [field.default.expression]
  // Defaults of a claim or of a referenced row need a caller or a query: the engine's alone.
  if (field.default?.kind === 'now') return now(field)
  return field.default?.kind === 'value' && field.default.value !== null ? [constant(field.scalar, field.list, field.default.value)] : []
}

const now = (field: FieldModel): string[] =>
  field.scalar === 'date' ? ["(now() at time zone 'UTC')::date", 'CURRENT_DATE'] : field.scalar === 'time' ? ["(now() at time zone 'UTC')::time"] : ['now()', 'CURRENT_TIMESTAMP']

function reference(model: Model, entity: EntityModel, relation: RelationModel, current: string): Reference & { relation: RelationModel } {
  const target = entityOf(model, relation.target)
  // Parts go with their whole, links with either end, and what says so itself; nothing else is deleted unasked.
  const onDelete: OnDelete = goesAlong(entity, relation) ? 'cascade' : 'no action'
  // Rows of one tenant refer to rows of the same, whoever wrote them.
  const both = isTenantReference(entity, relation) || !tiedToTenant(entity, target) ? [] : [{ local: entity.tenant ?? '', foreign: target.tenant ?? '' }]
  const on = [...both, ...relation.on]
  return {
    relation, name: foreignKeyName(entity, relation.name), columns: columnsOf(entity, on.map(o => o.local)), onDelete, onUpdate: 'no action', valid: true,
    target: { schema: schemaOf(target, current), name: target.table.name, columns: columnsOf(target, on.map(o => o.foreign)) },
  }
}

/** How one field is searched. The store's queries say it in the same words, or the index would not serve them; a test holds the two together. */
export const searchExpression = (column: string): string => `to_tsvector('simple'::regconfig, ${column})`

function index(entity: EntityModel, wanted: EntityModel['indexes'][number]): DesiredIndex {
  const parts = [...(wanted.within === undefined ? [] : [{ name: wanted.within, dir: 'asc' as const }]), ...wanted.fields].map(f => {
    const name = fieldOf(entity, f.name).column
    return wanted.method === 'search'
      ? { column: null, expression: searchExpression(quote(name)), desc: false, nulls: null, opclass: null }
      : { column: name, expression: quote(name), desc: wanted.method === 'btree' && f.dir === 'desc', nulls: null, opclass: null }
  })
  return { name: wanted.name, unique: false, method: wanted.method === 'btree' ? 'btree' : 'gin', parts, where: null, valid: true, fields: inTenant({ ...(wanted.within === undefined ? {} : { within: wanted.within }), fields: wanted.fields.map(f => f.name) }) }
}

/** One check for all bounds of a field. Patterns stay with the engine: JavaScript's and PostgreSQL's differ in ways a translation would hide. */
function check(entity: EntityModel, field: FieldModel): DesiredCheck[] {
  // A reference is as good as the key it refers to; where the table is ours, its own check says so sooner.
  if (entity.table.adopted && field.reference !== null) return []
  const over = (column: string): string => conditions(field, quote(column)).join(' and ')
  const expression = over(field.column), parts = conditions(field, quote(field.column))
  return expression === '' ? [] : [{ name: checkName(entity, field.name), columns: [field.column], expression, valid: true, field, over, parts }]
}

/** What the bounds of a field ask of its column, under the (quoted) name `c`. */
export function conditions(field: Pick<FieldModel, 'bounds' | 'scalar' | 'list' | 'stored'>, c: string): string[] {
  const { min, max, minLength, maxLength, minItems, maxItems, choices } = field.bounds, all: string[] = []
  const value = (v: typeof min): string => constant(field.scalar, false, v ?? null)
  // A list's bounds hold for each item; `all` over an empty list is true.
  if (min !== undefined && min !== null) all.push(field.list ? `${value(min)} <= all (${c})` : `${c} >= ${value(min)}`)
  if (max !== undefined && max !== null) all.push(field.list ? `${value(max)} >= all (${c})` : `${c} <= ${value(max)}`)
  const length = field.scalar === 'bytes' ? 'octet_length' : 'char_length'
  if (!field.list && minLength !== undefined) all.push(`${length}(${c}) >= ${minLength}`)
  if (!field.list && maxLength !== undefined) all.push(`${length}(${c}) <= ${maxLength}`)
  if (minItems !== undefined) all.push(`cardinality(${c}) >= ${minItems}`)
  if (maxItems !== undefined) all.push(`cardinality(${c}) <= ${maxItems}`)
  // A type of its own says its values itself.
  if (choices !== undefined && field.stored === undefined) {
    const values = `array[${choices.map(v => constant('text', false, v)).join(', ')}]`
    all.push(field.list ? `${c} <@ ${values}::text[]` : `${c} = any (${values})`)
  }
  return all
}

