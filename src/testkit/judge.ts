// What the rules say, worked out the plainest way: row by row, rule by rule, from rows in memory. Knows nothing of the engine and shares no code with it
// but `compare` and `fold`, so that both are not wrong together.
import type { Caller, EntityModel, Model, RelationModel, Rule, Verb } from '../model/index.ts'
import { compare, fold, type Field, type Operand, type Predicate, type Scalar, type Value } from '../operation/index.ts'

export type Row = { readonly [field: string]: Value }
export type Rows = { readonly [entity: string]: readonly Row[] }
interface At { readonly entity: EntityModel; readonly row: Row }

export interface Judge {
  readonly readable: (entity: EntityModel, row: Row) => boolean
  /** Whether some verb other than read is allowed on a row as it is. */
  readonly allows: (verb: Verb, entity: EntityModel, row: Row) => boolean
  readonly hidden: (entity: EntityModel, row: Row, field: string) => boolean
  /** Whether one rule applies to a row, alone. */
  readonly applies: (rule: Rule, entity: EntityModel, row: Row) => boolean
  /** Hidden from this caller in every row, decided without one. */
  readonly hiddenAlways: (entity: EntityModel, field: string) => boolean
  /** No row of the entity can be readable, decided without one. */
  readonly closed: (entity: EntityModel) => boolean
  /** What was judged. */
  readonly all: Rows
  /** The rows and fields this caller sees: what is hidden is null, what may not be read is not there. */
  readonly view: () => Rows
  /** How many rows and fields each sort of rule kept from this caller. */
  readonly tally: (into: Map<string, number>) => void
}

