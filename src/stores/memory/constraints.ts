// What a database would not let stand: required fields, bounds, uniques, foreign keys; and what goes with a deleted row.
import { Decimal } from 'decimal.js'
import { Failure, type At } from '../../failure/index.ts'
import { compare, type Value } from '../../operation/index.ts'
import { entityOf, fieldOf, goesAlong, tiedToTenant, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../model/index.ts'
import { matching, rowsOf, seeable, type Stored, type Tables } from './tables.ts'

/** A value as the column keeps it: decimals at the scale of their column. */
export function kept(field: FieldModel, value: Value): Value {
  const scale = field.bounds.scale
  if (field.scalar !== 'decimal' || scale === undefined || value === null) return value
  const one = (v: Value): Value => (v === null ? null : new Decimal(String(v)).toFixed(scale, Decimal.ROUND_HALF_UP))
  return Array.isArray(value) ? value.map(one) : one(value)
}

/** Throws `row.invalid` where a required field is null or a bound does not hold. As a database does, it names the fields and not the row. */
export function checkRow(entity: EntityModel, row: Stored): void {
  for (const field of Object.values(entity.fields)) {
    const value = row.values[field.name] ?? null
    if (value === null ? !field.optional : !withinBounds(field, value)) throw new Failure('row.invalid', undefined, { at: [field.name], facts: { fields: [field.name] } })
  }
}

function withinBounds(field: FieldModel, value: Value): boolean {
  const b = field.bounds
  if (field.list) {
    if (!Array.isArray(value)) return false
    return (b.minItems === undefined || value.length >= b.minItems) && (b.maxItems === undefined || value.length <= b.maxItems) && value.every(v => one(field, v))
  }
  return one(field, value)
}

function one(field: FieldModel, value: Value): boolean {
  const b = field.bounds
  if (b.min !== undefined && (compare(field.scalar, value, b.min) ?? -1) < 0) return false
  if (b.max !== undefined && (compare(field.scalar, value, b.max) ?? 1) > 0) return false
  if (typeof value !== 'string') return true
  const length = field.scalar === 'bytes' ? Buffer.from(value, 'base64url').length : [...value].length
  if (b.minLength !== undefined && length < b.minLength) return false
  if (b.maxLength !== undefined && length > b.maxLength) return false
  if (b.choices && !b.choices.includes(value)) return false
  return b.pattern === undefined || new RegExp(b.pattern, 'u').test(value)
}

/** Throws `row.duplicate` where `row` has the key or unique fields of another stored row. */
export function checkUniques(model: Model, tables: Tables, entity: EntityModel, row: Stored): void {
  for (const { fields, within } of [{ fields: entity.key, within: undefined }, ...entity.uniques]) {
    const same = matching(model, tables, entity, [...(within === undefined ? [] : [within]), ...fields].map(f => ({ field: f, value: row.values[f] ?? null })))
    if (same.some(s => s.row !== row)) throw new Failure('row.duplicate', undefined, { at: fields.length === 1 ? fields : [], facts: { fields } })
  }
}

export const owners = (entity: EntityModel): readonly RelationModel[] => Object.values(entity.relations).filter(r => r.owner)

/** Throws `row.reference` where a reference of `row` points at nothing; one with a null part points nowhere. */
export function checkReferences(model: Model, tables: Tables, entity: EntityModel, row: Stored, at: At): void {
  for (const relation of owners(entity)) {
    if (relation.on.some(p => (row.values[p.local] ?? null) === null)) continue
    const target = entityOf(model, relation.target), found = seeable(model, tables, entity, row).related(relation.name)
    // As a foreign key over tenant and key.
    const apart = entity.tenant !== undefined && tiedToTenant(entity, target) && found.some(r => compare(fieldOf(entity, entity.tenant ?? '').scalar, r.value(target.tenant ?? ''), row.values[entity.tenant ?? ''] ?? null) !== 0)
    if (found.length === 0 || apart) throw new Failure('row.reference', undefined, { at: [...at, relation.name] })
  }
}

/** Takes rows out, their owned parts and links with them, and answers all that went. Throws `row.referenced` where another row still points at one of them. */
export function remove(model: Model, tables: Tables, entity: EntityModel, rows: readonly Stored[]): readonly { readonly entity: EntityModel; readonly row: Stored }[] {
  const gone = new Map<string, Set<Stored>>()
  const take = (e: EntityModel, row: Stored): void => {
    const set = gone.get(e.name) ?? new Set<Stored>()
    if (set.has(row)) return
    gone.set(e.name, set.add(row))
    for (const { holder, relation } of pointingAt(model, e)) {
      if (goesAlong(holder, relation)) for (const r of pointers(holder, relation, e, row)) take(holder, r)
    }
  }
  const pointers = (holder: EntityModel, relation: RelationModel, e: EntityModel, row: Stored) =>
    rowsOf(tables, holder.name).filter(r => relation.on.every(p => compare(fieldOf(e, p.foreign).scalar, r.values[p.local] ?? null, row.values[p.foreign] ?? null) === 0))
  for (const row of rows) take(entity, row)
  for (const [name, set] of gone) {
    const e = entityOf(model, name)
    for (const { holder, relation } of pointingAt(model, e)) {
      for (const row of set) {
        if (pointers(holder, relation, e, row).some(r => !gone.get(holder.name)?.has(r))) throw new Failure('row.referenced')
      }
    }
  }
  for (const [name, set] of gone) tables.set(name, rowsOf(tables, name).filter(r => !set.has(r)))
  return [...gone].flatMap(([name, set]) => [...set].map(row => ({ entity: entityOf(model, name), row })))
}

const pointingAt = (model: Model, entity: EntityModel) =>
  Object.values(model.entities).flatMap(holder => owners(holder).filter(r => r.target === entity.name).map(relation => ({ holder, relation })))
