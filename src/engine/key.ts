// Which row a write is about: its key as the request gives it, and the version it is believed to have.
import { Failure } from '../failure/index.ts'
import type { EntityModel } from '../model/index.ts'
import { and, field, parameter, type Predicate, type Value } from '../operation/index.ts'
import type { WriteRequest } from '../wire/index.ts'
import { missing, type Context } from './context.ts'
import { Misfit, readScalar } from './resolve/index.ts'

/** The parts of a key, in its order, as canonical values. */
export type Key = readonly Value[]

/** The parts of a key as canonical values; a part that does not fit is a row that does not exist. */
export function keyOf(c: Context, entity: EntityModel, request: Pick<WriteRequest, 'key' | 'origin'>): readonly Value[] {
  const raw = request.key ?? []
  if (raw.length !== entity.key.length) throw new Failure('row.missing', `${entity.title} has a key of ${entity.key.join(', ')}`)
  return entity.key.map((name, i) => {
    const f = entity.fields[name]
    if (!f) throw new Error(`no key field ${name}`)
    try { return readScalar(f.scalar, raw[i], request.origin === 'code' ? 'code' : 'url') } catch (e) {
      if (e instanceof Misfit) throw missing(c, entity.name)
      throw e
    }
  })
}

/** Its key is in the slots from `first` on. */
export const keyIs = (entity: EntityModel, first = 0): Predicate => and(...entity.key.map((name, i): Predicate =>
  ({ kind: 'compare', op: 'eq', as: entity.fields[name]?.scalar ?? 'text', left: field(name), right: parameter(first + i) })))

/** The version the caller expects, as the value of a slot; `stale`: no row can have it. */
export function expectOf(entity: EntityModel, expect: string | null): { readonly values: readonly Value[]; readonly stale: boolean } {
  if (expect === null || expect === '*') return { values: [], stale: false }
  const f = entity.version === null ? null : entity.fields[entity.version]
  if (f && !/^-?\d{1,15}$/.test(expect)) return { values: [], stale: true }
  return { values: [f?.scalar === 'integer' ? Number(expect) : expect], stale: false }
}
