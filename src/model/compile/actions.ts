// `backend({ actions })` → the actions of the model: names, shapes, failures and who may call, everything that is wrong told with its place.
import { failures, suggest } from '../../failure/index.ts'
import { never, or, type EntityName, type Predicate } from '../../operation/index.ts'
import type { ActionModel, EntityModel, FailureModel, ForeignContract, Isolation, Place } from '../model.ts'
import type { ActionDeclaration } from './action-declaration.ts'
import { show } from './canonical.ts'
import { callerProxy, isCondition, NotCompiled, type Condition } from './condition.ts'
import type { BackendDeclaration } from './declaration.ts'
import type { Mistakes } from './mistakes.ts'
import type { Drafts } from './drafts.ts'
import { rowProxy, type Known } from './rows.ts'
import { isPlain, membersOf, unknownOptions, type Shaping } from './shapes.ts'
import { nameProblem, snake } from './words.ts'

/** What `action({ … })` understands. */
export const actionOptions: readonly string[] = ['about', 'allow', 'input', 'output', 'failures', 'isolation', 'contract', 'path', 'prepare', 'conflicts', 'unkept', 'run']
const isolations: readonly Isolation[] = ['read committed', 'repeatable read', 'serializable']
const methods: readonly ForeignContract['method'][] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
/** Paths where no contract can be. */
const ownPaths: readonly string[] = ['/docs', '/openapi.json', '/openapi.yaml', '/health', '/ready', '/dev', '/metrics', '/api/actions', '/api/batch']
/** Names that `db` itself has. */
const ofDb: readonly string[] = ['as', 'asSystem']
/** Names that the rows of an entity have in `db` and in the typed client. */
const ofRows: readonly string[] = ['find', 'get', 'count', 'aggregate', 'create', 'update', 'delete', 'upsert', 'updateMany', 'deleteMany', 'as', 'each', 'related', 'change', 'attempt']

export interface ActingOn {
  readonly application: string
  readonly drafts: Drafts
  readonly entities: ReadonlyMap<EntityName, EntityModel>
  readonly known: Omit<Known, 'mistake'>
  readonly mistakes: Mistakes
}

/** `made`: what other parts of the declaration make actions of (transitions of a choice, say). */
export function actionsIn(declaration: BackendDeclaration, on: ActingOn, made: readonly ActionModel[] = [], failures = new Map<string, FailureModel>()): Readonly<Record<string, ActionModel>> {
  const { mistakes } = on
  const found = new Map<string, ActionModel>()
  const put = (action: ActionModel): void => {
    const twin = found.get(action.id)
    if (twin) mistakes.add(action.place, { entity: action.id }, `An action of this name stands at line ${twin.place.line} already.`)
    else found.set(action.id, action)
  }
  for (const [name, given] of [...Object.entries(declaration.actions), ...Object.entries(declaration.identity?.actions ?? {})]) {
    const declared = declaredIn(given)
    if (declared === null) { mistakes.add(declaration.at(), { entity: `actions.${name}` }, 'This is no action.', 'Write shop.action({ … }) of your model.'); continue }
    put(actionOf(name, declared, declaration, on, failures))
  }
  for (const action of made) put(action)
  distinct([...found.values()], on)
  return Object.fromEntries(found)
}

