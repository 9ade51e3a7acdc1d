// From changes to events: which webhooks a change is for, and what each is told, made under the rules of its declared caller.
import { createHash } from 'node:crypto'
import type { Caller, EntityModel, WebhookEvent, WebhookModel } from '../../model/index.ts'
import { evaluate, visitPredicate, operands, type Value } from '../../operation/index.ts'
import type { Change } from '../../stores/index.ts'
import { moment, run, type Clock, type OwnRow, type Working } from '../port.ts'

export interface Telling { readonly webhook: WebhookModel; readonly caller: Caller | null }

/** The deliveries that a change makes, none or one for each webhook. */
export async function deliveriesOf(change: Change, tellings: readonly Telling[], engine: Working, clock: Clock): Promise<readonly OwnRow[]> {
  const made: OwnRow[] = []
  for (const { webhook, caller } of tellings) {
    const entity = engine.model.entities[change.entity]
    if (!entity || !(await anyMeant(webhook.on, change, entity, engine))) continue
    const data = await dataOf(change, entity, caller, engine)
    if (data === null) continue
    const now = moment(clock())
    made.push({
      id: eventId(webhook.name, change), webhook: webhook.name, change: change.id, lane: webhook.order === 'key' ? JSON.stringify([change.entity, ...change.key]) : '',
      body: JSON.stringify({ type: webhook.name, timestamp: new Date(change.at).toISOString(), data }), status: 'waiting', attempts: 0, nextAt: now, createdAt: now,
      endedAt: null, answer: null, error: null,
    })
  }
  return made
}

/** The same for the same change, however often it is sent: receivers know by it what they have had. */
const eventId = (webhook: string, change: Change): string => `evt_${createHash('sha256').update(`${webhook} ${change.id} ${change.at}`).digest('base64url').slice(0, 27)}`

async function anyMeant(events: readonly WebhookEvent[], change: Change, entity: EntityModel, engine: Working): Promise<boolean> {
  for (const event of events) if (await isMeant(event, change, entity, engine)) return true
  return false
}

/** Whether the change is one of these, and its condition holds of the row as it left it: what it changed is known, the rest is asked of the row there is. */
async function isMeant(event: WebhookEvent, change: Change, entity: EntityModel, engine: Working): Promise<boolean> {
  if (event.entity !== change.entity || event.verb !== change.verb) return false
  if (event.fields.length > 0 && change.verb === 'update' && !event.fields.some(f => Object.hasOwn(change.after ?? {}, f))) return false
  if (event.when.kind === 'always') return true
  const known: Record<string, Value> = { ...Object.fromEntries(entity.key.map((name, i) => [name, change.key[i] ?? null])), ...(change.after ?? change.before) }
  const asked = new Set<string>()
  visitPredicate(event.when, p => { for (const o of operands(p)) if (o.kind === 'field') asked.add(o.name) })
  if (change.verb === 'update' && [...asked].some(name => !Object.hasOwn(known, name))) {
    const now = await engine.stored(change, run())
    for (const name of asked) if (!Object.hasOwn(known, name)) known[name] = now?.[name] ?? null
  }
  return evaluate(event.when, { value: name => known[name] ?? null, related: () => [] }, { values: [], now: moment(Date.parse(change.at)) })
}

/** What is told; null: nothing, its caller may not read the row. */
async function dataOf(change: Change, entity: EntityModel, caller: Caller | null, engine: Working): Promise<Readonly<Record<string, unknown>> | null> {
  const key = nested(Object.fromEntries(entity.key.map((name, i) => [name, change.key[i] ?? null])))
  const head = { entity: change.entity, verb: change.verb, key }
  const names = change.verb === 'update' ? Object.keys(change.after ?? {}) : []
  if (caller === null) return { ...head, ...(names.length > 0 ? { changed: outer(names.filter(name => entity.fields[name]?.hidden !== true)) } : {}) }
  const seen = await engine.seen(change, caller, run())
  if (seen === null) return null
  const shown = (of: Change['before']): Readonly<Record<string, unknown>> =>
    Object.fromEntries(Object.entries(of ?? {}).filter(([name]) => seen.shown.has(name) && !entity.fields[name]?.classified))
  const told = outer(names.filter(name => seen.shown.has(name)))
  return {
    ...head, row: { ...seen.row, ...nested({ ...(change.verb === 'delete' ? shown(change.before) : shown(change.after)) }) },
    ...(change.verb === 'update' ? { changed: told, previous: nested(shown(change.before)) } : {}),
  }
}

const outer = (names: readonly string[]): readonly string[] => [...new Set(names.map(name => name.split('.')[0] ?? name))]

/** The parts of a reference to a composite key as one object, null where it refers to nothing. */
function nested(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(flat)) {
    const [head = name, ...rest] = name.split('.')
    if (rest.length === 0) { out[name] = value; continue }
    const before = Object.hasOwn(out, head) ? out[head] : {}
    out[head] = value === null || before === null ? null : { ...(before as object), [rest.join('.')]: value }
  }
  return out
}

