// What an action's code is given, as TypeScript has it: its input, its row, `db` as the caller and as the system, `sql`, `fail`, `call`.
import { Decimal } from 'decimal.js'
import { actingCaller, actionsOf, entityOf, find, type ActionGiven, type ActsIn, type EntityModel, type Model } from '../../model/index.ts'
import type { Value } from '../../operation/index.ts'
import type { SqlPiece } from '../../stores/index.ts'
import type { HookSpeaking, Speak, Speaking } from '../protocol.ts'
import { beginnings, type Beginnings } from './begun.ts'
import { callAnswered, callRequest } from './call.ts'
import { connectDb } from './connect.ts'
import { reviveRow, reviveScalar, reviveShape } from './revive.ts'

/** Runs an action's code over the typed `db`. */
export const speakTypeScript: Speak = {
  async action(s) {
    const more = { ...asked(s), prepared: s.prepared, reply: s.reply, row: rowIn(s) }
    // The types of a declaration are its own; here they are whatever the model says.
    return within(s, given => s.action.run({ ...given, ...more } as unknown as ActionGiven))
  },
  async prepare(s) {
    return within(s, given => s.action.prepare?.({ ...given, ...asked(s) } as unknown as ActionGiven))
  },
  async conflicts(s) {
    const { input } = s, read = s.action.input.filter(m => typeof input === 'object' && input !== null && Object.hasOwn(input, m.name))
    return within(s, given => s.action.conflicts?.({ ...given, ...asked(s), input: reviveShape(read, input), row: rowIn(s) } as unknown as ActionGiven))
  },
  async hook(s) {
    const { model } = s.engine, entity = entityOf(model, s.hook.entity)
    const row = (name: string, of: HookSpeaking['row']): object => (of === null ? {} : { [name]: reviveRow(model, entity, of) })
    return within(s, given => s.hook.runs[s.moment]?.({ ...given, ...row('row', s.row), ...row('before', s.before) }))
  },
}

const rowIn = ({ action: { entity }, engine: { model }, row }: Speaking): unknown => (entity === null ? undefined : reviveRow(model, entityOf(model, entity), row))
const asked = (s: Speaking): object => ({ input: reviveShape(s.action.input, s.input), request: s.requested, inside: { model: s.engine.model, records: s.records, run: s.run } })

type Around = Pick<Speaking, 'engine' | 'caller' | 'run' | 'system' | 'sql' | 'call' | 'fail'>
/** Runs code with what all of the application's code is given, and waits for what it has begun. */
async function within(s: Around, run: (given: object) => unknown): Promise<unknown> {
  const begun = beginnings()
  const db = begun.all(connectDb(s.engine, { '~entities': {} }, s.caller, () => s.run))
  const returned = await run({
    db: new Proxy(db, { get: (of, name) => (name === 'asSystem' ? (reason: string, scope?: ActsIn) => begun.all(asSystem(s)(reason, scope)) : Reflect.get(of, name) as unknown) }),
    caller: actingCaller(s.engine.model, s.caller), fail: s.fail, sql: sqlOf(s, begun), call: begun.watched(callOther(s)), signal: s.run.signal ?? new AbortController().signal,
  })
  await begun.settled()
  return returned
}

const asSystem = (s: Around) => (reason: string, scope?: ActsIn): object => {
  if (typeof reason !== 'string' || reason.trim() === '') throw new TypeError('db.asSystem() takes a reason: it is recorded with what is done')
  const { caller, run } = s.system(reason, scope)
  return connectDb(s.engine, { '~entities': {} }, caller, () => run)
}

function callOther(s: Around) {
  return async (other: unknown, ...given: readonly unknown[]): Promise<unknown> => {
    const declared: unknown = typeof other === 'object' && other !== null ? Reflect.get(other, '~declared') : undefined
    const run: unknown = typeof declared === 'object' && declared !== null ? Reflect.get(declared, 'run') : undefined
    const action = actionsOf(s.engine.model).find(a => a.run === run)
    if (!action) throw new TypeError('call() takes an action of backend({ actions })')
    const [key, input] = action.entity === null ? [null, given[0]] : given
    const { action: _, ...request } = callRequest(s.engine, action, key, input)
    return callAnswered(action, await s.call(action, request))
  }
}

/** A name within a statement. Only this file makes one. */
class Part {
  readonly piece: SqlPiece
  constructor(piece: SqlPiece) { this.piece = piece }
}

function sqlOf(s: Around, begun: Beginnings): object {
  const { model } = s.engine
  const tag = async (parts: TemplateStringsArray, ...values: readonly unknown[]): Promise<object[]> => {
    if (!Array.isArray(parts) || !Array.isArray(parts.raw) || !Object.isFrozen(parts)) throw new TypeError('sql`…` is a template tag: it takes no text made elsewhere')
    const pieces = parts.flatMap((text, i): SqlPiece[] => [{ is: 'text', text }, ...(i < values.length ? [pieceOf(values[i])] : [])])
    const { columns, rows } = await s.sql(pieces)
    return rows.map(row => Object.fromEntries(columns.map(({ name, scalar, list }, i): [string, unknown] => {
      const value = row[i] ?? null
      if (scalar === null || value === null) return [name, value]
      return [name, list && Array.isArray(value) ? value.map((x: Value) => (x === null ? null : reviveScalar({ scalar }, x))) : reviveScalar({ scalar }, value)]
    })))
  }
  const part = (piece: SqlPiece): Part => Object.freeze(new Part(piece))
  return Object.assign(begun.watched(tag), {
    ident: (...path: readonly string[]) => part({ is: 'name', path }),
    table: (of: unknown) => part({ is: 'table', entity: entityNamed(model, of).name }),
    column: (of: unknown, field: string) => {
      const entity = entityNamed(model, of), found = find(entity.fields, field) ?? find(entity.fields, `${field}Id`)
      if (!found) throw new TypeError(`${entity.title} has no field '${field}'`)
      return part({ is: 'column', entity: entity.name, field: found.name })
    },
  })
}

function entityNamed(model: Model, of: unknown): EntityModel {
  const title: unknown = typeof of === 'function' ? of.name : of
  const found = Object.values(model.entities).find(e => !e.hidden && (e.title === title || e.name === title))
  if (!found) throw new TypeError(`${String(title)} is no entity of the model`)
  return found
}

function pieceOf(value: unknown): SqlPiece {
  if (value instanceof Part) return value.piece
  return { is: 'value', value: plain(value) }
}

/** A value as the store takes it. Undefined is refused: it would quietly be something else. */
function plain(value: unknown): Value | Uint8Array {
  if (value === undefined) throw new TypeError('a value in sql`…` is undefined: say null')
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || value instanceof Uint8Array) return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (Decimal.isDecimal(value)) return value.toFixed()
  if (Array.isArray(value)) return value.map(x => plain(x) as Value)
  if (typeof value === 'object') return JSON.parse(JSON.stringify(value)) as Value
  throw new TypeError(`a value in sql\`…\` is a ${typeof value}`)
}

