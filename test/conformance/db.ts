// The driver of the typed `db`, and what of the cases it has no words for.
import { Decimal } from '../../src/define/index.ts'
import { entityOf, find, type EntityModel, type FieldModel, type Member } from '../../src/model/index.ts'
import { connectDb } from '../../src/protocols/db/index.ts'
import type { Engine } from '../../src/protocols/protocol.ts'
import { callers, isRead, refusal, world, type Case, type CallingDriver, type Outcome, type Part, type RowsPart, type Who } from '../../src/testkit/index.ts'

/** What `db` cannot say of a request; null: it can say all of it. */
function unsaid(part: Part): string | null {
  if (isRead(part)) {
    if ('find' in part && part.of !== undefined) return 'the list of one row'
    if ('find' in part && part.number !== undefined) return 'page numbers'
    return null
  }
  return 'replace' in part ? 'replace' : null
}
/** Why a case is not asked through `db`: it cannot say the request, or is not told what the case looks at. */
export function untold(c: Case): string | null {
  if (c.expect.cut?.length) return 'which included lists were cut'
  return unsaid(c.do) ?? c.then?.map(step => unsaid(step.do)).find(x => x !== null) ?? null
}

/** As `connectDb` is when nothing is known of the types of its entities. */
interface Loose {
  find(asked: object): Promise<{ readonly data: readonly unknown[]; readonly page: { readonly next: string | null; readonly previous: string | null; readonly total: number | null; readonly totalIsAtLeast: boolean } | null }>
  get(key: unknown, asked: object): Promise<unknown>
  aggregate(asked: object): Promise<readonly unknown[]>
  create(body: unknown, asked: object): Promise<unknown>
  updateMany(asked: object, body: unknown, expected: object): Promise<unknown>
  deleteMany(asked: object, expected: object): Promise<unknown>
  update(key: unknown, body: unknown, asked: object): Promise<unknown>
  delete(key: unknown, asked: object): Promise<void>
}

type LooseCall = (...given: readonly unknown[]) => Promise<unknown>
/** A JSON value of an input as TypeScript has it. */
function typedInput(members: readonly Member[], of: unknown): unknown {
  if (typeof of !== 'object' || of === null || Array.isArray(of)) return of
  return Object.fromEntries(Object.entries(of).map(([name, x]: [string, unknown]): [string, unknown] => {
    const m = members.find(y => y.name === name)
    if (!m) return [name, x]
    if (m.kind === 'value') return [name, typed(m.field, x)]
    return [name, Array.isArray(x) ? x.map(y => typedInput(m.members, y)) : typedInput(m.members, x)]
  }))
}
const saidOutput = (members: readonly Member[] | null, of: unknown): unknown => (members === null || typeof of !== 'object' || of === null ? of ?? null
  : Object.fromEntries(members.map(m => { const x = (of as Readonly<Record<string, unknown>>)[m.name]; return [m.name, m.kind === 'value' ? saidOf(m.field, x) : x] })))

export function dbDriver(name: string, engine: Engine): CallingDriver {
  const rowsOf = (entity: string, as: Who): Loose => (connectDb(engine, { '~entities': {} }, callers[as]) as unknown as Readonly<Record<string, Loose>>)[entity] ?? lost(entity)
  const answered = async (work: () => Promise<Outcome>): Promise<Outcome> => {
    try { return await work() } catch (e) { return refusal(e) }
  }
  const answer = (data: unknown, page: Awaited<ReturnType<Loose['find']>>['page'] = null): Outcome => ({ answer: { data, page, cut: [] } })
  return {
    name,
    call: (part, as) => answered(async () => {
      const action = world.actions?.[part.call], input = typedInput(action?.input ?? [], part.input)
      const db = connectDb(engine, { '~entities': {} }, callers[as]) as unknown as Readonly<Record<string, LooseCall & Readonly<Record<string, LooseCall>>>>
      const run = action?.entity ? db[action.entity]?.[action.name] : db[part.call]
      if (!action || !run) throw new Error(`db has no ${part.call}`)
      return answer(saidOutput(action.output, action.entity ? await run(keyOf(action.entity, part.key ?? []), input) : await run(input)))
    }),
    read: (part, as) => answered(async () => {
      if ('get' in part) {
        const row = await rowsOf(part.get, as).get(keyOf(part.get, part.key), rows(part.get, part))
        return row === null ? { refusal: { code: 'row.missing' } } : answer(said(entityOf(world, part.get), row))
      }
      if ('aggregate' in part) {
        const { aggregate, group, measure } = part
        const found = await rowsOf(aggregate, as).aggregate({ ...rows(aggregate, part), measure, ...(group ? { group } : {}) })
        return answer(found.map(row => saidOfGroup(entityOf(world, aggregate), row)))
      }
      const { count, cursor } = part
      const { data, page } = await rowsOf(part.find, as).find({
        ...rows(part.find, part), ...(count ? { count } : {}), ...(cursor ? { [cursor.toward === 'next' ? 'after' : 'before']: cursor.token } : {}),
      })
      return answer(data.map(row => said(entityOf(world, part.find), row)), page)
    }),
    write: (part, as) => answered(async () => {
      if ('create' in part) {
        const made = await rowsOf(part.create, as).create(asTyped(part.create, part.body), rows(part.create, part)), e = entityOf(world, part.create)
        return answer(Array.isArray(made) ? made.map(row => said(e, row)) : said(e, made))
      }
      if ('update' in part) {
        const version = part.expect === undefined ? {} : { version: part.expect }
        return answer(said(entityOf(world, part.update), await rowsOf(part.update, as).update(keyOf(part.update, part.key), asTyped(part.update, part.body), { ...rows(part.update, part), ...version })))
      }
      if ('delete' in part) {
        await rowsOf(part.delete, as).delete(keyOf(part.delete, part.key), { ...(part.expect === undefined ? {} : { version: part.expect }), ...rows(part.delete, { filter: part.filter }) })
        return answer(null)
      }
      if ('updateMany' in part) return answer(await rowsOf(part.updateMany, as).updateMany(rows(part.updateMany, { filter: part.filter }), asTyped(part.updateMany, part.body), { expect: part.count }))
      if ('deleteMany' in part) return answer(await rowsOf(part.deleteMany, as).deleteMany(rows(part.deleteMany, { filter: part.filter }), { expect: part.count }))
      throw new Error('db has no replace')
    }),
  }
}

