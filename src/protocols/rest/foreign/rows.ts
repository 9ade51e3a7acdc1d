// One row of a contract: found by what stands in the address, read, made, changed, deleted, tied to the caller, or given to an action.
import { Failure } from '../../../failure/index.ts'
import { entityOf, find, relationOf, type Caller, type ContractModel, type ResourceModel, type RouteModel } from '../../../model/index.ts'
import { absurd } from '../../../operation/index.ts'
import { Slot, type MemberAsk } from '../../../wire/index.ts'
import type { Engine, Exchange, ReadAnswer } from '../../protocol.ts'
import { requestedOf } from '../actions.ts'
import { matching, readTags, tagOf } from '../tags.ts'
import { named, unwrapped, wrapped } from './body.ts'
import { stranger, wordsOf, type About } from './told.ts'

export type Key = readonly unknown[]
export interface Serving {
  readonly on: Engine
  readonly contract: ContractModel
  readonly exchange: Exchange
  readonly caller: Caller
  /** What comes to be known of the request, for the case that it fails. */
  readonly learn: (about: About) => void
  readonly known: () => About
}
type Route<D extends RouteModel['do']> = Extract<RouteModel, { readonly do: D }>
type OneRow = Exclude<RouteModel, { readonly do: 'list' | 'values' }>
/** JSON of a row, or null where nothing is answered; and the token that belongs to it. */
export interface Answered { readonly body: Uint8Array | string | null; readonly token: string | null; readonly version?: string | null; readonly headers?: Readonly<Record<string, string>> }

const parsed = (body: Uint8Array | string): unknown => JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as unknown
const gone = (): Failure => new Failure('caller.token', 'The token is of nobody who is known here any more.')

/** The keys of the rows that the address names, one within the other. Throws `row.missing`. */
export async function located(s: Serving, route: RouteModel, texts: readonly string[]): Promise<readonly Key[]> {
  const keys: Key[] = []
  for (const part of route.parts) {
    if (!part.resource) continue
    const { resource, within } = part, entity = entityOf(s.on.model, resource.entity), before = keys.at(-1)
    s.learn({ resource })
    const tie = within === null ? [] : relationOf(entity, within).on.map(p => p.local), by = [...resource.by, ...tie]
    const { body } = await s.on.read({
      key: `${s.contract.name} finds ${resource.as} ${by.join()}`, values: [texts[keys.length] ?? '', ...(within === null ? [] : before ?? [])].map(String), origin: 'url', cursor: null, number: null,
      ask: () => ({ kind: 'get', entity: entity.name, key: by.map((_, i) => new Slot(i)), by, fields: entity.key }),
    }, s.caller, s.exchange.run)
    const row = parsed(body) as Readonly<Record<string, unknown>>
    keys.push(entity.key.map(name => row[name]))
  }
  return keys
}

/** A row that was in the address a moment ago may be gone by now: then that is what is told, and not what followed from it. */
async function still<T>(s: Serving, route: RouteModel, texts: readonly string[], work: () => Promise<T>): Promise<T> {
  try { return await work() } catch (error) {
    if (texts.length > 0 && error instanceof Failure && (error.code === 'row.reference' || error.code === 'caller.forbidden')) {
      const about = s.known()
      await located(s, route, texts)
      s.learn(about)
    }
    throw error
  }
}

/** The key of the caller's own row. */
export function ownKey(claims: readonly string[], caller: Caller): Key {
  const key = claims.map(name => caller.claims[name] ?? null)
  if (key.includes(null)) throw gone()
  return key
}

/** `by`: the fields whose values `key` is, where it is not the key. */
function readOne(s: Pick<Serving, 'on' | 'contract' | 'exchange'>, resource: ResourceModel, members: readonly MemberAsk[], key: Key, caller: Caller, by?: readonly string[]): Promise<ReadAnswer> {
  return s.on.read({
    key: `${s.contract.name} reads ${resource.as} ${resource.entity} ${by?.join() ?? ''}`, values: key.map(String), origin: 'url', cursor: null, number: null,
    ask: () => ({ kind: 'get', entity: resource.entity, key: key.map((_, i) => new Slot(i)), members, ...(by ? { by } : {}) }),
  }, caller, s.exchange.run)
}

/** The token a request came with; none where the caller is known by something else. */
const tokenOf = ({ headers }: Exchange, { scheme }: ContractModel): string | null => {
  const { authorization } = headers
  return typeof authorization === 'string' && authorization.toLowerCase().startsWith(`${scheme.toLowerCase()} `) ? authorization.slice(scheme.length + 1).trim() : null
}

