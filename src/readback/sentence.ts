// Rules as sentences: “A customer may read or create an order if it is hers. Nobody may update or delete a shipped order.”
import type { EntityModel, Model, Rule, Transition } from '../model/index.ts'
import { absurd, and, not, operands, or, type Predicate } from '../operation/index.ts'
import { adjectiveOf, fieldNoun, needed, ofHer, ofTheCaller, phrase, spread, type Voice } from './phrase.ts'
import { simplify } from './simplify.ts'
import { bindingOf } from './sort.ts'
import { a, bindingNoun, capital, listed, nounOf, roleNoun, words } from './words.ts'

/** One way in which a condition holds: what it asks of the caller, and what of the row. */
interface Way { readonly roles: readonly string[]; readonly not: readonly string[]; readonly signedIn: boolean | null; readonly facts: ReadonlySet<string>; readonly row: Predicate }

const waysOf = (model: Model, entity: EntityModel, p: Predicate): readonly Way[] => {
  const plain = simplify(spread(model, entity, simplify(p)))
  return plain.kind === 'never' ? [] : (plain.kind === 'or' ? plain.of : [plain]).map(way)
}

function way(p: Predicate): Way {
  const all = p.kind === 'and' ? p.of : p.kind === 'always' ? [] : [p]
  const roles: string[] = [], without: string[] = [], row: Predicate[] = []
  let signedIn: boolean | null = null
  for (const x of all) {
    if (x.kind === 'caller' && x.fresh === undefined) { if (x.role === null) signedIn = true; else roles.push(x.role) }
    else if (x.kind === 'not' && x.of.kind === 'caller' && x.of.fresh === undefined) { if (x.of.role === null) signedIn = false; else without.push(x.of.role) }
    else row.push(x)
  }
  const rest = and(...row)
  return { roles, not: without, signedIn, facts: needed(rest), row: rest }
}

const same = (x: unknown, y: unknown): boolean => JSON.stringify(x) === JSON.stringify(y)

/** Ways that ask the same of the row, told as one: “Staff or an editor may …”. */
function grouped(ways: readonly Way[]): readonly (readonly Way[])[] {
  const groups: Way[][] = []
  for (const w of ways) {
    const beside = groups.find(([g]) => g !== undefined && same(g.row, w.row) && [g, w].every(x => x.roles.length === 1 && x.not.length === 0 && x.signedIn === null && x.facts.size === 0))
    if (beside) beside.push(w)
    else groups.push([w])
  }
  return groups
}

/** Who: `staff or an editor`, `a customer who is not staff`, `whoever is signed in`, `anyone`. */
function who(model: Model, ways: readonly Way[]): string {
  const [w] = ways
  if (!w) return 'nobody'
  if (ways.length > 1) return listed(ways.map(x => roleNoun(x.roles[0] ?? '')), 'or')
  const bindings = [...w.facts].flatMap(f => (f.startsWith('row ') ? [bindingNoun(model, f.slice(4))] : []))
  const are = [...bindings.map(b => a(b)), ...w.roles.map(roleNoun)]
  const lacks = [...w.not.map(roleNoun), ...(w.signedIn === false && (are.length > 0 || w.not.length > 0 || w.facts.size > 0) ? ['signed in'] : [])]
  const isnt = lacks.length === 0 ? '' : `is not ${listed(lacks, 'or')}`
  if (are.length === 1) return isnt === '' ? are[0] ?? '' : `${are[0] ?? ''} who ${isnt}`
  if (are.length > 1) return `whoever is ${listed(are)}${isnt === '' ? '' : ` and ${isnt}`}`
  if (w.signedIn === false) return `whoever ${isnt === '' ? 'is not signed in' : isnt}`
  if (w.signedIn === true || w.facts.size > 0) return `whoever is signed in${isnt === '' ? '' : ` and ${isnt}`}`
  return isnt === '' ? 'anyone' : `anyone who ${isnt}`
}

