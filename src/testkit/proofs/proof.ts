// What a proof is, and the world it looks at: drawn rows in a copy of the database, callers, and what the rules say to each by the plainest means.
import type { Backend } from '../../define/index.ts'
import type { Caller, EntityModel, Model } from '../../model/index.ts'
import type { Value } from '../../operation/index.ts'
import type { Pick } from '../arbitrary/pick.ts'
import { judge, type Judge, type Row, type Rows } from '../judge.ts'
import type { Carry, Person, Stage } from '../stories/index.ts'
import type { Drawing } from './world.ts'

export interface Proof { readonly says: string; /** null: it could not be looked at. */ readonly ok: boolean | null; /** Where it is not so, or what was left out. */ readonly details: readonly string[]; readonly ms: number }
export type Proven = Omit<Proof, 'ms'>

export interface Asker { readonly who: Person; readonly caller: Caller; readonly by: Judge }
/** Rows, and who asks of them. */
export interface Round { readonly rows: Rows; readonly askers: readonly Asker[] }
export interface World extends Round {
  readonly model: Model
  readonly backend: Backend
  readonly stage: Stage
  readonly drawing: Drawing
  readonly pick: Pick
  /** Throw Unsaid where the protocol has no words: that is left out of what is proven, and told. */
  readonly carries: readonly { readonly name: string; readonly carry: Carry }[]
  /** Others drawn beside them, in memory only. */
  more(): Round
  /** Puts these rows in place of all there are. */
  load(rows: Rows): Promise<void>
}

/** When rules ask for the time: far from every drawn one. */
export const now = (): string => new Date().toISOString()
export const judged = (model: Model, rows: Rows, caller: Caller): Judge => judge(model, rows, caller, now())

/** A key as `db` takes it: a value, or an object of several. */
export function keyOf(entity: EntityModel, row: Row): unknown {
  const [first = 'id', ...more] = entity.key
  if (more.length === 0) return row[first]
  const key: Record<string, unknown> = {}
  for (const name of entity.key) put(key, name, row[name] ?? null)
  return key
}
export function put(into: Record<string, unknown>, name: string, value: unknown): void {
  const [head = '', ...rest] = name.split('.')
  if (rest.length === 0) into[head] = value
  else { const inner = (into[head] ?? {}) as Record<string, unknown>; into[head] = inner; put(inner, rest.join('.'), value) }
}
/** `detailId.orderId` of an answered row; undefined where it is left out. */
export function valueAt(row: unknown, name: string): unknown {
  const [head = '', ...rest] = name.split('.')
  const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, head) : undefined
  return rest.length === 0 || value === null || value === undefined ? value : valueAt(value, rest.join('.'))
}
/** What TypeScript has, in canonical form again. */
export function canonical(value: unknown): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url')
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value === 'object' && 'toFixed' in value && typeof value.toFixed === 'function') return String((value as { toFixed(): string }).toFixed())
  return value as Value
}
/** The code of a refusal. */
export const codeOf = (error: unknown): string => {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
  if (typeof code !== 'string' || code === 'internal') throw error
  return code
}
/** Names in a sentence. */
export const listed = (names: readonly string[]): string => (names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`)
/** What a rule refuses with, or what a row is that may not be known of. */
export const denials: readonly string[] = ['caller.forbidden', 'caller.unknown', 'row.missing']
export const keyText = (entity: EntityModel, row: Row): string => `${entity.name} ${entity.key.map(k => String(row[k])).join(',')}`
