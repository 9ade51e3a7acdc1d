// What of a body's steps is known before anything is written: what is refused whatever the data, and mistakes that only this caller makes.
import { Failure, type At } from '../failure/index.ts'
import { entityOf, type EntityModel, type RelationModel } from '../model/index.ts'
import type { Delete } from '../operation/index.ts'
import type { Writer } from './answer.ts'
import { mayNot, refused } from './authorize.ts'
import { authorized, rulesFor, shapeOf } from './context.ts'
import { keyIs } from './key.ts'
import type { ChangeStep, CreateStep } from './resolve/index.ts'

/**
 * Of a body's steps: what is refused whatever the data, and mistakes that only this caller makes. They are known before anything is written.
 * What is done only where a row is not there, or is, is no matter of this: whether it may be done is asked when it is.
 */
export function foresee(w: Writer, steps: readonly (CreateStep | Pick<ChangeStep, 'entity' | 'targets' | 'deeds'>)[]): { readonly refusal: Failure | null; readonly mistakes: Failure['mistakes'] } {
  let refusal: Failure | null = null
  const mistakes: Failure['mistakes'][number][] = []
  const attempt = (at: At, work: () => unknown): void => {
    try { work() } catch (e) {
      if (!(e instanceof Failure)) throw e
      if (e.code === 'resolve.value') mistakes.push(...e.mistakes.map(m => ({ ...m, at: [...at, ...m.at] })))
      else refusal ??= new Failure(e, e.message, { at: [...at, ...e.at], facts: e.facts, cause: e.cause })
    }
  }
  const { ruling } = rulesFor(w.c, w.caller)
  const around = (entity: EntityModel, { targets, deeds }: Pick<ChangeStep, 'targets' | 'deeds'>): void => {
    for (const { relation, at } of [...targets, ...deeds]) {
      const holder = relation.owner ? entity : entityOf(w.c.model, relation.target)
      const hidden = !relation.through && relation.on.some(pair => ruling.shown(holder, relation.owner ? pair.local : pair.foreign).kind === 'never')
      if (hidden) attempt(at, () => { throw refused(w.caller, `You may not see ${relation.name} of ${entity.path}.`) })
    }
    for (const t of targets) {
      if (t.do === 'create') create(t.create, null)
      else if (t.do === 'delete') attempt(t.at, () => mayRemove(w, entityOf(w.c.model, t.relation.target), null))
    }
    for (const d of deeds) {
      const target = entityOf(w.c.model, d.relation.target), tied = d.relation.owner ? null : d.relation
      switch (d.do) {
        case 'create': create(d.create, tied); break
        case 'connectOrCreate': case 'upsert': break
        case 'update': update(d.update, tied); break
        case 'delete': attempt(d.at, () => mayRemove(w, target, d.relation)); break
        case 'setParts': for (const p of d.parts) { if (p.create) create(p.create, tied); if (p.update) update(p.update, tied) } break
        case 'connect': case 'disconnect': case 'set':
          if (!d.relation.through) attempt(d.at, () => { if (ruling.may(target, 'update').kind === 'never') throw mayNot(w.c.model, ruling, target, 'update', w.caller) })
          break
      }
    }
  }
  const create = (step: CreateStep, tied: RelationModel | null): void => {
    attempt(step.places[0] ?? [], () => authorized(w.c, shapeOf(step.create), step.create, step.values.length, w.caller, nestedIn(tied)))
    around(step.entity, step)
  }
  const update = (step: ChangeStep, tied: RelationModel | null): void => {
    attempt(step.at, () => authorized(w.c, shapeOf(step.update), step.update, 1, w.caller, nestedIn(tied)))
    around(step.entity, step)
  }
  for (const step of steps) {
    if ('create' in step) create(step, null)
    else around(step.entity, step)
  }
  return { refusal, mistakes }
}

/** What authorize is told of a row that is written with another. */
export const nestedIn = (tied: RelationModel | null): string | undefined => (tied === null || tied.through ? undefined : tied.inverse)

/** Refuses what is refused whatever the data. */
function mayRemove(w: Writer, target: EntityModel, relation: RelationModel | null): void {
  const mutation: Delete = { kind: 'delete', entity: target.name, where: keyIs(target), expect: null, whole: null }
  authorized(w.c, shapeOf(mutation), mutation, target.key.length, w.caller, nestedIn(relation && !relation.owner ? relation : null))
}
