// A small world for the tests of compilation: every scalar and every kind of relation, its tables, its rows, and what reads it both ways.
import assert from 'node:assert/strict'
import type { EntityModel, FieldModel, Kind, Model, RelationModel } from '../../../model/index.ts'
import type { Read, Scalar, Value } from '../../../operation/index.ts'
import { testServer, olderServer } from '../../../../test/server.ts'
import { Authorized, authorizeKey } from '../../authorized.ts'
import { memoryStore } from '../../memory/index.ts'
import type { Fetched } from '../../store.ts'
import { ident, join, sql } from '../../sql/index.ts'
import { connect, type Connections } from '../connections/index.ts'
import { compileRead, encode, tableOf, typeOf } from './index.ts'

const place = { file: 'world.ts', line: 1 }
const scalars: Record<Kind, Scalar> = {
  id: 'uuid', uuid: 'uuid', text: 'text', integer: 'integer', bigint: 'bigint', number: 'number', decimal: 'decimal', money: 'decimal', boolean: 'boolean',
  timestamp: 'timestamp', date: 'date', time: 'time', duration: 'duration', json: 'json', choice: 'text', email: 'text', url: 'text', slug: 'text', bytes: 'bytes', secret: 'text', range: 'text',
}
const snake = (name: string): string => name.replace(/\./g, '_').replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()

const field = (name: string, kind: Kind, more: Partial<FieldModel> = {}): FieldModel => ({
  name, column: snake(name), kind, scalar: scalars[kind], list: false, optional: false, default: null, fixed: false, by: null, hidden: false, searchable: false,
  generated: null, reference: null, bounds: {}, was: null, about: null, place, ...more,
})
const maybe = { optional: true }

interface Relating { target: string; on: [string, string][]; one?: true; owner?: true; optional?: true; through?: { entity: string; near: string; far: string }; owned?: true; inverse: string }
const entity = (name: string, fields: FieldModel[], relations: Record<string, Relating>, more: {
  key?: string[]; uniques?: string[][]; indexes?: string[][]; search?: string[]; gin?: string[]; version?: string; whole?: string; hidden?: true } = {}): EntityModel => ({
  name, title: name, path: `${name}s`, about: null, hidden: more.hidden ?? false, table: { schema: null, name: `${snake(name)}s`, was: null }, key: more.key ?? ['id'],
  fields: Object.fromEntries(fields.map(f => [f.name, f])),
  relations: Object.fromEntries(Object.entries(relations).map(([n, r]): [string, RelationModel] => [n, {
    name: n, target: r.target, one: r.one ?? false, owner: r.owner ?? false, optional: r.optional ?? false, on: r.on.map(([local, foreign]) => ({ local, foreign })),
    through: r.through ?? null, owned: r.owned ?? false, inverse: r.inverse, hidden: false, fixed: false, by: null, about: null, place,
  }])),
  uniques: (more.uniques ?? []).map((u, i) => ({ name: `${name}_u${i}`, fields: u })),
  indexes: [
    ...(more.indexes ?? []).map((f, i) => ({ name: `${snake(name)}_i${i}`, method: 'btree' as const, fields: f.map(n => ({ name: n.replace('-', ''), dir: n.startsWith('-') ? 'desc' as const : 'asc' as const })) })),
    ...(more.search ?? []).map((f, i) => ({ name: `${snake(name)}_s${i}`, method: 'search' as const, fields: [{ name: f, dir: 'asc' as const }] })),
    ...(more.gin ?? []).map((f, i) => ({ name: `${snake(name)}_g${i}`, method: 'gin' as const, fields: [{ name: f, dir: 'asc' as const }] })),
  ],
  version: more.version ?? null, whole: more.whole ?? null, rules: [], page: { size: 20, max: 100 }, place,
})

const every: Kind[] = ['uuid', 'text', 'integer', 'bigint', 'number', 'decimal', 'boolean', 'timestamp', 'date', 'time', 'duration', 'json', 'bytes']
const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1)

