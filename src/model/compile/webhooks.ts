// `backend({ webhooks, changes })` → the model's: events with their conditions, addresses, and how long changes are kept; everything wrong told with its place.
import { suggest } from '../../failure/index.ts'
import { always, operands, visitPredicate, type Predicate } from '../../operation/index.ts'
import type { FromEnv, WebhookEvent, WebhookModel } from '../model.ts'
import { show } from './canonical.ts'
import { isCondition, NotCompiled } from './condition.ts'
import type { BackendDeclaration, WebhookEventDeclaration } from './declaration.ts'
import type { ActingOn } from './actions.ts'
import { rowProxy, type Known } from './rows.ts'
import { isPlain } from './shapes.ts'
import { isScoped } from './tenants.ts'

const options = ['on', 'to', 'as', 'secret', 'order', 'headers', 'allowPrivate', 'timeout', 'allTenants']
type Say = (reason: string, hint?: string) => void

export function webhooksIn(declaration: BackendDeclaration, on: ActingOn): Readonly<Record<string, WebhookModel>> {
  const given = declaration.webhooks
  if (given === undefined) return {}
  if (!isPlain(given)) { on.mistakes.add(declaration.at(), {}, `webhooks is ${show(given)} instead of an object.`, `Write webhooks: { orderPaid: { on: changed(Order, 'status'), to: env('ERP_URL') } }.`); return {} }
  return Object.fromEntries(Object.entries(given).map(([name, of]) => [name, webhook(name, of, declaration, on)]))
}

function webhook(name: string, given: unknown, declaration: BackendDeclaration, on: ActingOn): WebhookModel {
  const place = declaration.at(), say: Say = (reason, hint = '') => on.mistakes.add(place, { entity: `webhooks.${name}` }, reason, hint)
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) say(`'${name}' is no usable name: it must start with a small letter and have only letters and digits.`)
  const of = isPlain(given) ? given : {}
  if (!isPlain(given)) say(`It is ${show(given)} instead of an object.`, `Write { on: changed(Order, 'status'), to: env('ERP_URL') }.`)
  for (const option of Object.keys(of)) if (!options.includes(option)) say(`A webhook has no '${option}'.`, suggest(option, options))
  const { order = 'endpoint', allowPrivate = false, timeout = 15, headers = {} } = of
  if (order !== 'endpoint' && order !== 'key') say(`order is ${show(order)}.`, `Write order: 'endpoint', one event after the other, or order: 'key', those of one row.`)
  if (typeof allowPrivate !== 'boolean') say(`allowPrivate is ${show(allowPrivate)}.`, 'It is true or false.')
  if (typeof timeout !== 'number' || !(timeout >= 1 && timeout <= 60)) say(`timeout is ${show(timeout)}.`, 'It is a number of seconds, from 1 to 60.')
  if (!isPlain(headers)) say(`headers is ${show(headers)}.`, `Write headers: { authorization: env('ERP_TOKEN') }.`)
  const own = Object.entries(isPlain(headers) ? headers : {}).flatMap(([header, value]): [string, FromEnv][] => {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header) || ['host', 'content-length', 'content-type', 'connection', 'transfer-encoding'].includes(header.toLowerCase()) || /^webhook-/i.test(header)) { say(`'${header}' is no header that can be set here.`); return [] }
    const from = environment(value)
    if (from === null || (from.text !== undefined && /[\r\n\0]/.test(from.text))) { say(`The header ${header} is ${show(value)}.`, `Write env('ERP_TOKEN').`); return [] }
    return [[header.toLowerCase(), from]]
  })
  const to = environment(of['to'])
  if (to === null) say(of['to'] === undefined ? 'It does not say where to.' : `to is ${show(of['to'])}.`, `Write to: env('ERP_URL'), or an https address.`)
  else if (to.text !== undefined && !/^https?:\/\/\S+$/.test(to.text)) say(`to is ${show(to.text)}, which is no address.`, 'Write https://…')
  const secrets = of['secret'] === undefined ? [] : Array.isArray(of['secret']) ? of['secret'] as readonly unknown[] : [of['secret']]
  const signing = secrets.flatMap(s => {
    const from = environment(s)
    if (from?.env !== undefined) return [from]
    say('A secret in the code is none.', `Write secret: env('ERP_SECRET').`)
    return []
  })
  if (of['secret'] !== undefined && secrets.length === 0) say('secret names none.', `Write secret: env('ERP_SECRET'), or leave it out.`)
  const events = (Array.isArray(of['on']) ? of['on'] as readonly unknown[] : [of['on']]).flatMap(x => {
    const declared = eventInside(x)
    if (declared) return event(name, declared, on)
    say(x === undefined ? 'It does not say on what.' : `on is ${show(x)}.`, `Write on: created(Order), changed(Order, 'status') or deleted(Order).`)
    return []
  })
  const as = callerOf(of['as'], declaration, say)
  tenants(of, as, events, on, say)
  return {
    name, on: events, to: to ?? { text: '' }, secrets: signing, as, order: order === 'key' ? 'key' : 'endpoint', headers: Object.fromEntries(own),
    allowPrivate: allowPrivate === true, timeoutMs: (typeof timeout === 'number' ? timeout : 15) * 1000, place,
  }
}

