// Writes: resolve the body, decide in the one order of failures, run, and where no row was touched find out why.
import { Failure, suggest, toFailure, type At } from '../failure/index.ts'
import { entityOf, find, relationOf, type Caller, type EntityModel, type FieldModel } from '../model/index.ts'
import {
  always, and, field, parameter, type Create, type Delete, type Mutation, type Predicate, type Probe, type Query, type Returning, type Update, type Value,
} from '../operation/index.ts'
import type { WriteAnswer } from '../protocols/protocol.ts'
import type { Authorized, Run, Session, Written } from '../stores/index.ts'
import type { RowsAsk, WriteRequest } from '../wire/index.ts'
import { authorizeAs, refused } from './authorize.ts'
import { authorized, filled, missing, rulesFor, type Context } from './context.ts'
import {
  mistaken, Mistakes, Misfit, readScalar, resolveCreate, resolveUpdate, selection, type ResolvedWrite, type WriteOptions,
} from './resolve/index.ts'

const attempts = 4

/** Retries what another write got in the way of; everything else is the caller's to know. */
export async function write(c: Context, request: WriteRequest, caller: Caller, run: Run): Promise<WriteAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(c, request, caller, run)
    } catch (e) {
      const failure = toFailure(e)
      // Inside somebody's transaction only the whole of it can be run again.
      if (failure.code !== 'row.contended' || attempt === attempts || c.session !== c.store || performance.now() > run.deadline) {
        // A PUT whose key is another row's that the caller may not read: that is no race, and stays taken.
        throw failure.cause instanceof Failure && failure.cause.code === 'row.duplicate' ? failure.cause : failure
      }
      await new Promise(go => setTimeout(go, attempt * attempt * 5 * (0.5 + Math.random())))
    }
  }
}

function once(c: Context, request: WriteRequest, caller: Caller, run: Run): Promise<WriteAnswer> {
  const entity = find(c.model.entities, request.entity)
  if (!entity || entity.hidden) throw new Failure('resolve.name', `there is no entity '${request.entity}'.${suggest(request.entity, Object.keys(c.model.entities))}`)
  if (entity.readOnly) throw refused(caller, `${entity.title} is only read.`)
  switch (request.kind) {
    case 'create': return create(c, entity, request, caller, run, null)
    case 'update': return update(c, entity, request, caller, run)
    case 'replace': return replace(c, entity, request, caller, run)
    case 'delete': return remove(c, entity, request, caller, run)
  }
}

const options = (c: Context, request: WriteRequest, caller: Caller, values: readonly Value[]): WriteOptions =>
  ({ model: c.model, origin: request.origin, limits: c.limits, values, keys: c.known.systems.has(caller) })

/** What is answered: the fields and relations asked for, else every field and what the body nested. */
function returning(c: Context, entity: EntityModel, request: WriteRequest, nested: readonly string[]): Returning {
  const include: Record<string, RowsAsk> = Object.create(null)
  for (const path of nested) {
    let here = include
    for (const name of path.split('.')) {
      const next: { include: Record<string, RowsAsk>; size?: number } = (here[name] as { include: Record<string, RowsAsk> } | undefined) ?? { include: Object.create(null) as Record<string, RowsAsk> }
      here[name] = next
      here = next.include
    }
  }
  const mistakes = new Mistakes('url')
  // Their values would need slots beside those of the body.
  if (filtered(request.include)) throw new Failure('resolve.name', 'The answer to a write takes fields and include, and of an included list sort, page, fields and include; to filter it, read the row.')
  const ask = request.include || request.fields ? { ...(request.fields ? { fields: request.fields } : {}), ...(request.include ? { include: request.include } : {}) } : { include }
  const select = selection({ model: c.model, limits: c.limits, mistakes, readers: [], comparisons: 0 }, { includes: 0, cost: 0 }, entity, ask, [], 1, 0)
  return { select, where: always }
}

const filtered = (include: Readonly<Record<string, RowsAsk>> | undefined): boolean =>
  Object.values(include ?? {}).some(rows => rows.filter !== undefined || filtered(rows.include))

