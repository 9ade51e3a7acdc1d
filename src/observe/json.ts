// The log of production: one JSON object per line, as pino writes them. No values: no bodies, no tokens, no filters, no keys in addresses, nothing that quotes them.
import { createRequire } from 'node:module'
import type { Logger } from 'pino'
import { absurd } from '../operation/index.ts'
import { addressOf } from './address.ts'
import { causeOf } from './cause.ts'
import { fingerprints } from './fingerprint.ts'
import type { Sink } from './lines.ts'
import type { Observation, Observe } from './observation.ts'

/** How many statements of a request are named one by one; all are counted. */
const named = 20

/** `level`, `time` and `msg` are pino's, so that whatever reads its lines reads these. `statements[].fingerprint` names a statement by its text, which is written on a line of its own before it is first named. */
export function jsonLog(sink: Sink): Observe {
  // Loaded here: commands that write no such log need not wait for it.
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino')
  const log = pino({ base: null, timestamp: false }, { write: text => { sink.write(text) } })
  // Said once, so that whoever reads the log finds what a fingerprint stands for.
  const fingerprint = fingerprints((name, text) => { log.info({ time: new Date().toISOString(), kind: 'statement', fingerprint: name, text }, `statement ${name}`) })
  return o => { write(log, o, fingerprint) }
}

function write(log: Logger, o: Observation, fingerprint: (text: string) => string): void {
  const time = new Date(o.time).toISOString()
  switch (o.kind) {
    case 'request': {
      const statements = o.ran.slice(0, named).map(r => ({ fingerprint: fingerprint(r.text), ms: round(r.ms), rows: r.rows }))
      const address = addressOf(o)
      const line = {
        time, kind: o.kind, id: o.id, trace: o.trace, caller: o.caller, protocol: o.protocol, operation: o.operation, entity: o.entity,
        method: o.method, address, parameters: o.parameters.map(named => (/^[\w.,~[\]-]{0,100}$/.test(named) ? named : '?')), status: o.status, code: o.code, gone: o.gone,
        ms: round(o.ms), storeMs: round(o.storeMs), rows: o.rows, bytes: o.bytes, count: o.statements,
        statements,
        ...(o.cause === null || o.cause === undefined ? {} : { cause: causeOf(o.cause, o.status >= 500) }),
      }
      const msg = `${o.method} ${address} ${o.status}`
      if (o.status >= 500) log.error(line, msg)
      else log.info(line, msg)
      return
    }
    case 'listening': log.info({ time, kind: o.kind, url: o.url }, `listening on ${o.url}`); return
    case 'unreadable': log.warn({ time, kind: o.kind, code: o.code, cause: causeOf(o.cause, false) }, 'bytes that were no request'); return
    case 'delivery': {
      const line = { time, kind: o.kind, webhook: o.webhook, event: o.event, attempt: o.attempt, status: o.status, ms: round(o.ms), outcome: o.outcome, error: o.error, next: o.next === null ? null : new Date(o.next).toISOString() }
      if (o.outcome === 'delivered') log.info(line, `${o.webhook} delivered`)
      else log.warn(line, `${o.webhook} ${o.outcome}`)
      return
    }
    case 'mail': {
      const line = { time, kind: o.kind, mail: o.mail, purpose: o.purpose, attempt: o.attempt, ms: round(o.ms), outcome: o.outcome, error: o.error, next: o.next === null ? null : new Date(o.next).toISOString() }
      if (o.outcome === 'sent' || o.outcome === 'dropped') log.info(line, `mail ${o.purpose} ${o.outcome}`)
      else if (o.outcome === 'failed') log.error(line, `mail ${o.purpose} failed`)
      else log.warn(line, `mail ${o.purpose} ${o.outcome}`)
      return
    }
    case 'trouble': log.warn({ time, kind: o.kind, what: o.what, cause: causeOf(o.cause, true) }, o.what); return
    case 'stopping': log.info({ time, kind: o.kind, inFlight: o.inFlight }, 'stopping'); return
    case 'stopped': log.info({ time, kind: o.kind, ms: round(o.ms), cut: o.cut }, 'stopped'); return
    default: absurd(o)
  }
}

const round = (ms: number): number => Math.round(ms * 100) / 100
