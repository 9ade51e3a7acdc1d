// A message from its bytes to its answer: envelope, caller, operation, engine, envelope. Loaded with the first message.
import { Failure, suggest, type At } from '../../failure/index.ts'
import type { Caller, Model } from '../../model/index.ts'
import { idText, parseExact } from '../../wire/index.ts'
import type { Engine, Exchange, ReadAnswer, Reply, WriteAnswer } from '../protocol.ts'
import { callRequest, engineKind, readRequest, writeRequest } from './ask.ts'
import { contractOf, type Operation, type ServiceContract } from './contract/index.ts'
import { openEnvelope, type Refuse } from './envelope.ts'
import { quoted, xsi } from './names.ts'
import { fingerprintOf, keyOfMessage } from './once.ts'
import { changing, readComplex, type Members } from './read.ts'
import { renderContent } from './render.ts'
import { credentialsOf } from './security.ts'
import { enveloped, mediaOf, parameterOf, soap11, soap12, versionOf, type Version } from './version.ts'
import { malformed, parseXml, textOf, type Element } from './xml.ts'

/** Who a user name and a password are. */
export type SignIn = (credentials: { readonly username: string; readonly password: string }, run: Exchange['run']) => Promise<Caller>

export interface Service {
  contract(model: Model): ServiceContract
  answer(exchange: Exchange): Promise<Reply>
}

/** `refuse` notes what goes with a failure, `render` makes the fault of it. */
export function service(engine: Engine, signIn: SignIn, refuse: Refuse, render: (failure: Failure, exchange: Exchange) => Reply): Service {
  let known: ServiceContract | null = null
  const contract = (model: Model): ServiceContract => (known?.model === model ? known : (known = contractOf(model)))

  async function answer(exchange: Exchange): Promise<Reply> {
    const version = versionOf(exchange.headers)
    const root = parseXml(textOf(exchange.body, charsetOf(exchange.headers)))
    const service = contract(engine.model)
    const { content, security, key: block } = openEnvelope(root, version, service.namespace, refuse)
    const key = keyOfMessage(block, exchange.headers)
    const operation = service.operations.get(content.name)
    if (operation !== undefined) exchange.note({ ...noted(operation), route: `${exchange.path}#${operation.name}` })
    sameAction(exchange.headers, version, content, service)
    const input = operation === undefined || content.namespace !== service.namespace ? null : readComplex(content, operation.input, service.namespace)
    const caller = security === null ? await exchange.caller() : await callerOf(security, exchange)
    exchange.note({ caller: caller.id })
    if (operation === undefined || input === null || Array.isArray(input)) throw noOperation(content, service)
    const given = input as Members, { does } = operation
    const said = new Map<string, string>(), unkept = does.kind === 'call' && (does.action.unkept === true || does.action.prepare !== undefined)
    const carried = async (on: Engine): Promise<Reply> => {
      const made = reply(service, version, operation, await run(on, operation, given, caller, exchange, said))
      return { ...made, headers: { ...made.headers, ...Object.fromEntries(said) } }
    }
    if (key === null || unkept || does.kind === 'find' || does.kind === 'get' || does.kind === 'aggregate') return carried(engine)
    const asked = { key, fingerprint: fingerprintOf(version, operation.name, given), ...(does.kind === 'call' ? { isolation: does.action.isolation } : {}) }
    const { reply: kept, replayed } = await engine.once(
      asked, caller, exchange.run, carried, failure => render(failure, exchange),
    )
    return { ...kept, headers: { ...kept.headers, 'idempotency-key': key, ...(replayed ? { 'idempotent-replayed': 'true' } : {}) } }
  }

  function reply(service: ServiceContract, version: Version, operation: Operation, result: object): Reply {
    const out: string[] = [`<${operation.name}Response xmlns="${quoted(service.namespace)}" xmlns:xsi="${xsi}">`]
    if (operation.result !== null) {
      out.push('<result>')
      renderContent(operation.result, result, out)
      out.push('</result>')
    }
    out.push(`</${operation.name}Response>`)
    return { status: 200, headers: { 'content-type': `${version.media}; charset=utf-8`, 'cache-control': 'no-store' }, body: enveloped(version, [out.join('')]) }
  }

  async function callerOf(security: Element, exchange: Exchange): Promise<Caller> {
    const credentials = credentialsOf(security)
    if (credentials === null) return exchange.caller()
    if (exchange.headers['authorization'] !== undefined) throw new Failure('caller.token', 'Say once who you are: in the header Authorization or in WS-Security.')
    return credentials.kind === 'token' ? engine.identify(credentials.token, exchange.run) : signIn(credentials, exchange.run)
  }

  async function run(on: Engine, { does, failures }: Operation, input: Members, caller: Caller, exchange: Exchange, said: Map<string, string>): Promise<object> {
    switch (does.kind) {
      case 'find': case 'get': case 'aggregate': {
        const found = await on.read(readRequest(does, input), caller, exchange.run)
        return does.kind === 'get' ? one(found) : list(found)
      }
      case 'call': {
        const { id: requested, method, path, query, headers, body, from } = exchange
        const answer = await on.call(callRequest(does, input), caller, exchange.run, { id: requested, method, path, query, headers, body, ...(from === undefined ? {} : { from }) })
          .catch((error: unknown) => { throw declaredIn(failures, does.entity === null ? error : within(error, 'input')) })
        for (const [name, value] of Object.entries(answer.headers ?? {})) said.set(name, value)
        return does.action.output === null ? { json: parsed(answer.body) } : Object(parsed(answer.body)) as object
      }
      default: {
        const request = writeRequest(does, input)
        const written = await on.write(request, caller, exchange.run).catch((error: unknown) => { throw placed(error, does.entity.fields) })
        if (written.count !== undefined) return { count: written.count }
        return does.kind === 'createMany' ? { data: written.bodies.map(parsed), more: written.cut } : wrote(written, request.kind === 'create')
      }
    }
  }

  /** A failure that the action declares, its facts as their types have them. */
  function declaredIn(failures: Operation['failures'], error: unknown): unknown {
    const declared = error instanceof Failure ? failures.find(f => f.code === error.code) : undefined
    if (declared === undefined || !(error instanceof Failure)) return error
    const out: string[] = []
    if (declared.facts !== null) {
      out.push('<facts>')
      renderContent(declared.facts, error.facts, out)
      out.push('</facts>')
    }
    return refuse(error, { told: { element: declared.element, facts: out.join('') } })
  }
  return { contract, answer }
}