/** The parts of a key as canonical values; a part that does not fit is a row that does not exist. */
function keyOf(c: Context, entity: EntityModel, request: WriteRequest): readonly Value[] {
  const raw = request.key ?? []
  if (raw.length !== entity.key.length) throw new Failure('row.missing', `${entity.title} has a key of ${entity.key.join(', ')}`)
  return entity.key.map((name, i) => {
    const f = entity.fields[name]
    if (!f) throw new Error(`no key field ${name}`)
    try { return readScalar(f.scalar, raw[i], request.origin === 'code' ? 'code' : 'url') } catch (e) {
      if (e instanceof Misfit) throw missing(c, entity.name)
      throw e
    }
  })
}

/** Key slots are the first of every change. */
const keyIs = (entity: EntityModel): Predicate => and(...entity.key.map((name, i): Predicate =>
  ({ kind: 'compare', op: 'eq', as: entity.fields[name]?.scalar ?? 'text', left: field(name), right: parameter(i) })))

/** The version the caller expects: a slot after the key, or none. */
function expectOf(entity: EntityModel, request: WriteRequest): { readonly values: readonly Value[]; readonly stale: boolean } {
  if (request.expect === null || request.expect === '*') return { values: [], stale: false }
  const f = entity.version === null ? null : entity.fields[entity.version]
  if (f && !/^-?\d{1,15}$/.test(request.expect)) return { values: [], stale: true }
  return { values: [f?.scalar === 'integer' ? Number(request.expect) : request.expect], stale: false }
}

type Restricted = ResolvedWrite['restricted'][number]
const maySet = (c: Context, r: Restricted, caller: Caller): boolean => c.known.systems.has(caller) || r.by.some(role => caller.roles.has(role))
const onlyOthers = (r: Restricted, caller: Caller): Failure => refused(caller, `Only ${r.by.join(' or ')} may set ${r.field}.`, r.at)
const comparable = (f: FieldModel | undefined): boolean => f !== undefined && !f.list && f.scalar !== 'json' && f.scalar !== 'duration'

function checkRestricted(c: Context, resolved: ResolvedWrite, caller: Caller): void {
  const first = resolved.restricted.find(r => !maySet(c, r, caller))
  if (first) throw onlyOthers(first, caller)
}

async function create(c: Context, entity: EntityModel, request: WriteRequest, caller: Caller, run: Run, key: readonly Value[] | null): Promise<WriteAnswer> {
  const many = key === null && Array.isArray(request.body)
  const resolved = resolveCreate(options(c, request, caller, []), entity, request.body, many, key)
  const mutation: Create = { ...resolved.mutation, returning: returning(c, entity, request, resolved.nested) }
  let ready: Authorized<Create>
  try {
    ready = authorized(c, shapeOf(mutation), mutation, resolved.values.length, caller)
  } catch (e) {
    // A default that this caller does not have is one more mistake of the body.
    if (!(e instanceof Failure) || e.code !== 'resolve.value') throw e
    checkRestricted(c, resolved, caller)
    throw mistaken([...resolved.mistakes, ...e.mistakes])
  }
  checkRestricted(c, resolved, caller)
  if (resolved.mistakes.length) {
    await checkWhole(c, entity, resolved, caller, run)
    throw mistaken(resolved.mistakes)
  }
  try {
    const written = await c.session.write(ready, filled(ready, resolved.values, caller), run)
    return { created: true, ...answered(written) }
  } catch (e) { throw await speak(c, entity, caller, e, many ? 0 : 1) }
}

