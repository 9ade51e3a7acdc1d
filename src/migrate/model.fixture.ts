// Models made by hand for the tests of migrations, so that they need no declaration.
import { databaseName, type Bounds, type Default, type EntityModel, type FieldModel, type Kind, type Model, type RelationModel } from '../model/index.ts'
import type { Scalar } from '../operation/index.ts'

const place = { file: '/app/shop.ts', line: 21 }
const scalars: Record<Kind, Scalar> = {
  id: 'uuid', uuid: 'uuid', text: 'text', integer: 'integer', bigint: 'bigint', number: 'number', decimal: 'decimal', money: 'decimal', boolean: 'boolean', timestamp: 'timestamp', date: 'date',
  time: 'time', duration: 'duration', json: 'json', choice: 'text', email: 'text', url: 'text', slug: 'text', bytes: 'bytes', secret: 'text', range: 'text',
}
export const snake = (name: string): string => name.replace(/\./g, '_').replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()

type FieldOptions = Partial<FieldModel> & { bounds?: Bounds; default?: Default | null }
export const field = (name: string, kind: Kind, more: FieldOptions = {}): FieldModel => ({
  name, column: snake(name), kind, scalar: scalars[kind], list: false, optional: false, default: null, fixed: false, by: null, hidden: false, searchable: false, generated: null, reference: null,
  bounds: {}, was: null, about: null, place, ...more,
})
export const value = (v: Default extends infer D ? (D extends { kind: 'value'; value: infer V } ? V : never) : never): Default => ({ kind: 'value', value: v })

interface EntityOptions {
  title?: string; table?: string; schema?: string; was?: string; about?: string; key?: string[]; hidden?: boolean; whole?: string
  uniques?: string[][]; indexes?: { fields: string[]; method?: 'btree' | 'gin' | 'search' }[]
  refs?: Record<string, { target: string; on: [local: string, foreign: string][] }>
}
export const idField = field('id', 'id', { generated: 'key', fixed: true })

/** An entity of these fields; `refs` are its owner relations. */
export function entity(name: string, fields: FieldModel[], options: EntityOptions = {}): EntityModel {
  const table = options.table ?? `${snake(name)}s`
  const relation = (relationName: string, { target, on }: { target: string; on: [string, string][] }): RelationModel => ({
    name: relationName, target, one: true, owner: true, optional: fields.find(f => f.name === on[0]?.[0])?.optional ?? false, on: on.map(([local, foreign]) => ({ local, foreign })), through: null,
    owned: false, inverse: `~${name}.${relationName}`, hidden: false, fixed: false, by: null, about: null, place,
  })
  const searched = fields.filter(f => f.searchable).map(f => ({ fields: [f.name], method: 'search' as const }))
  const leading = [options.key ?? ['id'], ...(options.indexes ?? []).map(i => i.fields)]
  const referring = Object.values(options.refs ?? {}).map(r => ({ fields: r.on.map(([local]) => local), method: 'btree' as const })).filter(r => !leading.some(l => r.fields.every((f, i) => l[i] === f)))
  return {
    name, title: options.title ?? name.charAt(0).toUpperCase() + name.slice(1), path: table, about: options.about ?? null, hidden: options.hidden ?? false,
    table: { schema: options.schema ?? null, name: table, was: options.was ?? null }, key: options.key ?? ['id'], fields: Object.fromEntries(fields.map(f => [f.name, f])),
    relations: Object.fromEntries(Object.entries(options.refs ?? {}).map(([n, r]) => [n, relation(n, r)])),
    uniques: (options.uniques ?? []).map(u => ({ name: databaseName(table, ...u.map(snake), 'key'), fields: u })),
    // As compile does: searchable fields and references have one.
    indexes: [...(options.indexes ?? []), ...searched, ...referring].map(({ fields: names, method = 'btree' }) => ({
      name: databaseName(table, ...names.map(n => snake(n.replace('-', ''))), method === 'btree' ? 'idx' : method), method,
      fields: names.map(n => ({ name: n.replace('-', ''), dir: n.startsWith('-') ? 'desc' as const : 'asc' as const })),
    })),
    version: null, whole: options.whole ?? null, rules: [], page: { size: 20, max: 100 }, place,
  }
}

export const model = (entities: EntityModel[], name = 'shop'): Model => ({ name, entities: Object.fromEntries(entities.map(e => [e.name, e])), callers: {}, roles: [] })

/** Products alone, with fields over or beside the usual ones. */
export const products = (...fields: FieldModel[]): EntityModel => entity('product', [idField, field('name', 'text'), ...fields])

const long = 'aVeryLongNameThatGoesOnAndOnUntilNoDatabaseWouldTakeItWithoutCuttingItShort'

