// Finding things in a model by name, never undefined.
import type { EntityName, FieldName, RelationName } from '../operation/index.ts'
import type { EntityModel, FieldModel, Model, RelationModel } from './model.ts'

const own = <T>(record: Readonly<Record<string, T>>, name: string, what: string): T => {
  const found = Object.hasOwn(record, name) ? record[name] : undefined
  if (found === undefined) throw new Error(`no ${what} '${name}'`)
  return found
}

/** For names already resolved, the system's own among them; throws a plain Error (a bug) where there is none. */
export const entityOf = (model: Model, name: EntityName): EntityModel => own(model.system && Object.hasOwn(model.system, name) ? model.system : model.entities, name, 'entity')
export const fieldOf = (entity: EntityModel, name: FieldName): FieldModel => own(entity.fields, name, `field of ${entity.title}`)
export const relationOf = (entity: EntityModel, name: RelationName): RelationModel => own(entity.relations, name, `relation of ${entity.title}`)

/** For names from outside: undefined where there is none (`constructor` and friends included). */
export const find = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(record, name) ? record[name] : undefined)
