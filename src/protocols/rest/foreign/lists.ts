// Lists of a contract: parameters become a filter and a page, rows and their number become its body.
import { Failure, suggest, type Mistake } from '../../../failure/index.ts'
import { entityOf, relationOf, type Caller, type ContractModel, type FixedWhere, type RouteModel } from '../../../model/index.ts'
import { Fixed, Slot, type Filter, type ReadRequest } from '../../../wire/index.ts'
import type { Engine, Exchange } from '../../protocol.ts'
import { eachParameter } from '../query.ts'
import { fromQuery, shown } from '../text.ts'

type Route<D extends RouteModel['do']> = Extract<RouteModel, { readonly do: D }>
type Body = readonly (Uint8Array | string)[]
/** The rows before the one asked for: `of` their resource. */
export interface Parent { readonly key: readonly unknown[] }

/** Values of a fixed condition, as addresses have them. Throws `caller.unknown` where the caller is nobody's row. */
export function fixedValues(where: FixedWhere | null, caller: Caller): readonly unknown[] {
  return (where?.values ?? []).map(v => {
    const claim = caller.claims[v.claim]
    if (claim === undefined || claim === null) throw new Failure('caller.token', 'The token is of nobody who is known here.')
    return textOf(claim)
  })
}
const textOf = (x: unknown): unknown => (Array.isArray(x) ? x.map(textOf) : typeof x === 'string' ? x : JSON.stringify(x))

/** A filter whose slots begin further on. */
function moved(filter: Filter, by: number): Filter {
  if (filter instanceof Slot) return new Slot(filter.index + by)
  if (Array.isArray(filter)) return filter.map((f: Filter) => moved(f, by))
  if (filter instanceof Fixed || filter === null || typeof filter === 'boolean') return filter
  return Object.fromEntries(Object.entries(filter).map(([name, of]) => [name, moved(of, by)]))
}

interface Asked { readonly chosen: readonly { readonly name: string; readonly path: readonly string[]; readonly value: string }[]; readonly size: number; readonly skip: number }

/** The parameters of an address. Throws `resolve.value` with every mistake. */
function parameters(contract: ContractModel, route: Route<'list'>, query: string, most: number): Asked {
  const given = new Map<string, string>(), mistakes: Mistake[] = [], { limit, offset } = contract.page
  const known = [...Object.keys(route.filters), ...(route.all ? [] : [limit, offset])]
  if (query !== '') eachParameter(query, (raw, value) => {
    const name = fromQuery(raw)
    if (!known.includes(name)) {
      if (contract.extra === 'refused') mistakes.push({ at: [name], detail: `'${shown(name)}' is no parameter here.${suggest(name, known)}` })
    } else if (given.has(name)) mistakes.push({ at: [name], detail: 'is given twice' })
    else given.set(name, fromQuery(value))
  })
  const whole = (name: string, least: number, otherwise: number): number => {
    const text = given.get(name)
    if (text === undefined || route.all) return otherwise
    const number = Number(text)
    if (/^\d{1,10}$/.test(text) && number >= least && number <= 2_000_000_000) return number
    mistakes.push({ at: [name], detail: `must be a whole number from ${least}` })
    return otherwise
  }
  const size = Math.min(whole(limit, 1, contract.page.size), contract.page.max, most), skip = whole(offset, 0, 0)
  if (mistakes.length > 0) throw new Failure('resolve.value', undefined, { mistakes })
  const chosen = Object.entries(route.filters).flatMap(([name, path]) => { const value = given.get(name); return value === undefined ? [] : [{ name, path, value }] })
  return { chosen, size: route.all ? most : size, skip }
}

/** `parent`: the key of the row that they refer to. */
export async function list(on: Engine, contract: ContractModel, route: Route<'list'>, exchange: Pick<Exchange, 'query' | 'run'>, caller: Caller, parent: Parent | null): Promise<Body> {
  const { resource, where } = route, entity = entityOf(on.model, resource.entity)
  const { chosen, size, skip } = parameters(contract, route, exchange.query, entity.page.max)
  const tied = parent && route.parent !== null ? relationOf(entity, route.parent).on.map((pair, i) => ({ name: pair.local, value: parent.key[i] })) : []
  const fixed = fixedValues(where, caller), values = [...tied.map(t => textOf(t.value)), ...fixed, ...chosen.map(c => c.value)]
  const filter = (): Filter => ({ and: [
    ...tied.map((t, i): Filter => ({ [t.name]: new Slot(i) })), ...(where ? [moved(where.filter, tied.length)] : []),
    ...chosen.map(({ path }, i) => path.reduceRight<Filter>((inner, name) => ({ [name]: inner }), new Slot(tied.length + fixed.length + i))),
  ] })
  const request: ReadRequest = {
    key: `${contract.name} ${route.method} ${route.path} ${size} ${chosen.map(c => c.name).join()}`, values, origin: 'url', cursor: null, number: null, ...(route.all ? {} : { skip }),
    ask: () => ({ kind: 'find', entity: entity.name, size, members: resource.listed, sort: route.sort, ...(values.length > 0 || where ? { filter: filter() } : {}), ...(resource.count === null ? {} : { count: 'exact' as const }) }),
  }
  const pages: (Uint8Array | string)[] = []
  let total: number | null = null
  for (let cursor: ReadRequest['cursor'] = null; ;) {
    const { body, page } = await read(on, { ...request, cursor }, caller, exchange, chosen)
    total = page?.total ?? total
    // What comes after stands in the same list.
    const inner = typeof body === 'string' ? body.trim().slice(1, -1) : body.subarray(1, -1)
    if (inner.length > 0) pages.push(...(pages.length > 0 ? [',', inner] : [inner]))
    if (!route.all || page?.next == null) break
    cursor = { toward: 'next', token: page.next }
  }
  return [`{${JSON.stringify(resource.list)}:[`, ...pages, resource.count === null ? ']}' : `],${JSON.stringify(resource.count)}:${total ?? 0}}`]
}

/** A value in the address that does not fit is told as one of a body is. */
async function read(on: Engine, request: ReadRequest, caller: Caller, { run }: Pick<Exchange, 'run'>, chosen: Asked['chosen']) {
  try { return await on.read(request, caller, run) } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'resolve.url') throw error
    const said = error.at.join('.'), found = chosen.find(c => said.endsWith(c.path.join('.')))
    throw found ? new Failure('resolve.value', error.message, { mistakes: [{ at: [found.name], detail: error.message }], cause: error }) : error
  }
}

/** The different values of a field, of rows the caller may see. */
export async function valuesOf(on: Engine, contract: ContractModel, route: Route<'values'>, exchange: Pick<Exchange, 'run'>, caller: Caller): Promise<Body> {
  const { resource, where, field } = route
  const request: ReadRequest = {
    key: `${contract.name} ${route.method} ${route.path}`, values: fixedValues(where, caller), origin: 'url', cursor: null, number: null,
    ask: () => ({ kind: 'aggregate', entity: resource.entity, group: [field], measure: ['count'], ...(where ? { filter: where.filter } : {}), layout: [{ kind: 'group', as: 'value', of: field }] }),
  }
  const { body } = await on.read(request, caller, exchange.run)
  const rows = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as readonly { readonly value: unknown }[]
  return [JSON.stringify({ [route.as]: rows.map(r => r.value) })]
}

