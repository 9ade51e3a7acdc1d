// Carries out a body's steps in one transaction: targets before the row that refers to them, the row, then what hangs on it. Each step is a write of one entity, authorized as any.
import { Failure, type At } from '../failure/index.ts'
import { entityOf, find, relationOf, tiesOf, type EntityModel, type RelationModel } from '../model/index.ts'
import { always, and, parameter, type Assignment, type Create, type Delete, type Update, type Value } from '../operation/index.ts'
import type { Written } from '../stores/index.ts'
import { checkRestricted, lostReference, speak, type Writer } from './answer.ts'
import { authorizedAt, change, diagnose, unversioned, type Change } from './change.ts'
import { afterWrite, beforeCreate, isHooked } from './hooks.ts'
import { authorized, filled, missing, rulesFor, shapeOf } from './context.ts'
import { expectOf, keyIs, type Key } from './key.ts'
import { nestedIn } from './foresee.ts'
import { currentOf, locate, lockRow, membersOf, sameKey } from './locate.ts'
import { placed } from './placed.ts'
import { mistaken, rowOf, type ChangeStep, type CreateStep, type Deed, type Finding, type Part, type Target } from './resolve/index.ts'
import { isMember, linkMutation, tieValues, unlinkMutation } from './tie.ts'

/** A row that steps hang on. */
interface Parent { readonly entity: EntityModel; readonly key: Key }

/** Makes the rows of a step, and what hangs on them. Answers their keys; of a row that was there already (`unless`) null. */
export async function makeRows(w: Writer, step: CreateStep, tied: { readonly relation: RelationModel; readonly parent: Parent } | null, unless: readonly string[] | null = null): Promise<readonly (Key | null)[]> {
  const { c, caller, run } = w
  const [first] = step.rows
  if (first) for (const t of step.targets) Object.assign(first, await decide(w, t, null))
  const relation = tied?.relation ?? null
  if (tied && !tied.relation.through) for (const row of step.rows) Object.assign(row, tieValues(tied.relation, tied.parent.entity, tied.parent.key))
  const [row] = step.rows
  const hooked = row && isHooked(c.model, step.entity, 'Create') ? await beforeCreate(w, step.entity, step.create, row, step.places[0] ?? []) : null
  const own = hooked?.mutation ?? step.create, values = hooked ? step.values.with(step.create.rows.slot, [hooked.row]) : step.values
  const mutation: Create = unless === null ? own : { ...own, unless: among(step.entity, unless) }
  const ready = toldAt(step.places[0] ?? [], () => authorized(c, shapeOf(mutation), mutation, values.length, caller, nestedIn(relation)))
  let written: Written
  try {
    written = await c.session.write(ready, filled(ready, values, caller), run)
  } catch (e) {
    throw speak(w, step.entity, e, at => { const [i] = at; return typeof i === 'number' ? [...(step.places[i] ?? []), ...placed(c.model, step.entity, step.body[i], at.slice(1))] : [...around(step.places), ...(step.places.length > 1 ? [] : at)] })
  }
  const keys = written.keys.map(key => (key[0] === null || key[0] === undefined ? null : key))
  const [key] = keys
  if (key) for (const deed of step.deeds) await perform(w, { entity: step.entity, key }, deed)
  if (tied?.relation.through) for (const [i, made] of keys.entries()) if (made) await link(w, tied.parent, tied.relation, { by: step.entity.key, values: made, expect: null, at: step.places[i] ?? [] })
  if (hooked && key) await afterWrite(w, step.entity, key, null, step.places[0] ?? [])
  return keys
}

/** The fields that are unique together with the tenant they are unique in. */
function among(entity: EntityModel, by: readonly string[]): readonly string[] {
  const within = entity.uniques.find(u => u.fields.length === by.length && u.fields.every(f => by.includes(f)))?.within
  return within === undefined ? by : [within, ...by]
}

/** What is refused of a step is told at its place. */
function toldAt<T>(place: At, work: () => T): T {
  try { return work() } catch (e) { throw e instanceof Failure ? e.below(place) : e }
}

/** Where all of them are, for what is wrong with nobody knows which. */
function around(places: readonly At[]): At {
  const [first = [], ...others] = places
  const apart = first.findIndex((step, i) => others.some(place => place[i] !== step))
  return apart === -1 ? first : first.slice(0, apart)
}

