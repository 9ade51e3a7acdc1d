// Where actions are found: below `/api/actions`, below a row, or at paths of their own.
import { actionsOf, type ActionModel, type ForeignContract, type Model } from '../../model/index.ts'
import { fromPath } from './text.ts'

/** An action with a contract of its own. */
export type Contracted = ActionModel & { readonly contract: ForeignContract }
/** Actions by where they are found. */
export interface Acts {
  readonly plain: ReadonlyMap<string, ActionModel>
  /** By entity, then by path. */
  readonly own: ReadonlyMap<string, ReadonlyMap<string, ActionModel>>
  readonly contracts: readonly { readonly action: Contracted; readonly parts: readonly string[] }[]
}

export function actsOf(model: Model): Acts {
  const all = actionsOf(model), isContracted = (a: ActionModel): a is Contracted => a.contract !== null
  return {
    plain: new Map(all.filter(a => a.entity === null && a.contract === null).map(a => [a.path, a])),
    own: new Map([...Map.groupBy(all.filter(a => a.entity !== null), a => a.entity ?? '')].map(([entity, of]) => [entity, new Map(of.map(a => [a.path, a]))])),
    contracts: all.filter(isContracted).map(action => ({ action, parts: action.contract.path.split('/') })),
  }
}

/** Contracts at this path, each with what stands in its braces. One without braces comes first. */
export function contractsAt(acts: Acts, path: string): readonly { readonly action: Contracted; readonly named: Readonly<Record<string, string>> }[] {
  if (acts.contracts.length === 0) return []
  const given = path.split('/')
  return acts.contracts.flatMap(({ action, parts }) => {
    if (parts.length !== given.length) return []
    const named: Record<string, string> = {}
    for (const [i, part] of parts.entries()) {
      const name = /^\{(.*)\}$/.exec(part)?.[1], value = given[i] ?? ''
      if (name === undefined ? part !== value : value === '') return []
      if (name !== undefined) named[name] = fromPath(value)
    }
    return [{ action, named }]
  }).toSorted((a, b) => Object.keys(a.named).length - Object.keys(b.named).length)
}
