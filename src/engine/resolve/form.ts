// The form of a body that makes rows: what its mutation depends on, and no value. Bodies of one form are one mutation, made, authorized and compiled once.
import { relationOf, type EntityModel, type FieldModel, type RelationModel } from '../../model/index.ts'
import { always, parameter, type Assignment, type Create, type Link, type Nested } from '../../operation/index.ts'
import { fallbackOf, referencesOf } from './body.ts'

/** What rows are nested in. `tied`: the row is there by then, and the engine puts its key in. */
export interface Parent { readonly relation: RelationModel; readonly tied: boolean }

/** One level of rows. Everything that its mutation depends on stands here. */
export interface Form {
  readonly entity: EntityModel
  readonly parent: Parent | null
  /** Where its rows are among the values. */
  readonly slot: number
  /** How many rows there are, and how many of them name each field. */
  readonly rows: number
  readonly given: ReadonlyMap<string, number>
  /** References to rows that are there, by the fields that find them. */
  readonly linked: ReadonlyMap<string, readonly string[]>
  /** References that the engine fills in. */
  readonly placed: ReadonlySet<string>
  readonly before: readonly NestedForm[]
  readonly after: readonly NestedForm[]
  readonly links: readonly { readonly relation: string; readonly by: readonly string[]; readonly slot: number }[]
}
export interface NestedForm { readonly relation: string; readonly of: Form }

/**
 * Names a form: forms of one name make the same mutation, whatever they hold. Names of a declaration are letters, digits, underscores and dots, so that none is mistaken for
 * what stands between them. What is given by each row ends in a point, by some of them in a question mark: their number is no part of the form.
 */
export function nameOfForm(f: Form): string {
  let name = `${f.entity.name} ${f.slot}`
  if (f.parent !== null) name += ` ${f.parent.tied ? 'tied' : 'in'} ${f.parent.relation.name} ${f.parent.relation.target}`
  name += '('
  for (const [field, count] of f.given) name += count < f.rows ? `${field}?` : `${field};`
  for (const [relation, by] of f.linked) name += ` ${relation}=${by.join()}`
  for (const relation of f.placed) name += ` #${relation}`
  for (const { relation, of } of f.before) name += ` <${relation} ${nameOfForm(of)}`
  for (const { relation, of } of f.after) name += ` >${relation} ${nameOfForm(of)}`
  for (const { relation, by, slot } of f.links) name += ` ~${relation} ${slot}=${by.join()}`
  return `${name})`
}

/** What is made of a form. `nested`: the relations that its bodies nest. */
export interface Made { readonly create: Create; readonly nested: readonly string[] }

export function madeOf(f: Form): Made {
  const { entity, parent } = f, parentKeys = keysOfParent(parent), made = new Set(f.before.map(n => n.relation))
  const set = Object.values(entity.fields).flatMap((x): Assignment[] => {
    const parentKey = parentKeys.find(k => k.field === x.name)
    if (parentKey) return [{ field: x.name, from: parent?.tied ? { kind: 'given', otherwise: null } : { kind: 'parent', field: parentKey.from } }]
    if (x.generated === 'column') return []
    if (x.reference && isLinked(x, f.linked, made)) {
      const { reference } = x
      return [{ field: x.name, from: { kind: 'linked', relation: reference, field: relationOf(entity, reference).on.find(pair => pair.local === x.name)?.foreign ?? '' } }]
    }
    const count = f.given.get(x.name) ?? 0, fallback = fallbackOf(x)
    if (count === 0) return fallback === null ? [] : [{ field: x.name, from: fallback }]
    return [{ field: x.name, from: { kind: 'given', otherwise: count < f.rows ? fallback : null } }]
  })
  const inner = (of: readonly NestedForm[]) => of.map(({ relation, of: form }) => ({ relation, of: madeOf(form) }))
  const before = inner(f.before), after = inner(f.after)
  const nested = (all: typeof before) => all.map(({ relation, of }): Nested => ({ relation, create: of.create }))
  const links = f.links.map((l): Link => ({ relation: l.relation, by: l.by, where: always, rows: parameter(l.slot) }))
  return {
    nested: [...[...before, ...after].flatMap(({ relation, of }) => [relation, ...of.nested.map(n => `${relation}.${n}`)]), ...links.map(l => l.relation), ...f.linked.keys()],
    create: {
      kind: 'create', entity: entity.name, rows: parameter(f.slot), set, check: always, whole: null, before: nested(before), after: nested(after), links, returning: null,
      references: referencesOf(entity, set, f.linked, f.placed),
    },
  }
}

/** The fields that are given by the row around. */
export const keysOfParent = (parent: Parent | null): readonly { readonly field: string; readonly from: string }[] =>
  (parent === null || parent.relation.through ? [] : parent.relation.on.map(x => ({ field: x.foreign, from: x.local })))

/** Whether a field is of a reference to a row that is found, or made, with the row. */
export const isLinked = (f: FieldModel, linked: Has, before: Has): boolean => f.reference !== null && (linked.has(f.reference) || before.has(f.reference))
type Has = Pick<ReadonlySet<string>, 'has'>
