// The matrix of rights: sorts of callers × entities × verbs, with the fields that not everybody sees or sets, and the actions.
import { actionsOf, type ActionModel, type EntityModel, type FieldModel, type Model } from '../model/index.ts'
import type { Predicate } from '../operation/index.ts'
import { factOf, ofHer, phrase } from './phrase.ts'
import { rightsOf, verbs, type Rights } from './rights.ts'
import { sortsOf, type Sort } from './sort.ts'

/** `always` and `never`: of every row and every caller of the sort; else `when` says of which. */
export interface Cell { readonly sort: Sort; readonly standing: 'always' | 'never' | 'some'; readonly when: Predicate; readonly text: string }
export interface Line { readonly entity: EntityModel | null; readonly says: string; readonly cells: readonly Cell[] }
export interface Matrix { readonly sorts: readonly Sort[]; readonly lines: readonly Line[] }

/** What is in a cell. What the sort is by itself need not be said of it again. */
export function cellOf(model: Model, entity: EntityModel | null, sort: Sort, when: Predicate): Cell {
  const of = entity ?? Object.values(model.entities)[0]
  const has = new Set(sort.bound.flatMap(b => Object.keys(model.callers).includes(b) ? [factOf(`@${b}.`)] : []))
  switch (when.kind) {
    case 'always': return { sort, standing: 'always', when, text: 'yes' }
    case 'never': return { sort, standing: 'never', when, text: 'no' }
    default: return { sort, standing: 'some', when, text: of === undefined ? '' : `if ${phrase(model, of, when, ofHer(has))}` }
  }
}

/** Fields that somebody does not see, though others may, and those that not whoever writes the row may set. */
export const guarded = (entity: EntityModel): { readonly seen: readonly FieldModel[]; readonly set: readonly FieldModel[] } => {
  const fields = Object.values(entity.fields)
  return { seen: fields.filter(f => !f.hidden && entity.rules.some(r => r.effect === 'hide' && r.fields.includes(f.name))), set: fields.filter(f => f.by !== null && f.generated === null) }
}

export function matrixOf(model: Model, sorts: readonly Sort[] = sortsOf(model)): Matrix {
  const all = sorts.map(sort => ({ sort, rights: rightsOf(model, sort) }))
  const lines: Line[] = []
  const add = (entity: EntityModel | null, says: string, of: (rights: Rights) => Predicate): void => {
    lines.push({ entity, says, cells: all.map(({ sort, rights }) => cellOf(model, entity, sort, of(rights))) })
  }
  for (const entity of Object.values(model.entities)) {
    if (entity.hidden) continue
    for (const verb of verbs) add(entity, verb, rights => rights.may(entity, verb))
    for (const field of guarded(entity).seen) add(entity, `see \`${field.name}\``, rights => rights.sees(entity, field))
    for (const field of guarded(entity).set) add(entity, `set \`${field.name}\``, rights => rights.sets(entity, field))
    for (const action of ownActions(model, entity)) add(entity, `call \`${action.name}\``, rights => rights.calls(action))
  }
  for (const action of actionsOf(model).filter(a => a.entity === null)) add(null, `call \`${action.name}\``, rights => rights.calls(action))
  return { sorts, lines }
}
const ownActions = (model: Model, entity: EntityModel): readonly ActionModel[] => actionsOf(model).filter(a => a.entity === entity.name)

/** Lines of one entity with the same cells, told as one: `create, update, delete`. */
export function merged(lines: readonly Line[]): readonly Line[] {
  const out: Line[] = []
  for (const line of lines) {
    const at = out.findIndex(o => o.entity === line.entity && o.cells.every((c, i) => c.text === line.cells[i]?.text) && kindOf(o) === kindOf(line))
    const before = out[at]
    if (before === undefined) out.push(line)
    else out[at] = { ...before, says: `${before.says}, ${line.says.replace(/^(see|set|call) /, '')}` }
  }
  return out
}
const kindOf = ({ says }: Line): string => /^(see|set|call) /.exec(says)?.[1] ?? 'row'