/** A new part with mistakes is refused first where its whole may not be changed, as it is without them: one read, by the first row's whole. */
async function checkWhole(c: Context, part: EntityModel, resolved: ResolvedWrite<Create>, caller: Caller, run: Run): Promise<void> {
  if (part.whole === null) return
  const relation = relationOf(part, part.whole), entity = entityOf(c.model, relation.target)
  const [row] = (resolved.values[resolved.mutation.rows.slot] ?? []) as readonly Readonly<Record<string, Value>>[]
  const key = entity.key.map(name => row?.[relation.on.find(pair => pair.foreign === name)?.local ?? ''] ?? null)
  if (key.includes(null)) return
  const { ruling } = rulesFor(c, caller)
  const query: Query = {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: keyIs(entity), order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: { fields: [], related: [], probes: [{ as: 'allowed', of: and(ruling.may(entity, 'read'), ruling.may(entity, 'update')) }] },
  }
  const ready = authorizeAs.system(query, 'finds out whether a part may be added', { model: c.model, caller, slots: key.length })
  const { body } = await c.session.read(ready, filled(ready, key, caller), run)
  const found = body === null ? null : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as { probes: { allowed: boolean } }
  if (found?.probes.allowed !== true) throw refused(caller, `You may not write this to ${part.path}.`)
}

const shapeOf = (m: Mutation) => JSON.stringify(m)
const answered = (w: Written) => ({ bodies: w.bodies, keys: w.keys, versions: w.versions, cut: w.cut })

/** What a store says of a write, as the caller may hear it. `strip`: rows of a single body have no index. */
async function speak(c: Context, entity: EntityModel, caller: Caller, error: unknown, strip: number): Promise<Failure> {
  const failure = toFailure(error)
  const at: At = failure.at.slice(typeof failure.at[0] === 'number' ? strip : 0)
  switch (failure.code) {
    case 'caller.forbidden': return refused(caller, `You may not write this to ${entity.path}.`, at)
    case 'row.reference': {
      const relation = at.findLast(x => typeof x === 'string')
      return mistakenReference(at, typeof relation === 'string' ? relation : 'it')
    }
    case 'row.referenced': {
      // Entities the caller cannot read are not named.
      const { ruling } = rulesFor(c, caller)
      const names = Object.values(entity.relations).filter(r => !r.owner && !r.owned && !r.through && !r.hidden).map(r => entityOf(c.model, r.target)).filter(t => ruling.may(t, 'read').kind !== 'never')
      return new Failure('row.referenced', names.length ? `Rows of ${names.map(t => t.path).join(' or ')} may depend on it.` : undefined, { cause: failure.cause })
    }
    default: return at === failure.at ? failure : new Failure(failure.code, failure.message, { at, facts: failure.facts, mistakes: failure.mistakes, cause: failure.cause })
  }
}

const mistakenReference = (at: At, relation: string) =>
  new Failure('row.reference', `${relation} names a row that does not exist, or that you may not read.`, { at, mistakes: [{ at, detail: 'does not exist, or you may not read it' }] })

async function update(c: Context, entity: EntityModel, request: WriteRequest, caller: Caller, run: Run): Promise<WriteAnswer> {
  const prepared = prepareUpdate(c, entity, request, caller, false)
  return { created: false, ...(await change(c, entity, request, caller, run, prepared)) }
}

interface Change<M extends Update | Delete> {
  readonly mutation: M
  readonly values: readonly Value[]
  readonly resolved: ResolvedWrite | null
  /** Fields that a PUT must give as they are, and what it is told otherwise. */
  readonly unchanged: readonly { readonly holds: Predicate; readonly otherwise: () => Failure }[]
  readonly stale: boolean
}

