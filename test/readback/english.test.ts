// Sentences mean what they stand for: over drawn models no two conditions that differ for any row and caller read alike, and what is simplified holds of the same rows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EntityModel, Model, Rule } from '../../src/model/index.ts'
import { and, field, not, or, type Predicate } from '../../src/operation/index.ts'
import { ofHer, ofTheCaller, phrase, ruleSentences, simplify } from '../../src/readback/index.ts'
import type { Pick } from '../../src/testkit/arbitrary/pick.ts'
import { condition, sorts } from '../../src/testkit/arbitrary/rules.ts'
import { valueFor } from '../../src/testkit/arbitrary/values.ts'
import { judge, type Judge } from '../../src/testkit/judge.ts'
import { draw, drawMore, now } from '../generated/world.ts'
import { seed } from '../seed.ts'

const models = Number(process.env['TIMES'] ?? 1) > 1 ? 60 : 2

/** The same condition with one thing changed in it. */
function changed(pick: Pick, entity: EntityModel, model: Model, p: Predicate): Predicate {
  switch (p.kind) {
    case 'and': case 'or': {
      const i = pick.nat(p.of.length - 1), how = pick.nat(4)
      if (how === 0) return p.kind === 'and' ? or(...p.of) : and(...p.of)
      if (how === 1 && p.of.length > 2) return { ...p, of: [{ kind: p.kind === 'and' ? 'or' : 'and', of: p.of.slice(0, 2) }, ...p.of.slice(2)] }
      const of = p.of.map((x, n) => (n === i ? changed(pick, entity, model, x) : x))
      return p.kind === 'and' ? and(...of) : or(...of)
    }
    case 'not': return pick.chance(40) ? p.of : not(changed(pick, entity, model, p.of))
    case 'some': return { ...p, where: changed(pick, model.entities[entity.relations[p.relation]?.target ?? ''] ?? entity, model, p.where) }
    case 'compare': {
      const f = p.left.kind === 'field' ? entity.fields[p.left.name] : undefined, how = pick.nat(3)
      if (how === 0) return not(p)
      if (how === 1 && p.as !== 'boolean' && p.as !== 'uuid') return { ...p, op: pick.of(['eq', 'lt', 'lte', 'gt', 'gte'] as const) }
      if (how === 2) { const other = Object.values(entity.fields).find(x => x.name !== f?.name && x.scalar === p.as && !x.list); if (other) return { ...p, left: field(other.name) } }
      return f && p.right.kind === 'value' ? { ...p, right: { kind: 'value', value: valueFor(pick, f) } } : not(p)
    }
    case 'text': return pick.chance(50) ? { ...p, how: pick.of(['startsWith', 'contains', 'endsWith']) } : { ...p, fold: !p.fold }
    default: return not(p)
  }
}

/** A field of the row against one of the row around it. */
function beside(pick: Pick, inner: EntityModel, outer: EntityModel): Predicate | null {
  const plain = (e: EntityModel) => Object.values(e.fields).filter(f => !f.list && !f.hidden && ['text', 'integer', 'uuid', 'timestamp'].includes(f.scalar))
  const pairs = plain(inner).flatMap(a => plain(outer).filter(b => b.scalar === a.scalar).map(b => [a, b] as const))
  if (pairs.length === 0) return null
  const [a, b] = pick.of(pairs)
  return { kind: 'compare', op: a.scalar === 'uuid' ? 'eq' : pick.of(['eq', 'lt', 'gte']), as: a.scalar, left: field(a.name), right: field(b.name, 1) }
}

/** Wide and deep: what rules may be made of, put together and changed. */
function conditions(pick: Pick, model: Model, entity: EntityModel, count: number): readonly Predicate[] {
  const out: Predicate[] = []
  const one = (e = entity, depth = 0): Predicate | null => {
    const relations = Object.values(e.relations)
    if (depth > 2 || relations.length === 0 || !pick.chance(35)) return condition(pick, { model, entity: e }, pick.of(sorts))
    // Rows of rows, with what they have in common, and whether there is none.
    const relation = pick.of(relations), target = model.entities[relation.target] ?? e
    const parts = [one(target, depth + 1), pick.chance(60) ? one(target, depth + 1) : null, pick.chance(30) ? beside(pick, target, e) : null].filter(x => x !== null)
    const inner = pick.chance(50) ? and(...parts) : or(...parts)
    const where: Predicate = { kind: 'some', relation: relation.name, where: inner.kind === 'never' ? { kind: 'always' } : inner }
    return pick.chance(40) ? not(where) : where
  }
  while (out.length < count) {
    let p = one()
    for (let n = pick.nat(3); n > 0; n--) { const q = one(); if (p && q) p = pick.chance(50) ? and(p, q) : or(p, q); if (p && pick.chance(25)) p = not(p) }
    if (p === null) { out.push({ kind: 'always' }); continue }
    out.push(p, changed(pick, entity, model, p), changed(pick, entity, model, p))
  }
  return out
}
const rule = (effect: Rule['effect'], when: Predicate): Rule => ({ id: 'X.1', effect, verbs: effect === 'hide' ? ['read'] : ['read', 'update'], when, fields: effect === 'hide' ? ['id'] : [], text: `${effect} x`, place: { file: 'x', line: 1 } })

test(`what differs reads differently, and what is simplified is the same (SEED=${seed})`, t => {
  let told = 0, alike = 0
  for (const [i, { model, rows, callers }] of draw(models).slice(0, models).entries()) {
    const judges = callers.map(c => judge(model, rows, c, now))
    for (const entity of Object.values(model.entities).filter(e => !e.hidden)) {
      const truth = (by: readonly Judge[], r: Rule): string => by.map(j => (rows[entity.name] ?? []).map(row => (j.applies(r, entity, row) ? '1' : '0')).join('')).join(' ')
      const [all = []] = drawMore(11_000 + i, 1, pick => conditions(pick, model, entity, models > 2 ? 40 : 18))
      for (const effect of ['allow', 'deny', 'hide'] as const) {
        const sentences = new Map<string, Predicate>(), clauses = new Map<string, Predicate>()
        for (const p of all) {
          const is = truth(judges, rule(effect, p))
          assert.equal(truth(judges, rule(effect, simplify(p))), is, `simplified\n${JSON.stringify(p)}\n${JSON.stringify(simplify(p))}`)
          for (const [known, text] of [[clauses, phrase(model, entity, p, effect === 'allow' ? ofHer() : ofTheCaller('refusal'))], [sentences, ruleSentences(model, entity, rule(effect, p)).join(' ')]] as const) {
            told++
            const before = known.get(text)
            if (before === undefined) known.set(text, p)
            else { alike++; assert.equal(truth(judges, rule(effect, before)), is, `“${text}” is said of two conditions\n${JSON.stringify(before)}\n${JSON.stringify(p)}`) }
          }
        }
      }
    }
  }
  assert.ok(told > 300 && alike > 10)
  t.diagnostic(`${told} sentences, ${alike} of them told before`)
})
