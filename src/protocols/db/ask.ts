// What `db` was asked → requests of the engine: shapes with slots, values beside them.
import { separate, shapeText, type ReadAsk, type ReadRequest, type RowsAsk, Slot } from '../../wire/index.ts'
import type { EntityModel } from '../../model/index.ts'

/** The options of find, get and write as they come, names unchecked. */
export interface Asked {
  readonly where?: unknown; readonly include?: Readonly<Record<string, unknown>>; readonly fields?: readonly string[]; readonly sort?: readonly string[]
  readonly first?: number; readonly after?: string; readonly before?: string; readonly count?: 'exact' | 'estimate'
}
export interface AskedAggregate { readonly measure: readonly string[]; readonly group?: readonly string[]; readonly where?: unknown; readonly sort?: readonly string[]; readonly first?: number }

/** A filter without holes: `where: { status: undefined }` would otherwise quietly ask for something else. */
function whole(filter: unknown, at: string): void {
  if (filter === undefined) throw new TypeError(`${at} is undefined: leave it out, or say null`)
  if (typeof filter !== 'object' || filter === null || (!Array.isArray(filter) && Object.getPrototypeOf(filter) !== Object.prototype && Object.getPrototypeOf(filter) !== null)) return
  for (const [name, inner] of Object.entries(filter)) whole(inner, Array.isArray(filter) ? `${at}[${name}]` : `${at}.${name}`)
}

/** One set of rows, at the root or included. */
export function rowsAsk(asked: Asked, values: unknown[], at = ''): RowsAsk {
  if (asked.where !== undefined) whole(asked.where, `${at}where`)
  return {
    ...(asked.where !== undefined ? { filter: separate(asked.where, values) } : {}),
    ...(asked.sort !== undefined ? { sort: asked.sort } : {}),
    ...(asked.fields !== undefined ? { fields: asked.fields } : {}),
    ...(asked.first !== undefined ? { size: asked.first } : {}),
    ...(asked.include !== undefined ? { include: includeAsk(asked.include, values, at) } : {}),
  }
}

export function includeAsk(include: Readonly<Record<string, unknown>>, values: unknown[], at = ''): Readonly<Record<string, RowsAsk>> {
  const out: Record<string, RowsAsk> = Object.create(null) as Record<string, RowsAsk>
  for (const [name, inner] of Object.entries(include)) {
    if (inner === false || inner === undefined) continue
    out[name] = inner === true ? {} : rowsAsk(inner as Asked, values, `${at}include.${name}.`)
  }
  return out
}

export function request(ask: ReadAsk, values: readonly unknown[], asked: Pick<Asked, 'after' | 'before'> = {}): ReadRequest {
  if (asked.after !== undefined && asked.before !== undefined) throw new TypeError('after and before cannot be asked for together')
  const token = asked.after ?? asked.before
  return {
    key: `db ${shapeText(ask)}`, ask: () => ask, values, origin: 'code', number: null,
    cursor: token === undefined ? null : { toward: asked.after !== undefined ? 'next' : 'previous', token },
  }
}

export function findRequest(entity: EntityModel, asked: Asked): ReadRequest {
  const values: unknown[] = []
  return request({ kind: 'find', entity: entity.name, ...rowsAsk(asked, values), ...(asked.count !== undefined ? { count: asked.count } : {}) }, values, asked)
}

export function getRequest(entity: EntityModel, key: unknown, asked: Asked): ReadRequest {
  const values: unknown[] = [...keyParts(entity, key)]
  const slots = values.map((_, i) => new Slot(i))
  const { fields, include } = rowsAsk(asked, values)
  return request({ kind: 'get', entity: entity.name, key: slots, ...(fields ? { fields } : {}), ...(include ? { include } : {}) }, values)
}

export function aggregateRequest(entity: EntityModel, asked: AskedAggregate): ReadRequest {
  const values: unknown[] = []
  const { filter, sort, size } = rowsAsk({ ...(asked.where !== undefined ? { where: asked.where } : {}), ...(asked.sort ? { sort: asked.sort } : {}), ...(asked.first !== undefined ? { first: asked.first } : {}) }, values)
  return request({
    kind: 'aggregate', entity: entity.name, measure: asked.measure, ...(asked.group ? { group: asked.group } : {}),
    ...(filter !== undefined ? { filter } : {}), ...(sort ? { sort } : {}), ...(size !== undefined ? { size } : {}),
  }, values)
}

/** A key as the user gives it (a value, or an object of several) in the key's order. */
export function keyParts(entity: EntityModel, key: unknown): readonly unknown[] {
  if (entity.key.length === 1) return [key]
  return entity.key.map(name => {
    const part = name.split('.').reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (Reflect.get(at, step) as unknown) : undefined), key)
    if (part === undefined) throw new TypeError(`the key of ${entity.title} is an object of ${entity.key.join(', ')}`)
    return part
  })
}