export function judge(model: Model, rows: Rows, caller: Caller, now: string): Judge {
  const entityOf = (name: string): EntityModel => {
    const e = model.entities[name]
    if (!e) throw new Error(`no entity ${name}`)
    return e
  }
  const holds = (p: Predicate, at: At, unknown: boolean, outer: readonly At[] = []): boolean => {
    const scopes = [at, ...outer]
    switch (p.kind) {
      case 'always': return true
      case 'never': return false
      case 'and': return p.of.every(x => holds(x, at, unknown, outer))
      case 'or': return p.of.some(x => holds(x, at, unknown, outer))
      case 'not': return !holds(p.of, at, !unknown, outer)
      case 'caller': return p.fresh === undefined ? (p.role === null ? caller.id !== null : caller.roles.has(p.role)) : freshly(p.fresh) ?? unknown
      case 'null': return read(p.of, scopes) === null
      case 'some': return related(at, p.relation).some(t => holds(p.where, t, unknown, scopes))
      case 'compare': {
        if (!fits(p.left, p.as) || !fits(p.right, p.as)) return unknown
        const c = compare(p.as, read(p.left, scopes), read(p.right, scopes))
        return c !== null && (p.op === 'eq' ? c === 0 : p.op === 'lt' ? c < 0 : p.op === 'lte' ? c <= 0 : p.op === 'gt' ? c > 0 : c >= 0)
      }
      case 'in': {
        const list = read(p.right, scopes)
        return Array.isArray(list) && list.some((v: Value) => compare(p.as, read(p.left, scopes), v) === 0)
      }
      case 'has': {
        const list = read(p.of, scopes)
        return Array.isArray(list) && list.some((v: Value) => compare(p.as, v, read(p.value, scopes)) === 0)
      }
      case 'text': {
        const a = read(p.of, scopes), b = read(p.text, scopes)
        if (typeof a !== 'string' || typeof b !== 'string') return false
        const [x, y] = p.fold ? [fold(a), fold(b)] : [a, b]
        return p.how === 'startsWith' ? x.startsWith(y) : p.how === 'endsWith' ? x.endsWith(y) : x.includes(y)
      }
    }
  }
  /** Whether the caller signed in within so many seconds before now; null: its token does not say when. */
  const freshly = (seconds: number): boolean | null => {
    const since = caller.claims['auth_time']
    return caller.id === null ? false : typeof since !== 'number' ? null : since * 1000 >= Date.now() - seconds * 1000 && since * 1000 <= Date.now() + 5000
  }
  /** A claim that is absent, null or of another sort cannot be compared. */
  const fits = (o: Operand, as: Scalar): boolean => o.kind !== 'claim' || wellTyped(caller.claims[o.claim] ?? null, as)
  const read = (o: Operand | Field, scopes: readonly At[]): Value => {
    switch (o.kind) {
      case 'field': return scopes[o.scope]?.row[o.name] ?? null
      case 'claim': return caller.claims[o.claim] ?? null
      case 'value': return o.value
      case 'now': return now
      case 'parameter': throw new Error('a rule has no parameters')
    }
  }
  const joined = (at: At, relation: RelationModel, target: EntityModel): At[] =>
    (rows[target.name] ?? []).filter(r => relation.on.every(p => {
      const here = at.row[p.local] ?? null
      return here !== null && compare(target.fields[p.foreign]?.scalar ?? 'text', r[p.foreign] ?? null, here) === 0
    })).map(row => ({ entity: target, row }))
  const related = (at: At, name: string): readonly At[] => {
    const relation = at.entity.relations[name]
    if (!relation) throw new Error(`no relation ${at.entity.name}.${name}`)
    if (!relation.through) return joined(at, relation, entityOf(relation.target))
    const far = relation.through.far
    return joined(at, relation, entityOf(relation.through.entity)).flatMap(link => related(link, far))
  }
  const granted = (verb: Verb, at: At, flip = false): boolean =>
    at.entity.rules.some(r => r.effect === 'allow' && r.verbs.includes(verb) && holds(r.when, at, flip))
    && !at.entity.rules.some(r => r.effect === 'deny' && r.verbs.includes(verb) && holds(r.when, at, !flip))
  /** Whether a row is of the tenant that the caller acts in, as far as the row itself says of which it is. */
  const ours = ({ entity, row }: At): boolean => entity.tenant === undefined || (caller.claims['@tenant'] ?? null) !== null && row[entity.tenant] === caller.claims['@tenant']
  const allows = (verb: Verb, at: At): boolean => {
    const whole = at.entity.whole
    return ours(at) && (whole === null ? granted(verb, at) : related(at, whole).some(w => allows(verb === 'read' ? 'read' : 'update', w)))
  }
  const known = new Map<Row, boolean>()
  const readable = (entity: EntityModel, row: Row): boolean => {
    const before = known.get(row)
    if (before !== undefined) return before
    const answer = allows('read', { entity, row })
    known.set(row, answer)
    return answer
  }
  const hides = (entity: EntityModel, field: string): readonly Rule[] => entity.rules.filter(r => r.effect === 'hide' && r.fields.includes(field))
  const hidden = (entity: EntityModel, row: Row, field: string): boolean => hides(entity, field).some(r => holds(r.when, { entity, row }, true))
  /** True or false where no row can change it; null where it depends. */
  const decided = (p: Predicate, unknown: boolean): boolean | null => {
    switch (p.kind) {
      case 'always': return true
      case 'never': return false
      case 'caller': return p.fresh === undefined ? (p.role === null ? caller.id !== null : caller.roles.has(p.role)) : freshly(p.fresh) ?? unknown
      case 'not': { const d = decided(p.of, !unknown); return d === null ? null : !d }
      case 'and': { const all = p.of.map(x => decided(x, unknown)); return all.includes(false) ? false : all.every(x => x === true) ? true : null }
      case 'or': { const all = p.of.map(x => decided(x, unknown)); return all.includes(true) ? true : all.every(x => x === false) ? false : null }
      case 'compare': return fits(p.left, p.as) && fits(p.right, p.as) ? null : unknown
      case 'some': return decided(p.where, unknown) === false ? false : null
      case 'in': case 'has': case 'text': case 'null': return null
    }
  }
  const closed = (entity: EntityModel): boolean => {
    const whole = entity.whole === null ? undefined : entity.relations[entity.whole]
    if (whole) return closed(entityOf(whole.target))
    if (entity.tenant !== undefined && (caller.claims['@tenant'] ?? null) === null) return true
    const of = (effect: Rule['effect']) => entity.rules.filter(r => r.effect === effect && r.verbs.includes('read'))
    return of('allow').every(r => decided(r.when, false) === false) || of('deny').some(r => decided(r.when, true) === true)
  }
  const exposed = Object.values(model.entities).filter(e => !e.hidden)
  return {
    all: rows, readable, hidden, closed,
    allows: (verb, entity, row) => allows(verb, { entity, row }),
    applies: (rule, entity, row) => holds(rule.when, { entity, row }, rule.effect !== 'allow'),
    hiddenAlways: (entity, field) => hides(entity, field).some(r => decided(r.when, true) === true),
    view() {
      const seen = exposed.map(entity => [entity.name, (rows[entity.name] ?? []).filter(r => readable(entity, r)).map(r =>
        Object.fromEntries(Object.entries(r).map(([f, v]) => [f, hidden(entity, r, f) ? null : v])))] as const)
      return { ...rows, ...Object.fromEntries(seen) }
    },
    tally(into) {
      const count = (what: string) => into.set(what, (into.get(what) ?? 0) + 1)
      // A rule counts for what it does and for what it asks: 'deny' and 'two deep'.
      const blame = (r: Rule, effect: string) => { count(effect); count(r.text.slice(r.effect.length + 1)) }
      for (const entity of exposed) {
        for (const row of rows[entity.name] ?? []) {
          const at = { entity, row }
          if (!readable(entity, row)) {
            if (!ours(at)) { count('another tenant'); continue }
            if (entity.whole !== null) { count('part of a hidden whole'); continue }
            const denies = entity.rules.filter(r => r.effect === 'deny' && r.verbs.includes('read') && holds(r.when, at, true))
            const grants = entity.rules.filter(r => r.effect === 'allow' && r.verbs.includes('read'))
            if (entity.rules.length === 0) count('no rule at all')
            for (const r of denies.length > 0 ? denies : grants) blame(r, r.effect === 'deny' ? 'deny' : 'allow that does not hold')
            if (granted('read', at, true)) for (const why of unknowns(entity, caller)) count(why)
          }
          for (const r of entity.rules) if (r.effect === 'hide' && holds(r.when, at, true)) blame(r, decided(r.when, true) === true ? 'hide from a caller' : 'hide by row')
        }
      }
    },
  }
}