function actionOf(name: string, d: ActionDeclaration, declaration: BackendDeclaration, on: ActingOn, all: Map<string, FailureModel>): ActionModel {
  const { mistakes } = on, at = d.at()
  const draft = d.entity === null ? null : on.drafts.all.find(x => x.entity === d.entity) ?? null
  const entity = draft === null ? null : on.entities.get(draft.name) ?? null
  const title = name
  const say = (reason: string, hint = '', where: Place = at): void => mistakes.add(where, { entity: title }, reason, hint)
  const problem = nameProblem(name)
  if (problem) say(problem)
  if (d.model !== declaration.model && d.model !== declaration.identity?.model) say('It is an action of another model.', 'Declare it on the model that backend({ model }) names.')
  if (d.entity !== null && entity === null) say(`${d.entity.name} is not in the model.`)
  if (entity !== null && entity.key.length === 0) say(`Rows of ${entity.title} cannot be told apart, so an action cannot be about one.`)
  for (const reason of unknownOptions(d.unknown, actionOptions)) say(reason)
  if (typeof d.run !== 'function') say('It has no run.', 'Write async run({ input, db }) { … }.')
  if (d.prepare !== undefined && typeof d.prepare !== 'function') say('Its prepare is no function.', 'Write async prepare({ input }) { … }.')
  if (d.conflicts !== undefined && typeof d.conflicts !== 'function') say('Its conflicts is no function.', 'Write async conflicts({ input, db, fail }) { … }.')
  if (d.unkept !== undefined && typeof d.unkept !== 'boolean') say('Its unkept is neither true nor false.')
  if (d.about !== undefined && (typeof d.about !== 'string' || d.about === '')) say('Its about is no text.')
  if (d.isolation !== undefined && !isolations.includes(d.isolation as Isolation)) say(`There is no isolation ${show(d.isolation)}.`, suggest(typeof d.isolation === 'string' ? d.isolation : '', isolations) || `There are: ${isolations.join(', ')}.`)
  if (d.path !== undefined && (typeof d.path !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(d.path))) say(`${show(d.path)} is no usable path: only small letters, digits and single hyphens.`)
  const shaping: Shaping = {
    title, at, mistakes, entityOf: of => { const found = on.drafts.all.find(x => x.entity === of); return found && on.entities.get(found.name) },
  }
  const input = membersOf(shaping, d.input, 'input')
  const contract = contractOf(d.contract, say)
  if (contract?.raw && input.length) say('A raw contract has no input: run reads request.body.')
  if (contract?.raw && d.output !== undefined) say('A raw contract has no output: run returns { status, headers, body }.')
  if (contract && entity) say('An action of an entity has its own address; only others can have a contract.')
  const parts = contract === null ? [] : [...contract.path.matchAll(/\{([^}]*)\}/g)].map(m => m[1] ?? '')
  for (const part of contract?.raw ? [] : parts) if (!input.some(m => m.name === part && m.kind === 'value' && !m.field.list)) say(`The contract's path has {${part}}, which is no value of the input.`, suggest(part, input.map(m => m.name)))
  const allow = allowed(d, entity, on, say)
  return {
    id: entity === null ? name : `${entity.name}.${name}`, name, entity: entity?.name ?? null, path: typeof d.path === 'string' ? d.path : snake(name).replaceAll('_', '-'),
    about: typeof d.about === 'string' ? d.about : null, ...allow, input, output: d.output === undefined ? null : membersOf(shaping, d.output, 'output'),
    failures: failuresOf(d.failures, shaping, on, all), isolation: isolations.find(i => i === d.isolation) ?? 'read committed', contract,
    ...(typeof d.prepare === 'function' ? { prepare: d.prepare } : {}), ...(typeof d.conflicts === 'function' ? { conflicts: d.conflicts } : {}), ...(d.unkept === true ? { unkept: true as const } : {}),
    run: d.run, place: at,
  }
}

function allowed(d: ActionDeclaration, entity: EntityModel | null, on: ActingOn, say: (reason: string, hint?: string, where?: Place) => void): { readonly allow: Predicate; readonly allowText: string | null } {
  const none = { allow: never, allowText: null }
  const given = d.allow
  if (given === undefined) return none
  try {
    if (typeof given === 'string' || Array.isArray(given)) {
      const roles: readonly unknown[] = typeof given === 'string' ? [given] : given
      if (!roles.length || roles.some(r => typeof r !== 'string' || r === '')) { say(`allow names ${roles.length ? `${show(given)}, which are no roles` : 'no role'}.`, `Write allow: ['staff'], or allow: signedIn.`); return none }
      return { allow: or(...roles.map((role): Predicate => ({ kind: 'caller', role: String(role) }))), allowText: roles.map(show).join(', ') }
    }
    let condition: unknown = given
    if (typeof given === 'function') {
      const known: Known = { ...on.known, mistake: (where, reason, hint) => say(reason, hint, where) }
      const make = given as (given: { readonly row?: object; readonly caller: object }) => unknown
      condition = make({ caller: callerProxy(), ...(entity === null ? {} : { row: rowProxy(known, entity, 'row') }) })
    }
    if (!isCondition(condition)) { say(`allow ${typeof condition === 'object' || typeof condition === 'function' ? 'gives something that is no condition' : `is ${show(condition)}, which is no condition`}.`, `Write allow: signedIn, allow: 'staff', or allow: ({ caller }) => caller.is('staff').`); return none }
    const { text, build }: Condition = condition
    return { allow: build(0), allowText: text }
  } catch (error) {
    if (error instanceof NotCompiled) say(error.message, error.suggestion)
    else say(`Its allow could not be read: ${error instanceof Error ? error.message : String(error)}.`)
    return none
  }
}

