// Spans of OpenTelemetry: one per request, and below it one per statement, as the conventions for HTTP servers and database clients name things. No values in them.
import { context, createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api'
import { addressOf } from './address.ts'
import { fingerprints } from './fingerprint.ts'
import type { Served } from './observation.ts'
import type { Traced, Tracing } from './tracing.ts'

/** `system`: the database's name in the conventions. `close`: exports what is left. */
export function spans(tracer: Tracer, system: string, close: () => Promise<void>): Tracing {
  const fingerprint = fingerprints()
  return {
    begin(method, headers, time): Traced {
      const parent = parentOf(headers)
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, startTime: time, attributes: { 'http.request.method': method } }, parent)
      const here = trace.setSpan(parent, span)
      const { traceId, spanId, traceFlags } = span.spanContext()
      return {
        trace: traceId,
        traceparent: `00-${traceId}-${spanId}-${(traceFlags & 255).toString(16).padStart(2, '0')}`,
        within: work => context.with(here, work),
        end(served) {
          // One that is not sampled has nothing to say.
          if (span.isRecording()) {
            describe(span, served)
            for (const ran of served.ran) {
              const start = time + ran.at
              const verb = /^\s*(\w+)/.exec(ran.text)?.[1]?.toUpperCase() ?? 'STATEMENT'
              tracer.startSpan(served.entity === null ? verb : `${verb} ${served.entity}`, {
                kind: SpanKind.CLIENT, startTime: start,
                attributes: { 'db.system.name': system, 'db.query.text': ran.text, 'db.operation.name': verb, 'db.response.returned_rows': ran.rows, 'backwright.fingerprint': fingerprint(ran.text) },
              }, here).end(start + ran.ms)
            }
          }
          span.end(time + served.ms)
        },
      }
    },
    close,
  }
}

function describe(span: Span, o: Served): void {
  const address = addressOf(o)
  span.updateName(`${o.method} ${address}`)
  const said = { 'backwright.request_id': o.id, 'backwright.protocol': o.protocol, 'backwright.operation': o.operation, 'backwright.entity': o.entity, 'http.route': o.route, 'error.type': o.status >= 500 ? o.code ?? String(o.status) : null }
  span.setAttributes({ 'http.response.status_code': o.status, 'http.response.body.size': o.bytes, 'url.path': address, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null)) })
  if (o.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
}

/** The host's own span where the application is mounted under one, else the caller's `traceparent`, else none. */
function parentOf(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Context {
  const active = context.active()
  if (trace.getSpanContext(active) !== undefined) return active
  const { traceparent, tracestate } = headers
  const [, version, traceId = '', spanId = '', flags = ''] = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(typeof traceparent === 'string' ? traceparent : '') ?? []
  if (version === undefined || version === 'ff' || /^0*$/.test(traceId) || /^0*$/.test(spanId)) return ROOT_CONTEXT
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true,
    ...(typeof tracestate === 'string' && tracestate !== '' ? { traceState: createTraceState(tracestate) } : {}),
  })
}
