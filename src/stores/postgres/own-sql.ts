// A statement of the application's own: its pieces become text and parameters, its rows canonical values by the types of their columns.
import { Failure } from '../../failure/index.ts'
import { entityOf, fieldOf, type Model } from '../../model/index.ts'
import type { Scalar, Value } from '../../operation/index.ts'
import { ident } from '../sql/index.ts'
import type { Run, SqlPiece, SqlRows } from '../store.ts'
import { failureOf } from './failures.ts'
import type { Cell, Text, Transacting } from './statement.ts'
import { tableOf } from './compile/index.ts'

/** Runs it in the transaction of `on`. Throws Failure: of constraints as writes do; a statement that PostgreSQL cannot read is `internal`, its cause kept. */
export async function runSql(pieces: readonly SqlPiece[], model: Model, on: Transacting, run: Run): Promise<SqlRows> {
  const parameters: Text[] = []
  const text = pieces.map(piece => {
    switch (piece.is) {
      case 'text': return piece.text
      case 'name': return ident(...piece.path).text
      case 'table': return tableOf(entityOf(model, piece.entity)).text
      case 'column': return ident(fieldOf(entityOf(model, piece.entity), piece.field).column).text
      case 'value': return `$${parameters.push(parameter(piece.value))}`
    }
  }).join('')
  // It would end the transaction that everything else here is part of.
  if (/^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b/i.test(text)) {
    throw new Failure('internal', undefined, { cause: new Error(`sql\`${text.trim().slice(0, 40)}\`: the transaction is the action's own; throw to roll it back`) })
  }
  try {
    const { columns, rows } = await on.describe(text, parameters, run)
    const kinds = columns.map(({ name, oid }) => ({ name, ...(types.get(oid) ?? { scalar: null, list: false }) }))
    return { columns: kinds, rows: rows.map(row => row.map((cell, i) => valueOf(cell, kinds[i]?.scalar ?? null, kinds[i]?.list === true))) }
  } catch (error) {
    throw failureOf(error, model)
  }
}

function parameter(value: Value | Uint8Array): Text {
  if (value === null) return null
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return `{${value.map(item).join(',')}}`
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}
const item = (value: Value | Uint8Array): string => {
  const text = parameter(value)
  return text === null ? 'NULL' : Array.isArray(value) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}

type Kind = { readonly scalar: Scalar | null; readonly list: boolean }
/** Types by their object ids, which never change: the type, and the array of it. */
const types: ReadonlyMap<number, Kind> = new Map(([
  [16, 1000, 'boolean'], [20, 1016, 'bigint'], [21, 1005, 'integer'], [23, 1007, 'integer'], [700, 1021, 'number'], [701, 1022, 'number'], [1700, 1231, 'decimal'], [25, 1009, 'text'], [1043, 1015, 'text'],
  [1042, 1014, 'text'], [19, 1003, 'text'], [114, 199, 'json'], [3802, 3807, 'json'], [17, 1001, 'bytes'], [1184, 1185, 'timestamp'], [1082, 1182, 'date'], [1083, 1183, 'time'], [1186, 1187, 'duration'], [2950, 2951, 'uuid'],
] as const).flatMap(([one, many, scalar]): [number, Kind][] => [[one, { scalar, list: false }], [many, { scalar, list: true }]]))

function valueOf(cell: Cell, scalar: Scalar | null, list: boolean): Value {
  if (cell === null) return null
  const text = Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('utf8')
  return list ? arrayIn(text, x => one(x, scalar)) : one(text, scalar)
}

function one(text: string, scalar: Scalar | null): Value {
  switch (scalar) {
    case 'boolean': return text === 't'
    case 'integer': case 'number': return Number(text)
    case 'json': return JSON.parse(text) as Value
    case 'bytes': return Buffer.from(text.slice(2), 'hex').toString('base64url')
    case 'timestamp': return text.replace(' ', 'T').replace(/\+00$/, '+00:00')
    default: return text
  }
}

/** PostgreSQL's text of an array: `{1,NULL,"a\"b"}`, arrays within it too. */
function arrayIn(text: string, read: (item: string) => Value): Value {
  let at = text.indexOf('{') + 1
  const items = (): Value[] => {
    const out: Value[] = []
    while (at < text.length) {
      const c = text[at]
      if (c === '}') { at++; return out }
      if (c === ',') { at++; continue }
      if (c === '{') { at++; out.push(items()); continue }
      if (c === '"') {
        let inner = ''
        for (at++; text[at] !== '"' && at < text.length; at++) inner += text[text[at] === '\\' ? ++at : at]
        at++
        out.push(read(inner))
        continue
      }
      const plain = /^[^,}]*/.exec(text.slice(at))?.[0] ?? ''
      at += plain.length
      out.push(plain === 'NULL' ? null : read(plain))
    }
    return out
  }
  return items()
}
