// The driver of the typed client, over HTTP, and what of the cases it has no words for.
import { client, Failure } from '../../src/client/index.ts'
import { failures, type Code, type Facts } from '../../src/failure/index.ts'
import { entityOf } from '../../src/model/index.ts'
import { isRead, world, type CallingDriver, type Case, type Outcome, type Part, type RowsPart, type Who } from '../../src/testkit/index.ts'
import { tokenOf } from '../rest/listening.ts'
import { codeOf, placeOf } from './driver.ts'

/** Why a case is not asked through the client: it cannot say the request, or is not told what the case looks at. */
export function unsaid(c: Case): string | null {
  const of = (part: Part): string | null => {
    return isRead(part) && 'find' in part && part.number !== undefined ? 'page numbers' : null
  }
  return of(c.do) ?? c.then?.map(step => of(step.do)).find(x => x !== null) ?? null
}

interface Page { readonly next: string | null; readonly previous: string | null; readonly total: number | null; readonly totalIsAtLeast: boolean; readonly more: readonly string[] }
interface Loose {
  readonly [method: string]: (...given: readonly unknown[]) => Promise<unknown>
}

/** What was thrown, as a driver says it. */
function refusal(error: unknown): Outcome {
  if (!(error instanceof Failure) || error.code === 'internal' || (error.declared === null && failures[error.code as Code]?.status !== error.status)) throw error
  const { code, errors, facts } = error
  const fields = facts['fields']
  return {
    refusal: {
      code: codeOf(code, errors), facts: facts as Facts,
      ...(errors.length > 0 && errors.every(e => e.pointer !== undefined) ? { mistakes: errors.map(e => ({ at: placeOf(e.pointer ?? ''), detail: e.detail })) } : {}),
      ...(Array.isArray(fields) ? { fields: fields as string[] } : {}),
    },
  }
}

/** `moreOf` is asked of single rows, as a page can see it. */
export function clientDriver(url: string, moreOf: (row: object) => readonly string[]): CallingDriver {
  const rowsOf = (entity: string, as: Who): Loose => (client(url, { token: () => tokenOf(as), retries: 0 }) as unknown as Readonly<Record<string, Loose>>)[entity] ?? lost(entity)
  const answered = async (work: () => Promise<Outcome>): Promise<Outcome> => {
    try { return await work() } catch (error) { return refusal(error) }
  }
  const answer = (data: unknown, page: Page | null = null): Outcome =>
    ({ answer: { data: data ?? null, page, cut: page?.more ?? (typeof data === 'object' && data !== null ? moreOf(data) : []) } })
  return {
    name: 'client',
    read: (part, as) => answered(async () => {
      if ('get' in part) {
        const row = await rowsOf(part.get, as)['get']?.(keyOf(part.get, part.key), asked(part))
        return row === null ? { refusal: { code: 'row.missing' } } : answer(row)
      }
      if ('aggregate' in part) {
        const { aggregate, group, measure } = part
        return answer(await rowsOf(aggregate, as)['aggregate']?.({ ...asked(part), measure, ...(group ? { group } : {}) }))
      }
      const { of, count, cursor } = part
      const options = { ...asked(part), ...(count ? { count } : {}), ...(cursor ? { [cursor.toward === 'next' ? 'after' : 'before']: cursor.token } : {}) }
      const rows = rowsOf(part.find, as)
      const found = (await (of ? rows['related']?.(keyOf(part.find, of.key), of.relation, options) : rows['find']?.(options))) as { readonly data: unknown; readonly page: Page }
      return answer(found.data, found.page)
    }),
    call: (part, as) => answered(async () => {
      const action = world.actions?.[part.call]
      if (!action) throw new Error(`the world has no ${part.call}`)
      const rows = rowsOf(action.entity ?? part.call, as)
      // What is nobody's own is called itself; declared failures come back as values, and are thrown again as they are.
      const answerOf = action.entity === null ? await (rows as unknown as (input: unknown) => Promise<unknown>)(part.input) : await rows[action.name]?.(keyOf(action.entity, part.key ?? []), part.input)
      return answer(answerOf)
    }),
    write: (part, as) => answered(async () => {
      if ('create' in part) return answer(await rowsOf(part.create, as)['create']?.(part.body, asked(part)))
      if ('updateMany' in part) return answer(await rowsOf(part.updateMany, as)['updateMany']?.(asked({ filter: part.filter }), part.body, { expect: part.count }))
      if ('deleteMany' in part) return answer(await rowsOf(part.deleteMany, as)['deleteMany']?.(asked({ filter: part.filter }), { expect: part.count }))
      const version = { ...(part.expect === undefined ? {} : { version: part.expect }), ...('filter' in part ? asked({ filter: part.filter }) : {}) }
      if ('update' in part) return answer(await rowsOf(part.update, as)['update']?.(keyOf(part.update, part.key), part.body, { ...asked(part), ...version }))
      if ('replace' in part) return answer(await rowsOf(part.replace, as)['upsert']?.(keyOf(part.replace, part.key), part.body, { ...asked(part), ...version }))
      return answer(await rowsOf(part.delete, as)['delete']?.(keyOf(part.delete, part.key), version))
    }),
  }
}

const lost = (entity: string): never => { throw new Error(`the client has no ${entity}`) }

/** The options of a set of rows, by the names the client has for them. */
function asked({ filter, sort, fields, include, size }: RowsPart): object {
  return {
    ...(filter === undefined ? {} : { where: filter }), ...(sort ? { sort } : {}), ...(fields ? { fields } : {}), ...(size === undefined ? {} : { first: size }),
    ...(include ? { include: Object.fromEntries(Object.entries(include).map(([name, of]) => [name, Object.keys(of).length ? asked(of) : true])) } : {}),
  }
}

/** A key as the client takes it: a value, or an object of its parts, in another order than the key's. */
function keyOf(entity: string, parts: readonly unknown[]): unknown {
  const { key } = entityOf(world, entity)
  return key.length === 1 ? parts[0] : Object.fromEntries(key.map((name, i) => [name, parts[i]] as const).toReversed())
}
