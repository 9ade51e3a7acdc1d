// Rules that do not do what they seem to: never hold, are wider than one beside them, deny all, deny nothing, name a role nobody else names.
import { suggest } from '../../failure/index.ts'
import type { EntityModel, Model, Rule, Verb } from '../../model/index.ts'
import { visitPredicate, type Predicate } from '../../operation/index.ts'
import { ofEntity, ofRule, type Finding } from './finding.ts'
import { truthOf } from './truth.ts'

const verbs: readonly Verb[] = ['read', 'create', 'update', 'delete']

export function checkRules(model: Model, entity: EntityModel): Finding[] {
  const found: Finding[] = []
  const { rules } = entity
  const allows = rules.filter(r => r.effect === 'allow')
  if (entity.whole === null && allows.length === 0) {
    found.push(ofEntity('entity.unused', 'warning', entity, {
      says: rules.length === 0 ? 'It is declared, but nobody may use it.' : 'Its rules only deny and hide, so nobody may use it.',
      why: 'What no rule allows is refused; only the system reaches it.',
      do: `static access = access(${entity.title}, () => [allow('read').always()])`,
    }))
  }
  const truth = new Map(rules.map(r => [r, truthOf(r.when, entity, model)]))
  for (const rule of rules) {
    if (truth.get(rule) !== 'never') continue
    found.push(ofRule('rule.never', 'error', rule, {
      says: `${rule.text} can never hold.`, why: 'Its condition contradicts itself, or the bounds of a field.', do: rule.effect === 'allow' ? 'It allows nothing: correct the condition, or take the rule away.' : `It ${rule.effect === 'deny' ? 'denies' : 'hides'} nothing: correct the condition, or take the rule away.`,
    }))
  }
  const live = rules.filter(r => truth.get(r) !== 'never')
  for (const verb of verbs) {
    const granting = live.filter(r => r.effect === 'allow' && r.verbs.includes(verb))
    const denying = live.filter(r => r.effect === 'deny' && r.verbs.includes(verb))
    const all = granting.find(r => truth.get(r) === 'always')
    for (const narrow of granting) {
      const wide = all !== undefined && narrow !== all ? all : granting.find(other => other !== narrow && covers(other.when, narrow.when) && (!covers(narrow.when, other.when) || rules.indexOf(other) < rules.indexOf(narrow)))
      if (wide === undefined || found.some(f => f.code === 'rule.wide' && f.subject === narrow.id)) continue
      found.push(ofRule('rule.wide', wide === all ? 'error' : 'warning', narrow, {
        says: `${narrow.text} adds nothing for '${verb}': ${wide.text} (line ${wide.place.line}) allows it already.`,
        why: 'One rule that allows is enough, so the widest decides; whoever reads the narrow one believes otherwise.',
        do: wide === all ? `Narrow ${wide.id}, or take '${verb}' out of this one.` : `Take '${verb}' out of one of them.`,
      }))
    }
    const shadow = denying.find(d => truth.get(d) === 'always') ?? denying.find(d => granting.length > 0 && granting.every(g => covers(d.when, g.when)))
    if (shadow !== undefined && granting.length > 0) {
      found.push(ofRule('rule.shadows', 'error', shadow, {
        says: `${shadow.text} denies '${verb}' wherever a rule allows it.`, why: `A deny wins over every allow: ${granting.map(g => g.id).join(', ')} ${granting.length === 1 ? 'is' : 'are'} without effect.`, do: 'Narrow it with .when(…), or take away what it shadows.',
      }))
    }
    for (const idle of granting.length === 0 && entity.whole === null ? denying : []) {
      if (allows.length === 0 || found.some(f => f.code === 'rule.idle' && f.subject === idle.id)) continue
      found.push(ofRule('rule.idle', 'hint', idle, { says: `${idle.text} denies '${verb}', which nobody may do anyway.`, why: 'Without a rule that allows it, it is refused already.', do: `Take '${verb}' out of it, unless an allow is still to come.` }))
    }
  }
  return found
}

/** Whether `wide` certainly holds wherever `narrow` does, as far as their form tells. */
function covers(wide: Predicate, narrow: Predicate): boolean {
  const same = (a: Predicate, b: Predicate): boolean => JSON.stringify(a) === JSON.stringify(b)
  if (wide.kind === 'always' || same(wide, narrow)) return true
  if (narrow.kind === 'or') return narrow.of.every(part => covers(wide, part))
  if (wide.kind === 'or' && wide.of.some(part => covers(part, narrow))) return true
  if (wide.kind === 'and') return wide.of.every(part => covers(part, narrow))
  return narrow.kind === 'and' && narrow.of.some(part => same(part, wide))
}

/** A role that is named once, and nearly like another: one of them is a slip of the pen. */
export function checkRoles(model: Model, people: Readonly<Record<string, { readonly roles?: readonly string[] }>>, place: Pick<Finding, 'file' | 'line'>): Finding[] {
  const named: { readonly role: string; readonly rule: Rule | null; readonly entity: EntityModel }[] = []
  for (const entity of Object.values(model.entities)) {
    for (const rule of entity.rules) {
      visitPredicate(rule.when, p => { if (p.kind === 'caller' && p.role !== null) named.push({ role: p.role, rule, entity }) })
    }
    for (const f of Object.values(entity.fields)) for (const role of f.by ?? []) named.push({ role, rule: null, entity })
  }
  const often = (role: string): number => named.filter(n => n.role === role).length
  const slips = named.filter(n => often(n.role) === 1).flatMap(({ role, rule, entity }): Finding[] => {
    const meant = suggest(role, [...new Set(named.map(n => n.role))].filter(other => other !== role && often(other) > 1))
    if (meant === '') return []
    const words = { says: `The role '${role}' is named here alone.${meant}`, why: 'Roles are what tokens say; nobody has one that is misspelt.', do: 'Write the role as elsewhere, if it is the same.' }
    return [rule === null ? ofEntity('role.once', 'warning', entity, words) : ofRule('role.once', 'warning', rule, words)]
  })
  const strangers = Object.entries(people).flatMap(([name, { roles = [] }]) => roles.filter(role => !model.roles.includes(role)).map((role): Finding => ({
    code: 'role.unknown', severity: 'warning', ...place, subject: `as.${name}`, says: `No rule mentions the role '${role}'.${suggest(role, model.roles)}`,
    why: 'It gives this caller nothing.', do: 'Write a role that the rules name, or a rule for it.',
  })))
  return [...slips, ...strangers]
}
