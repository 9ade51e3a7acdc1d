// `backend({ contracts })` → other people's APIs: their resources, routes and the words of their failures, every mistake with its place.
import { failures as table, suggest } from '../../failure/index.ts'
import type { FieldName, Value } from '../../operation/index.ts'
import { find as own } from '../lookup.ts'
import type { ActionModel, CallerBinding, ContractModel, EntityModel, FailureModel, PathPart, ResourceModel, RouteModel, Told } from '../model.ts'
import type { ActingOn } from './actions.ts'
import { show } from './canonical.ts'
import type { ContractDeclaration, RouteDeclaration } from './contract-declaration.ts'
import type { BackendDeclaration, EntityClass } from './declaration.ts'
import { isName, resourceOf, takesOf, type Resources } from './resources.ts'
import { isPlain, strangers } from './shapes.ts'
import { ownClaims, pathOfFilter, whereOf, type Placing } from './wheres.ts'

type Say = (reason: string, hint?: string) => void
interface Building extends ActingOn { readonly callers: readonly CallerBinding[]; readonly actions: Readonly<Record<string, ActionModel>>; readonly declared: ReadonlyMap<string, FailureModel> }

export function contractsIn(declaration: BackendDeclaration, on: Building): readonly ContractModel[] {
  const rest = restPathOf(declaration, on)
  const made = Object.entries(declaration.contracts).flatMap(([name, given]): ContractModel[] => {
    const declared = declaredIn(given)
    if (declared === null) { on.mistakes.add(declaration.at(), { entity: `contracts.${name}` }, 'This is no contract.', 'Write shop.contract({ … }) of your model.'); return [] }
    if (declared.model !== declaration.model) on.mistakes.add(declared.at(), { entity: name }, 'It is a contract of another model.')
    return [contractOf(name, declared, on)]
  })
  const within = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`)
  for (const [i, c] of made.entries()) {
    const say: Say = (reason, hint = '') => on.mistakes.add(c.place, { entity: c.name }, reason, hint)
    if (within(c.path, rest) || within(rest, c.path)) say(`${c.path} is where REST is.`, `Put that elsewhere: backend({ rest: '/data' }).`)
    const twin = made.slice(0, i).find(x => within(x.path, c.path) || within(c.path, x.path))
    if (twin) say(`${c.path} and ${twin.path} of ${twin.name} are within one another.`)
    for (const taken of ['/docs', '/health', '/ready', '/dev', '/metrics', '/graphql', '/soap', '/auth', '/openapi.json', '/openapi.yaml']) if (within(c.path, taken)) say(`${taken} is something else already.`)
  }
  return made
}

/** Where REST itself is. */
export function restPathOf(declaration: BackendDeclaration, on: Pick<ActingOn, 'mistakes'>): string {
  const { rest } = declaration
  if (rest === undefined) return '/api'
  if (typeof rest === 'string' && isPath(rest)) return rest
  on.mistakes.add(declaration.at(), {}, `rest is ${show(rest)}, which is no path.`, "Write rest: '/data'.")
  return '/api'
}
const isPath = (x: string): boolean => /^(\/[A-Za-z0-9._~-]+)+$/.test(x)

function contractOf(name: string, d: ContractDeclaration, on: Building): ContractModel {
  const at = d.at(), { options } = d
  const say: Say = (reason, hint = '') => on.mistakes.add(at, { entity: name }, reason, hint)
  for (const reason of strangers(options, ['about', 'path', 'scheme', 'page', 'blank', 'extra', 'failures', 'form', 'routes'])) say(reason)
  const { path, scheme = 'Bearer', page = {}, blank, extra, form = { errors: 'fields' }, routes = {} } = options
  if (typeof path !== 'string' || !isPath(path)) say(`path is ${show(path)}, which is no path.`, "Write path: '/api'.")
  if (typeof scheme !== 'string' || !/^[A-Za-z][A-Za-z0-9-]*$/.test(scheme)) say(`scheme is ${show(scheme)}.`, "Write scheme: 'Token'.")
  if (blank !== undefined && blank !== null) say(`blank is ${show(blank)}.`, 'Write blank: null, or nothing.')
  if (extra !== undefined && extra !== 'ignored') say(`extra is ${show(extra)}.`, "Write extra: 'ignored', or nothing.")
  if (!isPlain(routes) || Object.keys(routes).length === 0) say('It has no routes.', "Write routes: { 'GET /articles': article.list() }.")
  const resources: Resources = new Map()
  const declared = Object.entries(isPlain(routes) ? routes : {}).flatMap(([address, given]) => {
    const route = routeIn(given)
    if (route === null) { say(`${address} is no route.`, 'Write article.list(), article.get() …'); return [] }
    resourceOf(route.resource, on, resources)
    return [{ address, route }]
  })
  const named = new Map([...resources.values()].map(r => [r.as, r]))
  const compiled = declared.flatMap(({ address, route }) => { const made = routeOf(address, route, on, resources, named); return made ? [made] : [] })
  for (const [i, r] of compiled.entries()) {
    const same = compiled.slice(0, i).find(x => x.method === r.method && shapeOf(x) === shapeOf(r))
    if (same) on.mistakes.add(r.place, { entity: name }, `${r.method} ${r.path} is the same address as ${same.path}.`)
  }
  return {
    name, path: typeof path === 'string' ? path : '/', about: typeof options['about'] === 'string' ? options['about'] : null, scheme: String(scheme), page: pageOf(page, say),
    blank: blank === null ? 'null' : 'kept', extra: extra === 'ignored' ? 'ignored' : 'refused', failures: toldOf(options['failures'], on, say), form: isPlain(form) ? form as Value : { errors: 'fields' },
    resources: [...resources.values()], routes: compiled, place: at,
  }
}
const shapeOf = (r: RouteModel): string => r.parts.map(p => p.text ?? '{}').join('/')

function pageOf(given: unknown, say: Say): ContractModel['page'] {
  const usual = { limit: 'limit', offset: 'offset', size: 20, max: 100 }
  if (!isPlain(given)) { say(`page is ${show(given)} instead of an object.`); return usual }
  for (const reason of strangers(given, Object.keys(usual))) say(`page: ${reason}`)
  const page = { ...usual, ...given } as Record<keyof typeof usual, unknown>
  for (const word of ['limit', 'offset'] as const) if (!isName(page[word])) say(`page.${word} is ${show(page[word])}, which is no name.`)
  for (const word of ['size', 'max'] as const) if (!(typeof page[word] === 'number' && Number.isInteger(page[word]) && page[word] >= 1)) say(`page.${word} is ${show(page[word])}, which is no number of rows.`)
  if (Number(page.size) > Number(page.max)) say('page.size is over page.max.')
  return { limit: String(page.limit), offset: String(page.offset), size: Number(page.size), max: Number(page.max) }
}

/** The words of failures, by code: of the table, or of a failure that the application declares, by its name too. */
function toldOf(given: unknown, on: Building, say: Say): Readonly<Record<string, Told>> {
  if (given === undefined) return {}
  if (!isPlain(given)) { say(`failures is ${show(given)} instead of an object.`); return {} }
  const known = ['blank', 'invalid', ...Object.keys(table), ...on.declared.keys()]
  return Object.fromEntries(Object.entries(given).flatMap(([key, words]): [string, Told][] => {
    const code = known.includes(key) ? key : [...on.declared.values()].find(f => f.name === key)?.code
    if (code === undefined) { say(`There is no failure '${key}'.`, suggest(key, known)); return [] }
    if (typeof words === 'string') return [[code, { says: words }]]
    if (!isPlain(words)) { say(`failures.${key} is ${show(words)}.`, "Write 'not found', or { at: 'token', says: 'is missing' }."); return [] }
    for (const reason of strangers(words, ['at', 'says', 'status', 'current'])) say(`failures.${key}: ${reason}`)
    const { at, says, status, current } = words
    if (status !== undefined && !(typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599)) say(`failures.${key}: ${show(status)} is no status of a failure.`)
    return [[code, { ...(typeof at === 'string' ? { at } : {}), ...(typeof says === 'string' ? { says } : {}), ...(typeof status === 'number' ? { status } : {}), ...(current === true ? { current } : {}) }]]
  }))
}

function routeOf(address: string, d: RouteDeclaration, on: Building, resources: Resources, named: ReadonlyMap<string, ResourceModel>): RouteModel | null {
  const place = d.at(), resource = resources.get(d.resource), { options } = d
  const say: Say = (reason, hint = '') => on.mistakes.add(place, { entity: address }, reason, hint)
  const entity = resource && on.entities.get(resource.entity)
  if (!resource || !entity) return null
  const [, method = '', path = ''] = /^(GET|POST|PUT|PATCH|DELETE) (\/.*)$/.exec(address) ?? []
  if (path === '' || !/^(\/([A-Za-z0-9._~-]+|\{[A-Za-z_][A-Za-z0-9_-]*\}))+$/.test(path)) { say(`'${address}' is no method and path.`, "Write 'GET /articles/{article}'."); return null }
  const placing: Placing = { entity: n => on.entities.get(n), callers: on.callers, say }
  const parts = partsOf(path, named, on, say), rows = parts.flatMap(p => (p.resource ? [p.resource] : [])), last = rows.at(-1)
  const known = { list: ['where', 'filters', 'sort', 'all'], get: ['own'], create: ['also'], update: ['own', 'also'], delete: ['own'], link: [], unlink: [], call: ['again'], values: ['as', 'where'] }[d.do]
  for (const reason of strangers(options, ['status', 'failures', 'signedIn', ...known])) say(reason)
  const { status, own: mine } = options
  if (status !== undefined && !(typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 299)) say(`status is ${show(status)}, which is none of success.`)
  const where = whereOf(options['where'], entity, placing)
  const asksCaller = mine === true || (where?.values.length ?? 0) > 0
  const base = (signedIn: boolean, usual: number) => ({
    method: method as RouteModel['method'], path, parts, place, failures: toldOf(options['failures'], on, say),
    signedIn: typeof options['signedIn'] === 'boolean' ? options['signedIn'] : signedIn, status: typeof status === 'number' ? status : usual,
  })
  /** The claims of the caller's own row, or null where the row is the one in the address. */
  const whose = (): readonly string[] | null => {
    if (mine === true) {
      const claims = ownClaims(entity, on.callers)
      if (claims === null) say(`No caller is bound to a row of ${entity.title}.`, `Name one: backend({ callers: { … } }).`)
      return claims ?? []
    }
    if (last?.entity !== resource.entity) say(`Its path does not say which ${resource.as}.`, `Write {${resource.as}} in it, or own: true.`)
    return null
  }
  const parent = (): FieldName | null => (last ? referenceTo(entity, last, on, say) : null)
  const takes = { ...resource.takes, ...(options['also'] === undefined ? {} : takesOf(options['also'], entity, resource.members, say)) }
  switch (d.do) {
    case 'list': {
      const sort = Array.isArray(options['sort']) ? options['sort'].map(String) : resource.sort
      const filters = isPlain(options['filters']) ? Object.fromEntries(Object.entries(options['filters']).map(([name, to]) => [name, pathOfFilter(String(to), entity, placing)])) : {}
      return { ...base(asksCaller, 200), do: 'list', resource, where, filters, sort, all: options['all'] === true, parent: parent() }
    }
    case 'get': return { ...base(asksCaller, 200), do: 'get', resource, own: whose() }
    case 'create': return { ...base(true, 201), do: 'create', resource, takes, parent: parent() }
    case 'update': return { ...base(true, 200), do: 'update', resource, takes, own: whose() }
    case 'delete': return { ...base(true, 204), do: 'delete', resource, own: whose() }
    case 'link': case 'unlink': {
      whose()
      const draft = on.drafts.all.find(x => x.entity === (d.of as EntityClass)), tie = draft && on.entities.get(draft.name)
      if (!tie) { say('It ties by an entity that is not in the model.'); return null }
      const tied = tieOf(tie, resource.entity, on, say)
      return tied && { ...base(true, 200), do: d.do, resource, entity: tie.name, ...tied }
    }
    case 'call': {
      const action = actionOf(d.of, resource, on)
      if (!action) { say(`There is no action ${typeof d.of === 'string' ? `'${d.of}'` : 'like this'} in the application.`, suggest(typeof d.of === 'string' ? d.of : '', Object.values(on.actions).map(a => a.name)) || 'Name it in backend({ actions }).'); return null }
      if (action.entity !== null) whose()
      if (action.entity !== null && action.entity !== resource.entity) say(`${action.id} is about another entity than ${resource.as}.`)
      if (action.entity === null && rows.length > 0) say(`${action.id} is about no row, so its path can name none.`)
      if (options['again'] === true && action.taking === undefined) say('again is for transitions.')
      const key = action.output?.find(m => m.keyOf === resource.entity)?.name, token = action.output?.find(m => m.name === resource.token)?.name, claims = ownClaims(entity, on.callers)
      const answers = action.entity !== null ? { by: 'address' } as const : token !== undefined && claims ? { by: 'token', member: token } as const : key !== undefined ? { by: 'key', member: key } as const : claims ? { by: 'own', claims } as const : null
      if (answers === null) { say(`Its output has no key of ${entity.title}, so there is nothing to answer.`, `Write output: { ${resource.as}Id: id(${entity.title}) }.`); return null }
      return { ...base(action.allow.kind !== 'always', 200), do: 'call', resource, action: action.id, again: options['again'] === true, answers }
    }
    case 'values': {
      const field = typeof d.of === 'string' ? own(entity.fields, d.of) : undefined
      if (!field || field.hidden) { say(`${show(d.of)} does not exist on ${entity.title}.`, suggest(String(d.of), Object.keys(entity.fields))); return null }
      return { ...base(asksCaller, 200), do: 'values', resource, field: field.name, as: isName(options['as']) ? options['as'] : field.name, where }
    }
  }
}

function partsOf(path: string, named: ReadonlyMap<string, ResourceModel>, on: Building, say: Say): readonly PathPart[] {
  let before: ResourceModel | null = null
  return path.slice(1).split('/').map((text): PathPart => {
    const name = /^\{(.*)\}$/.exec(text)?.[1]
    if (name === undefined) return { text }
    const resource = named.get(name), entity = resource && on.entities.get(resource.entity)
    if (!resource || !entity) { say(`{${name}} is no resource of the contract.`, suggest(name, [...named.keys()])); return { text } }
    const within: string | null = before === null ? null : referenceTo(entity, before, on, say)
    before = resource
    return { resource, within }
  })
}

/** The one reference of an entity to that of another resource. */
function referenceTo(entity: EntityModel, to: ResourceModel, on: Building, say: Say): string | null {
  const all = Object.values(entity.relations).filter(r => r.owner && r.target === to.entity)
  if (all.length === 1 && all[0]) return all[0].name
  const title = on.entities.get(to.entity)?.title ?? to.entity
  say(all.length === 0 ? `${entity.title} has no reference to ${title}.` : `${entity.title} has several references to ${title}: ${all.map(r => r.name).join(', ')}.`)
  return null
}

/** How an entity ties the caller to a row: its reference to that, and which of its key fields are the caller's. */
function tieOf(tie: EntityModel, target: string, on: Building, say: Say): { readonly to: string; readonly from: Readonly<Record<string, string>> } | null {
  const references = Object.values(tie.relations).filter(r => r.owner), from: Record<string, string> = {}
  const mine = references.filter(r => r.on.every(p => { const f = tie.fields[p.local]; return f?.default?.kind === 'claim' && f.default.claim.startsWith('@') }))
  for (const r of mine) for (const p of r.on) { const f = tie.fields[p.local]; if (f?.default?.kind === 'claim') from[p.local] = f.default.claim }
  const [to, ...more] = references.filter(r => r.target === target && !mine.includes(r))
  if (!to || more.length > 0 || mine.length === 0 || tie.key.some(k => !(k in from) && !to.on.some(p => p.local === k))) {
    say(`${tie.title} does not tie the caller to one ${on.entities.get(target)?.title ?? target}.`, 'Its key is two references: one to that, and one whose default is the caller\'s own row.')
    return null
  }
  return { to: to.name, from }
}

function actionOf(of: unknown, resource: ResourceModel, on: Building): ActionModel | null {
  if (typeof of === 'string') return own(on.actions, `${resource.entity}.${of}`) ?? own(on.actions, of) ?? null
  const run: unknown = typeof of === 'object' && of !== null ? Reflect.get(Reflect.get(of, '~declared') as object, 'run') : undefined
  return Object.values(on.actions).find(a => a.run === run) ?? null
}

function declaredIn(x: unknown): ContractDeclaration | null {
  const found: unknown = typeof x === 'object' && x !== null ? Reflect.get(x, '~declared') : undefined
  return typeof found === 'object' && found !== null && Reflect.get(found, 'is') === 'contract' ? (found as ContractDeclaration) : null
}
function routeIn(x: unknown): RouteDeclaration | null {
  const found: unknown = typeof x === 'object' && x !== null ? Reflect.get(x, '~declared') : undefined
  return typeof found === 'object' && found !== null && Reflect.get(found, 'is') === 'route' ? (found as RouteDeclaration) : null
}
