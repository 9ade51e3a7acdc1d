// Fixed conditions of routes, and the paths by which parameters choose: plain filters whose values are constants or facts about the caller.
import { suggest } from '../../failure/index.ts'
import { Fixed, Slot, type Filter } from '../../wire/index.ts'
import type { CallerBinding, EntityModel, FixedWhere } from '../model.ts'
import { canonical, misfit, show } from './canonical.ts'
import { callerProxy, claimInside, NotCompiled } from './condition.ts'

type Say = (reason: string, hint?: string) => void
export interface Placing { readonly entity: (name: string) => EntityModel | undefined; readonly callers: readonly CallerBinding[]; readonly say: Say }

/** The claims that are the key of the caller's own row of an entity; null where no caller is bound to one. */
export function ownClaims(entity: EntityModel, callers: readonly CallerBinding[]): readonly string[] | null {
  const binding = callers.find(c => c.entity === entity.name)
  return binding ? entity.key.map(name => `@${binding.name}.${name}`) : null
}

/** `{ status: 'published', author: { … } }`, or a function of the caller that makes one. */
export function whereOf(given: unknown, entity: EntityModel, p: Placing): FixedWhere | null {
  if (given === undefined) return null
  const values: FixedWhere['values'][number][] = []
  const claimed = (path: readonly string[]): Slot | null => {
    const [name = ''] = path, binding = p.callers.find(c => c.name === name), of = binding && p.entity(binding.entity)
    const [key] = of?.key ?? []
    if (path.length === 1 && binding && of?.key.length === 1 && key !== undefined) return new Slot(values.push({ claim: `@${binding.name}.${key}` }) - 1)
    p.say(`caller.${path.join('.')} is no row the caller is bound to.`, suggest(name, p.callers.map(c => c.name)))
    return null
  }
  const tree = (of: unknown, at: EntityModel | null): Filter => {
    const claim = claimInside(of)
    if (claim) return claimed(claim.path)
    if (of === null || typeof of === 'boolean') return of === null ? null : new Fixed(of)
    if (Array.isArray(of)) return of.every(x => typeof x !== 'object') ? new Fixed(of) : of.map(x => tree(x, at))
    if (typeof of !== 'object') return new Fixed(of)
    return Object.fromEntries(Object.entries(of).map(([name, x]): [string, Filter] => {
      if (name === 'null' && typeof x === 'boolean') return [name, x]
      const words = ['or', 'and', 'not', 'some'].includes(name), relation = at && Object.hasOwn(at.relations, name) ? at.relations[name] : undefined
      if (at && !words && !relation && !Object.hasOwn(at.fields, name)) p.say(`'${name}' does not exist on ${at.title}.`, suggest(name, [...Object.keys(at.fields), ...Object.keys(at.relations)]))
      const field = at && Object.hasOwn(at.fields, name) ? at.fields[name] : undefined, plain = x !== null && (typeof x !== 'object' || x instanceof Date) && typeof x !== 'function'
      const made = field && plain ? canonical(field.scalar, x) : null, wrong = made === null ? null : 'problem' in made ? made.problem : misfit(field?.scalar ?? 'text', made.value, field?.bounds ?? {}, false)
      if (field && wrong !== null) p.say(`${name} ${wrong}.`, typeof x === 'string' ? suggest(x, field.bounds.choices ?? []) : '')
      return [name, tree(x, words ? at : relation ? p.entity(relation.target) ?? null : null)]
    }))
  }
  try {
    const written: unknown = typeof given === 'function' ? (given as (caller: object) => unknown)(callerProxy()) : given
    if (typeof written !== 'object' || written === null || Array.isArray(written)) { p.say(`where is ${show(written)} instead of a filter.`, "Write where: { status: 'published' }."); return null }
    return { filter: tree(written, entity), values }
  } catch (error) {
    p.say(error instanceof NotCompiled ? error.message : `where could not be read: ${String(error)}.`)
    return null
  }
}

/** `author.username` as the names of a filter: lists of rows by `some`, of values by `has`. */
export function pathOfFilter(path: string, entity: EntityModel, p: Placing): readonly string[] {
  let at: EntityModel | undefined = entity
  const names = path.split('.')
  return names.flatMap((name, i): string[] => {
    const last = i === names.length - 1, field = at && Object.hasOwn(at.fields, name) ? at.fields[name] : undefined
    if (last && field && !field.hidden) return field.list ? [name, 'has'] : [name]
    const relation = at && Object.hasOwn(at.relations, name) ? at.relations[name] : undefined
    if (!at || last || !relation || relation.hidden) {
      if (at) p.say(`The filter '${path}': '${name}' is no ${last ? 'field' : 'relation'} of ${at.title}.`, suggest(name, last ? Object.keys(at.fields) : Object.keys(at.relations)))
      at = undefined
      return [name]
    }
    at = p.entity(relation.target)
    return relation.one ? [name] : [name, 'some']
  })
}