function prepareUpdate(c: Context, entity: EntityModel, request: WriteRequest, caller: Caller, whole: boolean): Change<Update> {
  const key = keyOf(c, entity, request), expect = expectOf(entity, request)
  const before = [...key, ...expect.values]
  const resolved = resolveUpdate(options(c, request, caller, before), entity, request.body, whole)
  const values = [...resolved.values]
  // What never changes, and what only others may set, may stand in the body of a PUT as it is. Of a field that is hidden in some rows that would tell its value.
  const { ruling } = rulesFor(c, caller)
  const seen = (name: string) => ruling.shown(entity, name).kind === 'always'
  const row = values[before.length] as Readonly<Record<string, Value>>
  const others = whole ? resolved.restricted.filter(r => !maySet(c, r, caller) && Object.hasOwn(row, r.field) && seen(r.field) && comparable(entity.fields[r.field])) : []
  const as = (name: string, value: Value): Predicate => value === null ? { kind: 'null', of: field(name) }
    : { kind: 'compare', op: 'eq', as: entity.fields[name]?.scalar ?? 'text', left: field(name), right: parameter(values.push(value) - 1) }
  // What is forbidden comes before what does not fit.
  const unchanged = [
    ...others.map(r => ({ holds: as(r.field, row[r.field] ?? null), otherwise: () => onlyOthers(r, caller) })),
    ...Object.entries(resolved.fixed).filter(([name]) => !entity.key.includes(name) && seen(name)).map(([name, value]) => ({
      holds: as(name, value), otherwise: () => mistaken([{ at: [name], detail: 'never changes after creation' }]),
    })),
  ]
  const moved = entity.key.filter((name, i) => Object.hasOwn(resolved.fixed, name) && resolved.fixed[name] !== key[i])
  const unseen = Object.keys(resolved.fixed).filter(name => !entity.key.includes(name) && !seen(name))
  const mistakes = [...resolved.mistakes, ...unseen.map(name => ({ at: [name], detail: 'never changes after creation' })), ...moved.map(name => ({ at: [name], detail: 'differs from the address' }))]
  return {
    mutation: {
      ...resolved.mutation, set: resolved.mutation.set.filter(a => !others.some(r => r.field === a.field)),
      where: and(keyIs(entity), ...unchanged.map(u => u.holds)), expect: expect.values.length ? parameter(key.length) : null,
      returning: returning(c, entity, request, resolved.nested),
    },
    values, resolved: { ...resolved, mistakes, restricted: resolved.restricted.filter(r => !others.includes(r)) }, unchanged, stale: expect.stale,
  }
}

/** Runs an update or a delete of one row and says why when it touched none. */
async function change(c: Context, entity: EntityModel, request: WriteRequest, caller: Caller, run: Run, p: Change<Update> | Change<Delete>): Promise<Omit<WriteAnswer, 'created'>> {
  const ready = authorized<Update | Delete>(c, shapeOf(p.mutation), p.mutation, p.values.length, caller)
  const mistakes = p.resolved?.mistakes ?? []
  const restricted = p.resolved?.restricted.find(r => !maySet(c, r, caller))
  if (mistakes.length || restricted || p.stale) {
    // One read decides what comes before: missing, forbidden, stale.
    const why = await diagnose(c, entity, request, caller, run, c.session, p)
    if (why && why.code !== 'resolve.value') throw why
    if (restricted) throw onlyOthers(restricted, caller)
    if (p.stale) throw new Failure('row.stale')
    throw mistaken([...mistakes, ...(why?.mistakes ?? [])])
  }
  let written: Written
  try { written = await c.session.write(ready, filled(ready, p.values, caller), run) } catch (e) {
    const said = await speak(c, entity, caller, e, 1)
    // A check that does not hold is a refusal: of a row the caller may not read, it is missing.
    if (said.code === 'caller.forbidden' || said.code === 'caller.unknown') {
      const why = await diagnose(c, entity, request, caller, run, c.session, p)
      throw why ?? said
    }
    throw said
  }
  if (written.touched > 0) return answered(written)
  const why = await diagnose(c, entity, request, caller, run, c.session, p)
  if (why) throw why
  throw new Failure('row.contended', 'Another write changed the row at this moment; try again.')
}

/**
 * Why a write touched no row: missing (or hidden), denied, stale, or what must stay as it is differs; null when nothing stands in its way now.
 * One further statement, as the system, that brings truths and no fields.
 */
