// Metrics as Prometheus reads them: what was served, what the store did, what is open and kept right now, and the process itself.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { absurd } from '../operation/index.ts'
import type { Observe } from './observation.ts'

/** What is so at this moment; asked for whenever somebody reads the metrics. */
export interface Readings {
  readonly inFlight: number
  /** Per lane: connections, those at work, and who waits behind them; and how many statements are prepared on them. */
  readonly lanes: readonly { readonly lane: string; readonly open: number; readonly busy: number; readonly queued: number; readonly prepared: number }[]
  /** How much is kept of each kind. */
  readonly kept: Readonly<Record<string, number>>
  /** Of each webhook what waits, what was given up, and since when the oldest waits. Asked of the database. */
  readonly backlog: () => Promise<readonly { readonly webhook: string; readonly waiting: number; readonly failed: number; readonly lagMs: number }[]>
}

export interface Metrics {
  readonly observe: Observe
  /** The content type of `text`. */
  readonly type: string
  text(): Promise<string>
}

/** Seconds. From a read of a tenth of a millisecond to the longest answer there may be. */
const statementClasses = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const requestClasses = statementClasses.slice(2)

/** Labels are names of the declaration and of ours, never of a caller's making. */
export function prometheus(readings: () => Readings): Metrics {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })
  const requests = new Counter({ name: 'backwright_requests_total', help: 'Requests answered.', labelNames: ['protocol', 'operation', 'entity', 'status'], registers })
  const took = new Histogram({ name: 'backwright_request_duration_seconds', help: 'From the arrival of a request to the end of its answer.', labelNames: ['protocol', 'operation', 'status'], buckets: requestClasses, registers })
  const failures = new Counter({ name: 'backwright_failures_total', help: 'Requests refused or failed, by the code of the failure.', labelNames: ['code'], registers })
  const gone = new Counter({ name: 'backwright_requests_gone_total', help: 'Requests whose caller went before the end of the answer.', registers })
  const unreadable = new Counter({ name: 'backwright_unreadable_total', help: 'Bytes that were no request.', labelNames: ['code'], registers })
  const bytes = new Counter({ name: 'backwright_response_bytes_total', help: 'Bytes of the bodies of answers.', registers })
  const statements = new Histogram({ name: 'backwright_statement_duration_seconds', help: 'Statements of requests, from sending to the last row, waiting behind others included.', labelNames: ['operation'], buckets: statementClasses, registers })
  const rows = new Counter({ name: 'backwright_statement_rows_total', help: 'Rows that statements brought back or touched.', registers })

  const attempts = new Counter({ name: 'backwright_webhook_attempts_total', help: 'Attempts to deliver an event: delivered, to be tried again, or failed for good.', labelNames: ['webhook', 'outcome'], registers })
  const delivering = new Histogram({ name: 'backwright_webhook_attempt_duration_seconds', help: 'From an attempt\'s request to its answer.', labelNames: ['webhook'], buckets: requestClasses, registers })
  const mails = new Counter({ name: 'backwright_mail_attempts_total', help: 'Attempts to send a mail of an account.', labelNames: ['outcome'], registers })

  // Asked once for all that is told of it; what cannot be had now is left out.
  let scraped: ReturnType<Readings['backlog']> | null = null
  const perWebhook = (name: string, help: string, of: (b: Awaited<ReturnType<Readings['backlog']>>[number]) => number): void => {
    new Gauge({ name, help, labelNames: ['webhook'], registers, async collect() {
      this.reset()
      for (const b of await (scraped ??= readings().backlog().catch(() => []))) this.set({ webhook: b.webhook }, of(b))
    } })
  }
  perWebhook('backwright_webhook_waiting', 'Events that wait to be delivered.', b => b.waiting)
  perWebhook('backwright_webhook_failed', 'Events that were given up, as far as they are kept.', b => b.failed)
  perWebhook('backwright_webhook_lag_seconds', 'Since when the oldest event waits that is not delivered.', b => b.lagMs / 1000)

  new Gauge({ name: 'backwright_requests_in_flight', help: 'Requests being answered.', registers, collect() { this.set(readings().inFlight) } })
  const perLane = (name: string, help: string, of: (lane: Readings['lanes'][number]) => number): void => {
    new Gauge({ name, help, labelNames: ['lane'], registers, collect() { for (const lane of readings().lanes) this.set({ lane: lane.lane }, of(lane)) } })
  }
  perLane('backwright_connections', 'Open connections to the database.', l => l.open)
  perLane('backwright_connections_busy', 'Connections at work.', l => l.busy)
  perLane('backwright_connections_queued', 'Statements behind another one on their connection, or operations waiting for a connection of their own.', l => l.queued)
  perLane('backwright_prepared_statements', 'Statements prepared on open connections.', l => l.prepared)
  new Gauge({ name: 'backwright_kept', help: 'Entries of what is compiled once and kept.', labelNames: ['cache'], registers, collect() { for (const [cache, count] of Object.entries(readings().kept)) this.set({ cache }, count) } })

  return {
    type: register.contentType,
    text() {
      scraped = null
      return register.metrics()
    },
    observe(o) {
      switch (o.kind) {
        case 'request': {
          const protocol = o.protocol ?? 'server', operation = o.operation ?? 'none', status = o.status === 0 ? 'none' : `${Math.floor(o.status / 100)}xx`
          requests.inc({ protocol, operation, entity: o.entity ?? 'none', status })
          took.observe({ protocol, operation, status }, o.ms / 1000)
          if (o.code !== null) failures.inc({ code: o.code })
          if (o.gone) gone.inc()
          if (o.bytes > 0) bytes.inc(o.bytes)
          for (const r of o.ran) statements.observe({ operation }, r.ms / 1000)
          if (o.rows > 0) rows.inc(o.rows)
          return
        }
        case 'unreadable': unreadable.inc({ code: o.code }); return
        case 'delivery':
          attempts.inc({ webhook: o.webhook, outcome: o.outcome })
          delivering.observe({ webhook: o.webhook }, o.ms / 1000)
          return
        case 'mail': mails.inc({ outcome: o.outcome }); return
        case 'listening': case 'trouble': case 'stopping': case 'stopped': return
        default: absurd(o)
      }
    },
  }
}
