// Runs a case against whatever answers requests and says in sentences what is not as the case has it. Knows no protocol and no store.
import type { Failure } from '../failure/index.ts'
import { entityOf } from '../model/index.ts'
import type { CallCase, Case, Expect } from './case.ts'
import { isRead, type CallPart, type Find, type Part, type ReadPart, type WritePart } from './request.ts'
import type { Capabilities } from '../operation/index.ts'
import { world, type Who } from './world.ts'

/** An answer as any protocol gives it, its JSON parsed. */
export interface Answer {
  /** A list, one row, or null for a delete. */
  readonly data: unknown
  readonly page: { readonly next: string | null; readonly previous: string | null; readonly total: number | null; readonly totalIsAtLeast: boolean } | null
  readonly cut: readonly string[]
  /** Of what was written: keys in the form of an id, where the protocol says them beside the rows. */
  readonly ids?: readonly string[]
}
/** What a driver learnt of a failure. Protocols that do not carry the failure's place leave `at` out. */
export interface Refusal { readonly code: Failure['code']; readonly message?: string; readonly at?: Failure['at']; readonly mistakes?: Failure['mistakes']; readonly fields?: readonly string[]; readonly facts?: Failure['facts'] }
export type Outcome = { readonly answer: Answer } | { readonly refusal: Refusal }

/** Answers requests as somebody: an engine over a store, or a protocol over HTTP. */
export interface Driver {
  readonly name: string
  read(part: ReadPart, as: Who): Promise<Outcome>
  write(part: WritePart, as: Who): Promise<Outcome>
}
/** What calls actions as well. */
export interface CallingDriver extends Driver { call(part: CallPart, as: Who): Promise<Outcome> }

/** Whether a store that cannot do everything skips this case: it must then refuse it. */
export const skipped = (c: Case, can: Capabilities): boolean => (c.needs ?? []).some(n => can[n] === 'none')

/** Runs one case over a store that can do `can` (absent: everything); empty when all is as it must be. */
export async function check(driver: Driver, c: Case, can?: Capabilities): Promise<readonly string[]> {
  if (can && skipped(c, can)) return checkOne(driver, c.as, c.do, { failure: 'store.unsupported' })
  const wrong = await checkOne(driver, c.as, c.do, c.expect)
  for (const [i, step] of (c.then ?? []).entries()) {
    wrong.push(...(await checkOne(driver, step.as, step.do, step.expect)).map(w => `then ${i + 1}: ${w}`))
  }
  return wrong
}

/** Runs a call; empty when all is as it must be. */
export async function checkCall(driver: CallingDriver, c: CallCase): Promise<readonly string[]> {
  const outcome = await driver.call(c.call, c.as)
  const wrong = 'refusal' in outcome ? checkRefusal(outcome.refusal, c.expect) : checkAnswer(outcome.answer, c.expect)
  for (const [i, step] of (c.then ?? []).entries()) wrong.push(...(await checkOne(driver, step.as, step.do, step.expect)).map(w => `then ${i + 1}: ${w}`))
  return wrong
}

async function checkOne(driver: Driver, as: Who, part: Part, expect: Expect): Promise<string[]> {
  if (expect.pages) return 'find' in part ? checkPages(driver, as, part, expect.pages) : ['pages are of a find']
  const outcome = isRead(part) ? await driver.read(part, as) : await driver.write(part, as)
  return 'refusal' in outcome ? checkRefusal(outcome.refusal, expect) : checkAnswer(outcome.answer, expect)
}

