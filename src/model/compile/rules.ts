// `static access` → rules: the user's function runs once, over proxies, and what it returns becomes predicates.
import { suggest } from '../../failure/index.ts'
import { always, never, not, or, visitPredicate, type Predicate } from '../../operation/index.ts'
import type { EntityModel, Rule } from '../model.ts'
import { show } from './canonical.ts'
import { callerProxy, isCondition, NotCompiled } from './condition.ts'
import type { RuleDeclaration } from './declaration.ts'
import type { Mistakes } from './mistakes.ts'
import type { Draft } from './read.ts'
import { rowProxy, type Known } from './rows.ts'

export function rulesOf(draft: Draft, entity: EntityModel, known: Omit<Known, 'mistake'>, mistakes: Mistakes): readonly Rule[] {
  const { access } = draft
  if (!access) return []
  const subject = { entity: draft.title }
  const full: Known = { ...known, mistake: (at, reason, suggestion) => mistakes.add(at, subject, reason, suggestion) }
  const failed = (error: unknown, at: { file: string; line: number }): void => {
    if (error instanceof NotCompiled) mistakes.add(lineOf(error) ?? at, subject, error.message, error.suggestion)
    else mistakes.add(lineOf(error) ?? at, subject, `The rules could not be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
  const lineOf = (error: unknown) => {
    const lines = (error instanceof Error ? error.stack ?? '' : '').split('\n')
    const found = lines.map(l => /\(?((?:file:\/\/)?\/[^)]*?):(\d+):\d+\)?$/.exec(l)).find(m => m?.[1]?.endsWith(access.at().file))
    return found ? { file: access.at().file, line: Number(found[2]) } : null
  }
  let written: unknown
  try { written = access.rules({ row: rowProxy(full, entity, 'row'), caller: callerProxy() }) } catch (error) { failed(error, access.at()); return [] }
  if (!Array.isArray(written)) { mistakes.add(access.at(), subject, `access(${draft.title}, …) gives ${show(written)} instead of a list of rules.`); return [] }
  const items: readonly unknown[] = written
  return items.flatMap((item, i): Rule[] => {
    const rule = ruleInside(item)
    if (!rule) { mistakes.add(access.at(), subject, `Rule ${i + 1} is no rule.`, `Write allow('read').when(…).`); return [] }
    const at = rule.at()
    const text = textOf(rule)
    if (!rule.when) { mistakes.add(at, subject, `${text} does not say when.`, `Write ${text}.${rule.effect === 'hide' ? 'always() or .unless(…)' : `always() or .when(…)`}.`); return [] }
    if (rule.effect === 'hide' ? rule.fields.length === 0 : rule.verbs.length === 0) { mistakes.add(at, subject, `${text} names nothing.`); return [] }
    for (const verb of rule.verbs) if (!['read', 'create', 'update', 'delete'].includes(verb)) mistakes.add(at, subject, `'${String(verb)}' is no verb.`, suggest(String(verb), ['read', 'create', 'update', 'delete']))
    if (entity.readOnly && rule.verbs.some(verb => verb !== 'read') && rule.effect === 'allow') {
      mistakes.add(at, subject, `${draft.title} is only read, so ${text} has no effect.`, `Write allow('read').`)
    }
    if (entity.whole !== null && rule.effect !== 'hide') {
      mistakes.add(at, subject, `${draft.title} is a part of what its '${entity.whole}' names, so ${text} has no effect.`, 'A part follows its whole; it may only hide(…) fields.')
    }
    const fields = rule.fields.flatMap(name => {
      const relation = Object.hasOwn(entity.relations, name) ? entity.relations[name] : undefined
      const names = relation?.owner ? relation.on.map(p => p.local) : Object.hasOwn(entity.fields, name) ? [name] : []
      if (!names.length) mistakes.add(at, subject, relation ? `hide('${name}') names many rows, not a field.` : `'${name}' does not exist on ${draft.title}.`, relation ? `Deny reading them in ${relation.target}.` : suggest(name, Object.keys(entity.fields)))
      if (names.some(n => entity.key.includes(n))) mistakes.add(at, subject, `'${name}' is part of the key, which cannot be hidden.`)
      return names
    })
    try {
      const when = predicateOf(rule)
      visitPredicate(when, p => { if (p.kind === 'compare' && p.left.kind === 'value') throw new NotCompiled('A constant cannot stand first.') })
      return [{ id: `${draft.title}.${i + 1}`, effect: rule.effect, verbs: rule.effect === 'hide' ? ['read'] : rule.verbs, when, fields, text, place: at }]
    } catch (error) { failed(error, at); return [] }
  })
}

function predicateOf(rule: RuleDeclaration): Predicate {
  const { when } = rule
  if (!when) return never
  const roles = or(...when.roles.map((role): Predicate => ({ kind: 'caller', role })), ...(when.signedIn ? [{ kind: 'caller', role: null } as const] : []))
  switch (when.how) {
    case 'always': return always
    case 'to': case 'from':
      if (!when.roles.length && !when.signedIn) throw new NotCompiled(`.${when.how}() names no role.`, `Write .${when.how}('staff').`)
      return roles
    case 'when': case 'unless': {
      if (!isCondition(when.of)) throw new NotCompiled(`.${when.how}(${show(when.of)}) is no condition.`, 'A condition compares something: row.status.eq(…), caller.is(…).')
      const built = when.of.build(0)
      return when.how === 'when' ? built : not(built)
    }
  }
}

function textOf(rule: RuleDeclaration): string {
  const named = `${rule.effect}(${[...rule.verbs, ...rule.fields].map(show).join(', ')})`
  const { when } = rule
  if (!when) return named
  if (when.how === 'always') return `${named}.always()`
  if (when.how === 'to' || when.how === 'from') return `${named}.${when.how}(${[...when.roles.map(show), ...(when.signedIn ? ['signedIn'] : [])].join(', ')})`
  return `${named}.${when.how}(${isCondition(when.of) ? when.of.text : show(when.of)})`
}

const ruleInside = (x: unknown): RuleDeclaration | null => {
  const found: unknown = typeof x === 'object' && x !== null ? Reflect.get(x, '~rule') : undefined
  return typeof found === 'object' && found !== null ? (found as RuleDeclaration) : null
}

/** Every role that any rule, `.by()` or action mentions. */
export function rolesOf(entities: Iterable<EntityModel>, allowed: Iterable<Predicate> = []): readonly string[] {
  const roles = new Set<string>()
  for (const p of allowed) visitPredicate(p, x => { if (x.kind === 'caller' && x.role !== null) roles.add(x.role) })
  for (const entity of entities) {
    for (const f of Object.values(entity.fields)) for (const role of f.by ?? []) roles.add(role)
    for (const d of Object.values(entity.derived ?? {})) visitPredicate(d.where, p => { if (p.kind === 'caller' && p.role !== null) roles.add(p.role) })
    for (const rule of entity.rules) visitPredicate(rule.when, p => { if (p.kind === 'caller' && p.role !== null) roles.add(p.role) })
  }
  return [...roles].toSorted()
}
