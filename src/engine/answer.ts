// What a write answers with, and what a store says of it as the caller may hear it.
import { Failure, suggest, toFailure, type At } from '../failure/index.ts'
import { entityOf, type Caller, type EntityModel } from '../model/index.ts'
import { always, type Returning, type Selection, type Value } from '../operation/index.ts'
import type { WriteAnswer } from '../protocols/protocol.ts'
import type { Run, Written } from '../stores/index.ts'
import type { MemberAsk, RowsAsk, WriteRequest } from '../wire/index.ts'
import { refused } from './authorize.ts'
import { rulesFor, type Context } from './context.ts'
import { aroundValues, readCursor } from './cursor.ts'
import { Misfit, Mistakes, selection, surroundings, type Reader, type ResolvedWrite, type WriteOptions } from './resolve/index.ts'

/** Who writes, with what, until when. */
export interface Writer { readonly c: Context; readonly caller: Caller; readonly run: Run }

export const options = ({ c, caller }: Writer, request: Pick<WriteRequest, 'origin'>, values: readonly Value[]): WriteOptions =>
  ({ model: c.model, origin: request.origin, limits: c.limits, values, keys: c.known.systems.has(caller) })

/** The entity a request names. Throws `resolve.name`. */
export function entityNamed(c: Context, name: string): EntityModel {
  const entity = Object.hasOwn(c.model.entities, name) ? c.model.entities[name] : undefined
  if (!entity || entity.hidden) throw new Failure('resolve.name', `there is no entity '${name}'.${suggest(name, Object.keys(c.model.entities))}`)
  return entity
}

/**
 * What is answered: the members, or the fields and relations asked for, else every field and what the body nested. `values` are those of the mutation's slots so far; the
 * answer's own come behind.
 */
export function returning({ c, caller }: Writer, entity: EntityModel, request: Asking, nested: readonly string[], values: Value[]): Returning {
  if (request.members) return { select: membersOf(c, entity, request, request.members, values, caller), where: always }
  const include: Record<string, RowsAsk> = Object.create(null)
  for (const path of nested) {
    let here = include
    for (const name of path.split('.')) {
      const next: { include: Record<string, RowsAsk>; size?: number } = (here[name] as { include: Record<string, RowsAsk> } | undefined) ?? { include: Object.create(null) as Record<string, RowsAsk> }
      here[name] = next
      here = next.include
    }
  }
  const mistakes = new Mistakes('url')
  // Their values would need slots beside those of the body.
  if (filtered(request.include)) throw new Failure('resolve.name', 'The answer to a write takes fields and include, and of an included list sort, page, fields and include; to filter it, read the row.')
  const ask = request.include || request.fields ? { ...(request.fields ? { fields: request.fields } : {}), ...(request.include ? { include: request.include } : {}) } : { include }
  const select = selection({ model: c.model, limits: c.limits, mistakes, readers: [], comparisons: 0 }, { includes: 0, cost: 0 }, entity, ask, [], 1, 0)
  return { select, where: always }
}

type Asking = Pick<WriteRequest, 'fields' | 'include' | 'members' | 'values' | 'cursors' | 'origin'>

function membersOf(c: Context, entity: EntityModel, request: Asking, members: readonly MemberAsk[], values: Value[], caller: Caller): Selection {
  const raw = request.values ?? [], cursors = (request.cursors ?? []).map(readCursor), base = values.length
  const around = surroundings(base + raw.length, cursors.map(x => x.keys.map(k => k === null)))
  const mistakes = new Mistakes(request.origin), readers: (Reader | undefined)[] = []
  const select = selection({ model: c.model, limits: c.limits, mistakes, readers, comparisons: 0, base, surroundings: around }, { includes: 0, cost: 0 }, entity, { members }, [], 1, 0)
  raw.forEach((value, i) => {
    const reader = readers[i]
    try { values.push(reader ? reader.read(value, request.origin) : null) } catch (e) {
      if (!(e instanceof Misfit)) throw e
      mistakes.add(reader?.at ?? [], e.message)
    }
  })
  mistakes.check()
  values.push(...aroundValues(around.all, cursors, values, caller))
  return select
}

const filtered = (include: Readonly<Record<string, RowsAsk>> | undefined): boolean =>
  Object.values(include ?? {}).some(rows => rows.filter !== undefined || filtered(rows.include))

export const answered = (w: Written): Omit<WriteAnswer, 'created'> => ({ bodies: w.bodies, keys: w.keys, versions: w.versions, cut: w.cut })

export type Restricted = ResolvedWrite['restricted'][number]
/** Whether the caller may set a field or a relation that only some roles may. */
export const maySet = ({ c, caller }: Writer, r: Restricted): boolean => c.known.systems.has(caller) || r.by.some(role => caller.roles.has(role))
export const onlyOthers = (r: Restricted, caller: Caller): Failure => refused(caller, r.by.length === 0 ? `${r.field} is not set by hand: actions of the application do.` : `Only ${r.by.join(' or ')} may set ${r.field}.`, r.at)

export function checkRestricted(w: Writer, resolved: Pick<ResolvedWrite, 'restricted'>): void {
  const first = resolved.restricted.find(r => !maySet(w, r))
  if (first) throw onlyOthers(first, w.caller)
}

/** What a store says of a write, as the caller may hear it; `place` is where in the body a place of the mutation is. */
export function speak({ c, caller }: Writer, entity: EntityModel, error: unknown, place: (at: At) => At): Failure {
  const failure = toFailure(error)
  const at: At = place(failure.at)
  switch (failure.code) {
    case 'caller.forbidden': return refused(caller, `You may not write this to ${entity.path}.`, at)
    case 'row.reference': {
      const relation = at.findLast(x => typeof x === 'string')
      return lostReference(at, typeof relation === 'string' ? relation : 'it')
    }
    case 'row.referenced': {
      // Entities the caller cannot read are not named.
      const { ruling } = rulesFor(c, caller)
      const names = [...new Set(Object.values(entity.relations).filter(r => !r.owner && !r.owned && !r.through && !r.hidden).map(r => entityOf(c.model, r.target)))].filter(t => ruling.may(t, 'read').kind !== 'never')
      return new Failure('row.referenced', names.length ? `Rows of ${names.map(t => t.path).join(' or ')} may depend on it.` : undefined, { at, cause: failure.cause })
    }
    default: return new Failure(failure, failure.message, { at, facts: failure.facts, mistakes: failure.mistakes, cause: failure.cause })
  }
}

/** A row referred to that is missing or hidden: one failure for both. */
export const lostReference = (at: At, relation: string): Failure =>
  new Failure('row.reference', `${relation} names a row that does not exist, or that you may not read.`, { at, mistakes: [{ at, detail: 'does not exist, or you may not read it' }] })
