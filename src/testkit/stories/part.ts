// A call of a story as a plain request, and what came back as `db` answers it.
import { Failure, failures, type Code, type Row } from '../../failure/index.ts'
import { actionsOf, entityOf, type ActionModel, type EntityModel, type Model } from '../../model/index.ts'
import { keyParts, reviveAggregate, reviveRow, reviveShape, type Asked, type AskedAggregate } from '../../protocols/db/index.ts'
import { idParts } from '../../wire/index.ts'
import type { Outcome, Refusal } from '../check.ts'
import type { CallPart, Part, RowsPart } from '../request.ts'
import { failureCoded } from '../soap/index.ts'
import type { Call } from './asked.ts'

/** A call that a protocol has no words for: it is made through `db`, and told. Known before anything is sent. */
export class Unsaid extends Error {
  override readonly name = 'Unsaid'
  readonly why: string
  constructor(why: string, detail = '') {
    super(`${why}${detail === '' ? '' : ` (${detail})`}`)
    this.why = why
  }
}

export const actionIn = (model: Model, { entity, method }: Call): ActionModel | undefined => actionsOf(model).find(a => a.entity === entity && a.name === method)

/** Dates, decimals, bigints and bytes as JSON has them. Throws TypeError for what it has not, and in a filter for `undefined`: it would quietly ask for something else. */
export function plain(value: unknown, at: string | null = null): unknown {
  const text = JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, name, made: unknown) {
    const raw = this[name]
    if (raw instanceof Uint8Array) return Buffer.from(raw).toString('base64url')
    if (typeof raw === 'bigint') return String(raw)
    if (at !== null && raw === undefined) throw new TypeError(`${at}.${name} is undefined: leave it out, or say null`)
    if ((typeof raw === 'number' && !Number.isFinite(raw)) || (raw instanceof Date && made === null)) throw new TypeError(`'${name}' is ${String(raw)}, which JSON cannot say`)
    return made
  }) as string | undefined
  return text === undefined ? undefined : JSON.parse(text) as unknown
}

/** The request that a call is. */
export function partOf(model: Model, call: Call): Part | CallPart {
  const { entity: name, method, given: [first, second, third] } = call
  const action = actionIn(model, call)
  if (action !== undefined) {
    return action.entity === null ? { call: action.id, input: plain(first) } : { call: action.id, key: keyParts(entityOf(model, action.entity), plain(first)), input: plain(second) }
  }
  const entity = entityOf(model, name ?? '')
  const rows = (asked: unknown): RowsPart => rowsPart((asked ?? {}) as Asked)
  const key = (): readonly unknown[] => keyParts(entity, plain(first))
  const provided = (asked: unknown): { readonly expect?: string; readonly filter?: unknown } => {
    const { version, where } = (asked ?? {}) as { readonly version?: unknown; readonly where?: unknown }
    return { ...(version === undefined ? {} : { expect: String(version as string | number) }), ...(where === undefined ? {} : { filter: plain(where, 'where') }) }
  }
  const answering = (asked: unknown): Pick<RowsPart, 'fields' | 'include'> => { const { fields, include } = rows(asked); return { ...(fields ? { fields } : {}), ...(include ? { include } : {}) } }
  const counted = (asked: unknown): number => (asked as { readonly expect: number }).expect
  switch (method) {
    case 'find': {
      const { count, after, before } = (first ?? {}) as Asked, token = after ?? before
      if (after !== undefined && before !== undefined) throw new TypeError('after and before cannot be asked for together')
      return { find: entity.name, ...rows(first), ...(count === undefined ? {} : { count }), ...(token === undefined ? {} : { cursor: { toward: after === undefined ? 'previous' : 'next', token } }) }
    }
    case 'get': return { get: entity.name, key: key(), ...answering(second) }
    case 'count': { const { filter } = rows(first); return { aggregate: entity.name, measure: ['count'], ...(filter === undefined ? {} : { filter }) } }
    case 'aggregate': {
      const { measure, group } = first as AskedAggregate, { filter, sort, size } = rows(first)
      return { aggregate: entity.name, measure, ...(group ? { group } : {}), ...(filter === undefined ? {} : { filter }), ...(sort ? { sort } : {}), ...(size === undefined ? {} : { size }) }
    }
    case 'create': return { create: entity.name, body: plain(first), ...answering(second) }
    case 'update': return { update: entity.name, key: key(), body: plain(second), ...provided(third), ...answering(third) }
    case 'delete': return { delete: entity.name, key: key(), ...provided(second) }
    case 'updateMany': return { updateMany: entity.name, ...provided({ where: rows(first).filter }), body: plain(second), count: counted(third) }
    case 'deleteMany': return { deleteMany: entity.name, ...provided({ where: rows(first).filter }), count: counted(second) }
    default: throw new TypeError(`${entity.name}.${method} cannot be called here`)
  }
}

