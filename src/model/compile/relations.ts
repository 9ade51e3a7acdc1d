// Third pass: relations and their inverses, the link entities of short many-to-many relations, and which entity is whose part.
import { suggest } from '../../failure/index.ts'
import type { EntityName, RelationName } from '../../operation/index.ts'
import type { EntityModel, Place, RelationModel } from '../model.ts'
import type { InverseDeclaration } from './declaration.ts'
import type { Drafts } from './drafts.ts'
import { foreignParts, type KeyPart } from './fields.ts'
import type { Mistakes } from './mistakes.ts'
import { inversesOf, referencesOf, type Draft } from './read.ts'
import { capital, singular, snake } from './words.ts'

type Relations = Map<RelationName, RelationModel>
/** A link entity to be made: two references that are its key together. */
export interface LinkDraft {
  readonly name: EntityName; readonly title: string; readonly table: EntityModel['table']; readonly place: Place
  readonly near: { readonly relation: RelationName; readonly target: Draft; readonly parts: readonly KeyPart[] }
  readonly far: { readonly relation: RelationName; readonly target: Draft; readonly parts: readonly KeyPart[] }
}
export interface Related {
  readonly relations: ReadonlyMap<EntityName, Relations>
  readonly links: readonly LinkDraft[]
  /** Part → its reference to the whole. */
  readonly wholes: ReadonlyMap<EntityName, RelationName>
}

const blank = { optional: false, through: null, owned: false, hidden: false, fixed: false, by: null, about: null }
const outOfUse = (of: { readonly deprecated: string | null } | undefined): Pick<RelationModel, 'deprecated'> => (of === undefined || of.deprecated === null ? {} : { deprecated: of.deprecated })
const hiddenName = (entity: EntityName, relation: RelationName): RelationName => `~${entity}.${relation}`

export function relate(drafts: Drafts, keys: ReadonlyMap<string, readonly KeyPart[]>, mistakes: Mistakes): Related {
  const relations = new Map<EntityName, Relations>(drafts.all.map(d => [d.name, new Map()]))
  const put = (entity: EntityName, relation: RelationModel): void => { relations.get(entity)?.set(relation.name, relation) }
  const wholes = new Map<EntityName, RelationName>(), links: LinkDraft[] = []

  for (const draft of drafts.all) {
    for (const [name, ref] of referencesOf(draft)) {
      const target = drafts.targetOf(draft, name, ref.target, ref.at)
      if (!target) continue
      const key = keys.get(target.name) ?? []
      if (target.base.key?.length === 0) mistakes.add(ref.at(), { entity: draft.title, field: name }, `${target.title} has no key, so nothing can refer to its rows.`)
      const on = foreignParts(draft, name, key).map((part, i) => ({ local: part.name, foreign: key[i]?.name ?? '' }))
      const seen = inverseOf(draft, name, target)
      const alone = isUnique(draft, name)
      put(draft.name, { ...blank, name, target: target.name, one: true, owner: true, optional: ref.optional, on, inverse: seen?.[0] ?? hiddenName(draft.name, name), fixed: ref.fixed, by: ref.ours ? [] : ref.by, about: ref.about, ...outOfUse(ref), ...(ref.cascade ? { cascade: true as const } : {}), place: ref.at() })
      const back = on.map(p => ({ local: p.foreign, foreign: p.local }))
      const owned = seen?.[1].owned ?? false
      put(target.name, {
        ...blank, name: seen?.[0] ?? hiddenName(draft.name, name), target: draft.name, one: alone, owner: false, optional: alone, on: back, owned,
        inverse: name, hidden: !seen, about: seen?.[1].about ?? null, ...outOfUse(seen?.[1]), place: seen?.[1].at() ?? ref.at(),
      })
      if (owned && ref.cascade) mistakes.add(ref.at(), { entity: draft.title, field: name }, `${draft.title} is a part of ${target.title}, so it goes with it anyway.`, 'Leave out .cascade().')
      if (!owned || !seen) continue
      const at = seen[1].at(), subject = { entity: target.title, field: seen[0] }
      const other = wholes.get(draft.name)
      if (other !== undefined) mistakes.add(at, subject, `${draft.title} is already a part of what its '${other}' names: a part has one whole.`)
      if (ref.optional) mistakes.add(ref.at(), { entity: draft.title, field: name }, `${draft.title} is a part of ${target.title}, so its reference to it cannot be optional.`, 'Leave out .optional().')
      if (draft === target) mistakes.add(at, subject, `${draft.title} cannot be a part of itself.`)
      if (other === undefined) wholes.set(draft.name, name)
    }
  }
  for (const draft of drafts.all) {
    for (const [name, inverse] of inversesOf(draft)) {
      const target = drafts.targetOf(draft, name, inverse.target, inverse.at)
      if (target) checkInverse(draft, name, inverse, target, drafts, mistakes)
    }
  }
  linkShort(drafts, keys, relations, links, mistakes)
  for (const draft of drafts.all) {
    const seen = [draft.name]
    for (let at = wholes.get(draft.name); at !== undefined;) {
      const next = relations.get(seen.at(-1) ?? '')?.get(at)?.target ?? ''
      if (seen.includes(next)) {
        if (next === draft.name && seen.length > 1) mistakes.add(draft.place, { entity: draft.title }, `Parts go in a circle: ${[...seen, next].map(n => drafts.named(n)?.title ?? n).join(' → ')}.`)
        break
      }
      seen.push(next)
      at = wholes.get(next)
    }
  }
  return { relations, links, wholes }
}