/** Places of an input that stands in an element of its own. */
const within = (error: unknown, element: string): unknown => (error instanceof Failure && (error.at.length > 0 || error.mistakes.length > 0) ? error.below([element]) : error)

/** What the log and the metrics say of an operation, in the words of every protocol. */
function noted({ does }: Operation): { readonly operation: string; readonly entity: string } {
  switch (does.kind) {
    case 'find': case 'get': case 'aggregate': return { operation: does.kind, entity: does.entity.name }
    case 'call': return { operation: 'call', entity: does.action.id }
    default: return { operation: engineKind[does.kind], entity: does.entity.name }
  }
}

const parsed = (body: Uint8Array | string | null): unknown => (body === null ? null : parseExact(typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')))

const one = ({ body, version, cut }: ReadAnswer): object => ({ data: parsed(body), ...(version === null ? {} : { version }), more: cut })

const list = ({ body, page, cut }: ReadAnswer): object => ({
  data: parsed(body),
  page: { ...Object.fromEntries(Object.entries({ next: page?.next, previous: page?.previous, total: page?.total }).filter(([, v]) => v !== null && v !== undefined)), ...(page?.totalIsAtLeast === true ? { totalIsAtLeast: true } : {}), more: cut },
})

function wrote({ bodies, keys, versions, created, cut }: WriteAnswer, isNew: boolean): object {
  const [body = null] = bodies, [key] = keys, [version = null] = versions
  return { ...(body === null ? {} : { data: parsed(body) }), ...(key === undefined ? {} : { id: idText(key) }), ...(version === null ? {} : { version }), created: isNew || created, more: cut }
}

/** Places of a write are told from the operation's element on; the engine knows the body only. */
function placed(error: unknown, fields: object): unknown {
  if (!(error instanceof Failure) || (error.at.length === 0 && error.mistakes.length === 0)) return error
  const beside = ['fields', 'include', 'filter', 'expect']
  const place = (at: At): At => (typeof at[0] === 'string' && beside.includes(at[0]) && !Object.hasOwn(fields, at[0]) ? at : ['data', ...grouped(at)])
  return new Failure(error, error.message, { at: place(error.at), mistakes: error.mistakes.map(m => ({ at: place(m.at), detail: m.detail })), facts: error.facts, cause: error.cause })
}

/** What is done to a field stands around it: `stock/add` is `add/stock`. */
function grouped(at: At): At {
  const i = at.findIndex(part => typeof part === 'string' && changing.includes(part)), word = at[i], name = at[i - 1]
  return word === undefined || name === undefined ? at : [...at.slice(0, i - 1), word, name, ...at.slice(i + 1)]
}

function charsetOf(headers: Exchange['headers']): string | null {
  const media = mediaOf(headers)
  if (media !== soap11.media && media !== soap12.media) {
    throw new Failure('request.media', `Messages come as ${soap11.media} (SOAP 1.1) or ${soap12.media} (SOAP 1.2)${media === '' ? '' : `, not as ${media.slice(0, 80)}`}.`)
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new Failure('request.media', 'Compressed bodies are not accepted; leave out Content-Encoding.')
  const charset = parameterOf(headers, 'charset')?.toLowerCase() ?? null
  if (charset !== null && charset !== 'utf-8' && charset !== 'utf-16') throw new Failure('request.media', `The message is in ${charset.slice(0, 40)}; UTF-8 and UTF-16 are understood.`)
  return charset
}

/** The action names the operation too, in a header that others may have looked at: it must be the same one. */
function sameAction(headers: Exchange['headers'], version: Version, content: Element, { namespace }: ServiceContract): void {
  const header = headers['soapaction']
  const action = version === soap11 ? (typeof header === 'string' ? header.trim().replace(/^"(.*)"$/, '$1') : '') : parameterOf(headers, 'action') ?? ''
  if (action !== '' && action !== `${namespace}#${content.name}`) {
    throw malformed(`The action is '${action.slice(0, 120)}', the body asks for '${content.name.slice(0, 80)}'. It is '${namespace}#${content.name.slice(0, 80)}', or nothing.`)
  }
}

function noOperation(content: Element, { namespace, operations }: ServiceContract): Failure {
  const names = [...operations.values()].filter(o => o.offered).map(o => o.name)
  if (operations.has(content.name)) return new Failure('resolve.name', `'${content.name}' is of ${content.namespace === '' ? 'no namespace' : `'${content.namespace.slice(0, 80)}'`}; operations are of '${namespace}'.`)
  return new Failure('resolve.name', `There is no operation '${content.name.slice(0, 80)}'.${suggest(content.name, names)}`)
}