const entities: readonly EntityModel[] = [
  entity('person', [field('id', 'id'), field('name', 'text'), field('age', 'integer', maybe), field('nick', 'text', maybe), field('managerId', 'id', { ...maybe, reference: 'manager' })], {
    manager: { target: 'person', on: [['managerId', 'id']], one: true, owner: true, optional: true, inverse: 'reports' },
    reports: { target: 'person', on: [['id', 'managerId']], inverse: 'manager' },
    posts: { target: 'post', on: [['id', 'authorId']], inverse: 'author' },
    profile: { target: 'profile', on: [['id', 'personId']], one: true, optional: true, inverse: 'person' },
  }, { indexes: [['name'], ['managerId']] }),
  entity('profile', [field('id', 'id'), field('personId', 'id', { reference: 'person' }), field('bio', 'text', maybe)], {
    person: { target: 'person', on: [['personId', 'id']], one: true, owner: true, inverse: 'profile' },
  }, { uniques: [['personId']] }),
  entity('post', [
    field('id', 'id'), field('title', 'text'), field('body', 'text', maybe), field('status', 'choice'), field('rating', 'integer', maybe), field('price', 'money', maybe),
    field('authorId', 'id', { reference: 'author' }), field('createdAt', 'timestamp'), field('version', 'integer', { generated: 'version' }),
  ], {
    author: { target: 'person', on: [['authorId', 'id']], one: true, owner: true, inverse: 'posts' },
    comments: { target: 'comment', on: [['id', 'postId']], owned: true, inverse: 'post' },
    tags: { target: 'tag', on: [['id', 'postId']], through: { entity: 'postTag', near: 'post', far: 'tag' }, inverse: 'posts' },
  }, { version: 'version', indexes: [['authorId', '-createdAt', '-id'], ['title'], ['status', '-rating', 'id']], search: ['body'] }),
  entity('comment', [field('id', 'id'), field('postId', 'id', { reference: 'post' }), field('authorId', 'id', { ...maybe, reference: 'author' }), field('text', 'text')], {
    post: { target: 'post', on: [['postId', 'id']], one: true, owner: true, inverse: 'comments' },
    author: { target: 'person', on: [['authorId', 'id']], one: true, owner: true, optional: true, inverse: '~comment.author' },
  }, { whole: 'post', indexes: [['postId'], ['authorId']] }),
  entity('tag', [field('id', 'id'), field('label', 'text')], {
    posts: { target: 'post', on: [['id', 'tagId']], through: { entity: 'postTag', near: 'tag', far: 'post' }, inverse: 'tags' },
  }),
  entity('postTag', [field('postId', 'id', { reference: 'post' }), field('tagId', 'id', { reference: 'tag' })], {
    post: { target: 'post', on: [['postId', 'id']], one: true, owner: true, inverse: '~postTag.post' },
    tag: { target: 'tag', on: [['tagId', 'id']], one: true, owner: true, inverse: '~postTag.tag' },
  }, { key: ['postId', 'tagId'], hidden: true, indexes: [['tagId']] }),
  entity('seat', [field('row', 'text'), field('number', 'integer'), field('label', 'text')], {
    bookings: { target: 'booking', on: [['row', 'seat.row'], ['number', 'seat.number']], inverse: 'seat' },
  }, { key: ['row', 'number'] }),
  entity('booking', [field('id', 'integer'), field('seat.row', 'text', { ...maybe, reference: 'seat' }), field('seat.number', 'integer', { ...maybe, reference: 'seat' }), field('guest', 'text')], {
    seat: { target: 'seat', on: [['seat.row', 'row'], ['seat.number', 'number']], one: true, owner: true, optional: true, inverse: 'bookings' },
  }),
  entity('thing', [
    field('id', 'id'), ...every.map(k => field(`a${capital(k)}`, k)), ...every.map(k => field(`b${capital(k)}`, k, maybe)), ...every.map(k => field(`c${capital(k)}`, k, { ...maybe, list: true })),
    field('natural', 'text', { bounds: { collation: 'POSIX' } }),
  ], {}, { gin: ['cText'] }),
  entity('wide', [field('id', 'integer'), ...Array.from({ length: 119 }, (_, i) => field(`field${i}`, i % 2 ? 'text' : 'decimal', i % 7 ? {} : maybe))], {}),
]
export const world: Model = { name: 'world', entities: Object.fromEntries(entities.map(e => [e.name, e])), callers: {}, roles: [] }