/** Whether the row is the caller's own and nothing else is asked of it. */
function isCaller(model: Model, entity: EntityModel, p: Predicate): boolean {
  if (p.kind !== 'compare' || p.op !== 'eq' || p.left.kind !== 'field' || p.right.kind !== 'claim') return false
  const name = bindingOf(p.right.claim), key = entity.key.length === 1 ? entity.key[0] : undefined
  return name !== null && p.left.scope === 0 && p.left.name === key && model.callers[name]?.entity === entity.name && p.right.claim === `@${name}.${key ?? ''}`
    && Object.values(model.callers).filter(c => c.entity === entity.name).length === 1
}

/** The row as an object: `an open order`, and what else is asked of it: ` if it is hers`. */
function object(model: Model, entity: EntityModel, row: Predicate, voice: Voice): string {
  const noun = nounOf(entity)
  const all = row.kind === 'and' ? row.of : [row]
  if (row.kind === 'always') return `any ${noun}`
  if (all.length === 1 && isCaller(model, entity, row)) return `${voice.her} own row`
  const adjectives = all.flatMap(x => {
    if (x.kind !== 'compare' || x.op !== 'eq' || x.left.kind !== 'field' || x.left.scope !== 0 || x.right.kind !== 'value') return []
    const f = entity.fields[x.left.name], word = f === undefined || x.right.value === false ? null : adjectiveOf(entity, f, x.right.value)
    return word === null ? [] : [{ x, word }]
  })
  const [first] = adjectives.length === 1 ? adjectives : []
  const rest = and(...all.filter(x => x !== first?.x))
  const thing = first === undefined ? a(noun) : a(`${first.word} ${noun}`)
  return rest.kind === 'always' ? thing : `${thing} if ${phrase(model, entity, rest, voice)}`
}

const claims = (p: Predicate): boolean => {
  if (p.kind === 'and' || p.kind === 'or') return p.of.some(claims)
  if (p.kind === 'not') return claims(p.of)
  if (p.kind === 'some') return claims(p.where)
  return p.kind === 'caller' || operands(p).some(o => o.kind === 'claim')
}

const order = ['read', 'create', 'update', 'delete']
const verbsOf = (rule: Rule): readonly string[] => order.filter(v => rule.verbs.some(x => x === v))

/** One rule, in one sentence for each way in which it applies; none where it never does. */
export function ruleSentences(model: Model, entity: EntityModel, rule: Rule): readonly string[] {
  switch (rule.effect) {
    case 'allow': return grouped(waysOf(model, entity, rule.when)).map(g => {
      const row = g[0]?.row
      return row === undefined ? '' : `${capital(who(model, g))} may ${listed(verbsOf(rule), 'or')} ${object(model, entity, row, ofHer(g[0]?.facts))}.`
    })
    case 'deny': return grouped(waysOf(model, entity, rule.when)).map(g => denied(model, entity, g, listed(verbsOf(rule), 'or')))
    case 'hide': return hidden(model, entity, rule)
    default: return absurd(rule.effect)
  }
}

function denied(model: Model, entity: EntityModel, ways: readonly Way[], verbs: string): string {
  const [w] = ways
  if (!w) return ''
  const speaks = claims(w.row) && w.roles.length === 0
  const thing = object(model, entity, w.row, speaks ? ofTheCaller('refusal') : { ...ofHer(), mode: 'refusal' })
  if (ways.length === 1 && w.roles.length === 0) {
    const but = w.not.length === 0 ? '' : ` but ${listed(w.not.map(roleNoun), 'or')}`
    if (w.signedIn === null) return `Nobody${but} may ${verbs} ${thing}.`
  }
  const subject = who(model, ways.map(x => ({ ...x, facts: new Set<string>() })))
  return `${capital(subject)} may not ${verbs} ${thing}.`
}