/** Changes the row of `p` (the root of a body, or one nested in it), what its references name, and what hangs on it. */
export async function changeRow(w: Writer, p: Change<Update>, row: Readonly<Record<string, Value>>, targets: readonly Target[], deeds: readonly Deed[]): Promise<Written> {
  if (targets.length > 0 && !stopped(p)) {
    // What stands in the way of the row itself is told before anything of what is around it.
    const ready = authorizedAt(w, p)
    const old = await lockRow(w, p.entity, p.names, p.values, targets.map(t => t.relation))
    const why = old === null ? missing(w.c, p.entity.name, p.at) : await diagnose(w, p, ready)
    if (why) throw why
    for (const t of targets) Object.assign(row, await decide(w, t, old?.get(t.relation.name) ?? null))
    return change(w, p, async written => {
      for (const t of targets) {
        const gone = t.do === 'delete' ? old?.get(t.relation.name) : null
        if (gone) await remove(w, entityOf(w.c.model, t.relation.target), gone, null, t.relation, null, t.at)
      }
      await after(w, p.entity, written, deeds)
    })
  }
  return change(w, p, written => after(w, p.entity, written, deeds))
}

const stopped = (p: Change<Update>): boolean => Boolean(p.refusal) || p.stale || p.unversioned || (p.resolved?.mistakes.length ?? 0) > 0 || (p.resolved?.restricted.length ?? 0) > 0

async function after(w: Writer, entity: EntityModel, written: Written, deeds: readonly Deed[]): Promise<void> {
  const [key] = written.keys
  if (key) for (const deed of deeds) await perform(w, { entity, key }, deed)
}

/** The key fields of a reference, decided before the row that holds it is written. `old`: what it names now. */
async function decide(w: Writer, t: Target, old: Key | null): Promise<Readonly<Record<string, Value>>> {
  const target = entityOf(w.c.model, t.relation.target)
  const refer = (key: Key | null): Readonly<Record<string, Value>> =>
    Object.fromEntries(t.relation.on.map(pair => [pair.local, key?.[target.key.indexOf(pair.foreign)] ?? null]))
  switch (t.do) {
    case 'create': return refer(await makeOne(w, t.create, null))
    case 'connectOrCreate': return refer(await foundOrMade(w, target, t.find, t.create, null))
    case 'upsert':
      if (old === null) return refer(await makeOne(w, t.create, null))
      await changeNested(w, t.update, old, null, null)
      return refer(old)
    case 'delete':
      if (old === null) throw missing(w.c, target.name, t.at)
      return refer(null)
  }
}

async function makeOne(w: Writer, step: CreateStep, tied: Parameters<typeof makeRows>[2]): Promise<Key> {
  const [key] = await makeRows(w, step, tied)
  if (!key) throw new Error(`a ${step.entity.name} was made and has no key`)
  return key
}

/** A row found by what is unique, under the caller's rules, or made: right also where others make it at the same moment. */
async function foundOrMade(w: Writer, target: EntityModel, find: Finding, create: CreateStep, tied: Parameters<typeof makeRows>[2]): Promise<Key> {
  const found = await locate(w, target, find, null)
  if (found) return found
  // Where the row names what it is found by, it is made only if nobody has it by now.
  const [row] = create.rows
  const named = row !== undefined && find.by.every(n => Object.hasOwn(row, n))
  const [made] = await makeRows(w, create, tied, named && !create.create.before.length && !create.create.after.length && !create.create.links.length ? find.by : null)
  if (made) return made
  const now = await locate(w, target, find, null)
  if (now) return now
  throw new Failure('row.duplicate', `A row with this ${find.by.join(', ')} exists already.`, { at: find.at, facts: { fields: find.by } })
}

