// A plan in the making: collects steps, refusals, notes and the questions still open.
import type { EntityModel, FieldModel, Place } from '../model/index.ts'
import type { Change, Facts, Lock, Name, Refusal, Step } from './plan.ts'
import { render } from './render.ts'

export interface Draft {
  readonly steps: Step[]
  readonly refused: Refusal[]
  readonly notes: string[]
  readonly questions: Set<string>
  /** The number a question answers; 0 while it is open. */
  ask(question: string): number
  step(change: Change, more?: Partial<Pick<Step, 'entity' | 'field' | 'says' | 'additive' | 'losesData'>>): void
  refuse(about: { readonly entity: EntityModel; readonly field?: FieldModel | undefined; readonly place?: Place }, reason: string, ...ways: readonly string[]): void
}

export function draft(facts: Facts): Draft {
  const steps: Step[] = [], refused: Refusal[] = [], notes: string[] = [], questions = new Set<string>()
  // A table made in this plan has nobody waiting for it.
  const fresh = new Set<string>()
  const isFresh = (t: Name): boolean => fresh.has(JSON.stringify([t.schema, t.name]))
  return {
    steps, refused, notes, questions,
    ask(question) {
      const n = facts.count(question)
      if (n === undefined) questions.add(question)
      return n ?? 0
    },
    step(change, more = {}) {
      if (change.kind === 'createTable') fresh.add(JSON.stringify([change.table.schema, change.table.name]))
      const renames = change.kind === 'renameTable' || change.kind === 'renameColumn'
      steps.push({
        change, entity: null, field: null, says: null, additive: !renames, losesData: false, lock: 'table' in change && !isFresh(change.table) ? lockOf(change) : 'none',
        rewrites: change.kind === 'addColumn' && (change.column.identity !== null || change.column.default === 'gen_random_uuid()'),
        phase: change.kind === 'validate' ? 'validate' : 'change', sql: render(change), ...more,
      })
    },
    refuse({ entity, field, place }, reason, ...ways) {
      refused.push({ entity: entity.name, field: field?.name ?? null, place: place ?? field?.place ?? entity.place, reason, ways })
    },
  }
}

function lockOf(change: Change): Lock {
  switch (change.kind) {
    case 'createIndex': return 'share'
    case 'addReference': return 'share row exclusive'
    case 'validate': case 'comment': return 'share update exclusive'
    case 'createSchema': case 'createTable': case 'fill': case 'compute': return 'none'
    default: return 'access exclusive'
  }
}