const fieldsOf = (entity: EntityModel, names: readonly string[]): string => listed([...new Set(names.map(n => fieldNoun(entity, n)))])

function hidden(model: Model, entity: EntityModel, rule: Rule): readonly string[] {
  const several = new Set(rule.fields.map(n => fieldNoun(entity, n))).size > 1
  const what = `the ${fieldsOf(entity, rule.fields)} of ${a(nounOf(entity))}`, are = several ? 'are' : 'is'
  const when = simplify(rule.when)
  if (when.kind === 'always') return [`Nobody sees ${what}.`]
  if (when.kind === 'never') return []
  // As it is written: shown only …, or hidden where ….
  if (rule.when.kind === 'not' || rule.when.kind === 'null') {
    const ways = grouped(waysOf(model, entity, not(rule.when)))
    const told = ways.map(g => {
      const [w] = g
      if (!w) return ''
      const caller = w.roles.length > 0 || w.not.length > 0 || w.signedIn !== null
      if (!caller && isCaller(model, entity, w.row)) return `to that ${nounOf(entity)}`
      const to = caller ? `to ${who(model, g.map(x => ({ ...x, facts: new Set<string>() })))}` : ''
      return [to, w.row.kind === 'always' ? '' : `if ${phrase(model, entity, w.row, ofTheCaller('grant'))}`].filter(x => x !== '').join(' ')
    })
    if (told.length === 0) return [`Nobody sees ${what}.`]
    return [`${capital(what)} ${are} shown only ${told.join(', or ')}.`]
  }
  return grouped(waysOf(model, entity, rule.when)).map(g => {
    const [w] = g
    if (!w) return ''
    const caller = w.roles.length > 0 || w.not.length > 0 || w.signedIn !== null
    const from = caller ? who(model, g.map(x => ({ ...x, facts: new Set<string>() }))) : 'everyone'
    return `${capital(what)} ${are} hidden from ${from}${w.row.kind === 'always' ? '' : ` if ${phrase(model, entity, w.row, ofTheCaller('refusal'))}`}.`
  })
}

/** Who may call: `whoever is signed in`; of an entity's own action, and of which rows. */
export function callSentences(model: Model, entity: EntityModel | null, name: string, allow: Predicate): readonly string[] {
  const of = entity ?? Object.values(model.entities)[0]
  if (!of) return []
  const ways = grouped(waysOf(model, of, allow))
  if (ways.length === 0) return [`Nobody but the application itself may call ${name}.`]
  return ways.map(g => {
    const [w] = g
    if (!w) return ''
    const subject = capital(who(model, g))
    if (entity !== null) return `${subject} may ${name} ${object(model, entity, w.row, ofHer(w.facts))}.`
    return `${subject} may call ${name}${w.row.kind === 'always' ? '' : ` if ${phrase(model, of, w.row, ofHer(w.facts))}`}.`
  })
}

/** “Staff may ship a paid order.” */
export function transitionSentences(model: Model, entity: EntityModel, field: string, t: Transition): readonly string[] {
  const roles = t.by === null ? null : or(...t.by.map((role): Predicate => ({ kind: 'caller', role })))
  const ways = grouped(waysOf(model, entity, roles === null ? t.when : and(roles, t.when)))
  const from = listed(t.from.map(words), 'or'), noun = nounOf(entity)
  return ways.map(g => {
    const [w] = g
    if (!w) return ''
    const who_ = t.by === null && w.roles.length === 0 && w.facts.size === 0 && w.not.length === 0 && w.signedIn === null ? `whoever may update the ${noun}` : who(model, g)
    const rest = w.row.kind === 'always' ? '' : ` if ${phrase(model, entity, w.row, ofHer(w.facts))}`
    return `${capital(who_)} may ${words(t.name)} ${a(`${from} ${noun}`)}${rest}: its ${words(field)} becomes ${words(t.to)}.`
  })
}

/** Whether a condition speaks of who asks. */
export const asksCaller = claims