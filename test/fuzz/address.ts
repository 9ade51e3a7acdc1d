// Addresses: every kind of path, every parameter of the query string, nested, repeated, contradicting and broken.
import type { EntityModel, FieldModel, Model, RelationModel } from '../../src/model/index.ts'
import { operatorsOf } from '../../src/model/index.ts'
import { rows } from '../../src/testkit/index.ts'
import type { Draw } from './draw.ts'
import { hostile, textOf } from './values.ts'

export interface Address {
  readonly kind: 'collection' | 'one' | 'related' | 'aggregate' | 'query' | 'elsewhere'
  readonly entity: EntityModel
  readonly path: string
}

const operators = ['eq', 'not', 'in', 'lt', 'lte', 'gt', 'gte', 'null', 'contains', 'containsi', 'startsWith', 'startsWithi', 'endsWith', 'endsWithi', 'has', 'search', 'some', 'or', 'and', 'ne', 'like', '__proto__', '']
export const fieldsOf = (e: EntityModel): readonly FieldModel[] => Object.values(e.fields)
export const relationsOf = (e: EntityModel): readonly RelationModel[] => Object.values(e.relations)
/** What may be named by callers; the rest seldom. */
const sayable = (d: Draw, e: EntityModel): readonly FieldModel[] => (d.chance(4) ? fieldsOf(e) : fieldsOf(e).filter(f => !f.hidden && !f.name.includes('.')))
const crossable = (d: Draw, e: EntityModel): readonly RelationModel[] => (d.chance(3) ? relationsOf(e) : relationsOf(e).filter(r => !r.hidden))
const targetOf = (model: Model, r: RelationModel): EntityModel => model.entities[r.target] as EntityModel

/** Entities, the rich ones oftener. */
export function entityOf(d: Draw, model: Model): EntityModel {
  const all = Object.values(model.entities).filter(e => !e.hidden)
  const rich = all.filter(e => relationsOf(e).length > 0 || fieldsOf(e).length > 10)
  return d.of(d.chance(80) ? rich : all)
}