/** Does what the body asks around a row that is written. */
async function perform(w: Writer, parent: Parent, d: Deed): Promise<void> {
  const { relation } = d, target = entityOf(w.c.model, relation.target)
  const tied = relation.owner ? null : { relation, parent }
  /** The row of `find` among those of the relation; without it the current one. */
  const member = async (find: Finding | null): Promise<Key | null> => {
    if (find) return locate(w, target, find, { relation, parent })
    return relation.owner ? currentOf(w, parent.entity, parent.key, relation) : (await membersOf(w, target, { relation, parent }))[0] ?? null
  }
  const must = async (find: Finding | null): Promise<Key> => {
    const key = await member(find)
    if (!key) throw missing(w.c, target.name, d.at)
    return key
  }
  switch (d.do) {
    case 'create': await makeRows(w, d.create, tied); return
    case 'connect': await connect(w, parent, relation, target, d.find); return
    case 'connectOrCreate': {
      const found = await locate(w, target, d.find, null)
      if (found) await connect(w, parent, relation, target, { ...d.find, by: target.key, values: found })
      else {
        // A row that others made in between is connected.
        const key = await foundOrMade(w, target, d.find, d.create, tied)
        if (!(await locate(w, target, { ...d.find, by: target.key, values: key }, { relation, parent }))) await connect(w, parent, relation, target, { ...d.find, by: target.key, values: key })
      }
      return
    }
    case 'disconnect': {
      const key = await member(d.find)
      if (key) await disconnect(w, parent, relation, target, key, d.find?.expect ?? null, d.at)
      else if (d.find) throw missing(w.c, target.name, d.at)
      return
    }
    case 'update': await changeNested(w, d.update, await must(d.find), relation, parent); return
    case 'upsert': {
      const key = await member(d.find)
      if (key) await changeNested(w, d.update, key, relation, parent)
      else await makeOne(w, d.create, tied)
      return
    }
    case 'delete': await remove(w, target, await must(d.find), parent, relation, d.find?.expect ?? null, d.at); return
    case 'set': {
      const wanted: Key[] = []
      for (const find of d.finds) {
        const key = await locate(w, target, find, null)
        if (!key) throw lostReference(find.at, relation.name)
        wanted.push(key)
      }
      const there = await membersOf(w, target, { relation, parent })
      for (const key of there) if (!wanted.some(k => sameKey(target, k, key))) await disconnect(w, parent, relation, target, key, null, d.at)
      for (const [i, key] of wanted.entries()) if (!there.some(k => sameKey(target, k, key))) await connect(w, parent, relation, target, { by: target.key, values: key, expect: null, at: d.finds[i]?.at ?? d.at })
      return
    }
    case 'setParts': return setParts(w, parent, relation, target, d.parts, d.at)
  }
}

/** Parts that are not named go first, so that what is made may take their unique values. */
async function setParts(w: Writer, parent: Parent, relation: RelationModel, target: EntityModel, parts: readonly Part[], at: At): Promise<void> {
  const keys: (Key | null)[] = []
  for (const part of parts) {
    const key = part.find ? await locate(w, target, part.find, { relation, parent }) : null
    if (part.find && !key && !part.create) throw missing(w.c, target.name, part.find.at)
    const [fixed] = part.fixed
    if (key && fixed) throw mistaken([{ at: fixed, detail: 'never changes after creation' }])
    keys.push(key)
  }
  for (const key of await membersOf(w, target, { relation, parent })) {
    if (!keys.some(k => k !== null && sameKey(target, k, key))) await remove(w, target, key, parent, relation, null, at)
  }
  for (const [i, part] of parts.entries()) {
    const key = keys[i]
    if (key && part.update) await changeNested(w, part.update, key, relation, parent)
    else if (part.create) await makeOne(w, part.create, { relation, parent })
  }
}

/** The change of a row that is nested in another's body: it must be one of that row's, under its own rules, or, a part, under those of its whole. */
async function changeNested(w: Writer, step: ChangeStep, key: Key, relation: RelationModel | null, parent: Parent | null): Promise<void> {
  const tied = relation && parent && !relation.owner ? relation : null
  const values: Value[] = [step.row]
  const p = nestedChange(w, step.entity, step.update, values, 1, key, tied, parent, step.expect, step.at)
  await changeRow(w, p, step.row, step.targets, step.deeds)
}

/** A part is written at the version of its whole. */
const unversionedIn = (w: Writer, entity: EntityModel, expect: string | null, nested: string | undefined): boolean => unversioned(w, entity, { expect }) && (entity.whole === null || entity.whole !== nested)