/** Carries out a route that is about one row. */
export async function oneRow(s: Serving, route: OneRow, texts: readonly string[]): Promise<Answered> {
  const { on, caller, exchange, contract } = s, { resource } = route, entity = entityOf(on.model, resource.entity), { run } = exchange
  const token = tokenOf(exchange, contract)
  s.learn({ route, resource })
  const own = 'own' in route && route.own !== null ? ownKey(route.own, caller) : null
  const last = route.parts.findLast(p => p.resource)
  if (route.do === 'get' && (own !== null || (texts.length === 1 && last?.resource))) {
    try {
      const { body, version } = own !== null ? await readOne(s, resource, resource.members, own, caller) : await readOne(s, resource, resource.members, texts, caller, resource.by)
      return { body, token, version }
    } catch (error) { throw own !== null && error instanceof Failure && error.code === 'row.missing' ? gone() : error }
  }
  const keys = await located(s, route, texts), key = own ?? keys.at(-1) ?? []
  s.learn({ resource })
  const shown = async (as: Caller = caller, of: Key = key): Promise<Uint8Array | string> => (await readOne(s, resource, resource.members, of, as)).body
  switch (route.do) {
    case 'get': return { body: await shown(), token }
    case 'create': {
      const making = { kind: 'create', entity: entity.name, key: null, origin: 'body', expect: null } as const
      const given = await givenTo(s, route, body => on.write({ ...making, body }, caller, run))
      s.learn({ resource, given, takes: route.takes })
      const tied = route.parent === null ? {} : Object.fromEntries(relationOf(entity, route.parent).on.map((p, i) => [p.local, key[i]]))
      const body = { ...named(contract, entity, route.takes, given), ...tied }
      const { bodies } = await still(s, route, texts, () => on.write({ ...making, body, members: resource.members }, caller, run))
      return { body: bodies[0] ?? null, token }
    }
    case 'update': return { body: await update(s, route, key), token }
    case 'delete':
      await on.write({ kind: 'delete', entity: entity.name, key, body: undefined, origin: 'body', expect: await expected(s, resource, key) }, caller, run)
      return { body: null, token }
    case 'link': case 'unlink':
      await still(s, route, texts, () => tie(s, route, key))
      return { body: await shown(), token }
    case 'call': return called(s, route, key, shown)
    default: return absurd(route)
  }
}

/**
 * What stands in the body. Where that cannot be read, or is not wrapped as it should be, who may not do this at all is told that first: it is tried with a member that nobody takes, and
 * the engine knows what comes before such a mistake.
 */
async function givenTo({ exchange }: Serving, { resource }: OneRow, tried: (body: Readonly<Record<string, unknown>>) => Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  try { return unwrapped(exchange, resource) } catch (mistake) {
    try { await tried({ [stranger]: null }) } catch (error) { if (error instanceof Failure && !error.code.startsWith('resolve.')) throw error }
    throw mistake
  }
}

/** No row has it. */
const noVersion = '0'
/**
 * The version that an If-Match means: that of the row, where it names what a GET of this address answers now; else one that no row has, so that the engine tells it where it belongs in the order.
 * Null: none is asked for.
 */
async function expected(s: Serving, resource: ResourceModel, key: Key): Promise<string | null> {
  const asked = s.exchange.headers['if-match'], tags = asked === undefined ? '*' : readTags(String(asked), 'If-Match')
  if (tags === '*') return null
  const { body, version } = await readOne(s, resource, resource.members, key, s.caller)
  return matching(tags, tagOf(null, wrapped(resource, { body, token: tokenOf(s.exchange, s.contract) }))) === null ? noVersion : version
}

async function update(s: Serving, route: Route<'update'>, key: Key): Promise<Uint8Array | string | null> {
  const { on, caller, exchange, contract } = s, { resource } = route, entity = entityOf(on.model, resource.entity)
  const given = await givenTo(s, route, body => on.write({ kind: 'update', entity: entity.name, key, body, origin: 'body', expect: null }, caller, exchange.run)), { version } = resource
  s.learn({ resource, given, takes: route.takes })
  const said = version === null ? undefined : given[version]
  // A version that is none is a mistake like others: told when what comes before them is known.
  const takes = said === undefined || Number.isSafeInteger(said) ? route.takes : { ...route.takes, [version ?? '']: `~${version ?? ''}` }
  const body = named(contract, entity, takes, version !== null && Number.isSafeInteger(said) ? Object.fromEntries(Object.entries(given).filter(([name]) => name !== version)) : given)
  const match = await expected(s, resource, key), expect = !Number.isSafeInteger(said) ? match : match === null || match === String(said) ? String(said) : noVersion
  try {
    const { bodies } = await on.write({ kind: 'update', entity: entity.name, key, body, origin: 'body', expect, members: resource.members }, caller, exchange.run)
    return bodies[0] ?? null
  } catch (error) {
    if (error instanceof Failure && error.code === 'row.stale' && wordsOf(contract, route, error.code).current) {
      const now = await readOne(s, resource, resource.members, key, caller)
      s.learn({ resource, given, takes: route.takes, current: typeof now.body === 'string' ? now.body : Buffer.from(now.body).toString('utf8') })
    }
    throw error
  }
}