/** Rows of tenants are told of to who acts in one, or, by their keys, of all: never by mistake. */
function tenants({ allTenants = false }: Readonly<Record<string, unknown>>, as: WebhookModel['as'], events: readonly WebhookEvent[], on: ActingOn, say: Say): void {
  const scoped = [...new Set(events.map(e => on.entities.get(e.entity)).filter(e => e !== undefined && isScoped(on.entities, e)).map(e => e?.title))].join(', ')
  if (typeof allTenants !== 'boolean') say(`allTenants is ${show(allTenants)}.`, 'It is true or false.')
  else if (scoped === '') { if (allTenants) say('allTenants has no effect: it tells of no rows that are of tenants.') }
  else if (allTenants && as !== null) say('allTenants has no effect beside as: whoever that is acts in one tenant at most.', 'Leave as out: then keys are told, and no rows.')
  else if (!allTenants && as === null) say(`Rows of ${scoped} are of tenants, and it would tell of those of all.`, `Write as: { roles: ['staff'], claims: { tenant: '…' } } for one, or allTenants: true for the keys of all.`)
  else if (as !== null && as.person === undefined && (as.claims['tenant'] ?? null) === null) say(`Rows of ${scoped} are of tenants, and its caller acts in none.`, `Write as: { …, claims: { tenant: '…' } }.`)
}

function callerOf(given: unknown, declaration: BackendDeclaration, say: Say): WebhookModel['as'] {
  if (given === undefined) return null
  if (typeof given === 'string') {
    if (!declaration.people.includes(given)) say(`backend({ as }) names nobody '${given}'.`, suggest(given, declaration.people) || `Write as: { roles: ['staff'] }.`)
    return { person: given }
  }
  const wrong = (): null => { say(`as is ${show(given)}.`, `Write as: { roles: ['staff'] }, or the name of one in backend({ as }).`); return null }
  if (!isPlain(given)) return wrong()
  const { email, roles = [], claims = {}, ...rest } = given
  if (Object.keys(rest).length || (email !== undefined && typeof email !== 'string') || !Array.isArray(roles) || roles.some(r => typeof r !== 'string') || !isPlain(claims)) return wrong()
  return { ...(email === undefined ? {} : { email }), roles: roles as readonly string[], claims: structuredClone(claims) as Readonly<Record<string, never>> }
}