function checkRefusal(refusal: Refusal, expect: Expect): string[] {
  if (expect.nothing) return ['caller.forbidden', 'caller.unknown', 'row.missing'].includes(refusal.code) ? [] : [`refused with ${refusal.code}`]
  if (expect.failure === undefined) return [`refused with ${JSON.stringify(refusal)}`]
  const wrong: string[] = []
  if (refusal.code !== expect.failure) wrong.push(`failure is ${refusal.code}, not ${expect.failure} (${JSON.stringify(refusal)})`)
  if (expect.at && refusal.at && !same(refusal.at, expect.at)) wrong.push(`at is ${JSON.stringify(refusal.at)}, not ${JSON.stringify(expect.at)}`)
  if (expect.mistakes && refusal.mistakes && !same(refusal.mistakes.map(m => m.at), expect.mistakes)) wrong.push(`mistakes are ${JSON.stringify(refusal.mistakes)}, not at ${JSON.stringify(expect.mistakes)}`)
  if (expect.fields && refusal.fields && !same(refusal.fields, expect.fields)) wrong.push(`fields are ${JSON.stringify(refusal.fields)}, not ${JSON.stringify(expect.fields)}`)
  if (expect.facts && refusal.facts && !same(refusal.facts, expect.facts)) wrong.push(`facts are ${JSON.stringify(refusal.facts)}, not ${JSON.stringify(expect.facts)}`)
  return wrong
}

function checkAnswer({ data, page, cut }: Answer, expect: Expect): string[] {
  const wrong: string[] = []
  const differ = (what: string, is: unknown, must: unknown): void => { if (!same(is, must)) wrong.push(`${what} is ${JSON.stringify(is)}, not ${JSON.stringify(must)}`) }
  const list: readonly unknown[] = Array.isArray(data) ? data : [data]
  const members = list.map(x => (typeof x === 'object' && x !== null ? x as Readonly<Record<string, unknown>> : {}))
  if (expect.failure) wrong.push(`answered ${JSON.stringify(data)}, must fail with ${expect.failure}`)
  if (expect.nothing && !(Array.isArray(data) && data.length === 0)) wrong.push(`answered ${JSON.stringify(data)}, must be nothing`)
  if ('data' in expect) differ('data', data, expect.data)
  const [field, values] = expect.pluck ?? []
  if (field !== undefined) differ(field, members.map(m => m[field]), values)
  for (const [name, must] of Object.entries(expect.has ?? {})) differ(name, members[0]?.[name], must)
  for (const name of expect.lacks ?? []) if (members.some(m => name in m)) wrong.push(`${name} is answered`)
  if (expect.total !== undefined) differ('total', page?.total, expect.total)
  if (expect.next !== undefined) differ('whether there is a next page', page?.next != null, expect.next)
  if (expect.previous !== undefined) differ('whether there is a previous page', page?.previous != null, expect.previous)
  if (expect.cut !== undefined) differ('cut', [...cut].sort(), [...expect.cut].sort())
  return wrong
}

/** Forward over every page by its cursor, then back again. */
async function checkPages(driver: Driver, as: Who, part: Find, must: readonly (readonly unknown[])[]): Promise<string[]> {
  const key = entityOf(world, part.find).key[0] ?? 'id'
  const there: unknown[][] = [], back: unknown[][] = []
  let at: Find['cursor'], before: string | null = null
  for (const [into, toward] of [[there, 'next'], [back, 'previous']] as const) {
    if (toward === 'previous') {
      if (before === null) break
      at = { toward, token: before }
    }
    for (let n = 0; n <= must.length; n++) {
      const outcome: Outcome = await driver.read({ ...part, ...(at ? { cursor: at } : {}) }, as)
      if ('refusal' in outcome) return [`page ${n + 1} ${toward} refused with ${JSON.stringify(outcome.refusal)}`]
      const { data, page } = outcome.answer
      into.push((Array.isArray(data) ? data : []).map((row: Readonly<Record<string, unknown>>) => row[key]))
      before = toward === 'next' ? page?.previous ?? null : before
      const token: string | null = (toward === 'next' ? page?.next : page?.previous) ?? null
      if (token === null) break
      at = { toward, token }
    }
  }
  const wrong: string[] = []
  if (!same(there, must)) wrong.push(`pages are ${JSON.stringify(there)}, not ${JSON.stringify(must)}`)
  if (must.length > 1 && !same(back.toReversed(), must.slice(0, -1))) wrong.push(`pages back are ${JSON.stringify(back)}, not ${JSON.stringify(must.slice(0, -1).toReversed())}`)
  return wrong
}

/** Equal as JSON, whatever the order of members. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const x = Object.entries(a), y = new Map(Object.entries(b))
  return x.length === y.size && x.every(([k, v]) => y.has(k) && same(v, y.get(k)))
}
