// An authorized read → its statement.
import type { Model } from '../../../model/index.ts'
import { absurd, type Read } from '../../../operation/index.ts'
import type { Authorized } from '../../store.ts'
import { compileAggregate } from './aggregate.ts'
import type { Compiled } from './compiled.ts'
import { context, type Server } from './context.ts'
import { compileQuery } from './query.ts'

/** Compiles a shape once; what comes back runs for any values. Throws a plain Error on names the model does not have: `resolve` has seen to those. */
export function compileRead(operation: Authorized<Read>, model: Model, server: Server): Compiled {
  const read = operation.operation, ctx = context(model, server)
  switch (read.kind) {
    case 'query': return compileQuery(read, ctx)
    case 'aggregate': return compileAggregate(read, ctx)
    default: return absurd(read)
  }
}
