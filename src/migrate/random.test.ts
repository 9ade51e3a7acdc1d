// Random models over rows: whatever is added, widened, renamed or taken away, the plan applies, the values stay, and nothing is left to do; and all the way back.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import type { FieldModel, Model } from '../model/index.ts'
import type { Value } from '../operation/index.ts'
import { eachServer, type Database } from './database.fixture.ts'
import { applyPlan, planOf } from './index.ts'
import { entity, field, idField, model, snake, value } from './model.fixture.ts'

/** What a field may be, with values that fit its narrow bounds. */
const kinds: readonly { readonly make: (name: string, wide: boolean) => FieldModel; readonly samples: readonly [Value, Value] }[] = [
  { make: (n, wide) => field(n, 'integer', { bounds: wide ? { min: -9 } : { min: 0, max: 9 } }), samples: [0, 9] },
  { make: (n, wide) => field(n, 'text', { bounds: { maxLength: wide ? 50 : 5 }, searchable: wide }), samples: ["o'\\x", 'ä€'] },
  { make: (n, wide) => field(n, 'choice', { bounds: { choices: wide ? ['a', 'b', 'c'] : ['b', 'a'] } }), samples: ['a', 'b'] },
  { make: (n, wide) => field(n, 'decimal', { bounds: { precision: wide ? 20 : 8, scale: 2, min: '-1.50' } }), samples: ['-1.50', '999999.99'] },
  { make: n => field(n, 'timestamp', { bounds: { min: '2000-01-01T00:00:00+00:00' } }), samples: ['2026-11-20T09:30:00.123456+00:00', '2000-01-01T00:00:00+00:00'] },
  { make: n => field(n, 'json'), samples: [{ a: [1, null] }, []] },
  { make: (n, wide) => field(n, 'text', { list: true, bounds: { maxItems: wide ? 9 : 2 } }), samples: [['x', '"y,{}'], []] },
  { make: n => field(n, 'bytes'), samples: ['AP9c', ''] },
  { make: (n, wide) => field(n, 'number', { bounds: wide ? {} : { max: 1.5 } }), samples: [-1e-7, 1.5] },
  { make: n => field(n, 'boolean'), samples: [true, false] },
]

interface Part { readonly kind: number; readonly optional: boolean; readonly defaulted: boolean; readonly before: boolean; readonly after: 'same' | 'wide' | 'gone' | 'renamed' | 'optional'; readonly indexed: boolean; readonly unique: boolean }
const part: fc.Arbitrary<Part> = fc.record({
  kind: fc.nat(kinds.length - 1), optional: fc.boolean(), defaulted: fc.boolean(), before: fc.boolean(), indexed: fc.boolean(), unique: fc.boolean(),
  after: fc.constantFrom('same', 'wide', 'gone', 'renamed', 'optional'),
})
const change = fc.record({ parts: fc.array(part, { minLength: 1, maxLength: 7 }), links: fc.boolean(), renamed: fc.boolean() })
type Edit = typeof change extends fc.Arbitrary<infer E> ? E : never

const names = ['order', 'aB', 'user', 'x1', 'group', 'last', 'Ünder']
const usable = (p: Part): boolean => p.optional || p.defaulted || p.before