/** The tables, as the schema of this model has them. */
const ddl = (): string => entities.map(e => {
  const columns = Object.values(e.fields).map(f => sql`${ident(f.column)} ${typeOf(f.scalar)}`.text + (f.list ? '[]' : '') + (f.scalar === 'text' ? ` collate "${f.bounds.collation ?? 'C'}"` : '') + (f.optional ? '' : ' not null'))
  const named = (names: readonly string[]) => join(names.map(n => ident(e.fields[n]!.column))).text
  return [
    `create table ${tableOf(e).text} (${columns.join(', ')}, primary key (${named(e.key)})${e.uniques.map(u => `, unique (${named(u.fields)})`).join('')})`,
    ...e.indexes.map(i => {
      const of = i.fields.map(f => (i.method === 'search' ? `to_tsvector('simple'::regconfig, ${named([f.name])})` : named([f.name]) + (f.dir === 'desc' ? ' desc' : '')))
      return `create index ${i.name} on ${tableOf(e).text} using ${i.method === 'btree' ? 'btree' : 'gin'} (${of.join(', ')})`
    }),
  ].join('; ')
}).join('; ')

export type Rows = Record<string, readonly Readonly<Record<string, Value>>[]>
export const uuid = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

/** Small, with every null and every empty list there can be. */
export const rows: Rows = {
  person: ['Ann', 'Bob', 'Ågot', 'Δημήτρης', '𝒵oe', 'ann'].map((name, i) => ({
    id: uuid(i + 1), name, age: i % 3 ? 20 + i : null, nick: i % 2 ? name.slice(0, 2) : null, managerId: i === 0 ? null : i === 5 ? null : uuid(Math.ceil(i / 2)),
  })),
  profile: [1, 2, 4].map(i => ({ id: uuid(50 + i), personId: uuid(i), bio: i === 2 ? null : `bio of ${i}` })),
  post: Array.from({ length: 24 }, (_, i) => ({
    id: uuid(100 + i), title: `${['Intro', 'Into', 'intro', 'Zebra'][i % 4]} ${i}`, body: i % 5 ? `the quick ${i % 2 ? 'brown' : 'red'} fox ${i}` : null, status: ['draft', 'open', 'done'][i % 3] ?? 'open',
    rating: i % 4 ? i % 6 : null, price: i % 3 ? `${i}.50` : null, authorId: uuid(1 + (i % 5)), createdAt: `2026-11-${String(1 + (i % 7)).padStart(2, '0')}T09:30:00.12345${i % 10 || 1}+00:00`, version: 1 + i,
  })),
  comment: Array.from({ length: 40 }, (_, i) => ({ id: uuid(200 + i), postId: uuid(100 + ((i * i) % 17)), authorId: i % 4 ? uuid(1 + (i % 6)) : null, text: `c${i % 9}` })),
  tag: ['sql', 'json', 'rare'].map((label, i) => ({ id: uuid(300 + i), label })),
  postTag: Array.from({ length: 20 }, (_, i) => ({ postId: uuid(100 + i), tagId: uuid(300 + (i % 2)) })).concat([{ postId: uuid(103), tagId: uuid(302) }, { postId: uuid(103), tagId: uuid(300) }]),
  seat: [{ row: 'A', number: 1, label: 'window' }, { row: 'A', number: 2, label: 'aisle' }, { row: 'B', number: 1, label: 'door' }],
  booking: [{ id: 1, 'seat.row': 'A', 'seat.number': 1, guest: 'x' }, { id: 2, 'seat.row': null, 'seat.number': null, guest: 'y' }, { id: 3, 'seat.row': 'A', 'seat.number': 1, guest: 'z' }, { id: 4, 'seat.row': 'B', 'seat.number': 1, guest: 'x' }],
  thing: [
    thing(1, {}), thing(2, { all: true }),
    thing(3, { all: true, aText: "O'Brien \\ \"q\" {a,b} NULL \u{10ffff}", aBigint: '-9007199254740993', aDecimal: '12345678901234567890.123456789', aNumber: 1e21, aBytes: '__79', aTimestamp: '0044-03-15T12:00:00+00:00' }),
  ],
  wide: [1, 2].map(id => ({ id, ...Object.fromEntries(Array.from({ length: 119 }, (_, i) => [`field${i}`, i % 7 === 0 && id === 2 ? null : i % 2 ? `t${i}` : `${i}.5`])) })),
}

