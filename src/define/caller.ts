// The caller as declarations name it: in defaults (`caller.customer`) and in rules.
import { callerProxy, condition } from '../model/compile/index.ts'
import type { Binding, Condition, RuleCaller } from './infer-rules.ts'

/** Its rules' side, and by the name of each binding in `backend({ callers })` the caller's own row, whose names are checked at start. */
export type DeclaredCaller = RuleCaller & { readonly [binding: string]: Binding }

/** Who asks. Outside of a rule it stands for values not yet known: `ref(() => Customer).default(caller.customer)`. */
export const caller: DeclaredCaller = callerProxy() as unknown as DeclaredCaller

/** Whoever has a valid token: `allow('create').to(signedIn)`, `.when(signedIn.and(…))`. */
export const signedIn: Condition = caller.signedIn

/** Whoever asks, anonymous callers too: `allow: everyone` of an action. */
export const everyone: Condition = condition('everyone', () => ({ kind: 'always' })) as unknown as Condition