/** Which sorts of unfit claims the rules of an entity meet in this caller. */
function unknowns(entity: EntityModel, caller: Caller): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (p: Predicate): void => {
    if (p.kind === 'and' || p.kind === 'or') p.of.forEach(look)
    if (p.kind === 'not') look(p.of)
    if (p.kind === 'some') look(p.where)
    if (p.kind === 'compare') {
      for (const o of [p.left, p.right]) {
        if (o.kind !== 'claim') continue
        const v = caller.claims[o.claim]
        if (v === undefined) found.add('a missing claim')
        else if (v === null) found.add('a null claim')
        else if (!wellTyped(v, p.as)) found.add('an ill-typed claim')
      }
    }
  }
  for (const r of entity.rules) if (r.verbs.includes('read') && r.effect !== 'hide') look(r.when)
  return found
}

function wellTyped(v: Value, as: Scalar): boolean {
  if (v === null) return false
  switch (as) {
    case 'uuid': return typeof v === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(v)
    case 'integer': return typeof v === 'number' && Number.isInteger(v) && Math.abs(v) < 2 ** 31
    case 'number': return typeof v === 'number'
    case 'boolean': return typeof v === 'boolean'
    case 'text': return typeof v === 'string'
    case 'timestamp': return typeof v === 'string' && /^\d{4}-\d\d-\d\dT/.test(v)
    case 'bigint': case 'decimal': return typeof v === 'number' ? as === 'decimal' || Number.isInteger(v) : typeof v === 'string' && /^-?\d+(\.\d+)?$/.test(v) && (as === 'decimal' || !v.includes('.'))
    case 'date': return typeof v === 'string' && /^\d{4}-\d\d-\d\d$/.test(v)
    default: return typeof v === 'string'
  }
}