function thing(n: number, { all = false, ...more }: Record<string, Value | boolean>): Record<string, Value> {
  const of: Record<string, Value> = {
    Uuid: uuid(n), Text: `text ${n}`, Integer: n, Bigint: `900719925474099${n}`, Number: n / 3, Decimal: `${n}.10`, Boolean: n % 2 === 0, Timestamp: `2026-11-2${n}T01:02:03.4567+00:00`, Date: `2026-01-0${n}`,
    Time: `10:00:0${n}.5`, Duration: `P${n}DT2H`, Json: { n, list: [1, 'x', null], deep: { a: true } }, Bytes: Buffer.from([n, 255, 254, 62, 63]).toString('base64url'),
  }
  const named = Object.entries(of).flatMap(([k, v]) => [[`a${k}`, v], ...(all ? [[`b${k}`, v], [`c${k}`, [v, v]]] : [])] as [string, Value][])
  return { id: uuid(400 + n), natural: `n${n}`, ...Object.fromEntries(named), ...(all ? { cText: ['a', 'b "q"', 'c,d', `t${n}`] } : {}), ...more } as Record<string, Value>
}

export interface World {
  readonly connections: Connections
  readonly query: (text: string, values?: readonly (string | null)[]) => Promise<(string | null)[][]>
  readonly load: (rows: Rows) => Promise<void>
  /** Runs an operation on the database. */
  readonly read: (read: Read, values?: readonly Value[]) => Promise<Fetched>
  readonly end: () => Promise<void>
}

export const soon = () => ({ deadline: performance.now() + 30_000 })
export const authorized = <R extends Read>(read: R): Authorized<R> => new Authorized(authorizeKey, read, [])
export const textOf = (body: Fetched['body']): string => (body === null ? 'null' : Buffer.from(body).toString('utf8'))

/** The world in a database of its own, on the current server or on the oldest. */
export async function worldOn(server: 'current' | 'older', given: Rows = rows): Promise<World> {
  const database = await (await (server === 'current' ? testServer() : olderServer())).freshDatabase()
  const connections = await connect(database.config)
  const query = async (text: string, values: readonly (string | null)[] = []) => {
    const found = await connections.run({ text, parameters: () => values, lane: 'own', plan: 'custom' }, [], soon())
    return found.map(r => r.map(c => (c === null ? null : Buffer.from(c).toString('utf8'))))
  }
  const load = async (given: Rows): Promise<void> => {
    for (const [name, of] of Object.entries(given)) {
      const e = world.entities[name]!
      if (of.length === 0) continue
      const fields = Object.values(e.fields)
      const lines = of.map((_, r) => `(${fields.map((f, i) => `$${r * fields.length + i + 1}::${typeOf(f.scalar).text}${f.list ? '[]' : ''}`).join(', ')})`)
      await query(`insert into ${tableOf(e).text} (${fields.map(f => ident(f.column).text).join(', ')}) values ${lines.join(', ')}`, of.flatMap(row => fields.map(f => encode(row[f.name] ?? null, f.scalar, f.list))))
    }
  }
  await query(`do $$ begin ${ddl()}; end $$`)
  await load(given)
  return {
    connections, query, load,
    read: async (read, values = []) => {
      const compiled = compileRead(authorized(read), world, connections.server)
      const fetched = compiled.decode(await connections.run(compiled.statement, values, soon()))
      return compiled.estimate ? { ...fetched, total: compiled.estimate.decode(await connections.run(compiled.estimate.statement, values, soon())) } : fetched
    },
    end: async () => { await connections.close(); await database.drop() },
  }
}

/** The same read in memory: what it means. */
export async function oracle(read: Read, values: readonly Value[] = [], given: Rows = rows): Promise<Fetched> {
  const store = memoryStore(world)
  store.load(given)
  return store.read(authorized(read), values, soon())
}

export const plain = (f: Fetched): unknown => ({ ...f, body: JSON.parse(textOf(f.body)) as unknown })

/** The database answers as memory does. */
export async function same(w: World, read: Read, values: readonly Value[] = []): Promise<Fetched> {
  const found = await w.read(read, values)
  assert.deepEqual(plain(found), plain(await oracle(read, values)))
  return found
}