function event(name: string, d: WebhookEventDeclaration, on: ActingOn): WebhookEvent[] {
  const at = d.at(), subject = { entity: `webhooks.${name}` }
  const say: Say = (reason, hint = '') => on.mistakes.add(at, subject, reason, hint)
  const draft = on.drafts.all.find(x => x.entity === d.entity), entity = draft && on.entities.get(draft.name)
  if (!entity) { say(`${typeof d.entity === 'function' ? d.entity.name : 'Its entity'} is not in the model.`); return [] }
  if (entity.unlogged) say(`${entity.title} is not in the change log, which webhooks are made of.`, 'Take its static changes = false away.')
  const fields = d.fields.flatMap(field => {
    const relation = Object.hasOwn(entity.relations, field) ? entity.relations[field] : undefined
    if (relation?.owner) return relation.on.map(p => p.local)
    const f = Object.hasOwn(entity.fields, field) ? entity.fields[field] : undefined
    if (!f) say(relation ? `'${field}' names other rows, not a field.` : `'${field}' does not exist on ${entity.title}.`, relation ? `Write changed(${relation.target.charAt(0).toUpperCase()}${relation.target.slice(1)}).` : suggest(field, Object.keys(entity.fields)))
    else if (f.kind === 'secret' || f.generated === 'version' || f.generated === 'updatedAt') say(`'${field}' is not in the change log.`, 'Name others, or none: then any change counts.')
    return f ? [field] : []
  })
  let when: Predicate = always
  if (d.when !== null) {
    const known: Known = { ...on.known, mistake: (where, reason, hint) => on.mistakes.add(where, subject, reason, hint) }
    try {
      const condition: unknown = d.when(rowProxy(known, entity, 'row') as never)
      if (!isCondition(condition)) throw new NotCompiled(`.when() gives ${show(condition)}, which is no condition.`, `Write .when(row => row.status.eq('paid')).`)
      when = condition.build(0)
      visitPredicate(when, p => {
        if (p.kind === 'some') throw new NotCompiled('Its condition asks other rows, which may have changed since.', 'Ask fields of the row itself.')
        if (p.kind === 'caller' || operands(p).some(o => o.kind === 'claim')) throw new NotCompiled('Its condition asks who the caller is; nobody asks here.')
        for (const o of operands(p)) if (o.kind === 'field' && entity.fields[o.name]?.classified) throw new NotCompiled(`Its condition asks '${o.name}', which the change log masks.`)
      })
    } catch (error) {
      if (error instanceof NotCompiled) say(error.message, error.suggestion)
      else say(`Its condition could not be read: ${error instanceof Error ? error.message : String(error)}.`)
    }
  }
  return [{ entity: entity.name, verb: d.verb, fields, when }]
}

function environment(x: unknown): FromEnv | null {
  if (typeof x === 'string') return { text: x }
  if (!isPlain(x) || typeof x['env'] !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(x['env'])) return null
  return { env: x['env'] }
}
const eventInside = (x: unknown): WebhookEventDeclaration | null => (isPlain(x) && isPlain(x['~event']) ? x['~event'] as unknown as WebhookEventDeclaration : null)

const units: Readonly<Record<string, number>> = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 }
export const usualKeep = 30 * 86_400_000

/** Milliseconds that changes are kept: of `changes: { keep: '30 days' }`. */
export function keptFor(declaration: BackendDeclaration, on: Pick<ActingOn, 'mistakes'>): number {
  const given = declaration.changes
  if (given === undefined) return usualKeep
  const keep = isPlain(given) && Object.keys(given).every(k => k === 'keep') ? given['keep'] : undefined
  const [, n, unit = ''] = (typeof keep === 'string' ? /^(\d{1,4}) (hour|day|week)s?$/.exec(keep) : null) ?? []
  const ms = Number(n) * (units[unit] ?? 0)
  if (ms >= 3_600_000) return ms
  on.mistakes.add(declaration.at(), {}, `changes is ${show(given)}.`, `Write changes: { keep: '30 days' }: hours, days or weeks.`)
  return usualKeep
}
