// `db` of one caller: entities with their rows, and the application's actions.
import type { Db, Entities, ModelOf } from '../../define/index.ts'
import { Failure } from '../../failure/index.ts'
import { actionsOf, entityOf, find, type Caller, type EntityModel } from '../../model/index.ts'
import type { Run } from '../../stores/index.ts'
import type { RowsAsk, WriteRequest } from '../../wire/index.ts'
import type { Engine } from '../protocol.ts'
import { aggregateRequest, findRequest, getRequest, includeAsk, keyParts, rowsAsk, type Asked, type AskedAggregate } from './ask.ts'
import { callOf } from './call.ts'
import { reviveAggregate, reviveRow } from './revive.ts'

/** How long one call may take. */
const patience = 30_000

/**
 * The database as `caller` sees it. `of` is only looked at by the type-checker: the names and types of its entities are those of `db`.
 * Every method throws Failure, but that `get` of no row is null. `run` gives each call its deadline (30 seconds unless given).
 */
export function connectDb<M extends Entities, A = {}>(
  engine: Engine, of: { readonly '~entities': M; readonly '~actions'?: A } | Pick<ModelOf<M>, 'entities'>, caller: Caller, run: () => Run = () => ({ deadline: performance.now() + patience }),
): Db<M, A> {
  const rows = new Map<string, object>()
  const entityRows = (name: string): object => {
    const known = rows.get(name) ?? { ...rowsOf(engine, entityOf(engine.model, name), caller, run), ...rowActions(name) }
    rows.set(name, known)
    return known
  }
  const rowActions = (name: string): object =>
    Object.fromEntries(actionsOf(engine.model).filter(a => a.entity === name).map(a => [a.name, (key: unknown, input?: unknown) => callOf(engine, a, key, input, caller, run())]))
  return new Proxy(Object.create(null) as object, {
    get: (_, name) => {
      if (typeof name !== 'string') return undefined
      if (name === 'as') return (other: Caller) => connectDb(engine, of, other, run)
      if (find(engine.model.entities, name)?.hidden === false) return entityRows(name)
      const action = find(engine.model.actions ?? {}, name)
      return action === undefined ? undefined : (input?: unknown) => callOf(engine, action, null, input, caller, run())
    },
    has: (_, name) => typeof name === 'string' && find(engine.model.entities, name)?.hidden === false,
    ownKeys: () => Object.values(engine.model.entities).filter(e => !e.hidden).map(e => e.name),
    getOwnPropertyDescriptor: (_, name) => (typeof name === 'string' && find(engine.model.entities, name)?.hidden === false ? { configurable: true, enumerable: true, value: entityRows(name) } : undefined),
  }) as Db<M, A>
}

function rowsOf(engine: Engine, entity: EntityModel, caller: Caller, run: () => Run): object {
  const { model } = engine
  const many = (body: Uint8Array | string): readonly unknown[] => {
    const parsed = parse(body)
    return Array.isArray(parsed) ? parsed : []
  }
  const filterOf = (where: unknown): Pick<WriteRequest, 'filter'> => {
    const values: unknown[] = []
    const { filter: of } = rowsAsk({ where }, values)
    return of === undefined ? {} : { filter: { of, values, origin: 'code' } }
  }
  const writeMany = async (kind: 'update' | 'delete', asked: Pick<Asked, 'where'>, body: unknown, { expect }: { readonly expect: number }): Promise<{ readonly count: number }> => {
    const answer = await engine.write({ kind, entity: entity.name, key: null, body, origin: 'code', expect: null, ...filterOf(asked.where), count: expect }, caller, run())
    return { count: answer.count ?? 0 }
  }
  const write = async (kind: WriteRequest['kind'], key: unknown, body: unknown, asked: Asked & { readonly version?: number | string }): Promise<unknown[]> => {
    const answer = await engine.write({
      kind, entity: entity.name, key: kind === 'create' ? null : keyParts(entity, key), body, origin: 'code',
      expect: asked.version === undefined ? null : String(asked.version), ...filterOf(asked.where),
      ...(asked.fields ? { fields: asked.fields } : {}), ...(asked.include ? { include: plainInclude(asked.include) } : {}),
    }, caller, run())
    return answer.bodies.map((written, i) => reviveRow(model, entity, written === null ? keyObject(entity, answer.keys[i] ?? []) : parse(written)))
  }
  return {
    find: async (asked: Asked = {}) => {
      const answer = await engine.read(findRequest(entity, asked), caller, run())
      return { data: many(answer.body).map(row => reviveRow(model, entity, row)), page: answer.page }
    },
    get: async (key: unknown, asked: Asked = {}) => {
      try {
        return reviveRow(model, entity, parse((await engine.read(getRequest(entity, key, asked), caller, run())).body))
      } catch (error) {
        if (error instanceof Failure && error.code === 'row.missing') return null
        throw error
      }
    },
    count: async (asked: Pick<Asked, 'where'> = {}) => {
      const [row] = many((await engine.read(aggregateRequest(entity, { ...asked, measure: ['count'] }), caller, run())).body)
      const count: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'count') : undefined
      if (typeof count !== 'number') throw new Failure('internal', undefined, { cause: new Error(`a count of ${entity.name} came back as ${JSON.stringify(row)}`) })
      return count
    },
    aggregate: async (asked: AskedAggregate) => many((await engine.read(aggregateRequest(entity, asked), caller, run())).body).map(row => reviveAggregate(entity, row)),
    create: async (data: unknown, asked: Asked = {}) => {
      const made = await write('create', null, data, asked)
      return Array.isArray(data) ? made : made[0]
    },
    updateMany: (asked: Pick<Asked, 'where'>, changes: unknown, expected: { readonly expect: number }) => writeMany('update', asked, changes, expected),
    deleteMany: (asked: Pick<Asked, 'where'>, expected: { readonly expect: number }) => writeMany('delete', asked, undefined, expected),
    update: async (key: unknown, changes: unknown, asked: Asked & { readonly version?: number | string } = {}) => (await write('update', key, changes, asked))[0],
    delete: async (key: unknown, asked: Pick<Asked, 'where'> & { readonly version?: number | string } = {}) => { await write('delete', key, undefined, asked) },
  }
}

/** What a write answers has no slots: a filter in it would have values of its own. */
function plainInclude(include: Readonly<Record<string, unknown>>): Readonly<Record<string, RowsAsk>> {
  const values: unknown[] = []
  const made = includeAsk(include, values)
  if (values.length) throw new TypeError('the answer of a write cannot be filtered: read it afterwards')
  return made
}

const parse = (body: Uint8Array | string): unknown => JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as unknown

/** A key as a row has it: `{ id }`, `{ detailId: { orderId, productId } }`. */
function keyObject(entity: EntityModel, key: readonly unknown[]): object {
  const out: Record<string, unknown> = {}
  entity.key.forEach((name, i) => {
    const steps = name.split('.'), last = steps.pop() ?? name
    let at = out
    for (const step of steps) { const inner = (at[step] ?? {}) as Record<string, unknown>; at[step] = inner; at = inner }
    at[last] = key[i]
  })
  return out
}
