// Changes and deletes of many rows: those that a filter names, which must be as many as the caller believes, all of them or none.
import { Failure } from '../failure/index.ts'
import type { EntityModel } from '../model/index.ts'
import { always, parameter, type Delete, type Update } from '../operation/index.ts'
import type { WriteAnswer } from '../protocols/protocol.ts'
import type { WriteRequest } from '../wire/index.ts'
import { checkRestricted, options, speak, type Writer } from './answer.ts'
import { conditionOf } from './condition.ts'
import { authorized, filled, shapeOf } from './context.ts'
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
  try {
    const written = await c.session.write(ready, filled(ready, all, caller), run)
    return { created: false, bodies: [], keys: written.keys, versions: written.versions, cut: [], count: written.touched }
  } catch (e) {
    const said = speak(w, entity, e, at => at)
    const found = said.facts['count']
    throw said.code === 'row.count' && typeof found === 'number'
      ? new Failure('row.count', `${count} ${count === 1 ? 'row was' : 'rows were'} expected; there ${found === 1 ? 'is' : 'are'} ${found} that you may ${mutation.kind}. Nothing was written.`, { facts: { count: found } })
      : said
  }
}
