// A condition in English: “it is open and either its total is more than 100.00 EUR or its customer is hers”. Two conditions that differ in meaning read differently.
import { entityOf, relationOf, tenantClaim, type EntityModel, type FieldModel, type Model, type RelationModel } from '../model/index.ts'
import { absurd, always, and, not, or, type Comparison, type Operand, type Predicate, type Scalar } from '../operation/index.ts'
import { bindingOf } from './sort.ts'
import { simplify } from './simplify.ts'
import { a, bindingNoun, genitive, isMany, listed, nounOf, oneOf, quoted, roleNoun, said, words } from './words.ts'

/** How the caller is spoken of, and what its missing claims mean there. */
export interface Voice {
  readonly she: string
  readonly her: string
  readonly hers: string
  readonly herself: string
  /** `grant`: a claim that is missing makes nothing true; `refusal`: it makes everything true. */
  readonly mode: 'grant' | 'refusal'
  /** Bindings and claims that the caller is known to have; of those nothing need be said. */
  readonly has: ReadonlySet<string>
}
export const ofHer = (has: ReadonlySet<string> = new Set()): Voice => ({ she: 'she', her: 'her', hers: 'hers', herself: 'she herself', mode: 'grant', has })
export const ofTheCaller = (mode: Voice['mode'], has: ReadonlySet<string> = new Set()): Voice => ({ she: 'the caller', her: 'the caller\'s', hers: 'the caller\'s', herself: 'the caller', mode, has })
/** How a claim is known in `Voice.has`: a binding by its name, another by itself. */
export const factOf = (claim: string): string => (bindingOf(claim) === null ? `claim ${claim}` : `row ${bindingOf(claim) ?? ''}`)

/** A row that is spoken of: as a subject, and as what has something. */
interface Scope { readonly entity: EntityModel; readonly it: string; readonly has: (noun: string) => string; readonly root: boolean }
interface Speaking { readonly model: Model; readonly voice: Voice; readonly scopes: readonly Scope[] }

/** As a clause about `it`; `or` at the top is told by “; or”. */
export function phrase(model: Model, entity: EntityModel, p: Predicate, voice: Voice): string {
  const s: Speaking = { model, voice, scopes: [{ entity, it: 'it', has: noun => `its ${noun}`, root: true }] }
  const plain = simplify(spread(s.model, entity, simplify(p)))
  return plain.kind === 'or' ? plain.of.map(x => conjunction(s, x)).join('; or ') : conjunction(s, plain)
}

/** Through a relation to one row at most, `some` goes over `and`, `or` and, with its row, `not`: each part is then said of that row alone. */
export function spread(model: Model, entity: EntityModel, p: Predicate): Predicate {
  switch (p.kind) {
    case 'and': return and(...p.of.map(x => spread(model, entity, x)))
    case 'or': return or(...p.of.map(x => spread(model, entity, x)))
    case 'not': {
      const inner = spread(model, entity, p.of)
      return inner.kind === 'and' ? or(...inner.of.map(x => spread(model, entity, not(x)))) : inner.kind === 'or' ? and(...inner.of.map(x => spread(model, entity, not(x)))) : not(inner)
    }
    case 'some': {
      const relation = relationOf(entity, p.relation), target = entityOf(model, relation.target)
      const where = spread(model, target, p.where)
      // What is asked of the caller is asked once, whatever the rows.
      const members = where.kind === 'and' || where.kind === 'or' ? where.of : [where]
      const asked = members.filter(isOfCaller), rest = members.filter(x => !isOfCaller(x))
      if (asked.length > 0) {
        const there: readonly Predicate[] = relation.owner && !relation.optional ? [] : [{ ...p, where: always }]
        if (where.kind === 'or') return or(and(...there, or(...asked)), ...(rest.length === 0 ? [] : [spread(model, entity, { ...p, where: or(...rest) })]))
        return and(...asked, ...(rest.length === 0 ? there : [spread(model, entity, { ...p, where: and(...rest) })]))
      }
      if (!relation.one || (where.kind !== 'and' && where.kind !== 'or')) return { ...p, where }
      const parts = where.of.map((x): Predicate => spread(model, entity, { ...p, where: x }))
      return where.kind === 'and' ? and(...parts) : or(...parts)
    }
    default: return p
  }
}