/** Every field kind, every relation kind, odd names. */
export const rich: Model = model([
  entity('customer', [
    idField, field('createdAt', 'timestamp', { generated: 'createdAt' }), field('updatedAt', 'timestamp', { generated: 'updatedAt' }), field('version', 'integer', { generated: 'version' }),
    field('email', 'email', { bounds: { maxLength: 200 } }), field('name', 'text', { searchable: true, bounds: { minLength: 1, maxLength: 100 }, about: "What it's called, \\ 'really'" }),
    field('tags', 'text', { list: true, default: value(['a', 'b c', '"q"', '007', 'NULL', '\\']), bounds: { maxItems: 10, choices: ['a', 'b c', '"q"', '007', 'NULL', '\\'] } }),
    field('scores', 'decimal', { list: true, default: value(['1.50', '-2']), bounds: { min: '-5', max: '5.5', minItems: 0 } }), field('password', 'secret', { optional: true, hidden: true }),
  ], { uniques: [['email']], about: "Who buys: 'them'", indexes: [{ fields: ['tags'], method: 'gin' }] }),
  entity('order', [
    idField, field('customerId', 'id', { reference: 'customer', optional: true }), field('status', 'choice', { bounds: { choices: ['open', 'paid', "it's"] }, default: value('open') }),
    field('placedAt', 'timestamp', { default: { kind: 'now' } }), field('user', 'text', { optional: true }), field('select', 'integer', { default: value(-5), bounds: { min: -5, max: 10 } }),
    field('day', 'date', { default: { kind: 'now' }, bounds: { min: '2000-01-01' } }), field('at', 'time', { default: value('09:30:00') }), field('took', 'duration', { default: value('P1DT2H') }),
    field('since', 'timestamp', { default: value('2020-01-02T03:04:05.678+00:00'), bounds: { max: '2100-01-01T00:00:00+00:00' } }),
    field('price', 'money', { bounds: { precision: 12, scale: 2, currency: 'EUR', min: '0' }, default: value('12.50') }), field('factor', 'number', { default: value(1.5), bounds: { min: -1.5, max: 1e21 } }),
    field('big', 'bigint', { default: value('-9007199254740993'), bounds: { min: '-9007199254740993' } }), field('exact', 'decimal', { default: value('-0.10') }), field('open', 'boolean', { default: value(true) }),
    field('extra', 'json', { default: value({ b: [1, 'x'], a: null }) }), field('blob', 'bytes', { default: value('AP9c'), bounds: { maxLength: 1000 } }), field('ref', 'uuid', { default: value('0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b') }),
    field('code', 'text', { default: value('007'), bounds: { choices: ['007', '7', '7.0'] } }), field('quoted', 'text', { default: value("a'b\\c::text") }), field('parentId', 'id', { reference: 'parent', optional: true }),
    field('natural', 'text', { bounds: { collation: 'POSIX' } }),
  ], {
    table: 'order', refs: { customer: { target: 'customer', on: [['customerId', 'id']] }, parent: { target: 'order', on: [['parentId', 'id']] } },
    indexes: [{ fields: ['customerId', '-placedAt'] }, { fields: ['-status', 'day'] }],
  }),
  entity('detail', [
    field('orderId', 'id', { reference: 'order' }), field('line', 'integer'), field('quantity', 'integer', { bounds: { min: 1 } }),
  ], { key: ['orderId', 'line'], whole: 'order', refs: { order: { target: 'order', on: [['orderId', 'id']] } } }),
  entity('remark', [
    field('number', 'integer', { generated: 'identity' }), field('detail.orderId', 'id', { reference: 'detail' }), field('detail.line', 'integer', { reference: 'detail' }), field('text', 'text'),
  ], { key: ['number'], refs: { detail: { target: 'detail', on: [['detail.orderId', 'orderId'], ['detail.line', 'line']] } }, uniques: [['detail.line', 'text']] }),
  entity('tag', [field('slug', 'slug'), field(long, 'integer', { optional: true, column: snake(long).slice(0, 63), bounds: { min: 0 } }), field(`${long}Too`, 'text', { optional: true, searchable: true, column: 'odd "name" é' })],
    { key: ['slug'], table: 'Tägs "quoted"', schema: 'Other Schema', indexes: [{ fields: [long] }] }),
  entity('orderTag', [field('orderId', 'id', { reference: 'order' }), field('tagId', 'slug', { reference: 'tag' })],
    { key: ['orderId', 'tagId'], hidden: true, refs: { order: { target: 'order', on: [['orderId', 'id']] }, tag: { target: 'tag', on: [['tagId', 'slug']] } } }),
])