/** Declared failures; two that declare one name must mean the same by it. */
export function failuresOf(given: unknown, shaping: Shaping, on: ActingOn, all: Map<string, FailureModel>): readonly FailureModel[] {
  const { mistakes } = on
  if (given === undefined) return []
  const say = (name: string, reason: string, hint = ''): void => mistakes.add(shaping.at, { entity: shaping.title, field: `failures${name === '' ? '' : `.${name}`}` }, reason, hint)
  if (!isPlain(given)) { say('', 'They are no object.', 'Write failures: { outOfStock: { product: text() } }.'); return [] }
  return Object.entries(given).flatMap(([name, of]): FailureModel[] => {
    if (!/^[a-z][A-Za-z0-9]*$/.test(name)) { say(name, `'${name}' is no usable name: it must start with a small letter and have only letters and digits.`); return [] }
    if (!isPlain(of)) { say(name, `It is ${show(of)} instead of an object.`, 'Write { status: 409, product: text() }.'); return [] }
    const { status = 409, about, ...facts } = of
    if (typeof status !== 'number' || !Number.isInteger(status) || status < 400 || status > 499 || status === 401) say(name, `${show(status)} is no status of a failure.`, 'It is one of 400 to 499, and not 401; 409 unless said.')
    if (about !== undefined && typeof about !== 'string') say(name, 'Its about is no text.')
    const taken = ['fields', 'version', 'retryAfter', 'allow', 'operation'].filter(n => Object.hasOwn(facts, n))
    if (taken.length) say(name, `'${taken[0]}' is a reserved word of failures.`)
    const code = `${on.application.replace(/[^A-Za-z0-9_-]+/g, '-')}.${name}`
    if (Object.hasOwn(failures, code)) say(name, `'${code}' is a failure that is there already.`, 'Call the application or the failure otherwise.')
    const made: FailureModel = {
      code, name, status: typeof status === 'number' ? status : 409, about: typeof about === 'string' ? about : null,
      facts: membersOf(shaping, facts, `failures.${name}`), rpc: 1000 + all.size, place: shaping.at,
    }
    const twin = all.get(code)
    if (twin === undefined) { all.set(code, made); return [made] }
    if (meaning(twin) !== meaning(made)) say(name, `Another action declares '${name}' differently.`, 'Declare it once and name it in both, or call it otherwise.')
    return [twin]
  })
}
const meaning = (f: FailureModel): string => JSON.stringify([f.status, f.about, f.facts], (key, value: unknown) => (key === 'place' ? undefined : value))

