// Finding things in a model by name, never undefined.
import type { EntityName, FieldName, RelationName } from '../operation/index.ts'
import type { ActionModel, Isolation, EntityModel, FailureModel, FieldModel, Model, RelationModel } from './model.ts'

const own = <T>(record: Readonly<Record<string, T>>, name: string, what: string): T => {
  const found = Object.hasOwn(record, name) ? record[name] : undefined
  if (found === undefined) throw new Error(`no ${what} '${name}'`)
  return found
}

/** For names already resolved, the system's own among them; throws a plain Error (a bug) where there is none. */
export const entityOf = (model: Pick<Model, 'entities' | 'system'>, name: EntityName): EntityModel => own(model.system && Object.hasOwn(model.system, name) ? model.system : model.entities, name, 'entity')
export const fieldOf = (entity: EntityModel, name: FieldName): FieldModel => own(entity.fields, name, `field of ${entity.title}`)
export const relationOf = (entity: EntityModel, name: RelationName): RelationModel => own(entity.relations, name, `relation of ${entity.title}`)

/** For names from outside: undefined where there is none (`constructor` and friends included). */
export const find = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(record, name) ? record[name] : undefined)

/** Whether rows of the holder are deleted with the row that this reference of theirs names: parts, links, and what says so. */
export const goesAlong = (holder: EntityModel, reference: RelationModel): boolean => holder.whole === reference.name || holder.hidden || reference.cascade === true

/** Every action, an entity's own among them. */
export const actionsOf = (model: Model): readonly ActionModel[] => Object.values(model.actions ?? {})
/** Whether code of the application runs in it: two models that look the same may then not be. */
export const hasCode = (model: Model): boolean => actionsOf(model).length > 0 || Object.keys(model.hooks ?? {}).length > 0
/** The failures that hooks of an entity declare. */
export const hookFailures = (model: Model, entity: EntityName): readonly FailureModel[] => [...new Map((model.hooks?.[entity] ?? []).flatMap(h => h.failures.map(f => [f.code, f] as const))).values()]
/** Every failure that the application declares, with whose it is. */
export function declaredFailures(model: Model): readonly { readonly failure: FailureModel; readonly of: readonly string[] }[] {
  const all = [...actionsOf(model).map(a => ({ of: a.id, failures: a.failures })), ...Object.values(model.hooks ?? {}).flat().map(h => ({ of: `writing ${h.entity}`, failures: h.failures }))]
  const codes = new Map(all.flatMap(x => x.failures.map(f => [f.code, f] as const)))
  return [...codes.values()].map(failure => ({ failure, of: [...new Set(all.filter(x => x.failures.some(f => f.code === failure.code)).map(x => x.of))] }))
}

const isolations: readonly Isolation[] = ['read committed', 'repeatable read', 'serializable']
/** The strictest of them. */
export const strictest = (of: Iterable<Isolation>): Isolation => isolations[Math.max(0, ...[...of].map(i => isolations.indexOf(i)))] ?? 'read committed'
