// JSON → what TypeScript promises: Decimal, bigint and bytes by the fields of the model; everything else is as JSON has it.
import { Decimal } from '../../define/index.ts'
import { find, type EntityModel, type FieldModel, type Member, type Model } from '../../model/index.ts'

type Json = { readonly [name: string]: unknown }
const isObject = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x)

/** One row with what it includes. */
export function reviveRow(model: Model, entity: EntityModel, row: unknown): unknown {
  if (!isObject(row)) return row
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) {
    const field = find(entity.fields, name), relation = find(entity.relations, name)
    const target = relation && find(model.entities, relation.target)
    if (field) out[name] = reviveField(field, value)
    else if (target) out[name] = Array.isArray(value) ? value.map(x => reviveRow(model, target, x)) : reviveRow(model, target, value)
    else out[name] = isObject(value) ? reviveKey(entity, name, value) : value
  }
  return out
}

/** `detailId: { orderId, productId }`: the key of a composite reference. */
function reviveKey(entity: EntityModel, prefix: string, value: Json): Json {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => {
    const field = find(entity.fields, `${prefix}.${name}`)
    return [name, field ? reviveField(field, part) : isObject(part) ? reviveKey(entity, `${prefix}.${name}`, part) : part]
  }))
}

export function reviveField(field: FieldModel, value: unknown): unknown {
  if (value === null) return null
  if (field.list) return Array.isArray(value) ? value.map(item => reviveScalar(field, item)) : value
  return reviveScalar(field, value)
}

export function reviveScalar(field: Pick<FieldModel, 'scalar'>, value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  switch (field.scalar) {
    case 'decimal': return new Decimal(value)
    case 'bigint': return BigInt(value)
    case 'bytes': return new Uint8Array(Buffer.from(String(value), 'base64url'))
    default: return value
  }
}

/** A canonical value of an input or an output, by its shape. */
export function reviveShape(members: readonly Member[], value: unknown): unknown {
  if (!isObject(value)) return value
  return Object.fromEntries(members.flatMap((m): [string, unknown][] => {
    const of = value[m.name] ?? null
    if (of === null) return m.kind === 'value' && m.field.default?.kind === 'absent' && !Object.hasOwn(value, m.name) ? [] : [[m.name, null]]
    // What came from the application's own code has no prototype, which nothing that is compared with it shares.
    if (m.kind === 'value') return [[m.name, m.field.scalar === 'json' ? JSON.parse(JSON.stringify(of)) as unknown : reviveField(m.field, of)]]
    return [[m.name, Array.isArray(of) ? of.map((x: unknown) => reviveShape(m.members, x)) : reviveShape(m.members, of)]]
  }))
}

/** A row of an aggregate: sums and averages of exact numbers are Decimals. */
export function reviveAggregate(entity: EntityModel, row: unknown): unknown {
  if (!isObject(row)) return row
  const each = (value: unknown, revive: (field: FieldModel, x: unknown) => unknown): unknown =>
    isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, x]) => { const field = find(entity.fields, name); return [name, field ? revive(field, x) : isObject(x) ? reviveKey(entity, name, x) : x] })) : value
  return Object.fromEntries(Object.entries(row).map(([part, value]) => {
    switch (part) {
      case 'sum': case 'avg': return [part, each(value, (field, x) => (typeof x === 'string' && field.scalar !== 'number' ? new Decimal(x) : x))]
      // Of a list it is an element.
      case 'group': case 'min': case 'max': return [part, each(value, (field, x) => reviveField({ ...field, list: false }, x))]
      default: return [part, value]
    }
  }))
}
