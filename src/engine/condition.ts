// The condition of a write: `PATCH /products/1?filter[stock][gte]=2`, and which rows of many are meant.
import { Failure } from '../failure/index.ts'
import type { EntityModel } from '../model/index.ts'
import { always, mapOperands, parameter, type Predicate, type Value } from '../operation/index.ts'
import type { WriteRequest } from '../wire/index.ts'
import type { Writer } from './answer.ts'
import { mayNot } from './authorize.ts'
import { rulesFor } from './context.ts'
import { Misfit, mistaken, Mistakes, resolveFilter, type Resolving } from './resolve/index.ts'

export interface Condition { readonly asked: Predicate; readonly values: readonly Value[] }

/**
 * What the request's filter asks, its slots from `first` on; `always` where it has none. What does not exist or does not fit is a 400 in an address, else one 422 after
 * what the caller may not do whatever the data.
 */
export function conditionOf({ c, caller }: Writer, entity: EntityModel, { filter, kind }: WriteRequest, first: number): Condition {
  if (!filter) return { asked: always, values: [] }
  const { origin } = filter
  const resolving: Resolving = { model: c.model, limits: c.limits, mistakes: new Mistakes(origin), readers: [], comparisons: 0 }
  const asked = resolveFilter(resolving, entity, filter.of, ['filter'], 0)
  const values = filter.values.map((raw, i): Value => {
    const reader = resolving.readers[i]
    if (!reader) return null
    try { return reader.read(raw, origin) } catch (e) {
      if (!(e instanceof Misfit)) throw e
      if (origin === 'url') throw new Failure('resolve.url', `${reader.at.join('.')} ${e.message}`, { at: reader.at, cause: e })
      resolving.mistakes.add(reader.at, e.message)
      return null
    }
  })
  if (resolving.mistakes.list.length) {
    const verb = kind === 'delete' ? 'delete' : 'update'
    const { ruling } = rulesFor(c, caller)
    if (ruling.may(entity, verb).kind === 'never') throw mayNot(c.model, ruling, entity, verb, caller)
    throw mistaken(resolving.mistakes.list)
  }
  return { asked: mapOperands(asked, o => (o.kind === 'parameter' ? parameter(o.slot + first) : o)), values }
}
