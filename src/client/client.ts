// The client: what it is asked for by name is made when it is asked for, since only the types know which names there are.
import type { Client, Declares } from '../define/index.ts'
import { actionOf, rowActionOf } from './call.ts'
import { rowsOf } from './rows.ts'
import { sender, type ClientOptions, type Send } from './send.ts'

/** Names that JavaScript itself asks objects for: a promise, JSON, a debugger. */
const own = (name: string | symbol): name is symbol => typeof name === 'symbol' || name === 'then' || name === 'toJSON'

/** Made once for each name, when it is asked for. */
function named(target: object, make: (name: string) => object): object {
  const known = new Map<string, object>()
  return new Proxy(target, {
    get: (_, name) => {
      if (own(name)) return undefined
      const made = known.get(name) ?? make(name)
      known.set(name, made)
      return made
    },
  })
}

/** `api.order` or `api.checkout`: an entity has methods and actions of its own, an action is called. */
function entityOrAction(send: Send, name: string): object {
  const action = actionOf(send, name), rows = rowsOf(send, name)
  return named(action, method => (Object.hasOwn(rows, method) ? rows[method] : undefined) ?? (method === 'attempt' ? action.attempt : rowActionOf(send, name, method)))
}

/**
 * A client of the application at `url` (in a browser, of the page's own server unless given): `client<typeof app>('https://shop.example')`.
 * Nothing is sent before something is asked. Every method throws Failure; `attempt` of an action answers the failures it declares.
 */
export function client<A extends Declares>(url = '', options: ClientOptions = {}): Client<A> {
  const send = sender(url, options)
  return named({}, name => entityOrAction(send, name)) as Client<A>
}