const isOfCaller = (p: Predicate): boolean => p.kind === 'caller' || (p.kind === 'not' && p.of.kind === 'caller')
const isLeaf = (p: Predicate): boolean => p.kind !== 'and' && p.kind !== 'or'
/** What ends only where the sentence or its bracket does. */
const isOpen = (p: Predicate): boolean => {
  const inner = p.kind === 'not' ? p.of : p
  return inner.kind === 'some' && inner.where.kind !== 'always' && (!isLeaf(inner.where) || isOpen(inner.where))
}

function conjunction(s: Speaking, p: Predicate): string {
  if (p.kind === 'or') return `either ${p.of.map(x => inside(s, x)).join(' or ')}`
  if (p.kind !== 'and') return leaf(s, p)
  const closed = p.of.filter(x => isLeaf(x) && !isOpen(x)), open = p.of.filter(x => isLeaf(x) && isOpen(x)), ors = p.of.filter(x => !isLeaf(x))
  const single = open.length + ors.length === 1
  const last = [...open.map(x => (single ? leaf(s, x) : `(${leaf(s, x)})`)), ...ors.map(x => conjunction(s, x))]
  return last.length === 0 ? listed(closed.map(x => leaf(s, x))) : [...closed.map(x => leaf(s, x)), ...last].join(', and ')
}
const inside = (s: Speaking, p: Predicate): string => (isLeaf(p) && !isOpen(p) ? leaf(s, p) : `(${conjunction(s, p)})`)

const ago = (seconds: number): string => {
  const [n, unit] = seconds % 86_400 === 0 ? [seconds / 86_400, 'day'] : seconds % 3600 === 0 ? [seconds / 3600, 'hour'] : seconds % 60 === 0 ? [seconds / 60, 'minute'] : [seconds, 'second']
  return `${n} ${unit}${n === 1 ? '' : 's'}`
}

function leaf(s: Speaking, p: Predicate): string {
  return p.kind === 'not' ? plain(s, p.of, true) : plain(s, p, false)
}

function plain(s: Speaking, p: Predicate, no: boolean): string {
  const here = s.scopes[0]
  if (!here) throw new Error('nothing is spoken of')
  switch (p.kind) {
    case 'always': return no ? 'never' : 'always'
    case 'never': return no ? 'always' : 'never'
    case 'caller': if (p.fresh !== undefined) return `${s.voice.she} ${no ? 'did not sign in' : 'signed in'} within the last ${ago(p.fresh)}`
      return `${s.voice.she} ${no ? 'is not' : 'is'} ${p.role === null ? 'signed in' : roleNoun(p.role)}`
    case 'some': return crossing(s, here, p, no)
    case 'null': return p.of.scope === 0 ? missing(here, p.of.name, !no) : `${operand(s, p.of, 'text', null)} ${no ? 'is there' : 'is missing'}`
    case 'text': {
      const how = { startsWith: ['starts with', 'does not start with'], endsWith: ['ends with', 'does not end with'], contains: ['contains', 'does not contain'], search: ['matches', 'does not match'] }[p.how]
      return `${operand(s, p.of, 'text', null)} ${how[no ? 1 : 0] ?? ''} ${operand(s, p.text, 'text', null)}${p.fold ? ' (whatever the case)' : ''}${lacking(s, [p.text], no)}`
    }
    case 'has': return `${operand(s, p.of, p.as, null)} ${no ? 'do not include' : 'include'} ${operand(s, p.value, p.as, fieldAt(s, p.of))}${lacking(s, [p.value], no)}`
    case 'in': return `${among(s, here, p, no)}${lacking(s, [p.left, p.right], no)}`
    case 'compare': return `${own(s, here, p, no) ?? state(s, here, p, no) ?? compared(s, p, no)}${lacking(s, [p.left, p.right], no)}`
    case 'and': case 'or': case 'not': throw new Error('this is no leaf')
    default: return absurd(p)
  }
}