/** `values` are those of the mutation's slots so far; key, ties and version take the ones after. */
function nestedChange<M extends Update | Delete>(w: Writer, entity: EntityModel, mutation: M, values: Value[], first: number, key: Key, tied: RelationModel | null, parent: Parent | null, expect: string | null, at: At): Change<M> {
  values.push(...key)
  const member = tied && parent ? isMember(w.c.model, tied, parent.entity, first + key.length) : always
  if (tied && parent) values.push(...parent.key)
  const names = and(keyIs(entity, first), member)
  const version = expectOf(entity, expect)
  const slot = values.length
  values.push(...version.values)
  const nested = nestedIn(tied)
  return {
    entity, values, names, resolved: null, unchanged: [], expect, stale: version.stale, unversioned: unversionedIn(w, entity, expect, nested), at,
    mutation: { ...mutation, where: names, expect: version.values.length ? parameter(slot) : null },
    ...(nested === undefined ? {} : { nested }),
  }
}

async function remove(w: Writer, target: EntityModel, key: Key, parent: Parent | null, relation: RelationModel, expect: string | null, at: At): Promise<void> {
  const mutation: Delete = { kind: 'delete', entity: target.name, where: always, expect: null, whole: null }
  await change(w, nestedChange(w, target, mutation, [], 0, key, relation.owner ? null : relation, parent, expect, at))
}

/** Sets the reference of a row that exists: its own rules hold. */
async function refer(w: Writer, target: EntityModel, key: Key, values: Readonly<Record<string, Value>>, tied: RelationModel | null, parent: Parent, expect: string | null, at: At, nested: string): Promise<void> {
  const by = find(target.relations, nested)?.by
  if (by) checkRestricted(w, { restricted: [{ at, field: nested, by }] })
  const set = Object.values(target.fields).flatMap((f): Assignment[] =>
    Object.hasOwn(values, f.name) ? [{ field: f.name, from: { kind: 'given', otherwise: null } }]
      : f.generated === 'updatedAt' ? [{ field: f.name, from: { kind: 'now' } }] : f.generated === 'version' ? [{ field: f.name, from: { kind: 'next' } }] : [])
  const mutation: Update = { kind: 'update', entity: target.name, where: always, expect: null, row: parameter(0), set, references: [], check: always, whole: null, returning: null }
  // Who only says what it belongs to need not have read it.
  await change(w, { ...nestedChange(w, target, mutation, [values], 1, key, tied, parent, expect, at), unversioned: false, nested })
}

async function connect(w: Writer, parent: Parent, relation: RelationModel, target: EntityModel, finding: Finding): Promise<void> {
  if (relation.through) { await link(w, parent, relation, finding); return }
  const key = await locate(w, target, finding, null)
  if (!key) throw lostReference(finding.at, relation.name)
  if (relation.one) {
    // There is room for one: whoever is there gives way, if it can do without.
    const [there] = await membersOf(w, target, { relation, parent })
    if (there && sameKey(target, there, key)) return
    if (there && tiesOf(relation).every(n => target.fields[n]?.optional === true)) await disconnect(w, parent, relation, target, there, null, finding.at)
  }
  await refer(w, target, key, tieValues(relation, parent.entity, parent.key), null, parent, null, finding.at, relation.inverse)
}

async function disconnect(w: Writer, parent: Parent, relation: RelationModel, target: EntityModel, key: Key, expect: string | null, at: At): Promise<void> {
  if (!relation.through) {
    await refer(w, target, key, Object.fromEntries(tiesOf(relation).map(n => [n, null])), relation, parent, expect, at, relation.inverse)
    return
  }
  const { c, caller, run } = w
  const { mutation, values } = unlinkMutation(c.model, relation, parent, key)
  const ready = authorized(c, shapeOf(mutation), mutation, values.length, caller, relation.through.near)
  if ((await c.session.write(ready, filled(ready, values, caller), run)).touched === 0) throw missing(c, target.name, at)
}

/** Links with a row that the caller may read. One that is linked already stays so. */
async function link(w: Writer, parent: Parent, relation: RelationModel, finding: Finding): Promise<void> {
  const { c, caller, run } = w
  if (!relation.through) throw new Error(`${relation.name} links nothing`)
  const { mutation, values } = linkMutation(c.model, relation, parent, finding.by, rowOf(finding))
  const ready = authorized(c, shapeOf(mutation), mutation, values.length, caller, relation.through.near)
  try { await c.session.write(ready, filled(ready, values, caller), run) } catch (e) {
    const entity = entityOf(c.model, relationOf(entityOf(c.model, relation.through.entity), relation.through.far).target)
    const said = speak(w, entity, e, () => finding.at)
    throw said.code === 'row.reference' ? lostReference(finding.at, relation.name) : said
  }
}
