// A failed story, call by call: who asked what, what came back, and which rule decided, as the engine explains it on the story's own database.
import { inspect } from 'node:util'
import { Failure } from '../../failure/index.ts'
import { actionsOf, entityOf, find, type Caller, type Model } from '../../model/index.ts'
import { aggregateRequest, findRequest, getRequest, keyParts, type Asked, type AskedAggregate } from '../../protocols/db/index.ts'
import type { Clause, Why, WhyRow, WhyRule } from '../../protocols/protocol.ts'
import type { Call, Entry } from './asked.ts'
import { callerOf, type Stage } from './drivers.ts'

/** A call as a failed story tells it. */
export interface Told { readonly who: string; readonly asked: string; /** What the protocol was sent; null where it was `db`. */ readonly sent: string | null; readonly came: string; readonly failed: boolean; /** Which rule decided, and how. */ readonly why: readonly string[] }
/** Calls told in full, the last ones; and rows of each. */
const most = 12, mostRows = 3

/** Told after the story: where it changed the data since, the reasons are those of the end. */
export async function reasonsOf(stage: Stage, journal: readonly Entry[]): Promise<readonly Told[]> {
  const told: Told[] = []
  for (const entry of journal.slice(-most)) {
    told.push({ who: entry.who.name, asked: askedText(entry), sent: entry.words === null ? null : short(entry.words, 600), came: cameText(entry), failed: entry.outcome === 'failed', why: await whyOf(stage, entry) })
  }
  return told
}

const short = (text: string, to: number): string => (text.length > to ? `${text.slice(0, to)} …` : text)
const shown = (value: unknown): string => inspect(value, { depth: 4, breakLength: Infinity, compact: true, maxArrayLength: 3, maxStringLength: 120 })
export const askedText = ({ entity, method, given }: Call): string => short(`${entity === null ? '' : `${entity}.`}${method}(${given.map(shown).join(', ')})`, 400)
function cameText({ outcome, came }: Entry): string {
  if (outcome === 'pending') return '… not answered yet'
  if (came instanceof Failure) return `${came.code}: ${came.message}${Object.keys(came.facts).length > 0 ? ` ${shown(came.facts)}` : ''}`
  if (came instanceof Error) return `${came.name}: ${came.message}`
  const page = came as { readonly data?: readonly unknown[] } | null
  if (typeof came === 'object' && page !== null && Array.isArray(page.data)) return short(`${page.data.length} row${page.data.length === 1 ? '' : 's'}${page.data.length > 0 ? `, ${shown(page.data)}` : ''}`, 400)
  return short(shown(came), 400)
}

async function whyOf(stage: Stage, entry: Entry): Promise<readonly string[]> {
  if (entry.who.system) return []
  const { engine, model } = stage.application
  try {
    const caller = await callerOf(stage, entry.who)
    const action = actionsOf(model).find(a => a.entity === entry.entity && a.name === entry.method)
    if (action) {
      const [first] = entry.given
      return lines(await engine.explainCall({ action: action.id, key: action.entity === null ? null : keyParts(entityOf(model, action.entity), first), input: undefined, origin: 'code' }, caller, { deadline: performance.now() + 10_000 }), engine.model)
    }
    return lines(await explained(stage, entry, caller), engine.model)
  } catch (error) {
    return [`no rule came into it: ${error instanceof Error ? error.message : String(error)}`]
  }
}

function explained({ application: { engine, model } }: Stage, { entity: name, method, given }: Call, caller: Caller): Promise<Why> {
  const entity = entityOf(model, name ?? '')
  const run = { deadline: performance.now() + 10_000 }
  const [first, second] = given
  const asked = (x: unknown): Asked => (x ?? {}) as Asked
  switch (method) {
    case 'find': return engine.explain(findRequest(entity, { ...asked(first) }), caller, run)
    case 'get': return engine.explain(getRequest(entity, first, asked(second)), caller, run)
    case 'count': return engine.explain(aggregateRequest(entity, { ...asked(first), measure: ['count'] }), caller, run)
    case 'aggregate': return engine.explain(aggregateRequest(entity, first as AskedAggregate), caller, run)
    default: {
      const kind = method === 'create' ? 'create' : method.startsWith('delete') ? 'delete' : 'update'
      const many = method.endsWith('Many')
      return engine.explainWrite({ kind, entity: entity.name, key: kind === 'create' || many ? null : keyParts(entity, first), body: {}, origin: 'code', expect: null }, caller, run)
    }
  }
}

function lines(why: Why, model: Model): readonly string[] {
  const whole = find(model.entities, why.entity)?.whole
  if (why.refused !== null) return [`${why.refused}${whole == null ? '' : ` Its rules are those of its ${whole}.`}`, ...(why.rows[0]?.rules ?? []).map(r => `  ${r.holds ? '✓' : '✗'} ${r.rule} ${r.text}  ${at(r)}`)]
  if (why.rows.length === 0) return [`no row of ${why.entity} is concerned, whatever the rules`]
  const denied = why.rows.filter(r => !r.granted), granted = why.rows.filter(r => r.granted)
  // What was kept back tells more than what was given.
  const some = [...denied.slice(0, mostRows), ...granted.slice(0, denied.length > 0 ? 1 : 2)]
  return [...some.flatMap(row => rowLines(row, why)), ...(why.rows.length > some.length ? [`… and ${why.rows.length - some.length} more rows`] : [])]
}

const at = ({ place }: WhyRule): string => `${place.file.replace(/\?.*$/, '').replace(/^.*[/\\]/, '')}:${place.line}`
function rowLines(row: WhyRow, why: Why): string[] {
  const key = row.key.length === 0 ? (why.verb === 'call' ? `call ${why.entity}` : 'a new row') : `${why.verb} ${row.key.map(String).join(',')}`
  const decided = row.rules.find(r => r.rule === row.decidedBy)
  const hidden = Object.entries(row.hidden).map(([field, rule]) => `  ${field} is hidden by ${rule}`)
  if (decided) return [`${key}: ${row.granted ? 'yes' : 'no'}, by ${decided.rule} ${decided.text}  ${at(decided)}`, ...(row.granted ? [] : clauses(decided.clause)), ...hidden]
  if (row.key.length === 0 && why.verb !== 'call') return [`${key}: as far as one of these holds: ${row.rules.map(r => `${r.rule} ${r.text}  ${at(r)}`).join(' · ') || 'there is no rule'}`]
  return [`${key}: no, no rule allows it`, ...row.rules.filter(r => r.effect === 'allow').flatMap(r => [`  ✗ ${r.rule} ${r.text}  ${at(r)}`, ...clauses(r.clause)])]
}
const clauses = (clause: Clause): string[] => (clause.of ?? []).flatMap(c => [`    ${c.holds ? '✓' : '✗'} ${c.text}`, ...clauses(c).map(l => `  ${l}`)])
