// The log: one readable line per observation for people, one JSON object per line for machines.
import { absurd } from '../operation/index.ts'
import type { Observation, Observe, Served } from './observation.ts'

export interface Sink { write(text: string): unknown }

/** For development. `colour`: for a terminal. */
export function readableLog(sink: Sink, { colour = false }: { readonly colour?: boolean } = {}): Observe {
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  return observation => { sink.write(`${readable(observation, paint)}\n`) }
}

/** For production: JSON lines. */
export function jsonLog(sink: Sink): Observe {
  return observation => { sink.write(`${JSON.stringify({ ...observation, time: new Date(observation.time).toISOString(), ...causeOf(observation, causeText) })}\n`) }
}

function causeOf(observation: Observation, text: (cause: unknown) => unknown): { readonly cause?: unknown } {
  return 'cause' in observation && observation.cause !== null && observation.cause !== undefined ? { cause: text(observation.cause) } : {}
}

/** An error with what caused it; `stack` where there is one. */
function causeText(cause: unknown): unknown {
  if (!(cause instanceof Error)) return String(cause)
  const code = 'code' in cause ? { code: String(cause.code) } : {}
  return { name: cause.name, message: cause.message, ...code, stack: cause.stack, ...(cause.cause === undefined ? {} : { cause: causeText(cause.cause) }) }
}

type Paint = (code: number, text: string) => string

function readable(o: Observation, paint: Paint): string {
  const clock = paint(2, new Date(o.time).toISOString().slice(11, 23))
  switch (o.kind) {
    case 'request': return `${clock} ${request(o, paint)}`
    case 'listening': return `${clock} listening on ${o.url}`
    case 'unreadable': return `${clock} ${paint(33, o.code)} ${printable(String(o.cause instanceof Error ? o.cause.message : o.cause))}`
    case 'stopping': return `${clock} stopping, ${o.inFlight} in flight`
    case 'stopped': return `${clock} stopped after ${Math.round(o.ms)} ms${o.cut === 0 ? '' : `, ${o.cut} cut off`}`
    default: return absurd(o)
  }
}

function request(o: Served, paint: Paint): string {
  const status = paint(o.status >= 500 ? 31 : o.status >= 400 ? 33 : 32, String(o.status))
  const store = o.statements === 0 ? '' : ` · ${o.statements} statement${o.statements === 1 ? '' : 's'} ${o.storeMs.toFixed(1)} ms`
  const query = o.parameters.length === 0 ? '' : `?${o.parameters.join('&')}`
  const who = o.caller === null ? '' : ` · ${o.caller}`
  const trouble = o.code === null ? '' : ` ${paint(33, o.code)} ${paint(2, o.id)}`
  const gone = o.gone ? ' (caller gone)' : ''
  const cause = o.status >= 500 && o.cause instanceof Error ? `\n  ${(o.cause.stack ?? o.cause.message).split('\n').map(printable).join('\n  ')}` : ''
  return `${status} ${printable(`${o.method} ${o.path}${query}`)} ${o.ms.toFixed(1)} ms${store}${printable(who)}${trouble}${gone}${cause}`
}

/** Nothing that a caller sends can move the cursor or fake a line. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, c => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