async function diagnose(
  c: Context, entity: EntityModel, request: WriteRequest, caller: Caller, run: Run, session: Session, { mutation, values, unchanged }: Change<Update> | Change<Delete>,
): Promise<Failure | null> {
  const { ruling } = rulesFor(c, caller)
  const verb = mutation.kind
  // Writing a field that is hidden in this row is refused too.
  const given = mutation.kind === 'update' ? mutation.set.filter(s => s.from.kind === 'given' || s.from.kind === 'linked') : []
  const allowed = and(ruling.may(entity, verb), ...given.map(s => ruling.shown(entity, s.field)))
  const probes: Probe[] = [{ as: 'readable', of: ruling.may(entity, 'read') }, { as: 'allowed', of: allowed }, ...unchanged.map((u, i) => ({ as: `same${i}`, of: u.holds }))]
  const query: Query = {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: keyIs(entity), order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: { fields: entity.version === null ? [] : [{ name: entity.version, shown: always }], related: [], probes },
  }
  const ready = authorizeAs.system(query, 'finds out why a write touched no row', { model: c.model, caller, slots: values.length })
  const { body, version } = await session.read(ready, filled(ready, values, caller), run)
  if (body === null) return missing(c, entity.name)
  const row = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as { probes: Readonly<Record<string, boolean>> }
  if (!row.probes['readable']) return missing(c, entity.name)
  if (!row.probes['allowed']) return refused(caller, `You may not ${verb} this ${entity.title}.`)
  if (request.expect !== null && request.expect !== '*' && request.expect !== version) {
    return new Failure('row.stale', `The ${entity.title} has changed since version ${request.expect}; it is now ${version ?? 'another'}.`, { facts: { version } })
  }
  const changed = unchanged.find((_, i) => row.probes[`same${i}`] === false)
  if (changed) return changed.otherwise()
  return null
}

async function remove(c: Context, entity: EntityModel, request: WriteRequest, caller: Caller, run: Run): Promise<WriteAnswer> {
  const key = keyOf(c, entity, request), expect = expectOf(entity, request)
  const mutation: Delete = { kind: 'delete', entity: entity.name, where: keyIs(entity), expect: expect.values.length ? parameter(key.length) : null, whole: null }
  const done = await change(c, entity, request, caller, run, { mutation, values: [...key, ...expect.values], resolved: null, unchanged: [], stale: expect.stale })
  return { created: false, ...done, bodies: [], keys: [], versions: [] }
}

/** PUT: changes the row to exactly this, or makes it with this key. Whether a row that may not be read exists is not told: then it is created, or refused as a create is. */
async function replace(c: Context, entity: EntityModel, request: WriteRequest, caller: Caller, run: Run): Promise<WriteAnswer> {
  const { ruling } = rulesFor(c, caller)
  // A key that the database counts is not the caller's to choose: the next one counted would be taken.
  const chosen = c.known.systems.has(caller) || !entity.key.some(k => entity.fields[k]?.generated === 'identity')
  const mayUpdate = ruling.may(entity, 'update').kind !== 'never', mayCreate = chosen && ruling.may(entity, 'create').kind !== 'never'
  if (!mayUpdate && !mayCreate) throw refused(caller, `You may not update ${entity.path}.`)
  if (mayUpdate) {
    try {
      return { created: false, ...(await change(c, entity, request, caller, run, prepareUpdate(c, entity, request, caller, true))) }
    } catch (e) {
      if (!(e instanceof Failure) || e.code !== 'row.missing' || !mayCreate || request.expect !== null) throw e
    }
  }
  if (request.expect !== null) throw missing(c, entity.name)
  const key = keyOf(c, entity, request)
  const body = request.body
  const rest = typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.fromEntries(Object.entries(body).filter(([name]) => !entity.key.includes(name) || entity.fields[name]?.reference)) : body
  try {
    return await create(c, entity, { ...request, body: rest }, caller, run, key)
  } catch (e) {
    // Somebody made it in between: then it is a change after all.
    if (e instanceof Failure && e.code === 'row.duplicate' && mayUpdate && sameFields(e.facts['fields'], entity.key)) throw new Failure('row.contended', 'The row was made by another write just now; try again.', { cause: e })
    throw e
  }
}

const sameFields = (a: unknown, b: readonly string[]) => Array.isArray(a) && a.length === b.length && b.every(x => a.includes(x))