/** What a claim that is missing does here, where one would not think so. */
function lacking({ model, voice }: Speaking, of: readonly Operand[], no: boolean): string {
  const claims = of.flatMap(o => (o.kind === 'claim' && !voice.has.has(factOf(o.claim)) ? [o.claim] : []))
  if ((voice.mode === 'grant') !== no) return ''
  return claims.map(claim => {
    const binding = bindingOf(claim)
    if (voice.mode === 'grant') return binding === null ? ` (and ${voice.she} has such a claim)` : ` (and ${voice.she} is ${a(bindingNoun(model, binding))})`
    return binding === null ? ` (or ${voice.she} has no such claim)` : ` (or ${voice.she} is not ${a(bindingNoun(model, binding))})`
  }).join('')
}

function crossing(s: Speaking, here: Scope, p: Extract<Predicate, { kind: 'some' }>, no: boolean): string {
  const relation = relationOf(here.entity, p.relation), target = entityOf(s.model, relation.target)
  const within = (scope: Omit<Scope, 'entity' | 'root'>): Speaking => ({ ...s, scopes: [{ entity: target, root: false, ...scope }, ...s.scopes] })
  const noun = relation.one ? (relation.hidden ? nounOf(target) : words(relation.name)) : oneOf(s.model, relation)
  if (p.where.kind === 'always') return `${here.it} has ${no ? `no ${noun}` : a(noun)}`
  if (relation.one && !relation.hidden) {
    const at = here.has(noun)
    const chained = (): Speaking => within({ it: at, has: of => `${genitive(at)} ${of}` })
    // The row at the other end is always there: what is not so of it is so said of it.
    if (relation.owner && !relation.optional) return plain(chained(), ...turned(p.where, no))
    if (no) return plain(within({ it: `${at}, if any,`, has: of => `the ${of} of ${at}, if any,` }), ...turned(p.where, true))
    if (p.where.kind !== 'not' && p.where.kind !== 'null') return plain(chained(), p.where, false)
  }
  const there = within({ it: 'that', has: of => `whose ${of}` })
  // What a missing claim does turns with what is denied of the rows.
  const inner = conjunction(no ? { ...there, voice: { ...s.voice, mode: s.voice.mode === 'grant' ? 'refusal' : 'grant' } } : there, p.where)
  return `${here.it} has ${no ? `no ${noun}` : a(noun)} ${inner}`
}
const turned = (p: Predicate, no: boolean): readonly [Predicate, boolean] => (p.kind === 'not' ? [p.of, !no] : [p, no])

/** The relation that a key field of a reference belongs to. */
const refers = (entity: EntityModel, name: string): RelationModel | null => {
  const reference = entity.fields[name]?.reference
  return reference == null ? null : relationOf(entity, reference)
}
function missing(here: Scope, name: string, is: boolean): string {
  const noun = fieldNoun(here.entity, name)
  if (here.entity.fields[name]?.list) return `${here.has(noun)} are ${is ? 'not ' : ''}given`
  return `${here.it} has ${is ? `no ${noun}` : isMany(noun) ? noun : a(noun)}`
}
/** `customer` of `customerId`; `detail's order` of `detailId.orderId`. */
export function fieldNoun(entity: EntityModel, name: string): string {
  const relation = refers(entity, name)
  if (relation === null) return words(name)
  return relation.on.length === 1 ? words(relation.name) : `${genitive(words(relation.name))} ${words(name.slice(name.indexOf('.') + 1))}`
}

function fieldAt(s: Speaking, o: Operand): FieldModel | null {
  return o.kind === 'field' ? s.scopes[o.scope]?.entity.fields[o.name] ?? null : null
}