/** A reference that at most one row holds: `.unique()`, alone in `static uniques`, or the whole key. */
export function isUnique(draft: Draft, reference: string): boolean {
  const member = draft.members.get(reference)
  return (member?.is === 'reference' && member.unique) || (draft.base.key?.length === 1 && draft.base.key[0] === reference)
    || draft.uniques.some(u => u.fields.length === 1 && (u.fields[0] === reference || u.fields[0] === `${reference}Id`))
}

/** The `many` or `one` at the other end that names this reference. */
function inverseOf(draft: Draft, reference: string, target: Draft): [string, InverseDeclaration] | undefined {
  return inversesOf(target).find(([, i]) => i.field === reference && targets(i, draft) && (i.is === 'one') === isUnique(draft, reference))
}
const targets = (inverse: InverseDeclaration, draft: Draft): boolean => {
  try { return inverse.target() === draft.entity } catch { return false }
}

function checkInverse(draft: Draft, name: string, inverse: InverseDeclaration, target: Draft, drafts: Drafts, mistakes: Mistakes): void {
  const say = (reason: string, hint = '') => mistakes.add(inverse.at(), { entity: draft.title, field: name }, reason, hint)
  if (inverse.field === null) { if (inverse.owned) say('.owned() has no effect on a many-to-many.', 'Only rows with one whole can be its parts.'); return }
  const pointing = referencesOf(target).filter(([n, r]) => drafts.targetOf(target, n, r.target, r.at) === draft).map(([n]) => n)
  const member = target.members.get(inverse.field)
  if (!member) { say(`'${inverse.field}' does not exist on ${target.title}.`, suggest(inverse.field, pointing) || (pointing.length ? `Its references to ${draft.title}: ${pointing.join(', ')}.` : `Add ${inverse.field} = ref(() => ${draft.title}) there.`)); return }
  if (inverse.is === 'many' && member.is === 'many' && member.field === null) {
    if (!targets(member, draft)) say(`${target.title}.${inverse.field} does not point back to ${draft.title}.`)
    if (inverse.owned) say('.owned() has no effect on a many-to-many.')
    return
  }
  if (member.is !== 'reference' || !pointing.includes(inverse.field)) { say(`${target.title}.${inverse.field} is no reference to ${draft.title}.`, pointing.length ? `Did you mean '${pointing[0]}'?` : ''); return }
  const alone = isUnique(target, inverse.field)
  if (inverse.is === 'one' && !alone) say(`${target.title}.${inverse.field} is not unique, so there may be many.`, `Write ref(() => ${draft.title}).unique() there, or many(…) here.`)
  if (inverse.is === 'many' && alone) say(`${target.title}.${inverse.field} is unique, so there is at most one.`, `Write one(() => ${target.title}, '${inverse.field}').`)
  const first = inversesOf(draft).find(([, i]) => i.is === inverse.is && i.field === inverse.field && targets(i, target))
  if (first && first[0] !== name) say(`'${first[0]}' is already the other side of ${target.title}.${inverse.field}.`)
}

