// A small shop for the tests of writes: every kind of relation, keys of all sorts, parts of parts; a database of it, and sessions of the driver as connections.
import pg from 'pg'
import { olderServer, testServer } from '../../../../test/server.ts'
import { applyPlan, planOf } from '../../../migrate/index.ts'
import { field, idField, model as modelOf, entity, value } from '../../../migrate/model.fixture.ts'
import type { EntityModel, Model, RelationModel } from '../../../model/index.ts'
import type { Create, Mutation, Predicate, Selection, Update, Value } from '../../../operation/index.ts'
import { authorizeKey, Authorized } from '../../authorized.ts'
import type { Run, Written } from '../../store.ts'
import type { Server } from '../compile/index.ts'
import type { Connection, Statement } from '../statement.ts'
import { compileMutation, executeMutation, isSingle } from './index.ts'

type Options = NonNullable<Parameters<typeof entity>[2]>
const counted = [field('version', 'integer', { generated: 'version' }), field('updatedAt', 'timestamp', { generated: 'updatedAt' })]
const ref = (name: string, reference: string, more = {}) => field(name, 'id', { reference, ...more })
const back = (name: string, target: string, on: [string, string][], more: Partial<RelationModel> = {}): RelationModel => ({
  name, target, one: false, owner: false, optional: false, on: on.map(([local, foreign]) => ({ local, foreign })), through: null, owned: false, inverse: name, hidden: false, fixed: false, by: null,
  about: null, place: { file: '/app/shop.ts', line: 1 }, ...more,
})
const made = (name: string, fields: EntityModel['fields'][string][], options: Options & { version?: boolean; back?: RelationModel[] }): EntityModel => {
  const { back: others = [], version = true, ...rest } = options
  const of = entity(name, [...fields, ...(version ? counted : [])], rest)
  return { ...of, version: version ? 'version' : null, relations: { ...of.relations, ...Object.fromEntries(others.map(r => [r.name, r])) } }
}

export const shop: Model = modelOf([
  made('customer', [idField, field('email', 'email'), field('name', 'text'), field('secret', 'boolean', { default: value(false) }), field('regionId', 'integer', { reference: 'region', optional: true })],
    { uniques: [['email']], refs: { region: { target: 'region', on: [['regionId', 'id']] } }, back: [back('orders', 'order', [['id', 'customerId']])] }),
  made('region', [field('id', 'integer', { generated: 'identity' }), field('name', 'text')], { version: false }),
  made('product', [idField, field('name', 'text'), field('price', 'decimal', { bounds: { precision: 12, scale: 2 } }), field('hidden', 'boolean', { default: value(false) }), field('photo', 'bytes', { optional: true })],
    { uniques: [['name']] }),
  made('order', [
    idField, ref('customerId', 'customer'), field('status', 'choice', { bounds: { choices: ['open', 'paid', 'shipped'] }, default: value('open') }),
    field('number', 'integer', { optional: true }), field('placedAt', 'timestamp', { default: { kind: 'now' } }), field('notes', 'text', { list: true, optional: true }), field('extra', 'json', { optional: true }),
  ], {
    uniques: [['number']], refs: { customer: { target: 'customer', on: [['customerId', 'id']] } },
    back: [
      back('items', 'item', [['id', 'orderId']], { owned: true, inverse: 'order' }),
      back('tags', 'tag', [['id', 'orderId']], { through: { entity: 'orderTag', near: 'order', far: 'tag' } }),
    ],
  }),
  made('item', [idField, ref('orderId', 'order'), ref('productId', 'product'), field('quantity', 'integer', { bounds: { min: 1 } }), field('price', 'decimal', { bounds: { precision: 12, scale: 2 } })],
    {
      whole: 'order', uniques: [['orderId', 'productId']], refs: { order: { target: 'order', on: [['orderId', 'id']] }, product: { target: 'product', on: [['productId', 'id']] } },
      back: [back('options', 'option', [['id', 'itemId']], { owned: true, inverse: 'item' })],
    }),
  made('option', [idField, ref('itemId', 'item'), field('text', 'text')], { whole: 'item', refs: { item: { target: 'item', on: [['itemId', 'id']] } } }),
  made('tag', [idField, field('name', 'text')], { uniques: [['name']] }),
  made('orderTag', [ref('orderId', 'order'), ref('tagId', 'tag')],
    { key: ['orderId', 'tagId'], version: false, hidden: true, refs: { order: { target: 'order', on: [['orderId', 'id']] }, tag: { target: 'tag', on: [['tagId', 'id']] } } }),
  made('person', [idField, field('name', 'text'), ref('managerId', 'manager', { optional: true })],
    { table: 'people', refs: { manager: { target: 'person', on: [['managerId', 'id']] } }, back: [back('team', 'person', [['id', 'managerId']])] }),
  made('stock', [ref('productId', 'product'), field('place', 'text'), field('amount', 'integer', { default: value(0) })],
    { key: ['productId', 'place'], refs: { product: { target: 'product', on: [['productId', 'id']] } }, back: [back('moves', 'move', [['productId', 'stock.productId'], ['place', 'stock.place']])] }),
  made('move', [idField, ref('stock.productId', 'stock', { optional: true }), field('stock.place', 'text', { reference: 'stock', optional: true }), field('by', 'integer')],
    { version: false, refs: { stock: { target: 'stock', on: [['stock.productId', 'productId'], ['stock.place', 'place']] } } }),
])

