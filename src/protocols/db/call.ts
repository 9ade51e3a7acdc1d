// Calls of actions from TypeScript: `db.checkout(input)`, `db.order.cancel(id, input)`.
import { entityOf, type ActionModel, type Caller } from '../../model/index.ts'
import type { Run } from '../../stores/index.ts'
import type { CallRequest } from '../../wire/index.ts'
import type { CallAnswer, Engine } from '../protocol.ts'
import { keyParts } from './ask.ts'
import { reviveShape } from './revive.ts'

/** The request of a call; `key` only of an entity's own action. */
export function callRequest(engine: Engine, action: ActionModel, key: unknown, input: unknown): CallRequest {
  return { action: action.id, key: action.entity === null ? null : keyParts(entityOf(engine.model, action.entity), key), input, origin: 'code' }
}

/** What a call answers, as TypeScript has it. */
export const callAnswered = (action: ActionModel, { output }: CallAnswer): unknown => (action.output === null ? output : reviveShape(action.output, output))

export async function callOf(engine: Engine, action: ActionModel, key: unknown, input: unknown, caller: Caller, run: Run): Promise<unknown> {
  return callAnswered(action, await engine.call(callRequest(engine, action, key, input), caller, run))
}
