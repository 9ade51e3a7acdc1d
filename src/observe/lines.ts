// The log of development: one readable line per observation. Addresses stand in it as they were asked for; no bodies, no tokens, no values of filters.
import { absurd } from '../operation/index.ts'
import { causeOf, type Cause } from './cause.ts'
import type { Observation, Observe, Served } from './observation.ts'

export interface Sink { write(text: string): unknown }

/** `colour`: for a terminal. `statements`: with the text of each statement, below the line. */
export function readableLog(sink: Sink, { colour = false, statements = false }: { readonly colour?: boolean; readonly statements?: boolean } = {}): Observe {
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  return o => {
    const ran = statements && o.kind === 'request' ? o.ran.map(r => `\n  ${paint(2, `${r.ms.toFixed(1)} ms`)} ${printable(r.text.replace(/\s+/g, ' '))}`).join('') : ''
    sink.write(`${readable(o, paint)}${ran}\n`)
  }
}

type Paint = (code: number, text: string) => string

function readable(o: Observation, paint: Paint): string {
  const clock = paint(2, new Date(o.time).toISOString().slice(11, 23))
  switch (o.kind) {
    case 'request': return `${clock} ${request(o, paint)}`
    case 'listening': return `${clock} listening on ${o.url}`
    case 'unreadable': return `${clock} ${paint(33, o.code)} ${printable(o.cause instanceof Error ? o.cause.message : '')}`
    case 'delivery': {
      const again = o.next === null ? '' : ` · again ${new Date(o.next).toISOString().slice(0, 19).replace('T', ' ')}`
      return `${clock} ${paint(o.outcome === 'delivered' ? 32 : o.outcome === 'again' ? 33 : 31, o.outcome)} ${printable(`${o.webhook} ${o.event}`)} ${o.ms.toFixed(0)} ms${o.attempt === 1 ? '' : ` · attempt ${o.attempt}`}${o.error === null ? '' : ` · ${printable(o.error)}`}${again}`
    }
    case 'mail': {
      const again = o.next === null ? '' : ` · again ${new Date(o.next).toISOString().slice(0, 19).replace('T', ' ')}`
      return `${clock} mail ${paint(o.outcome === 'sent' ? 32 : o.outcome === 'failed' ? 31 : 33, o.outcome)} ${printable(o.purpose)} ${o.ms.toFixed(0)} ms${o.attempt === 1 ? '' : ` · attempt ${o.attempt}`}${o.error === null ? '' : ` · ${printable(o.error)}`}${again}`
    }
    case 'trouble': return `${clock} ${paint(33, o.what)} ${printable(o.cause instanceof Error ? o.cause.message : String(o.cause))}`
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
  // Of what has a code of its own (the database is down) the message says enough; where in the code it was matters for what nobody expected.
  const cause = o.status >= 500 && o.cause instanceof Error ? saying(causeOf(o.cause, true), o.code === 'internal' || o.code === null).split('\n').map(line => `\n  ${printable(line)}`).join('') : ''
  return `${status} ${printable(`${o.method} ${o.path}${query}`)} ${o.ms.toFixed(1)} ms${store}${printable(who)}${trouble}${gone}${cause}`
}

const saying = ({ name, message, stack, cause }: Cause, places: boolean): string =>
  `${name}: ${message ?? ''}${!places || stack === undefined || stack === '' ? '' : `\n    ${stack.replaceAll('\n', '\n    ')}`}${cause === undefined ? '' : `\ncaused by ${saying(cause, places)}`}`

/** Nothing that a caller sends can move the cursor or fake a line. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, c => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
