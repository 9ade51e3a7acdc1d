// The client: what it is asked for by name is made when it is asked for, since only the types know which names there are.
import type { Client, Declares } from '../define/index.ts'
import { rowsOf } from './rows.ts'
import { sender, type ClientOptions } from './send.ts'

/** Names that JavaScript itself asks objects for: a promise, JSON, a debugger. */
const own = (name: string | symbol): name is symbol => typeof name === 'symbol' || name === 'then' || name === 'toJSON'

/**
 * A client of the application at `url` (in a browser, of the page's own server unless given): `client<typeof app>('https://shop.example')`.
 * Nothing is sent before something is asked. Every method throws Failure.
 */
export function client<A extends Declares>(url = '', options: ClientOptions = {}): Client<A> {
  const send = sender(url, options)
  const known = new Map<string, object>()
  return new Proxy({}, {
    get: (_, name) => {
      if (own(name)) return undefined
      const made = known.get(name) ?? rowsOf(send, name)
      known.set(name, made)
      return made
    },
  }) as Client<A>
}