function rowsPart({ where, sort, fields, first, include }: Asked): RowsPart {
  return {
    ...(where === undefined ? {} : { filter: plain(where, 'where') }), ...(sort?.length ? { sort } : {}), ...(fields ? { fields } : {}), ...(first === undefined ? {} : { size: first }),
    ...(include ? { include: Object.fromEntries(Object.entries(include).filter(([, of]) => of !== false && of !== undefined).map(([name, of]) => [name, of === true ? {} : rowsPart(of as Asked)])) } : {}),
  }
}

/** What came of a call, as `db` answers it. Throws the failure that it is. */
export function answered(model: Model, call: Call, outcome: Outcome): unknown {
  if ('refusal' in outcome) {
    if (call.method === 'get' && outcome.refusal.code === 'row.missing' && actionIn(model, call) === undefined) return null
    throw failureOf(model, outcome.refusal)
  }
  const { data, page, ids } = outcome.answer
  const action = actionIn(model, call)
  if (action !== undefined) return action.output === null ? data ?? undefined : reviveShape(action.output, data ?? {})
  const entity = entityOf(model, call.entity ?? '')
  const keyed = (row: unknown, i: number): unknown => reviveRow(model, entity, row ?? keyOf(entity, ids?.[i]))
  switch (call.method) {
    case 'find': return { data: (data as readonly unknown[]).map(row => reviveRow(model, entity, row)), page }
    case 'count': return (data as readonly { readonly count: number }[])[0]?.count
    case 'aggregate': return (data as readonly unknown[]).map(row => reviveAggregate(entity, row))
    case 'create': return Array.isArray(data) ? data.map(keyed) : Array.isArray(call.given[0]) ? (ids ?? []).map((_, i) => keyed(null, i)) : keyed(data, 0)
    case 'delete': return undefined
    case 'updateMany': case 'deleteMany': return data
    default: return keyed(data, 0)
  }
}

/** Of what was written and may not be read its key only. */
export function keyOf(entity: EntityModel, id: string | undefined): unknown {
  if (id === undefined) return null
  const parts = idParts(id, entity.key.length) ?? [], out: Record<string, unknown> = {}
  entity.key.forEach((name, i) => {
    const steps = name.split('.'), last = steps.pop() ?? name, scalar = entity.fields[name]?.scalar
    let at = out
    for (const step of steps) { const inner = (at[step] ?? {}) as Record<string, unknown>; at[step] = inner; at = inner }
    at[last] = scalar === 'integer' || scalar === 'number' ? Number(parts[i]) : scalar === 'boolean' ? parts[i] === 'true' : parts[i]
  })
  return out
}

/** A failure as it came over the wire, with what the table and the model know of its code. */
function failureOf(model: Model, { code, message, facts, mistakes, at }: Refusal): Failure {
  const declared = failureCoded(model, code)
  const row: Row = declared === undefined ? failures[Object.hasOwn(failures, code) ? code as Code : 'internal']
    : { status: declared.status, title: declared.about ?? declared.name, blame: 'caller', retry: 'never', rpc: declared.rpc }
  return new Failure({ code, row }, message, { ...(facts ? { facts } : {}), ...(mistakes ? { mistakes } : {}), ...(at ? { at } : {}) })
}
