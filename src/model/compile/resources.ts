// Resources of foreign contracts: which fields of an entity somebody else's API shows and takes, under which names.
import { suggest } from '../../failure/index.ts'
import type { FieldName } from '../../operation/index.ts'
import type { MemberAsk } from '../../wire/index.ts'
import type { EntityModel, FieldModel, ResourceModel } from '../model.ts'
import type { ActingOn } from './actions.ts'
import { show } from './canonical.ts'
import type { ResourceDeclaration } from './contract-declaration.ts'
import { isPlain, strangers } from './shapes.ts'
import { plural } from './words.ts'

type Say = (reason: string, hint?: string) => void
export type Resources = Map<ResourceDeclaration, ResourceModel>

/** Names that stand around objects and lists, and of members and parameters. */
export const isName = (x: unknown): x is string => typeof x === 'string' && /^[A-Za-z_][A-Za-z0-9_-]*$/.test(x)
const texts = (x: unknown): readonly string[] => (Array.isArray(x) ? x.filter(y => typeof y === 'string') : [])
const writable = (f: FieldModel): boolean => f.generated === null && f.computed === undefined && !(f.hidden && f.kind !== 'secret') && f.reference === null
const takable = (entity: EntityModel): readonly string[] => Object.values(entity.fields).filter(writable).map(f => f.name)

/** A resource, compiled once however many routes are about it. Null where its entity is not in the model. */
export function resourceOf(d: ResourceDeclaration, on: ActingOn, known: Resources, around: readonly ResourceDeclaration[] = []): ResourceModel | null {
  const found = known.get(d)
  if (found) return found
  const draft = on.drafts.all.find(x => x.entity === d.entity), entity = draft && on.entities.get(draft.name), { options } = d
  const title = `resource(${typeof d.entity === 'function' ? d.entity.name : show(d.entity)})`
  const say: Say = (reason, hint = '') => on.mistakes.add(d.at(), { entity: title }, reason, hint)
  if (!entity) { say('Its entity is not in the model.'); return null }
  if (around.includes(d)) { say('It shows itself, within itself.'); return null }
  for (const reason of strangers(options, ['as', 'list', 'count', 'by', 'fields', 'omit', 'takes', 'sort', 'token'])) say(reason)
  const { as, list, count, by, token } = options
  const name = isName(as) ? as : 'row'
  if (!isName(as)) say(`as is ${show(as)}, which is no name of a member.`, "Write as: 'article'.")
  for (const [word, given] of Object.entries({ list, count, token })) if (given !== undefined && !isName(given)) say(`${word} is ${show(given)}, which is no name of a member.`)
  const unique = typeof by === 'string' ? find(entity, by, say) : null
  if (by !== undefined && unique && !(entity.key.length === 1 && entity.key[0] === unique.name) && !entity.uniques.some(u => u.fields.length === 1 && u.fields[0] === unique.name)) {
    say(`${entity.title}.${unique.name} is not unique, so it could find two rows.`, 'Write .unique() there.')
  }
  const members = texts(options['fields']).length === 0 && !Array.isArray(options['fields']) ? [] : membersOf(options['fields'] as readonly unknown[], entity, say, of => resourceOf(of, on, known, [...around, d]))
  if (members.length === 0) say('It shows nothing.', "Write fields: ['title', …].")
  const twice = members.find((m, i) => members.findIndex(x => x.as === m.as) !== i)
  if (twice) say(`It shows '${twice.as}' twice.`)
  const omit = texts(options['omit'])
  for (const left of omit) if (!members.some(m => m.as === left)) say(`It leaves out '${left}', which it does not show.`, suggest(left, members.map(m => m.as)))
  const takes = takesOf(options['takes'], entity, members, say)
  const sort = texts(options['sort'])
  for (const key of sort) if (!key.includes('.')) find(entity, key.replace(/^-/, ''), say)
  const version = members.find(m => m.kind === 'field' && m.field === entity.version)
  const made: ResourceModel = {
    as: name, list: isName(list) ? list : plural(name), count: isName(count) ? count : null, entity: entity.name, by: unique ? [unique.name] : entity.key, members,
    listed: members.filter(m => !omit.includes(m.as)), takes, sort, version: version?.as ?? null, token: isName(token) ? token : null,
  }
  known.set(d, made)
  return made
}

function find(entity: EntityModel, name: string, say: Say): FieldModel | null {
  const f = Object.hasOwn(entity.fields, name) ? entity.fields[name] : undefined
  if (f && !f.hidden) return f
  say(`'${name}' does not exist on ${entity.title}.`, suggest(name, Object.values(entity.fields).filter(x => !x.hidden).map(x => x.name)))
  return null
}

function membersOf(given: readonly unknown[], entity: EntityModel, say: Say, resource: (d: ResourceDeclaration) => ResourceModel | null): readonly MemberAsk[] {
  const names = [...Object.values(entity.fields).filter(f => !f.hidden).map(f => f.name), ...Object.keys(entity.derived ?? {})]
  const field = (as: string, name: string): MemberAsk[] => {
    if (names.includes(name)) return [{ kind: 'field', as, field: name }]
    say(`'${name}' does not exist on ${entity.title}.`, suggest(name, names))
    return []
  }
  return given.flatMap((one): MemberAsk[] => {
    if (typeof one === 'string') return field(one, one)
    if (!isPlain(one)) { say(`It shows ${show(one)}.`, "Write 'title', { revision: 'version' } or { author: profile }."); return [] }
    return Object.entries(one).flatMap(([as, of]): MemberAsk[] => {
      if (!isName(as)) say(`'${as}' is no name of a member.`)
      if (typeof of === 'string') return field(as, of)
      const declared = resourceIn(of)
      if (!declared) { say(`It shows ${show(of)} as '${as}'.`); return [] }
      const inner = resource(declared), relation = Object.hasOwn(entity.relations, as) ? entity.relations[as] : undefined
      if (!inner) return []
      if (!relation || relation.hidden) { say(`${entity.title} has no relation '${as}'.`, suggest(as, Object.values(entity.relations).filter(r => !r.hidden && r.one).map(r => r.name))); return [] }
      if (!relation.one) { say(`'${as}' is a list of rows, which stands at an address of its own.`); return [] }
      if (relation.target !== inner.entity) { say(`'${as}' is another entity than the resource that shows it.`); return [] }
      return [{ kind: 'relation', as, relation: relation.name, rows: { members: inner.members } }]
    })
  })
}

/** Names of bodies, and the fields they are. */
export function takesOf(given: unknown, entity: EntityModel, members: readonly MemberAsk[], say: Say): Readonly<Record<string, FieldName>> {
  const shown = members.flatMap(m => (m.kind === 'field' ? [[m.as, m.field] as const] : [])), able = takable(entity)
  if (given === undefined) return Object.fromEntries(shown.filter(([, name]) => able.includes(name)))
  return Object.fromEntries(texts(given).flatMap(name => {
    const field = able.includes(name) ? name : shown.find(([as]) => as === name)?.[1] ?? name
    if (able.includes(field)) return [[shown.find(([, of]) => of === field)?.[0] ?? name, field] as const]
    say(`'${name}' of ${entity.title} is nothing that a body can give.`, suggest(name, able))
    return []
  }))
}

export function resourceIn(x: unknown): ResourceDeclaration | null {
  const found: unknown = typeof x === 'object' && x !== null ? Reflect.get(x, '~declared') : undefined
  return typeof found === 'object' && found !== null && Reflect.get(found, 'is') === 'resource' ? (found as ResourceDeclaration) : null
}
