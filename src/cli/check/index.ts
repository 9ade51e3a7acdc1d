// Looks over a declaration and its rules like a reviewer: everything that compiles, and is probably not meant.
import type { Backend } from '../../define/index.ts'
import type { Model } from '../../model/index.ts'
import type { Finding } from './finding.ts'
import { checkActions } from './actions.ts'
import { checkReach } from './reach.ts'
import { checkRoles, checkRules } from './rules.ts'
import { checkSizes } from './sizes.ts'

export type { Finding } from './finding.ts'

/** What is to be said of a model, in the order of files and lines. */
export function review(model: Model, backend: Pick<Backend, 'as' | '~declared'>): readonly Finding[] {
  const entities = Object.values(model.entities).filter(e => !e.hidden)
  return inOrder([
    ...entities.flatMap(e => [...checkRules(model, e), ...checkReach(model, e), ...checkSizes(model, e)]),
    ...checkActions(model),
    ...checkRoles(model, backend.as, backend['~declared'].at()),
  ])
}

export const inOrder = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