/** The model before or after the edit. What is new is optional or has a default: only that can be added to rows. */
function build({ parts, links, renamed }: Edit, now: boolean): Model {
  const there = parts.map((p, i) => ({ ...p, i, name: names[i] ?? '' })).filter(p => (now ? usable(p) && !(p.before && p.after === 'gone') : p.before))
  const fields = there.map(p => {
    const spec = kinds[p.kind] ?? assert.fail()
    const isRenamed = now && p.before && p.after === 'renamed'
    const made = spec.make(isRenamed ? `${p.name}New` : p.name, now && p.before && p.after === 'wide')
    const optional = p.optional || (now && p.before && p.after === 'optional')
    return { ...made, optional, default: p.defaulted ? value(spec.samples[0]) : null, ...(isRenamed ? { was: p.name } : {}) }
  })
  const indexes = there.flatMap((p, i) => (p.indexed && now && !fields[i]!.list ? [{ fields: [fields[i]!.name] }] : []))
  const uniques = there.flatMap((p, i) => (p.unique && !['json', 'bytes'].includes(fields[i]!.kind) && !fields[i]!.list ? [['id', fields[i]!.name]] : []))
  const refs = links && now ? { refs: { maker: { target: 'maker', on: [['makerId', 'id']] as [string, string][] } } } : {}
  const extra = links && now ? [field('makerId', 'id', { reference: 'maker', optional: true })] : []
  return model([
    entity('thing', [idField, field('n', 'integer'), ...fields, ...extra], { table: now && renamed ? 'items' : 'things', indexes, uniques, ...(renamed && now ? { was: 'things' } : {}), ...refs }),
    ...(links && now ? [entity('maker', [idField])] : []),
  ])
}

eachServer((server, connect) => describe(`random changes, on ${server}`, () => {
  let db: Database
  before(async () => { db = await connect() })
  after(() => db.end())

  const apply = async (to: Model): Promise<number> => {
    const plan = await planOf(db.client, to)
    assert.deepEqual(plan.refused, [])
    await applyPlan(db.client, plan)
    const again = await planOf(db.client, to)
    assert.deepEqual([again.steps.map(s => s.sql), again.refused, again.notes], [[], [], []])
    return plan.steps.length
  }
  const rows = async (table: string, columns: readonly string[]): Promise<unknown> =>
    (await db.client.query(`select n${columns.map((c, i) => `, "${c}"::text as v${i}`).join('')} from ${table} order by n`)).rows

  it('apply, keep the values, and leave nothing to do', async () => {
    let steps = 0
    await fc.assert(fc.asyncProperty(change, async edit => {
      await db.clear()
      const [from, to] = [build(edit, false), build(edit, true)]
      await apply(from)
      const old = Object.values(from.entities['thing']!.fields).filter(f => !['id', 'n'].includes(f.name))
      for (const n of [0, 1]) {
        const values = old.map(f => kinds[edit.parts[names.indexOf(f.name)]!.kind]!.samples[n as 0 | 1])
        const texts = values.map((v, i) => (old[i]!.scalar === 'json' ? JSON.stringify(v) : old[i]!.scalar === 'bytes' ? Buffer.from(String(v), 'base64url') : v))
        await db.client.query(`insert into things (n${old.map(f => `, "${f.column}"`).join('')}) values (${n}${old.map((_, i) => `, $${i + 1}`).join('')})`, texts)
      }
      const columns = old.map(f => f.column), before = await rows('things', columns)
      steps += await apply(to)
      const table = to.entities['thing']!.table.name
      const moved = old.map(f => {
        const p = edit.parts[names.indexOf(f.name)]!
        return p.after === 'gone' ? `_dropped_${f.column}` : p.after === 'renamed' ? snake(`${f.name}New`) : f.column
      })
      assert.deepEqual(await rows(table, moved), before)
      // And back: what was put away returns; what was renamed is named back.
      const back = { ...from, entities: Object.fromEntries(Object.entries(from.entities).map(([name, e]) => [name, {
        ...e, table: { ...e.table, was: table === 'things' ? null : table },
        fields: Object.fromEntries(Object.entries(e.fields).map(([k, f]) => [k, edit.parts[names.indexOf(k)]?.after === 'renamed' ? { ...f, was: `${k}New` } : f])),
      }])) }
      const narrower = edit.parts.some(p => p.before && p.after === 'wide' && p.kind === 3)
      if (narrower) await assert.rejects(async () => applyPlan(db.client, await planOf(db.client, back)), /^Error: refused: .*is not changed under its values/)
      else {
        await apply(back)
        assert.deepEqual(await rows('things', columns), before)
      }
    }), { numRuns: server.endsWith('18') ? 25 : 12 })
    assert.ok(steps > 25)
  })
}))