function operand(s: Speaking, o: Operand, as: Scalar, beside: FieldModel | null): string {
  switch (o.kind) {
    case 'field': {
      const scope = s.scopes[o.scope]
      if (!scope) throw new Error(`nothing at scope ${o.scope}`)
      const noun = fieldNoun(scope.entity, o.name)
      if (o.scope === 0) return scope.has(noun)
      const title = nounOf(scope.entity)
      const outer = s.scopes.slice(0, o.scope).filter(x => nounOf(x.entity) === title).map(() => 'outer ').join('')
      return `the ${outer}${genitive(title)} ${noun}`
    }
    case 'claim': {
      const binding = bindingOf(o.claim)
      if (binding !== null) return `${s.voice.her} own ${words(o.claim.slice(binding.length + 2))}${Object.keys(s.model.callers).length > 1 ? ` as ${a(bindingNoun(s.model, binding))}` : ''}`
      if (o.claim === tenantClaim) return `${s.voice.her} tenant`
      return o.claim === 'sub' ? `${s.voice.her} token's subject` : `${s.voice.her} claim ${quoted(o.claim)}`
    }
    case 'value': return said(o.value, as, beside)
    case 'now': return 'now'
    case 'parameter': throw new Error('a rule has no parameters')
    default: return absurd(o)
  }
}

type Compare = Extract<Predicate, { kind: 'compare' }>
/** Rows that are the caller's, or the caller. */
function own(s: Speaking, here: Scope, { op, left, right }: Compare, no: boolean): string | null {
  if (op !== 'eq' || left.kind !== 'field' || left.scope !== 0 || right.kind !== 'claim') return null
  const name = bindingOf(right.claim), binding = name === null ? undefined : s.model.callers[name]
  const bound = binding && s.model.entities[binding.entity]
  if (name === null || !bound || bound.key.length !== 1 || right.claim !== `@${name}.${bound.key[0] ?? ''}`) return null
  const { she, hers, herself } = s.voice
  const as = Object.values(s.model.callers).filter(c => c.entity === bound.name).length > 1 ? ` as ${words(name)}` : ''
  if (here.entity.name === bound.name && left.name === bound.key[0]) return `${here.it} is ${no ? 'not ' : ''}${herself}${as}`
  const relation = refers(here.entity, left.name)
  if (relation === null || relation.target !== bound.name) return null
  const plainly = (r: RelationModel): boolean => r.owner && Object.entries(s.model.callers).some(([n, b]) => r.target === b.entity && (r.name === n || r.name === b.entity))
  if (plainly(relation) && Object.values(here.entity.relations).filter(plainly).length === 1) return `${here.it} is ${no ? 'not ' : ''}${hers}${as}`
  const noun = words(relation.name)
  return here.root ? `${she} is ${no ? 'not ' : ''}${here.has(noun)}${as}` : `${here.has(noun)} is ${no ? 'not ' : ''}${she}${as}`
}

/** Fields that say in one word how a row is: `open`, `shipped`. */
export const isState = (f: FieldModel): boolean => f.kind === 'choice' && !f.list && (f.transitions !== undefined || f.name === 'status' || f.name === 'state')
/** Words that say how a row is, each as long as only one field could mean it. */
export function adjectiveOf(entity: EntityModel, f: FieldModel, value: unknown): string | null {
  const all = Object.values(entity.fields)
  const meaning = (word: string): number => all.filter(x => (isState(x) && (x.bounds.choices ?? []).some(c => words(c) === word)) || (isFlag(x) && words(x.name) === word)).length
  if (isState(f) && typeof value === 'string' && /^[a-z][A-Za-z]*$/.test(value) && (f.bounds.choices ?? []).includes(value) && meaning(words(value)) === 1) return words(value)
  return isFlag(f) && meaning(words(f.name)) === 1 ? words(f.name) : null
}
const isFlag = (f: FieldModel): boolean => f.kind === 'boolean' && !f.list && /(ed|able|ible|ive|al|ic|en|ous|ful|public|private|done|valid|ready|hot|secret|void|paid|sold|live|closed|open)$/.test(words(f.name)) && !words(f.name).includes(' ')

