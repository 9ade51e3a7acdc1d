// The engine: the chain of a request. Start with engine.ts; a rule is applied in authorize.ts.
export { createEngine, type EngineSettings, type RunningEngine } from './engine.ts'
export type { TokenSettings } from './identify.ts'
export { defaultLimits, type Limits } from './resolve/index.ts'
export { rulingBy, rulingOf, type Ruling } from './ruling.ts'
export { decide, type Unknown } from './decide.ts'
export { rowsHolding, type Held } from './hold.ts'
