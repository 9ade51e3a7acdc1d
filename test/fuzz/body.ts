// Bodies of every verb as text: right, wrong, missing, too deep, too large, duplicated, unknown, and what no JSON library would write.
import type { EntityModel, FieldModel, Model } from '../../src/model/index.ts'
import { rows } from '../../src/testkit/index.ts'
import { fieldsOf, filter, relationsOf } from './address.ts'
import type { Draw } from './draw.ts'
import { hostile, jsonOf } from './values.ts'

const member = (name: string, value: string): string => `${JSON.stringify(name)}:${value}`

/** The key of a row that is there, for the field of a reference. */
function known(d: Draw, model: Model, e: EntityModel, f: FieldModel): string | null {
  const on = Object.values(e.relations).find(r => r.owner && r.on.some(o => o.local === f.name))
  const value = on === undefined ? undefined : d.of(rows[on.target] ?? [{}])[on.on.find(o => o.local === f.name)?.foreign ?? '']
  return value === undefined ? null : JSON.stringify(value)
}

/** A row as POST, PATCH and PUT take it, nested rows and links included. */
export function row(d: Draw, model: Model, e: EntityModel, verb: 'create' | 'update' | 'replace', depth = 0): string {
  const members: string[] = []
  const composite = new Map<string, string[]>()
  for (const f of fieldsOf(e)) {
    const needed = verb !== 'update' && !f.optional && f.default === null && f.generated === null
    const made = f.generated !== null || f.fixed
    // Fields beyond count of a wide row seldom, or its bodies say nothing else.
    if (!d.chance(needed ? 94 : made ? 6 : fieldsOf(e).length > 30 ? 4 : 25)) continue
    const [base = '', part] = f.name.split('.')
    const value = d.chance(75) ? known(d, model, e, f) ?? jsonOf(d, f) : jsonOf(d, f)
    if (part !== undefined) composite.set(base, [...composite.get(base) ?? [], member(part, value)])
    else members.push(member(f.name, value))
  }
  for (const [name, parts] of composite) members.push(member(name, d.but(8, () => 'null', () => `{${parts.join(',')}}`)))
  for (const r of relationsOf(e)) {
    if (!d.chance(depth === 0 ? 14 : depth < 4 ? 6 : 0)) continue
    const target = model.entities[r.target] as EntityModel
    const deep = (): string => row(d, model, target, 'create', depth + 1)
    const by = (): string => { const f = d.of(fieldsOf(target)); return `{${d.but(5, () => '', () => member(f.name, jsonOf(d, f)))}}` }
    const one = (): string => d.any(deep, () => `{"connect":${by()}}`, () => `{"connect":${by()}}`, () => `{"create":${deep()}}`, () => d.of(['{"disconnect":true}', '{"delete":true}', '{"update":{}}', '{"connect":null}', '{"connect":[]}', '{}', 'null', '[]', '"x"', '{"connect":{},"create":{}}']))
    members.push(member(r.name, r.one ? one() : d.but(10, one, () => `[${Array.from({ length: d.nat(3) }, one).join(',')}]`)))
  }
  if (d.chance(8)) members.push(member(d.any(() => d.of(hostile), () => 'nmae', () => 'id', () => '~member', () => 'version', () => 'createdAt', () => 'salary', () => 'password', () => ''), jsonOf(d, null)))
  if (d.chance(3) && members.length > 0) members.push(d.of(members))
  if (d.chance(1)) members.push('"__proto__":{"status":"locked"}')
  return `{${members.join(',')}}`
}

/** The body of `POST …/query`. */
function long(d: Draw, model: Model, e: EntityModel, cursor: string | null): string {
  const members: string[] = []
  const tree = (): string => {
    const [path, value] = filter(d, model, e, 0)
    let raw = value
    try { raw = decodeURIComponent(value) } catch { /* as it is */ }
    const leaf = d.any(() => JSON.stringify(raw), () => JSON.stringify(raw), () => `[${JSON.stringify(raw)}]`, () => jsonOf(d, null))
    const names = [...path.matchAll(/\[([^[\]]*)\]/g)].map(m => m[1] ?? '')
    return names.reduceRight((inside, name) => (/^\d+$/.test(name) ? `[${inside}]` : `{${member(name, /^(true|false)$/.test(raw) && name === 'null' ? raw : inside)}}`), names.at(-1) === 'null' && /^(true|false)$/.test(raw) ? raw : leaf)
  }
  const names = (): string => d.any(() => JSON.stringify(d.of(fieldsOf(e)).name), () => JSON.stringify([d.of(fieldsOf(e)).name]), () => jsonOf(d, null))
  if (d.chance(75)) members.push(member('filter', d.but(8, () => jsonOf(d, null), tree)))
  if (d.chance(30)) members.push(member('sort', names()))
  if (d.chance(25)) members.push(member('fields', names()))
  const relations = relationsOf(e)
  if (d.chance(30) && relations.length > 0) {
    const r = d.of(relations)
    members.push(member('include', d.any(() => JSON.stringify([r.name]), () => `{${member(r.name, 'true')}}`, () => `{${member(r.name, long(d, model, model.entities[r.target] as EntityModel, null))}}`, () => jsonOf(d, null))))
  }
  if (d.chance(30)) members.push(member('page', d.any(() => '{"size":2}', () => '{"size":0}', () => '{"size":"2"}', () => '{"number":2}', () => '{"after":"x"}', () => '{"after":1,"before":2}', () => jsonOf(d, null), () => `{"size":1${cursor === null ? '' : `,"after":${JSON.stringify(cursor)}`}}`)))
  if (d.chance(12)) members.push(member('count', d.of(['"exact"', '"estimate"', '"x"', '1'])))
  if (d.chance(4)) members.push(member(d.of(hostile), '1'))
  return `{${members.join(',')}}`
}

/** What stands for a body that no row is: nothing, not JSON, not UTF-8, too deep, too large. */
const broken = (d: Draw): string | Buffer => d.any<string | Buffer>(
  () => '', () => ' ', () => '{', () => '{"a":}', () => "{'a':1}", () => '{"a":1,}', () => 'null', () => '[]', () => '[null]', () => '[{}]', () => '[[{}]]', () => '1', () => '"x"', () => 'true', () => '\ufeff{}', () => '{} {}', () => 'NaN',
  () => '['.repeat(70), () => `${'['.repeat(70)}${']'.repeat(70)}`, () => `${'{"a":'.repeat(63)}1${'}'.repeat(63)}`, () => `${'[{"not":'.repeat(5000)}`, () => Buffer.from([0xff, 0xfe, 0x7b, 0x7d]), () => Buffer.from('{"a":"\xff"}', 'latin1'), () => Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
  () => `{"a":"${'x'.repeat(1_100_000)}"}`, () => `[${Array.from({ length: 3000 }, () => '{}').join(',')}]`, () => `{"title":"${'\\u0041'.repeat(5000)}"}`, () => '{"a":1}\0', () => `{"${'k'.repeat(5000)}":1}`, () => `{${Array.from({ length: 3000 }, (_, i) => `"k${i}":1`).join(',')}}`)

export function body(d: Draw, model: Model, e: EntityModel, what: 'create' | 'update' | 'replace' | 'query', cursor: string | null): string | Buffer {
  return d.but(7, () => broken(d), () => {
    if (what === 'query') return long(d, model, e, cursor)
    if (what === 'create' && d.chance(10)) return `[${Array.from({ length: d.nat(5) }, () => row(d, model, e, what)).join(',')}]`
    return row(d, model, e, what)
  })
}
