// Random models: accounts that callers are bound to, and around them entities with every key, kind and relation; then rules over them.
import type fc from 'fast-check'
import type { Computed, Kind, Model } from '../../model/index.ts'
import { always, constant, field } from '../../operation/index.ts'
import { literal, type EntityDraft, type FieldDraft, type RefDraft } from './literal.ts'
import { picking, type Pick } from './pick.ts'
import { roles, rulesFor } from './rules.ts'

const kinds: readonly Kind[] = [
  'uuid', 'text', 'text', 'integer', 'integer', 'bigint', 'number', 'decimal', 'money', 'boolean', 'timestamp', 'date', 'time', 'duration', 'json', 'choice', 'email', 'slug', 'url', 'bytes', 'secret',
]

function fields(pick: Pick, least: number): Record<string, FieldDraft> {
  const count = least + pick.nat(4)
  const out: Record<string, FieldDraft> = {}
  for (let i = 0; i < count; i++) {
    const kind = pick.of(kinds)
    const list = ['text', 'integer', 'uuid', 'decimal'].includes(kind) && pick.chance(15)
    out[`${kind}${i}`] = {
      kind, list, optional: pick.chance(45), hidden: kind === 'secret' || pick.chance(4),
      ...(kind === 'choice' ? { bounds: { choices: ['open', 'paid', 'shipped'] } } : kind === 'money' ? { bounds: { precision: 12, scale: 2, currency: 'EUR' } } : {}),
    }
  }
  return out
}

/** A total of every sort that the fields of the parts allow. */
function totals(relation: string, of: Readonly<Record<string, FieldDraft>>): NonNullable<EntityDraft['totals']> {
  const plain = Object.entries(of).filter(([, f]) => !f.list)
  const out: Record<string, FieldDraft & { total: Computed }> = { [`${relation}Count`]: { kind: 'integer', total: { fn: 'count', relation, of: null } } }
  for (const [name, f] of plain) {
    // Of a decimal, equal values may be written differently (0.3, 0.30), and which of them is the most nobody promises.
    if (['text', 'timestamp', 'date'].includes(f.kind)) out[`${name}Most`] = { kind: f.kind, optional: true, total: { fn: 'max', relation, of: field(name) } }
    if (['integer', 'bigint'].includes(f.kind)) out[`${name}Sum`] = { kind: 'decimal', total: { fn: 'sum', relation, of: { kind: 'times', as: 'decimal', left: field(name), right: constant('2') } } }
    if (f.kind === 'decimal') out[`${name}Sum`] = { kind: 'decimal', total: { fn: 'sum', relation, of: field(name) } }
  }
  return out
}

function drafts(pick: Pick): readonly EntityDraft[] {
  const tenants = pick.chance(45)
  const firm: EntityDraft[] = tenants ? [{ name: 'firm', key: { kind: 'uuid' }, version: false, rules: [], links: {}, refs: {}, fields: { name: { kind: 'text' } } }] : []
  const made: EntityDraft[] = [...firm, {
    name: 'account', key: { kind: 'uuid' }, version: true, rules: [], links: {},
    fields: { email: { kind: 'email', unique: true }, plan: { kind: 'text', optional: true }, level: { kind: 'integer' }, ...fields(pick, 1) },
    refs: { boss: { target: 'account', optional: true, inverse: 'team' } },
  }]
  const refTo = (name: string, from: string, more: Partial<RefDraft> = {}): RefDraft => ({
    target: name, optional: pick.chance(35), ...(pick.chance(75) ? { inverse: `${from}s` } : {}), ...more,
  })
  const names = ['alpha', 'beta', 'gamma', 'delta'].slice(0, 2 + pick.nat(2))
  for (const name of names) {
    const refs: Record<string, RefDraft> = {}
    const targets = made.filter(d => d.name !== name && d.name !== 'firm').map(d => d.name)
    const first = pick.of(targets)
    refs[first] = refTo(first, name)
    const second = pick.of(targets)
    if (second !== first && pick.chance(60)) refs[second] = refTo(second, name)
    const scoped = tenants && pick.chance(70), key = pick.of(scoped ? ['uuid', 'uuid', 'identity'] as const : ['uuid', 'uuid', 'identity', 'text'] as const)
    if (pick.chance(25)) refs['previous'] = { target: name, optional: true, inverse: 'following' }
    made.push({ name, key: { kind: key }, fields: fields(pick, 2), refs, links: {}, version: pick.chance(70), rules: [], ...(scoped ? { tenant: 'firm' } : {}) })
  }
  const whole = pick.of(names), ofLine = fields(pick, 2), crumbs = pick.chance(35), ofCrumb = crumbs ? fields(pick, 1) : {}
  const inLine = crumbs ? totals('crumbs', ofCrumb) : {}
  made.push({
    name: 'line', key: { kind: pick.of(['uuid', 'identity'] as const) }, fields: ofLine, links: {}, version: pick.chance(50), rules: [], totals: inLine,
    refs: { [whole]: { target: whole, part: true, inverse: 'lines', fixed: true }, ...(pick.chance(60) ? { account: refTo('account', 'line') } : {}) },
  })
  made.splice(0, made.length, ...made.map(d => (d.name !== whole ? d : {
    ...d, totals: totals('lines', { ...ofLine, ...inLine }), derived: { someLine: { fn: 'some' as const, relation: 'lines', where: always }, ...(d.refs['previous'] ? { nexts: { fn: 'count' as const, relation: 'following', where: always } } : {}) },
  })))
  if (crumbs) {
    made.push({
      name: 'crumb', key: { kind: 'uuid' }, fields: ofCrumb, links: {}, version: false, rules: [],
      refs: { line: { target: 'line', part: true, inverse: 'crumbs', fixed: true } },
    })
  }
  if (pick.chance(60)) {
    const other = pick.of(names)
    made.push({
      name: 'member', key: { kind: 'refs', refs: ['account', other] }, fields: fields(pick, 1), links: {}, version: pick.chance(50), rules: [],
      refs: { account: { target: 'account', inverse: 'members' }, [other]: { target: other, inverse: 'members' } },
    })
    if (pick.chance(50)) {
      made.push({ name: 'note', key: { kind: 'uuid' }, fields: fields(pick, 1), links: {}, version: true, rules: [], refs: { member: { target: 'member', optional: pick.chance(50), inverse: 'notes' } } })
    }
  }
  if (pick.chance(50)) {
    made.push({ name: 'profile', key: { kind: 'uuid' }, fields: fields(pick, 1), links: {}, version: true, rules: [], refs: { account: { target: 'account', unique: true, inverse: 'profile' } } })
  }
  if (pick.chance(70)) {
    const from = pick.of(names), to = pick.of([...names, 'account'])
    if (from !== to) return made.map(d => (d.name === from ? { ...d, links: { marks: { target: to, inverse: `marked${from}` } } } : d))
  }
  return made
}

/** The same model with random rules. */
export function withRules(pick: Pick, model: Model): Model {
  const entities = Object.fromEntries(Object.entries(model.entities).map(([n, entity]) => [n, entity.hidden ? entity : { ...entity, rules: rulesFor(pick, { model, entity }) }]))
  return { ...model, entities }
}

/** A model and its rules, made in one draw. */
export const makeModel = (pick: Pick): Model =>
  withRules(pick, literal('generated', drafts(pick), [{ name: 'me', entity: 'account', match: 'email', claim: 'email' }], roles))

export const arbitraryModel: fc.Arbitrary<Model> = picking(makeModel)