/** `many(() => Tag)`: a link entity for each, shared by both sides. */
function linkShort(drafts: Drafts, keys: ReadonlyMap<string, readonly KeyPart[]>, relations: Map<EntityName, Relations>, links: LinkDraft[], mistakes: Mistakes): void {
  const shorts = drafts.all.flatMap(draft => inversesOf(draft).flatMap(([name, inverse]) => {
    if (inverse.is !== 'many') return []
    const target = drafts.all.find(d => targets(inverse, d))
    const named = inverse.field === null ? null : target?.members.get(inverse.field)
    return target && (inverse.field === null || named?.is === 'many') ? [{ draft, name, inverse, target }] : []
  }))
  const taken = new Set<string>()
  for (const draft of drafts.all) for (const name of Object.keys(draft.table.links)) {
    if (shorts.some(s => s.draft === draft && s.name === name && s.inverse.field === null)) continue
    mistakes.add(draft.placeOf('table'), { entity: draft.title }, `static table.links names '${name}', which is no many-to-many of ${draft.title} without a field.`, `Write ${name} = many(() => …).`)
  }
  const id = (s: { draft: Draft; name: string }) => `${s.draft.name}.${s.name}`
  for (const short of shorts) {
    if (short.inverse.field !== null || taken.has(id(short))) continue
    const naming = shorts.filter(o => o.inverse.field === short.name && o.draft === short.target && o.target === short.draft)
    const unnamed = shorts.filter(o => o.inverse.field === null && o.draft === short.target && o.target === short.draft && id(o) !== id(short) && !taken.has(id(o)))
    const rivals = shorts.filter(o => o.inverse.field === null && o.draft === short.draft && o.target === short.target && !taken.has(id(o)))
    const claimed = shorts.some(o => o.inverse.field !== null && o.draft === short.draft && o.target === short.target)
    if (!naming.length && unnamed.length && (unnamed.length > 1 || rivals.length > 1 || short.draft === short.target) && !claimed) {
      mistakes.add(short.inverse.at(), { entity: short.draft.title, field: short.name }, `It is not clear which many-to-many of ${short.target.title} is the other side.`, `Name it on one side: many(() => ${short.draft.title}, '${short.name}').`)
      continue
    }
    if (naming.length > 1) { mistakes.add(short.inverse.at(), { entity: short.draft.title, field: short.name }, `Two relations name it as their other side: ${naming.map(id).join(', ')}.`); continue }
    const other = naming[0] ?? (short.draft === short.target ? undefined : unnamed[0])
    taken.add(id(short))
    if (other) taken.add(id(other))
    const there = Object.hasOwn(short.draft.table.links, short.name) ? short.draft.table.links[short.name] : undefined
    for (const [end, columns, target] of there ? [['near', there.near, short.draft], ['far', there.far, short.target]] as const : []) {
      const length = keys.get(target.name)?.length ?? 0
      if (columns.length !== length) mistakes.add(short.draft.placeOf('table'), { entity: short.draft.title, field: short.name }, `static table.links.${short.name}.${end} names ${columns.length} columns; the key of ${target.title} has ${length}.`)
    }
    link(short, other ?? null, keys, relations, links)
  }
}

type Short = { readonly draft: Draft; readonly name: string; readonly inverse: InverseDeclaration; readonly target: Draft }
function link(short: Short, other: Short | null, keys: ReadonlyMap<string, readonly KeyPart[]>, relations: Map<EntityName, Relations>, links: LinkDraft[]): void {
  const { draft, target } = short, place = short.inverse.at()
  const name = `~${draft.name}.${short.name}`
  const near = draft.name, far = target.name !== near ? target.name : singular(short.name) !== near ? singular(short.name) : 'other'
  const bare = { ...draft, table: { ...draft.table, columns: {}, types: {} } }
  const nearKey = keys.get(draft.name) ?? [], farKey = keys.get(target.name) ?? []
  const there = Object.hasOwn(draft.table.links, short.name) ? draft.table.links[short.name] : undefined
  const named = (parts: readonly KeyPart[], columns: readonly string[] | undefined): readonly KeyPart[] => (columns === undefined ? parts : parts.map((p, i) => ({ ...p, column: columns[i] ?? p.column })))
  const nearParts = named(foreignParts(bare, near, nearKey), there?.near), farParts = named(foreignParts(bare, far, farKey), there?.far)
  const pair = (parts: readonly KeyPart[], key: readonly KeyPart[]) => parts.map((p, i) => ({ local: key[i]?.name ?? '', foreign: p.name }))
  const back = (on: readonly { local: string; foreign: string }[]) => on.map(p => ({ local: p.foreign, foreign: p.local }))
  const nearOn = pair(nearParts, nearKey), farOn = pair(farParts, farKey)
  const otherName = other?.name ?? hiddenName(draft.name, short.name)
  relations.get(draft.name)?.set(short.name, {
    ...blank, name: short.name, target: target.name, one: false, owner: false, on: nearOn, through: { entity: name, near, far }, inverse: otherName, about: short.inverse.about, ...outOfUse(short.inverse), place,
  })
  relations.get(target.name)?.set(otherName, {
    ...blank, name: otherName, target: draft.name, one: false, owner: false, on: farOn, through: { entity: name, near: far, far: near }, inverse: short.name,
    hidden: !other, about: other?.inverse.about ?? null, ...outOfUse(other?.inverse), place: other?.inverse.at() ?? place,
  })
  const own: Relations = new Map()
  for (const [relation, end, on] of [[near, draft, nearOn], [far, target, farOn]] as const) {
    const inverse = hiddenName(name, relation)
    own.set(relation, { ...blank, name: relation, target: end.name, one: true, owner: true, on: back(on), inverse, fixed: true, place })
    relations.get(end.name)?.set(inverse, { ...blank, name: inverse, target: name, one: false, owner: false, on, inverse: relation, hidden: true, place })
  }
  relations.set(name, own)
  links.push({
    name, title: `${draft.title}${capital(short.name)}`, place,
    table: there ? { schema: there.schema ?? draft.table.schema, name: there.name, was: null, adopted: true } : { schema: draft.table.schema, name: `${snake(draft.name)}_${snake(short.name)}`, was: null },
    near: { relation: near, target: draft, parts: nearParts }, far: { relation: far, target, parts: farParts },
  })
}
