// What an entity asks of the bodies that make its rows, and what a place in a body gives them: found out once, for of every row of every body it would be the same.
import type { EntityModel, FieldModel, RelationModel } from '../../model/index.ts'
import { fallbackOf } from './body.ts'

export interface Asked {
  /** The fields that each row must say, and those of references, which it must say where other rows of the body connect them. */
  readonly fields: readonly { readonly field: FieldModel; readonly required: boolean }[]
  /** The fields that are one object in a body, by its name. */
  readonly composites: ReadonlyMap<string, readonly FieldModel[]>
  /** What of the key is made where a row does not say it. */
  readonly made: readonly string[]
}
/** What is given by the row around, and all names that therefore must not be said. */
export interface Given { readonly fields: ReadonlySet<string>; readonly names: ReadonlySet<string> }

const asked = new WeakMap<EntityModel, Asked>()
const given = new WeakMap<RelationModel, Given>()
/** What stands before each of a name's dots: the objects that it is in. */
const outer = (name: string): readonly string[] => [...name.matchAll(/\./g)].map(dot => name.slice(0, dot.index))
const nothing: Given = { fields: new Set(), names: new Set() }

export function askedBy(entity: EntityModel): Asked {
  const known = asked.get(entity)
  if (known) return known
  const fields = Object.values(entity.fields)
  const made: Asked = {
    fields: fields.filter(f => f.generated !== 'column').map(field => ({ field, required: fallbackOf(field) === null })).filter(x => x.required || x.field.reference !== null),
    composites: new Map(fields.flatMap(f => outer(f.name)).map(name => [name, fields.filter(f => f.name.startsWith(`${name}.`))])),
    made: entity.key.filter(name => entity.fields[name]?.generated === 'key'),
  }
  asked.set(entity, made)
  return made
}

/** `relation`: what the rows are nested in; through a link entity nothing is given. */
export function givenBy(relation: RelationModel | null): Given {
  if (relation === null || relation.through) return nothing
  const known = given.get(relation)
  if (known) return known
  const fields = relation.on.map(pair => pair.foreign)
  const made: Given = { fields: new Set(fields), names: new Set([relation.inverse, ...fields, ...fields.flatMap(outer)]) }
  given.set(relation, made)
  return made
}
