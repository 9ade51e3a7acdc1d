// Changes and deletes of many rows: those that a filter names, which must be as many as the caller believes, all of them or none.
import { Failure } from '../failure/index.ts'
import type { EntityModel } from '../model/index.ts'
import { always, parameter, type Delete, type Query, type Update, type Value } from '../operation/index.ts'
import type { WriteAnswer } from '../protocols/protocol.ts'
import type { WriteRequest } from '../wire/index.ts'
import type { Authorized } from '../stores/index.ts'
import { checkRestricted, options, speak, type Writer } from './answer.ts'
import { authorizeAs } from './authorize.ts'
import { change, prepareUpdate, remove } from './change.ts'
import { conditionOf } from './condition.ts'
import { authorized, filled, shapeOf } from './context.ts'
import { isHooked } from './hooks.ts'
import type { Key } from './key.ts'
import { mistaken, resolveUpdate, type ResolvedWrite } from './resolve/index.ts'

/** Throws `row.count` where the rows that the filter names, and that the caller may read and change, are not `request.count`. */
export async function changeMany(w: Writer, entity: EntityModel, request: WriteRequest): Promise<WriteAnswer> {
  const { c, caller, run } = w
  const count = request.count ?? -1
  if (!Number.isSafeInteger(count) || count < 0) throw new Failure('resolve.value', 'how many rows are expected must be a whole number', { at: ['expect'] })
  const condition = conditionOf(w, entity, request, 1)
  const values = [count, ...condition.values], affected = { where: always, expect: null, count: parameter(0), ...(condition.asked.kind === 'always' ? {} : { asked: condition.asked }) }
  const resolved: ResolvedWrite<Update> | null = request.kind === 'delete' ? null : resolveUpdate(options(w, request, values), entity, request.body, 'many')
  const mutation: Update | Delete = resolved ? { ...resolved.mutation, ...affected } : { kind: 'delete', entity: entity.name, whole: null, ...affected }
  const all = resolved?.values ?? values
  const ready = authorized(c, shapeOf(mutation), mutation, all.length, caller)
  if (resolved) checkRestricted(w, resolved)
  if (resolved?.mistakes.length) throw mistaken(resolved.mistakes)
  if (isHooked(c.model, entity, mutation.kind === 'update' ? 'Update' : 'Delete')) return oneByOne(w, entity, request, count, await keysOf(w, entity, ready, filled(ready, all, caller)))
  try {
    const written = await c.session.write(ready, filled(ready, all, caller), run)
    return { created: false, bodies: [], keys: written.keys, versions: written.versions, cut: [], count: written.touched }
  } catch (e) {
    const said = speak(w, entity, e, at => at)
    const found = said.facts['count']
    throw said.code === 'row.count' && typeof found === 'number'
      ? otherwise(count, found, mutation.kind) : said
  }
}

const otherwise = (count: number, found: number, verb: string): Failure =>
  new Failure('row.count', `${count} ${count === 1 ? 'row was' : 'rows were'} expected; there ${found === 1 ? 'is' : 'are'} ${found} that you may ${verb}. Nothing was written.`, { facts: { count: found } })

/** The rows that the caller may write, as the mutation would find them. */
async function keysOf({ c, caller, run }: Writer, entity: EntityModel, ready: Authorized<Update | Delete>, values: readonly Value[]): Promise<readonly Key[]> {
  const order = entity.key.map(name => ({ by: { name, as: entity.fields[name]?.scalar ?? 'text', via: [], shown: always }, dir: 'asc' as const }))
  const query: Query = {
    kind: 'query', entity: entity.name, one: false, count: 'exact', where: ready.operation.where, order, page: { kind: 'offset', skip: null, take: c.limits.writes }, select: { fields: [], related: [], probes: [] },
  }
  const asked = authorizeAs.system({ ...query, select: { ...query.select, fields: entity.key.map(name => ({ name, shown: always })) } }, 'finds the rows that hooks are asked of', { model: c.model, caller, slots: values.length })
  const { body, total } = await c.session.read(asked, filled(asked, values, caller), run)
  if ((total ?? 0) > c.limits.writes) throw new Failure('resolve.limit', `one request may write ${c.limits.writes} rows where hooks are asked of each`)
  const rows = body === null ? [] : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as readonly unknown[]
  return rows.map(row => entity.key.map(name => name.split('.').reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) as unknown : null), row) as Value))
}

/** The application's code is asked of each row, so each is a change of its own; the filter is asked again of what was read a moment before. */
async function oneByOne(w: Writer, entity: EntityModel, request: WriteRequest, count: number, keys: readonly Key[]): Promise<WriteAnswer> {
  const verb = request.kind === 'delete' ? 'delete' : 'update'
  if (keys.length !== count) throw otherwise(count, keys.length, verb)
  const { count: _, ...each } = request, versions: (string | null)[] = []
  for (const key of keys) {
    try {
      if (verb === 'delete') await remove(w, entity, { ...each, key }, false)
      else versions.push(...(await change(w, { ...prepareUpdate(w, entity, { ...each, key }, false), unversioned: false })).versions)
    } catch (e) { throw e instanceof Failure && (e.code === 'row.condition' || e.code === 'row.missing') ? otherwise(count, count - 1, verb) : e }
  }
  return { created: false, bodies: [], keys, versions, cut: [], count: keys.length }
}
