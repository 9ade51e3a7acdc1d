// What the code of an action is given, as identity's own code takes it: loosely typed, since the class of accounts is the application's.
import type { ActionDb, Preparing, Running, Sql } from '../define/index.ts'
import type { CallRequested, Caller, LooseDb, Model } from '../model/index.ts'
import type { Records } from '../protocols/protocol.ts'
import type { Run } from '../stores/index.ts'

/** What parts of our own work with. */
export interface Workings { readonly model: Model; readonly records: Records; readonly run: Run }
/** What `prepare` and `run` of any action are given, as far as it matters here. */
export interface Inside {
  readonly db: { asSystem(reason: string): LooseDb }
  readonly caller: Caller
  readonly sql: Sql
  readonly request: CallRequested | null
  readonly reply: { header(name: string, value: string): void } | undefined
  readonly workings: Workings
}
/** What an action of the application hands over. */
export type Handed = { /** Of whatever model. */ readonly db: { asSystem(reason: string): object } } & Pick<Preparing<any, any, any>, 'caller' | 'sql' | 'request'> & Partial<Pick<Running<any, any, any>, 'reply'>>

export function insideOf(given: object): Inside {
  const { db, caller, sql, request, reply, inside } = given as { readonly db: ActionDb<object>; readonly caller: Caller; readonly sql: Sql; readonly request: CallRequested | null; readonly reply?: Inside['reply']; readonly inside: Workings }
  return { db: db as unknown as Inside['db'], caller, sql, request, reply, workings: inside }
}