/** A key for tests: `id(7)`. */
export const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
export const eq = (name: string, as: 'uuid' | 'text' | 'integer' | 'boolean', value: Value): Predicate =>
  ({ kind: 'compare', op: 'eq', as, left: { kind: 'field', name, scope: 0 }, right: { kind: 'value', value } })
export const keyIs = (slot: number): Predicate => ({ kind: 'compare', op: 'eq', as: 'uuid', left: { kind: 'field', name: 'id', scope: 0 }, right: { kind: 'parameter', slot } })
export const select = (...fields: string[]): Selection => ({ fields: fields.map(name => ({ name, shown: { kind: 'always' } })), related: [], probes: [] })
const always: Predicate = { kind: 'always' }
export const given = (...fields: string[]) => fields.map(field => ({ field, from: { kind: 'given', otherwise: null } as const }))
/** What resolve adds to every create. */
export const begun = [{ field: 'version', from: { kind: 'value', value: 1 } }, { field: 'updatedAt', from: { kind: 'now' } }] as const
export const risen = [{ field: 'version', from: { kind: 'next' } }, { field: 'updatedAt', from: { kind: 'now' } }] as const
export const create = (name: string, set: Create['set'], more: Partial<Create> = {}): Create => ({
  kind: 'create', entity: name, rows: { kind: 'parameter', slot: 0 }, set, references: [], check: always, whole: null, before: [], after: [], links: [], returning: null, ...more,
})
/** Changes the row whose key is slot 0 by the object in slot 1. */
export const update = (name: string, set: Update['set'], more: Partial<Update> = {}): Update => ({
  kind: 'update', entity: name, where: keyIs(0), expect: null, row: { kind: 'parameter', slot: 1 }, set, references: [], check: always, whole: null, returning: null, ...more,
})

export interface Shop {
  readonly server: Server
  /** A session of its own; `sent` collects the statements. */
  session(): Promise<Session>
  end(): Promise<void>
}
export interface Session extends Connection {
  readonly client: pg.Client
  readonly sent: Statement[]
  /** SQLSTATEs of what the server refused, and how many statements were under way at most. */
  readonly refusals: string[]
  readonly peak: { most: number }
  /** Runs as the store does: by itself where one statement is all there is, else in a transaction. */
  write(op: Mutation, values: readonly Value[]): Promise<Written>
  begin(): Promise<void>
  /** Without a transaction around it. */
  part(op: Mutation, values: readonly Value[]): Promise<Written>
  rows(text: string, ...values: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
}
export const run: Run = { deadline: Infinity }

/** Runs a suite once on PostgreSQL 18 and once on 15, each with a database of the shop. */
export function eachShop(suite: (name: string, open: () => Promise<Shop>) => void): void {
  suite('PostgreSQL 18', () => opened(testServer(), 18))
  suite('PostgreSQL 15', () => opened(olderServer(), 15))
}

async function opened(of: ReturnType<typeof testServer>, version: number): Promise<Shop> {
  const database = await (await of).freshDatabase()
  const clients: pg.Client[] = []
  const server: Server = { version, foldCollation: 'pg_c_utf8' }
  const session = async (): Promise<Session> => {
    const client = new pg.Client({ ...database.config, options: '-c timezone=UTC -c intervalstyle=iso_8601' })
    client.on('error', () => undefined)
    await client.connect()
    clients.push(client)
    return over(client, server)
  }
  const end = async () => { await Promise.all(clients.map(c => c.end())); await database.drop() }
  const first = await session()
  try { await applyPlan(first.client, await planOf(first.client, shop)) } catch (error) { await end(); throw error }
  return { server, session, end }
}

function over(client: pg.Client, server: Server): Session {
  const sent: Statement[] = [], refusals: string[] = [], peak = { most: 0 }
  let now = 0
  const self: Session = {
    client, sent, refusals, peak,
    async run(statement, values) {
      sent.push(statement)
      peak.most = Math.max(peak.most, ++now)
      const types = { getTypeParser: () => (x: string) => x } as unknown as pg.CustomTypesConfig
      try {
        const { rows } = await client.query<(string | null)[]>({ text: statement.text, values: [...statement.parameters(values)], rowMode: 'array', types })
        return rows.map(row => row.map(cell => (cell === null ? null : Buffer.from(cell))))
      } catch (error) { refusals.push(String((error as { code?: unknown }).code)); throw error } finally { now-- }
    },
    part: (op, values) => executeMutation(compileMutation(new Authorized(authorizeKey, op, []), shop, server), values, self, run),
    async write(op, values) {
      const plan = compileMutation(new Authorized(authorizeKey, op, []), shop, server)
      if (isSingle(plan, values)) return executeMutation(plan, values, self, run)
      await client.query('begin')
      try {
        const written = await executeMutation(plan, values, self, run)
        await client.query('commit')
        return written
      } catch (error) { await client.query('rollback'); throw error }
    },
    async begin() { await client.query('begin') },
    async rows(text, ...values) { return (await client.query<Record<string, unknown>>(text, [...values])).rows },
  }
  return self
}
