// What the running application reports, and who reads it. Metrics and traces are loaded only where they are wanted.
export * from './observation.ts'
export * from './lines.ts'
export * from './json.ts'
export * from './counters.ts'
export * from './tracing.ts'
export * from './exporter.ts'
export { fingerprints } from './fingerprint.ts'
export type { Metrics, Readings } from './metrics.ts'
import type { Metrics, Readings } from './metrics.ts'

/** Metrics for Prometheus. */
export async function metrics(readings: () => Readings): Promise<Metrics> {
  return (await import('./metrics.ts')).prometheus(readings)
}