function state(s: Speaking, here: Scope, { op, left, right }: Compare, no: boolean): string | null {
  const f = fieldAt(s, left)
  if (f === null || op !== 'eq' || left.kind !== 'field' || left.scope !== 0 || right.kind !== 'value') return null
  const word = adjectiveOf(here.entity, f, right.value)
  if (word === null) return null
  // A flag that may be missing is neither: that it is not so set is then not that it is set otherwise.
  const against = f.kind === 'boolean' && right.value !== true
  if (against && f.optional) return null
  if (f.kind === 'boolean' && f.optional && no) return `${here.it} is not known to be ${word}`
  return `${here.it} is ${no === against ? '' : 'not '}${word}`
}

function among(s: Speaking, here: Scope, p: Extract<Predicate, { kind: 'in' }>, no: boolean): string {
  const f = fieldAt(s, p.left), left = operand(s, p.left, p.as, null)
  if (p.right.kind !== 'value') return `${left} is ${no ? 'not ' : ''}among ${operand(s, p.right, p.as, null)}`
  const values = Array.isArray(p.right.value) ? [...new Map(p.right.value.map(v => [JSON.stringify(v), v])).values()] : []
  if (values.length === 0) return no ? 'always' : 'never'
  const adjectives = f === null || p.left.kind !== 'field' || p.left.scope !== 0 || !isState(f) ? [] : values.flatMap(v => adjectiveOf(here.entity, f, v) ?? [])
  if (adjectives.length === values.length) return adjectives.length === 1 ? `${here.it} is ${no ? 'not ' : ''}${adjectives[0] ?? ''}` : `${here.it} is ${no ? 'neither ' : ''}${listed(adjectives, no ? 'nor' : 'or')}`
  const told = values.map(v => said(v, p.as, f))
  return told.length === 1 ? `${left} is ${no ? 'not ' : ''}${told[0] ?? ''}` : no ? `${left} is neither ${listed(told, 'nor')}` : `${left} is ${listed(told, 'or')}`
}

const number: Record<Comparison, string> = { eq: 'is …', gt: 'is more than …', gte: 'is at least …', lt: 'is less than …', lte: 'is at most …' }
const time: Record<Comparison, string> = { eq: 'is …', gt: 'is after …', gte: 'is … or later', lt: 'is before …', lte: 'is … or earlier' }
const text: Record<Comparison, string> = { eq: 'is …', gt: 'sorts after …', gte: 'is … or sorts after it', lt: 'sorts before …', lte: 'is … or sorts before it' }
const ways: Record<Scalar, Record<Comparison, string>> = {
  integer: number, bigint: number, number, decimal: number, boolean: number, duration: number, timestamp: time, date: time, time, text, uuid: text, bytes: text, json: text,
}
function compared(s: Speaking, { op, as, left, right }: Compare, no: boolean): string {
  const way = ways[as][op]
  const object = operand(s, right, as, fieldAt(s, left)), subject = operand(s, left, as, fieldAt(s, right))
  const verb = !no ? way : way.startsWith('sorts') ? way.replace('sorts', 'does not sort') : op === 'gte' || op === 'lte' ? way.replace(/^is (.*) or (.*)$/, 'is neither $1 nor $2').replace(/^is at/, 'is not at') : way.replace(/^is/, 'is not')
  return `${subject} ${verb.replace('…', () => object)}`
}

/** What must be known of the caller for a condition to hold: claims and bindings in every way of its being true. */
export function needed(p: Predicate): ReadonlySet<string> {
  switch (p.kind) {
    case 'and': return new Set(p.of.flatMap(x => [...needed(x)]))
    case 'or': {
      const [first, ...rest] = p.of.map(needed)
      return new Set([...(first ?? [])].filter(x => rest.every(r => r.has(x))))
    }
    case 'some': return needed(p.where)
    case 'not': return p.of.kind === 'some' ? new Set() : needed(p.of)
    case 'compare': case 'in': return new Set([p.left, p.right].flatMap(o => (o.kind === 'claim' ? [factOf(o.claim)] : [])))
    case 'has': return new Set(p.value.kind === 'claim' ? [factOf(p.value.claim)] : [])
    case 'text': return new Set(p.text.kind === 'claim' ? [factOf(p.text.claim)] : [])
    case 'always': case 'never': case 'null': case 'caller': return new Set()
    default: return absurd(p)
  }
}