/** Text percent-encoded, too little or too much now and then. */
export const escaped = (d: Draw, text: string): string => {
  const usual = (): string => { try { return encodeURIComponent(text) } catch { return '%ed%a0%80' } }
  return d.but(5, () => d.any(() => Buffer.from(text).toString('latin1').replace(/[\s#&]/g, '+'), () => `${usual()}%`, () => usual().replaceAll('%', '%25'), () => '%ff', () => '%ed%a0%80', () => '%00', () => `${usual()}%00`, () => '%c0%af'), usual)
}

export function keyText(d: Draw, e: EntityModel): string {
  const there = d.of(rows[e.name] ?? [{}])
  const real = d.chance(75)
  const parts = e.key.map(name => escaped(d, real && (typeof there[name] === 'string' || typeof there[name] === 'number') ? String(there[name]) : textOf(d, e.fields[name] ?? null)))
  return d.but(5, () => d.any(() => [...parts, 'x'].join(','), () => parts.slice(1).join(','), () => parts.join('%2C'), () => ',', () => '', () => '.', () => '..', () => escaped(d, d.of(hostile))), () => parts.join(','))
}

/** `among`: entities whose rows can be written, where one is to be. */
export function address(d: Draw, model: Model, among: readonly string[] = []): Address {
  const entity = among.length > 0 ? model.entities[d.of(among)] ?? entityOf(d, model) : entityOf(d, model)
  const at = `/api/${entity.path}`
  const lists = crossable(d, entity).filter(r => !r.one)
  const kind = among.length > 0 ? d.of(['collection', 'one'] as const) : d.of(['collection', 'collection', 'collection', 'collection', 'one', 'one', 'one', 'one', 'related', 'aggregate', 'query', ...(d.chance(40) ? ['elsewhere'] as const : [])] as const)
  switch (kind) {
    case 'collection': return { kind, entity, path: at }
    case 'aggregate': case 'query': return { kind, entity, path: `${at}/${kind}` }
    case 'one': return { kind, entity, path: `${at}/${keyText(d, entity)}` }
    case 'related': return { kind, entity, path: `${at}/${keyText(d, entity)}/${d.but(15, () => escaped(d, d.of(hostile)), () => (lists.length > 0 ? d.of(lists).name : 'nothing'))}` }
    case 'elsewhere': return {
      kind, entity, path: d.any(() => '/', () => '/api', () => '/api/', () => `${at}/`, () => `${at}//`, () => `/api/${escaped(d, d.of(hostile))}`, () => `${at}/a/b/c/d`, () => `/API/${entity.path}`, () => '/health', () => '/ready', () => '/dev/as',
        () => '/api/../../etc/passwd', () => `/api/./${entity.path}`, () => `//${entity.path}`, () => `/api/${entity.name}`, () => `${at}/aggregate/x`, () => `${at};x=1`, () => `${at}?`, () => `/api/post-tags`, () => `/api/${'x'.repeat(d.nat(20_000))}`,
        () => '*', () => 'http://other.example/api/posts', () => `${at}#x`, () => `/api/%70osts`, () => '/api/%2e%2e/x', () => '/favicon.ico', () => '/openapi.json'),
    }
  }
}

/** One parameter: its name and its value, escaped. */
type Parameter = readonly [name: string, value: string]

/** Names of a list, mostly of those. */
const namesText = (d: Draw, from: readonly string[]): string =>
  d.but(4, () => escaped(d, d.any(() => d.of(hostile), () => '', () => ',', () => 'id,', () => 'id,id', () => '-', () => '--id', () => Array.from({ length: d.nat(300) }, (_, i) => `f${i + 1}`).join(','))),
    () => Array.from({ length: 1 + d.nat(3) }, () => (from.length > 0 ? d.of(from) : 'id')).join(','))

/** Brackets after `filter`, and the value: through relations, under `or`, `and`, `not`. */
export function filter(d: Draw, model: Model, e: EntityModel, depth: number): Parameter {
  const inner = (): Parameter => filter(d, model, e, depth + 1)
  const relations = crossable(d, e)
  const roll = d.nat(99)
  if (depth < 5 && roll < 8) { const [n, v] = inner(); return [`[${d.of(['or', 'and'])}][${d.but(8, () => d.of(['x', '00', '-1', '99999']), () => String(d.nat(2)))}]${n}`, v] }
  if (depth < 5 && roll < 14) { const [n, v] = inner(); return [`[not]${n}`, v] }
  if (depth < 5 && roll < 36 && relations.length > 0) {
    const r = d.of(relations)
    const [n, v] = filter(d, model, targetOf(model, r), depth + 1)
    return [d.but(6, () => `[${r.name}]${r.one ? '[some]' : ''}${n}`, () => `[${r.name}]${r.one ? '' : '[some]'}${n}`), v]
  }
  if (roll < 37) return [`[${escaped(d, d.of(hostile))}]`, escaped(d, d.of(hostile))]
  if (roll < 38) return [d.of(['', '[', ']', '[]', '[[id]]', '[id', '[id]x', '[id][', `[id]${'[not]'.repeat(40)}`, '[or]', '[not]', '[id][eq][eq]', '[__proto__]', '[or][0]', '[or][__proto__][id]']), '1']
  const f = d.of(d.chance(10) ? fieldsOf(e) : sayable(d, e))
  const mine = operatorsOf(f)
  const op = d.but(4, () => d.of(operators), () => (mine.length > 0 ? d.of(mine) : 'eq'))
  const name = f.name.includes('.') ? f.name.split('.').map(x => `[${x}]`).join('') : `[${f.name}]`
  const value = op === 'null' ? d.but(10, () => d.of(['1', '', 'TRUE', 'null']), () => d.of(['true', 'false'])) : op === 'in' ? Array.from({ length: d.nat(4) }, () => textOf(d, f)).join(',') : textOf(d, f)
  return [op === 'eq' && d.chance(50) ? name : op === 'not' && d.chance(30) ? `${name}[not][${d.of(mine.length > 0 ? mine : ['eq'])}]` : `${name}[${op}]`, escaped(d, value)]
}

/** Paths to fields through to-one relations. */
function sortable(d: Draw, model: Model, e: EntityModel, depth = 0): string {
  const ones = crossable(d, e).filter(r => r.one)
  if (depth < 4 && ones.length > 0 && d.chance(25)) { const r = d.of(ones); return `${r.name}.${sortable(d, model, targetOf(model, r), depth + 1)}` }
  const able = sayable(d, e).filter(f => d.chance(3) || !(f.list || f.scalar === 'json' || f.scalar === 'duration'))
  return d.of(able.length > 0 ? able : fieldsOf(e)).name
}
const sortText = (d: Draw, model: Model, e: EntityModel): string => namesText(d, Array.from({ length: 3 }, () => `${d.chance(50) ? '-' : ''}${sortable(d, model, e)}`))

/** `list`: rows that can be filtered, sorted and paged; else one row. */
function rowsOf(d: Draw, model: Model, e: EntityModel, prefix: string, depth: number, list: boolean, into: Parameter[]): void {
  const at = (word: string): string => (prefix === '' ? word : `${prefix}[${word}]`)
  const many = d.but(3, () => !list, () => list)
  if (many) for (let n = d.nat(depth === 0 ? 2 : 1); n > 0; n--) { const [name, value] = filter(d, model, e, 0); into.push([`${at('filter')}${name}`, value]) }
  if (many && d.chance(35)) into.push([at('sort'), sortText(d, model, e)])
  if (d.chance(30)) into.push([at('fields'), namesText(d, sayable(d, e).map(f => f.name))])
  if (many && d.chance(depth === 0 ? 60 : 35)) into.push([`${at('page')}[size]`, d.but(12, () => d.of(['0', '-1', '101', '1e9', 'x', '', '1.5', '99999999999', '1,2']), () => String(1 + d.nat(4)))])
  const relations = crossable(d, e)
  if (depth < 4 && relations.length > 0 && d.chance(depth === 0 ? 45 : 50)) {
    const r = d.of(relations)
    into.push([at('include'), d.but(10, () => namesText(d, relations.map(x => x.name)), () => r.name)])
    if (d.chance(70)) rowsOf(d, model, targetOf(model, r), `${at('include')}[${r.name}]`, depth + 1, !r.one, into)
  }
}

const stray = (d: Draw): Parameter => d.of<Parameter>([
  ['filter', 'x'], ['filters[id]', '1'], ['sort[]', 'id'], ['page', '1'], ['page[after]', ''], ['page[after][x]', '1'], ['page[', '1'], ['include[]', 'x'], ['include[posts]', '1'], ['count', 'all'], ['', ''], ['=', '='], ['%', '%'], ['__proto__', '1'],
  ['filter[__proto__][admin]', '1'], ['constructor', 'x'], ['a%00b', '1'], ['filter[id]%00', '1'], ['search', 'x'], ['expect', '3'], ['q', 'x'], ['page[number]', '0'], ['page[number]', '999999999'], ['page[number]', '1e3'], ['fields[]', 'id'], ['include', 'a.b.c.d.e.f.g.h'],
  ['include', Array.from({ length: 40 }, () => 'a').join('.')], ['sort', 'manager.manager.manager.manager.manager.manager.name'],
])
const forged = ['', 'x', 'AAAA', 'eyJ2IjoxfQ', Buffer.from('[]').toString('base64url'), Buffer.from('{"__proto__":1}').toString('base64url'), Buffer.from('["x",[null]]').toString('base64url'), Buffer.from('[1,2,3]').toString('base64url'), '%00', 'null', '%F0%9F%A6%8A', 'A'.repeat(9000)]
const measures = (d: Draw, e: EntityModel): string => d.but(6, () => d.of(['count()', 'sum', 'sum(', 'sum(sum(id))', 'median(id)', 'count(id', 'x(y)', '', 'count,count']), () => d.of(['count', ...['sum', 'avg', 'min', 'max', 'countDistinct', 'count'].map(m => `${m}(${d.of(sayable(d, e)).name})`)]))

/** The query string of an address, without `?`; `cursor` follows an answer's page. */
export function query(d: Draw, model: Model, a: Address, writes: boolean, cursor: string | null): string {
  const all: Parameter[] = []
  const relation = a.kind === 'related' ? relationsOf(a.entity).find(r => r.name === a.path.split('/').at(-1)) : undefined
  const about = relation === undefined ? a.entity : targetOf(model, relation)
  const list = a.kind !== 'one' && !writes
  if (a.kind === 'aggregate') {
    for (let n = d.nat(2); n > 0; n--) { const [name, value] = filter(d, model, about, 0); all.push([`filter${name}`, value]) }
    const measured = Array.from({ length: 1 + d.nat(2) }, () => measures(d, about))
    const grouped = Array.from({ length: 1 + d.nat(1) }, () => d.of(sayable(d, about)).name)
    if (d.chance(92)) all.push(['measure', measured.join(',')])
    if (d.chance(65)) all.push(['group', d.but(8, () => namesText(d, []), () => grouped.join(','))])
    if (d.chance(35)) all.push(['sort', `${d.chance(50) ? '-' : ''}${d.of([...measured, ...grouped])}`])
    if (d.chance(20)) all.push(['page[size]', d.of(['1', '2', '100', '0', '101'])])
  } else rowsOf(d, model, about, '', 0, list, all)
  if (list && d.chance(10)) all.push(['count', d.of(['exact', 'estimate', 'exact', 'none'])])
  if (list && d.chance(4)) all.push(['page[number]', d.of(['1', '2', '1000', '20000000'])])
  if (list && d.chance(3)) all.push([`page[${d.of(['after', 'before'])}]`, d.of(forged)])
  if (d.chance(4)) all.push(stray(d))
  if (d.chance(1)) all.push(...d.some(all, 50))
  if (cursor !== null) all.push([`page[${d.but(15, () => 'before', () => 'after')}]`, cursor])
  if (d.chance(1)) all.push(...Array.from({ length: 100 + d.nat(500) }, (_, i): Parameter => [`filter[or][${i}][id]`, '1']))
  const text = all.map(([n, v]) => (v === '' && d.chance(30) ? n : `${n}=${v}`)).join('&')
  return d.but(2, () => d.any(() => `&&${text}&`, () => text.replaceAll('[', '%5B'), () => text.replaceAll('&', ';'), () => `${text}&${text}`, () => text.slice(0, d.nat(text.length)), () => `${text}?${text}`, () => `${text}&x=${'y'.repeat(d.nat(30_000))}`), () => text)
}
