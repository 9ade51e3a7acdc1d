// What a sort of caller may do: a condition for every verb of an entity, every field it sees or sets, and every action. The engine's own ruling, for a sort in place of a caller.
import { rulingBy, type Ruling } from '../engine/index.ts'
import type { ActionModel, EntityModel, FieldModel, Model, Verb } from '../model/index.ts'
import { and, never, type Predicate } from '../operation/index.ts'
import { simplify } from './simplify.ts'
import { decideFor, type Sort } from './sort.ts'

export const verbs: readonly Verb[] = ['read', 'create', 'update', 'delete']

/** Each a condition on the row, its claims those of the caller that asks; `always` and `never` of every row and caller of the sort. */
export interface Rights {
  /** A change or delete needs the row to be readable as well; a create asks it of the row that it makes. */
  may(entity: EntityModel, verb: Verb): Predicate
  sees(entity: EntityModel, field: FieldModel): Predicate
  /** As far as the rule of the row lets it be written. */
  sets(entity: EntityModel, field: FieldModel): Predicate
  calls(action: ActionModel): Predicate
}

export function rightsOf(model: Model, sort: Sort): Rights {
  const ruling: Ruling = rulingBy(model, (p, unknown) => decideFor(p, sort, unknown))
  const sees = (entity: EntityModel, field: FieldModel): Predicate => (field.hidden ? never : simplify(ruling.shown(entity, field.name)))
  return {
    may(entity, verb) {
      if (verb !== 'read' && entity.readOnly) return never
      const own = ruling.may(entity, verb)
      return simplify(verb === 'update' || verb === 'delete' ? and(ruling.may(entity, 'read'), own) : own)
    },
    sees,
    sets(entity, field) {
      if (field.generated !== null && field.generated !== 'key' && field.generated !== 'identity') return never
      if (field.by !== null && !field.by.some(role => sort.roles.includes(role))) return never
      // A secret is written and never seen.
      return field.kind === 'secret' ? simplify(ruling.shown(entity, field.name)) : sees(entity, field)
    },
    calls: action => simplify(decideFor(action.allow, sort, 'never')),
  }
}
