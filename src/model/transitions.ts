// Transitions of a state: which lead to it, and who may take them.
import { always, or, type Predicate, type Value } from '../operation/index.ts'
import type { FieldModel, Transition } from './model.ts'

/** Callers with one of the roles that may take it; everybody where none is named. */
export const takers = (t: Transition): Predicate => (t.by === null ? always : or(...t.by.map((role): Predicate => ({ kind: 'caller', role }))))
/** The transitions that lead to a state. */
export const waysTo = (f: FieldModel, to: Value): readonly Transition[] => (f.transitions ?? []).filter(t => t.to === to)