/** Makes the row that ties the caller to another, or takes it away; where it is as it should be already, that is all. */
async function tie({ on, caller, exchange: { run } }: Serving, route: Route<'link' | 'unlink'>, key: Key): Promise<void> {
  const entity = entityOf(on.model, route.entity), to = relationOf(entity, route.to).on
  const mine = Object.entries(route.from).map(([field, claim]) => [field, caller.claims[claim] ?? null] as const)
  if (mine.some(([, value]) => value === null)) throw gone()
  const all = Object.fromEntries([...mine, ...to.map((p, i) => [p.local, key[i]] as const)])
  try {
    if (route.do === 'link') await on.write({ kind: 'create', entity: entity.name, key: null, body: all, origin: 'body', expect: null, fields: entity.key }, caller, run)
    else await on.write({ kind: 'delete', entity: entity.name, key: entity.key.map(name => all[name]), body: undefined, origin: 'body', expect: null }, caller, run)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== (route.do === 'link' ? 'row.duplicate' : 'row.missing')) throw error
  }
}

async function called(s: Serving, route: Route<'call'>, key: Key, shown: (as?: Caller, key?: Key) => Promise<Uint8Array | string>): Promise<Answered> {
  const { on, caller, exchange, contract } = s, { resource } = route, { run } = exchange, action = find(on.model.actions ?? {}, route.action)
  if (!action) throw new Error(`no action ${route.action}`)
  const names = action.input.map(m => m.name)
  const ofRow = route.answers.by === 'address', calling = { action: action.id, key: ofRow ? key : null, origin: 'body', expect: ofRow ? await expected(s, resource, key) : null } as const
  const given = names.length === 0 ? {} : await givenTo(s, route, body => on.call({ ...calling, input: body }, caller, run))
  s.learn({ resource, given })
  const nulls = contract.blank === 'null' ? action.input.flatMap(m => (m.kind === 'value' && m.field.optional ? [m.name] : [])) : []
  const input = Object.fromEntries(Object.entries(given).filter(([name]) => contract.extra === 'refused' || names.includes(name)).map(([name, value]) => [name, value === '' && nulls.includes(name) ? null : value]))
  let output: unknown = null, headers: Answered['headers'] = {}
  try {
    const answered = await on.call({ ...calling, input }, caller, run, requestedOf(exchange))
    ;({ output, headers = {} } = answered)
  } catch (error) {
    if (!route.again || !action.taking || !(error instanceof Failure) || error.code !== 'row.transition') throw error
    const state = await readOne(s, { ...resource, as: `${resource.as} state` }, [{ kind: 'field', as: 'state', field: action.taking.field }], key, caller)
    if ((parsed(state.body) as { readonly state: unknown }).state !== action.taking.to) throw error
  }
  const { answers } = route, token = tokenOf(exchange, contract)
  const answer = (typeof output === 'object' && output !== null ? output : {}) as Readonly<Record<string, unknown>>
  switch (answers.by) {
    case 'address': return { body: await shown(), token, headers }
    case 'key': return { body: await shown(caller, [answer[answers.member]]), token, headers }
    case 'own': return { body: await shown(caller, ownKey(answers.claims, caller)), token, headers }
    case 'token': {
      // Whoever this has made known sees their own row.
      const said = answer[answers.member], entity = entityOf(on.model, resource.entity), binding = Object.values(on.model.callers).find(b => b.entity === resource.entity)
      if (typeof said !== 'string') throw new Failure('internal', undefined, { cause: new Error(`${action.id} answered no ${answers.member}`) })
      const known = await on.identify(said, run)
      return { body: await shown(known, ownKey(entity.key.map(name => `@${binding?.name ?? ''}.${name}`), known)), token: said, headers }
    }
    default: return absurd(answers)
  }
}
