// Calls of actions: `api.checkout(input)`, `api.order.cancel(id, input)`.
import type { Calling, Version } from '../define/index.ts'
import { Failure } from './failure.ts'
import { json, keyOf } from './query.ts'
import { expecting } from './rows.ts'
import type { Send } from './send.ts'

type Options = Calling & { readonly idempotencyKey?: string; readonly version?: Version }
type Given = readonly unknown[]
/** What declares a failure answers it as a value; every other is thrown. */
const attempting = (call: (...given: Given) => Promise<unknown>) => async (...given: Given): Promise<unknown> => {
  try {
    return { ok: true, data: await call(...given) }
  } catch (error) {
    if (!(error instanceof Failure) || error.declared === null) throw error
    const { declared: name, facts, message, requestId } = error
    return { ok: false, name, facts, message, requestId }
  }
}
export interface Call { (...given: Given): Promise<unknown>; readonly attempt: (...given: Given) => Promise<unknown> }
const callable = (call: (...given: Given) => Promise<unknown>): Call => Object.assign(call, { attempt: attempting(call) })

async function post(send: Send, path: string, input: unknown, { version, ...call }: Options = {}): Promise<unknown> {
  const { body } = await send({ method: 'POST', path, headers: { 'if-match': expecting(version) }, call, ...(input === undefined ? {} : { body: json(input) }) })
  return body ?? undefined
}

/** An action that is nobody's own. */
export const actionOf = (send: Send, name: string): Call => callable((input, call) => post(send, `/actions/~${name}`, input, call as Options))
/** An action of one row. */
export const rowActionOf = (send: Send, entity: string, name: string): Call =>
  callable(async (key, input, call) => post(send, `/~${entity}/${keyOf(key)}/~${name}`, input, call as Options))