function contractOf(given: unknown, say: (reason: string, hint?: string) => void): ForeignContract | null {
  if (given === undefined) return null
  if (!isPlain(given)) { say(`Its contract is ${show(given)} instead of an object.`, `Write contract: { method: 'POST', path: '/hooks/stripe' }.`); return null }
  const { method, path, raw = false, status, headers = {}, scheme, ...rest } = given
  for (const reason of unknownOptions(Object.keys(rest), ['method', 'path', 'raw', 'status', 'headers', 'scheme'])) say(`contract: ${reason}`)
  const verb = methods.find(m => m === method)
  if (!verb) say(`The contract's method ${show(method)} is none of ${methods.join(', ')}.`)
  if (typeof path !== 'string' || !/^(\/([A-Za-z0-9._~-]+|\{[A-Za-z_][A-Za-z0-9_]*\}))+$/.test(path)) { say(`The contract's path ${show(path)} is no path from the root.`, `Write path: '/hooks/stripe'.`); return null }
  if (scheme !== undefined && (typeof scheme !== 'string' || !/^[A-Za-z][A-Za-z0-9-]*$/.test(scheme))) say(`The contract's scheme ${show(scheme)} is no word such as 'Token'.`)
  if (typeof raw !== 'boolean') say(`The contract's raw is neither true nor false.`)
  if (status !== undefined && !(typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 299)) say(`The contract's status ${show(status)} is none of success, 200 to 299.`)
  const pairs = isPlain(headers) ? Object.entries(headers) : []
  if (!isPlain(headers) || pairs.some(([name, value]) => !/^[A-Za-z0-9-]+$/.test(name) || typeof value !== 'string' || /[^\t\x20-\x7e]/.test(value))) say(`The contract's headers are no names with texts.`)
  return verb ? { method: verb, path, raw: raw === true, status: typeof status === 'number' ? status : null, ...(typeof scheme === 'string' ? { scheme } : {}), headers: Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), String(value)])) } : null
}

/** No two answer at one address, none has the name of something else. */
function distinct(actions: readonly ActionModel[], on: ActingOn): void {
  const addresses = new Map<string, ActionModel>()
  for (const a of actions) {
    const say = (reason: string, hint = ''): void => on.mistakes.add(a.place, { entity: a.id }, reason, hint)
    const entity = a.entity === null ? null : on.entities.get(a.entity)
    if (a.entity === null && on.entities.has(a.name)) say(`An entity is called '${a.name}' too, and db.${a.name} cannot be both.`)
    if (a.entity === null && ofDb.includes(a.name)) say(`'${a.name}' is a reserved word of db.`)
    if (entity && ofRows.includes(a.name)) say(`db.${entity.name}.${a.name} is something else already.`)
    const relation = entity && Object.values(entity.relations).find(r => !r.hidden && (r.name === a.path || r.name === a.name))
    if (relation && entity) say(`${entity.title} has a relation '${relation.name}', and /${entity.path}/{id}/${a.path} cannot be both.`, 'Call one of them otherwise.')
    const address = a.contract ? `${a.contract.method} ${a.contract.path.replace(/\{[^}]*\}/g, '{}')}` : entity ? `POST ${entity.path} ${a.path}` : `POST actions ${a.path}`
    const twin = addresses.get(address)
    if (twin) say(`${a.contract ? `${a.contract.method} ${a.contract.path}` : `The path '${a.path}'`} is already that of ${twin.id}.`)
    addresses.set(address, twin ?? a)
    const reserved = a.contract && [...ownPaths, ...[...on.entities.values()].filter(e => !e.hidden).map(e => `/api/${e.path}`)].find(p => a.contract?.path === p || a.contract?.path.startsWith(`${p}/`))
    if (reserved) say(`The contract's path ${a.contract?.path ?? ''} is within ${reserved}, which is something else.`)
  }
}

function declaredIn(x: unknown): ActionDeclaration | null {
  const found: unknown = typeof x === 'object' && x !== null ? Reflect.get(x, '~declared') : undefined
  return typeof found === 'object' && found !== null && 'run' in found && 'allow' in found ? (found as ActionDeclaration) : null
}

/** Seconds that answers are kept, from `idempotency: { hours }`. */
export function secondsKept(declaration: BackendDeclaration, mistakes: Mistakes): number {
  const given = declaration.idempotency
  if (given === undefined) return 86_400
  const hours: unknown = isPlain(given) ? given['hours'] : undefined
  if (!isPlain(given) || Object.keys(given).some(k => k !== 'hours') || typeof hours !== 'number' || !(hours > 0 && hours <= 24 * 366)) {
    mistakes.add(declaration.at(), {}, `idempotency is ${show(given)}.`, 'Write idempotency: { hours: 24 }, up to 366 days.')
    return 86_400
  }
  return Math.ceil(hours * 3600)
}
