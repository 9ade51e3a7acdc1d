// Failures that the application's own code declares.
import { Failure, suggest, type Row } from '../failure/index.ts'
import type { FailureModel } from '../model/index.ts'
import { readOutput } from './resolve/index.ts'

/** A failure made of what the code of `who`, which declares these, gave. Throws an Error where it declares no such failure, or the facts do not fit. */
export function declared(who: string, failures: readonly FailureModel[], name: string, facts: unknown, detail: string | undefined): Failure {
  const model = failures.find(f => f.name === name)
  if (!model) throw new Error(`${who} declares no failure '${name}'.${suggest(name, failures.map(f => f.name))}`)
  return new Failure({ code: model.code, row: failureRow(model) }, detail, { facts: { ...readOutput(model.facts, facts, `the facts of ${name}`) } as Failure['facts'] })
}

export const failureRow = (f: FailureModel): Row => ({ status: f.status, title: f.about ?? f.name.replace(/[A-Z]/g, c => ` ${c.toLowerCase()}`).replace(/^./, c => c.toUpperCase()), blame: 'caller', retry: 'never', rpc: f.rpc })