const lost = (entity: string): never => { throw new Error(`db has no ${entity}`) }

/** The options of a set of rows, by the names `db` has for them. */
function rows(entity: string, { filter, sort, fields, include, size }: RowsPart): object {
  return {
    ...(filter === undefined ? {} : { where: asTyped(entity, filter) }), ...(sort ? { sort } : {}), ...(fields ? { fields } : {}), ...(size === undefined ? {} : { first: size }),
    ...(include ? { include: Object.fromEntries(Object.entries(include).map(([name, of]) => [name, Object.keys(of).length ? rows(entityOf(world, entity).relations[name]?.target ?? entity, of) : true])) } : {}),
  }
}

/** Fields of a filter or a body as TypeScript has them: Decimal, bigint, Uint8Array. What would be no such value is sent as it is, to be refused. */
function asTyped(entity: string, of: unknown): unknown {
  if (Array.isArray(of)) return of.map(x => asTyped(entity, x))
  if (typeof of !== 'object' || of === null) return of
  const e = entityOf(world, entity)
  return Object.fromEntries(Object.entries(of).map(([name, value]: [string, unknown]) => {
    const field = find(e.fields, name), relation = find(e.relations, name)
    return [name, field ? typed(field, value) : asTyped(relation ? relation.target : entity, value)]
  }))
}

function typed(field: FieldModel, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(x => typed(field, x))
  // An operator: `{ gte: '1.5' }`.
  if (typeof value === 'object' && value !== null && field.scalar !== 'json') return Object.fromEntries(Object.entries(value).map(([op, x]: [string, unknown]) => [op, typed(field, x)]))
  if (typeof value !== 'string') return value
  switch (field.scalar) {
    case 'decimal': return /^-?\d+(\.\d+)?$/.test(value) ? new Decimal(value) : value
    case 'bigint': return /^-?\d+$/.test(value) ? BigInt(value) : value
    case 'bytes': return new Uint8Array(Buffer.from(value, 'base64url'))
    case 'timestamp': return /\.\d{1,3}Z$|:\d\dZ$/.test(value) ? new Date(value) : value
    default: return value
  }
}

/** A key as `db` takes it: a value, or an object of its parts. */
function keyOf(entity: string, parts: readonly unknown[]): unknown {
  const { key } = entityOf(world, entity)
  return key.length === 1 ? parts[0] : Object.fromEntries(key.map((name, i) => [name, parts[i]]))
}

/** What came back as TypeScript has it, as JSON has it: the types say which decimals show cents, and they must be Decimals indeed. */
function said(entity: EntityModel, row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row
  return Object.fromEntries(Object.entries(row).map(([name, value]): [string, unknown] => {
    const field = find(entity.fields, name), relation = find(entity.relations, name)
    if (field) return [name, saidOf(field, value)]
    if (!relation) return [name, value]
    const target = entityOf(world, relation.target)
    return [name, Array.isArray(value) ? value.map(x => said(target, x)) : said(target, value)]
  }))
}

function saidOf(field: FieldModel, value: unknown): unknown {
  if (value === null) return null
  if (field.list && Array.isArray(value)) return value.map(x => saidOf({ ...field, list: false }, x))
  switch (field.scalar) {
    case 'decimal': return value instanceof Decimal ? text(value, field.bounds.scale) : wrong(field, value, 'Decimal')
    case 'bigint': return typeof value === 'bigint' ? String(value) : wrong(field, value, 'bigint')
    case 'bytes': return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : wrong(field, value, 'Uint8Array')
    default: return value
  }
}
const wrong = (field: FieldModel, value: unknown, must: string): string => `${field.name} came as ${typeof value} ${String(value)}, not ${must}`
const text = (d: Decimal, scale: number | undefined): string => (scale === undefined ? d.toFixed() : d.toFixed(scale))

/** Sums and averages of exact numbers are Decimals; how many zeros PostgreSQL writes behind an average is not theirs to know. */
function saidOfGroup(entity: EntityModel, row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row
  return Object.fromEntries(Object.entries(row).map(([part, of]): [string, unknown] => {
    if (typeof of !== 'object' || of === null) return [part, of]
    return [part, Object.fromEntries(Object.entries(of).map(([name, value]: [string, unknown]): [string, unknown] => {
      const field = find(entity.fields, name)
      if (!field || value === null || part === 'countDistinct') return [name, value]
      if (part === 'group' || part === 'min' || part === 'max') return [name, saidOf(field, value)]
      return [name, field.scalar === 'number' ? value : value instanceof Decimal ? text(value, part === 'sum' ? field.bounds.scale : undefined) : wrong(field, value, 'Decimal')]
    }))]
  }))
}
