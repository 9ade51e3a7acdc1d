// Two random sets of rules over the same random model, fields of which were renamed in between: what `check --against` counts on PostgreSQL is what comes of judging every row by each.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compared, type Asker } from '../../src/cli/against/compare.ts'
import { joined } from '../../src/cli/against/joined.ts'
import { readSchema } from '../../src/migrate/index.ts'
import type { EntityModel, Model, Verb } from '../../src/model/index.ts'
import { mapOperands, type Predicate } from '../../src/operation/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { withRules } from '../../src/testkit/arbitrary/model.ts'
import type { Pick } from '../../src/testkit/arbitrary/pick.ts'
import { judge, type Judge } from '../../src/testkit/judge.ts'
import { testServer } from '../server.ts'
import { groundOf } from '../tables.ts'
import { draw, drawMore, now } from './world.ts'
import { seed } from '../seed.ts'

const models = Number(process.env['TIMES'] ?? 1) > 1 ? 25 : 1

/** The same model under other names: every field that no key is made of, in rules as well; `was` and the column tell which is which. */
function renamed(model: Model): Model {
  const other = (e: EntityModel | undefined, name: string): string => { const f = e?.fields[name]; return f === undefined || f.reference !== null || f.generated !== null || e?.key.includes(name) || e?.hidden ? name : `${name}Now` }
  const put = (p: Predicate, scopes: readonly (EntityModel | undefined)[]): Predicate => {
    switch (p.kind) {
      case 'and': case 'or': return { ...p, of: p.of.map(x => put(x, scopes)) }
      case 'not': return { ...p, of: put(p.of, scopes) }
      case 'some': return { ...p, where: put(p.where, [model.entities[scopes[0]?.relations[p.relation]?.target ?? ''], ...scopes]) }
      default: return mapOperands(p, o => (o.kind === 'field' ? { ...o, name: other(scopes[o.scope], o.name) } : o))
    }
  }
  return {
    ...model, callers: Object.fromEntries(Object.entries(model.callers).map(([n, b]) => [n, { ...b, match: other(model.entities[b.entity], b.match) }])),
    entities: Object.fromEntries(Object.values(model.entities).map(e => [e.name, {
      ...e, fields: Object.fromEntries(Object.values(e.fields).map(f => [other(e, f.name), { ...f, name: other(e, f.name), was: other(e, f.name) === f.name ? null : f.name, column: other(e, f.name) === f.name ? f.column : `${f.column}_now` }])),
      rules: e.rules.map(r => ({ ...r, when: put(r.when, [e]), fields: r.fields.map(f => other(e, f)) })), ...(e.derived ? { derived: undefined } : {}),
      indexes: [], uniques: e.uniques.map(u => ({ ...u, fields: u.fields.map(f => other(e, f)) })),
    } as EntityModel])),
  }
}

const may = (by: Judge, e: EntityModel, verb: Verb, row: Parameters<Judge['readable']>[1]): boolean => (verb === 'read' ? by.readable(e, row) : verb === 'create' && e.whole === null ? by.allows('create', e, row) : by.readable(e, row) && by.allows(verb, e, row))

test(`gains and losses are those of every row judged by both (SEED=${seed})`, async t => {
  let rowsGained = 0, rowsLost = 0, fields = 0
  for (const [i, { model, rows, callers }] of draw(models).slice(0, models).entries()) {
    const [changed = model] = drawMore(15_000 + i, 1, (pick: Pick) => withRules(pick, model))
    const present = i % 2 === 0 ? renamed(changed) : changed
    const ground = await groundOf(await testServer(), model)
    try {
      await ground.load(rows)
      const both = joined(model, present, await readSchema(ground.client))
      const store = await postgresStore({ model: both.is, connection: ground.config })
      const askers = callers.map((caller, n): Asker => ({ name: `caller ${n}`, caller }))
      const found = await compared({ joined: both, former: model, present, askers, store, examples: 1000 }).finally(() => store.close())
      assert.deepEqual(found.uncompared, [])
      const total = found.effects.filter(e => e.alone === null)
      for (const [n, caller] of callers.entries()) {
        const [before, after] = [judge(model, rows, caller, now), judge(changed, rows, caller, now)]
        for (const entity of Object.values(model.entities).filter(e => !e.hidden)) {
          const then = entity, is = changed.entities[entity.name]!
          const check = (right: string, was: (row: Parameters<Judge['readable']>[1]) => boolean, will: (row: Parameters<Judge['readable']>[1]) => boolean): void => {
            const keys = (of: typeof rows[string]): string[] => of.map(r => entity.key.map(k => String(r[k])).join(',')).sort()
            const all = rows[entity.name] ?? [], effect = total.find(e => e.entity === entity.title && e.caller === `caller ${n}` && e.right === right)
            const gained = keys(all.filter(r => !was(r) && will(r))), lost = keys(all.filter(r => was(r) && !will(r)))
            assert.deepEqual([[...effect?.gains.examples ?? []].sort(), effect?.gains.rows ?? 0, [...effect?.loses.examples ?? []].sort(), effect?.loses.rows ?? 0], [gained, gained.length, lost, lost.length], `${entity.name} ${right} as ${JSON.stringify({ ...caller, roles: [...caller.roles] })}`)
            rowsGained += gained.length
            rowsLost += lost.length
          }
          for (const verb of ['read', 'create', 'update', 'delete'] as const) check(verb, row => may(before, then, verb, row), row => may(after, is, verb, row))
          for (const effect of total.filter(e => e.entity === entity.title && e.caller === `caller ${n}` && e.right.startsWith('see '))) {
            const name = effect.right.slice(4), field = present.entities[entity.name]?.fields[name]?.was ?? name
            check(effect.right, row => before.readable(then, row) && !before.hidden(then, row, field), row => after.readable(is, row) && !after.hidden(is, row, field))
            fields++
          }
        }
      }
    } finally { await ground.end() }
  }
  assert.ok(rowsGained + rowsLost > 0, `${rowsGained} gained, ${rowsLost} lost`)
  t.diagnostic(`${rowsGained} rights gained, ${rowsLost} lost, ${fields} of them of fields`)
})
