// HTTP: the listener, its limits, and the addresses of its own. Knows bytes, not entities.
export { serve, type ServeOptions, type Serving } from './serve.ts'
export { limits, type Limits } from './limits.ts'
export type { Development, ReadyCaller } from './own.ts'
