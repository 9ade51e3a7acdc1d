// What a caller may see of a row that a change tells of: the row as it is read now, under the caller's rules; of one that is gone, what the change still has of it.
import { entityOf, type Caller, type EntityModel } from '../model/index.ts'
import { always, evaluate, type Predicate, type Query, type Readable, type Value } from '../operation/index.ts'
import type { Change, Run } from '../stores/index.ts'
import { authorized, filled, rulesFor, type Context } from './context.ts'
import { keyIs } from './key.ts'

export interface SeenChange {
  /** The row as the caller would read it at this moment; null: it is there no more. */
  readonly row: Readonly<Record<string, unknown>> | null
  /** The fields of it that the caller sees, by their stored names. */
  readonly shown: ReadonlySet<string>
}

/** Null where the caller may not read the row. Of a row that is gone that is decided by what the change has of it; where its rules ask other rows, it may not. */
export async function seenChange(c: Context, change: Change, caller: Caller, system: Caller, run: Run): Promise<SeenChange | null> {
  const entity = entityOf(c.model, change.entity)
  const { ruling } = rulesFor(c, caller)
  if (ruling.may(entity, 'read').kind === 'never') return null
  const fields = Object.values(entity.fields).filter(f => !f.hidden)
  const query: Query = {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: keyIs(entity), order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: {
      fields: fields.map(f => ({ name: f.name, shown: always })), related: [],
      probes: fields.map(f => ({ as: f.name, of: ruling.shown(entity, f.name) })).filter(p => p.of.kind !== 'always' && p.of.kind !== 'never'),
    },
  }
  const ready = authorized(c, `seen ${entity.name}`, query, entity.key.length, caller), values = filled(ready, change.key, caller)
  const always_ = fields.filter(f => ruling.shown(entity, f.name).kind === 'always').map(f => f.name)
  const { body } = change.verb === 'delete' ? { body: null } : await c.session.read(ready, values, run)
  if (body !== null) {
    const { probes = {}, ...row } = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Record<string, unknown> & { readonly probes?: Readonly<Record<string, boolean>> }
    return { row, shown: new Set([...always_, ...Object.keys(probes).filter(name => probes[name])]) }
  }
  if (change.verb !== 'delete' && await storedRow(c, change, system, run) !== null) return null
  const left = leftOf(entity, change)
  const holds = (p: Predicate): boolean => { try { return evaluate(p, left, { values, now: new Date().toISOString() }) } catch { return false } }
  const { where, select } = ready.operation
  // The key is that of the row; what else must hold is the rule.
  if (!holds(where)) return null
  return { row: null, shown: new Set([...always_, ...select.probes.filter(p => holds(p.of)).map(p => p.as)]) }
}

/** The row that a change is of as it is now, all of its fields but secrets; null: it is gone. */
export async function storedRow(c: Context, change: Change, system: Caller, run: Run): Promise<Readonly<Record<string, Value>> | null> {
  const entity = entityOf(c.model, change.entity)
  const fields = Object.values(entity.fields).filter(f => f.kind !== 'secret' && !f.name.includes('.'))
  const query: Query = {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: keyIs(entity), order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: { fields: fields.map(f => ({ name: f.name, shown: always })), related: [], probes: [] },
  }
  const ready = authorized(c, `stored ${entity.name}`, query, entity.key.length, system)
  const { body } = await c.session.read(ready, filled(ready, change.key, system), run)
  return body === null ? null : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Readonly<Record<string, Value>>
}

/** The row as far as a change has it. What is masked or missing cannot be asked. */
function leftOf(entity: EntityModel, change: Change): Readable {
  const values: Readonly<Record<string, Value>> = { ...change.before, ...change.after, ...Object.fromEntries(entity.key.map((name, i) => [name, change.key[i] ?? null])) }
  return {
    value(name) {
      if (!Object.hasOwn(values, name) || entity.fields[name]?.classified) throw new Error(`${name} is not known of a row that is gone`)
      return values[name] ?? null
    },
    related() { throw new Error('nothing is known of what was around a row that is gone') },
  }
}
