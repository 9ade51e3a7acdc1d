// Traces by OpenTelemetry, loaded only where they are wanted: by an exporter of our own, configured by the environment as the standard says, or by the SDK of a host process.
import type { Tracing } from './tracing.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Whether the environment names where traces go. */
export function tracesWanted(env: Environment): boolean {
  return env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true' && env['OTEL_TRACES_EXPORTER'] !== 'none' && Boolean(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'])
}

/** The spans of the process's own OpenTelemetry, which whoever started it has set up. `system`: the database's name in the conventions. */
export async function hostTracing(system: string): Promise<Tracing> {
  const [{ trace }, { spans }] = await Promise.all([import('@opentelemetry/api'), import('./spans.ts')])
  return spans(trace.getTracer('backwright'), system, async () => {})
}

const packages = ['@opentelemetry/sdk-trace', '@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/resources', '@opentelemetry/context-async-hooks'] as const

/**
 * Exports spans by OTLP over HTTP, for the life of the process: address, headers, sampler, service name and attributes are read from the standard's variables (OTEL_…).
 * Throws a readable Error where the packages are not installed or a variable cannot be used.
 */
export async function exportedTracing(name: string, system: string, env: Environment): Promise<Tracing> {
  let loaded
  try {
    loaded = await Promise.all([import('@opentelemetry/sdk-trace'), import('@opentelemetry/exporter-trace-otlp-http'), import('@opentelemetry/resources'), import('@opentelemetry/context-async-hooks'), import('@opentelemetry/api'), import('./spans.ts')])
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(`OTEL_EXPORTER_OTLP_ENDPOINT is set, and what exports traces is not installed: npm install ${packages.join(' ')}`, { cause: error })
  }
  const [sdk, { OTLPTraceExporter }, { detectResources, resourceAttributesEnvDetector, resourceFromAttributes, serviceNameEnvDetector }, { AsyncLocalStorageContextManager }, api, { spans }] = loaded
  const resource = resourceFromAttributes({ 'service.name': name }).merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }))
  const processor = new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: whole(env, 'OTEL_BSP_SCHEDULE_DELAY', 5000) })
  const provider = new sdk.TracerProvider({ resource, sampler: samplerOf(sdk, env), spanProcessors: [processor] })
  const contexts = new AsyncLocalStorageContextManager()
  // So that spans and calls of the application's own code belong to the request they are made in.
  const ours = { contexts: api.context.setGlobalContextManager(contexts.enable()), spans: api.trace.setGlobalTracerProvider(provider) }
  return spans(provider.getTracer('backwright'), system, async () => {
    // A collector that does not answer must not hold up the end.
    await Promise.race([provider.shutdown().catch(() => {}), new Promise(resolve => { setTimeout(resolve, 3000).unref() })])
    if (ours.spans) api.trace.disable()
    if (ours.contexts) api.context.disable()
  })
}

function samplerOf(sdk: typeof import('@opentelemetry/sdk-trace'), env: Environment): import('@opentelemetry/sdk-trace').Sampler {
  const ratio = (): import('@opentelemetry/sdk-trace').Sampler => {
    const share = Number(env['OTEL_TRACES_SAMPLER_ARG'] || '1')
    if (!(share >= 0 && share <= 1)) throw new Error(`OTEL_TRACES_SAMPLER_ARG is '${env['OTEL_TRACES_SAMPLER_ARG']}'; it must be a number from 0 to 1.`)
    return new sdk.TraceIdRatioBasedSampler(share)
  }
  const wanted = env['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on'
  switch (wanted) {
    case 'always_on': return new sdk.AlwaysOnSampler()
    case 'always_off': return new sdk.AlwaysOffSampler()
    case 'traceidratio': return ratio()
    case 'parentbased_always_on': return new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() })
    case 'parentbased_always_off': return new sdk.ParentBasedSampler({ root: new sdk.AlwaysOffSampler() })
    case 'parentbased_traceidratio': return new sdk.ParentBasedSampler({ root: ratio() })
    default: throw new Error(`OTEL_TRACES_SAMPLER is '${wanted}'; it may be always_on, always_off, traceidratio, or one of these behind parentbased_.`)
  }
}

function whole(env: Environment, name: string, usual: number): number {
  const given = env[name]
  if (given === undefined || given === '') return usual
  if (!/^\d{1,9}$/.test(given)) throw new Error(`${name} is '${given}'; it must be a whole number of milliseconds.`)
  return Number(given)
}
