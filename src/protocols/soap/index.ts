// SOAP 1.1 and 1.2 at /soap, the WSDL at /soap?wsdl: messages become requests of the engine; answers and failures become messages. No rule, no SQL.
import { createHash } from 'node:crypto'
import { Failure } from '../../failure/index.ts'
import type { Model } from '../../model/index.ts'
import type { Engine, Exchange, Protocol, Reply } from '../protocol.ts'
import { fault, type Beside } from './fault.ts'
import { quoted, serviceOf } from './names.ts'
import type { Service, SignIn } from './service.ts'

export type { SignIn } from './service.ts'

export interface SoapOptions {
  readonly engine: Engine
  /** `/soap` unless said. */
  readonly prefix?: string
  /** The WSDL at `?wsdl`: there unless switched off. */
  readonly docs?: boolean
  /** Who a UsernameToken of WS-Security is. Unless given its password is a token, as one in the header Authorization. */
  readonly signIn?: SignIn
}

/** The WSDL of a model; `address`: where messages are sent, `http://127.0.0.1:3000/soap`. */
export async function wsdlOf(model: Model, address: string): Promise<string> {
  const contract = await import('./contract/index.ts')
  return contract.wsdlOf(contract.contractOf(model), address)
}

const allow = 'GET, HEAD, POST, OPTIONS'
/** Stands where the address will. */
const unsaid = 'urn:backwright:address'

/** The SOAP protocol over an engine. Its model may change between requests. What reads and writes XML is loaded with the first request. */
export function soap({ engine, prefix = '/soap', docs = true, signIn = ({ password }, run) => engine.identify(password, run) }: SoapOptions): Protocol {
  const beside = new WeakMap<Failure, Beside>()
  let loading: Promise<Service> | null = null
  const service = (): Promise<Service> => (loading ??= import('./service.ts').then(m => m.service(engine, signIn, (failure, more) => {
    beside.set(failure, more)
    return failure
  }, refuse)))
  const refuse: Protocol['refuse'] = (failure, exchange) => fault(failure, exchange, namespace, beside.get(failure))
  // Made once, whatever it is asked for as: only the address differs.
  let made: { readonly model: Model; readonly around: readonly string[]; readonly sum: string } | null = null
  let namespace = 'urn:backwright'

  async function wsdl(exchange: Exchange): Promise<Reply> {
    const { model } = engine, address = addressOf(exchange, prefix)
    if (made?.model !== model) {
      const [contract, running] = await Promise.all([import('./contract/index.ts'), service()])
      const text = contract.wsdlOf(running.contract(model), unsaid)
      made = { model, around: text.split(unsaid), sum: createHash('sha1').update(text).digest('base64url') }
    }
    const tag = `"${made.sum}.${createHash('sha1').update(address).digest('base64url').slice(0, 8)}"`
    const headers = { 'cache-control': 'no-cache', etag: tag, vary: 'Host, X-Forwarded-Proto' }
    const asked = exchange.headers['if-none-match']
    // Compression leaves a suffix at the tag.
    if (typeof asked === 'string' && asked.includes(tag.slice(0, -1))) return { status: 304, headers, body: [] }
    return { status: 200, headers: { ...headers, 'content-type': 'text/xml; charset=utf-8' }, body: [made.around.join(quoted(address))] }
  }

  async function answer(exchange: Exchange): Promise<Reply> {
    const { method, path } = exchange
    namespace = serviceOf(engine.model).namespace
    exchange.note({ route: prefix })
    if (path !== prefix) throw new Failure('request.route', `There is nothing at ${path.slice(0, 200)}. The service is at ${prefix}, its WSDL at ${prefix}?wsdl.`)
    switch (method) {
      case 'OPTIONS': return { status: 204, headers: { allow }, body: [] }
      case 'POST': return (await service()).answer(exchange)
      case 'GET': case 'HEAD':
        if (!/^wsdl(=|&|$)/i.test(exchange.query)) throw new Failure('request.route', `The service is asked by POST${docs ? `; its WSDL is at ${prefix}?wsdl` : ''}.`)
        if (!docs) throw new Failure('request.route', 'This server does not tell its WSDL.')
        exchange.note({ operation: 'wsdl' })
        return wsdl(exchange)
      default: throw new Failure('request.method', `${method} is not available at ${prefix}. There are: ${allow}.`, { facts: { allow } })
    }
  }

  return {
    name: 'soap',
    root: prefix,
    owns: path => path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 0x2f),
    answer,
    refuse,
  }
}

/** Where the caller reached us, for clients that take their address from the WSDL. */
function addressOf({ headers, mount = '' }: Exchange, prefix: string): string {
  const host = headers['host'], proto = headers['x-forwarded-proto']
  const known = typeof host === 'string' && /^[\w.-]+(:\d{1,5})?$|^\[[\da-fA-F:.]+\](:\d{1,5})?$/.test(host)
  return `${proto === 'https' ? 'https' : 'http'}://${known ? host : 'localhost'}${mount}${prefix}`
}
