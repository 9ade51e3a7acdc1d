// The bench: an application over rows made for it, served and asked. The workshop's own uses the same load and the same clock.
export { loadProgram } from './child.ts'
export type { Load, Prepared, Round } from './load.ts'
export { backends, between } from './proc.ts'
export { runBench, type BenchOptions } from './run.ts'
export { readReport, type Report } from './report.ts'
export { showAgainst, showReport } from './show.ts'
