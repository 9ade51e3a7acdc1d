// The structure of a query string: filter, sort, page, fields, include, count, group, measure. Names are not looked up here; that is the engine's.
import { Failure, suggest } from '../../failure/index.ts'
import { Slot, type Filter, type RowsAsk } from '../../wire/index.ts'
import { eachParameter, roleOf, wholeNumber } from './query.ts'
import { fromQuery, malformed, shown } from './text.ts'

/** What the query string may say at an address. */
export type Parameters = 'find' | 'get' | 'aggregate' | 'write' | 'change' | 'many'
const allowed: Readonly<Record<Parameters, readonly string[]>> = {
  find: ['filter', 'sort', 'page', 'fields', 'include', 'count'],
  get: ['fields', 'include'],
  aggregate: ['filter', 'group', 'measure', 'sort', 'page'],
  write: ['fields', 'include'],
  /** PATCH and DELETE of one row: on condition. */
  change: ['filter', 'fields', 'include'],
  /** PATCH and DELETE of the rows that a filter names. */
  many: ['filter', 'expect'],
}
const inInclude = ['filter', 'sort', 'page', 'fields', 'include']
/** Brackets in one name, and relations in one path. */
export const deepest = 32

export interface Structure extends RowsAsk {
  readonly count?: 'exact' | 'estimate'
  readonly expect?: number
  readonly group?: readonly string[]
  readonly measure?: readonly string[]
}

/** Grows while the parameters are read. Maps, so that no name is special. */
interface Tree { readonly kind: 'tree'; readonly of: Map<string, Tree | Leaf> }
interface Leaf { readonly kind: 'leaf'; readonly is: Filter }
interface Rows {
  filter: Tree | null
  sort: readonly string[] | null
  fields: readonly string[] | null
  size: number | null
  readonly include: Map<string, Rows>
}
const rows = (): Rows => ({ filter: null, sort: null, fields: null, size: null, include: new Map() })

/**
 * Reads the whole query string; slots are numbered from `firstSlot` in the order of `readQuery`.
 * Throws `resolve.name` (an unknown parameter), `request.malformed`, `resolve.limit` (too deep).
 */
export function readStructure(query: string, parameters: Parameters, firstSlot: number): Structure {
  const root = rows()
  const more: { count?: 'exact' | 'estimate'; expect?: number; group?: readonly string[]; measure?: readonly string[] } = {}
  const seen = new Set<string>()
  let slots = firstSlot
  eachParameter(query, (raw, rawValue) => {
    const name = fromQuery(raw)
    const role = roleOf(name)
    if (seen.has(name)) {
      if (role === 'list') return
      throw malformed(`'${shown(name)}' is given twice.${role === 'value' ? ` For one of several values write ${shown(name)}[in]=a,b.` : ' Separate several names by commas.'}`)
    }
    seen.add(name)
    const [word = '', ...path] = segments(name)
    if (!allowed[parameters].includes(word)) throw unknown(word, allowed[parameters])
    const text = role === 'shape' ? fromQuery(rawValue) : ''
    const leaf = (): Filter => (role === 'shape' ? nullness(name, text) : new Slot(slots++))
    if (word === 'count' && path.length === 0) more.count = counting(text)
    else if (word === 'expect' && path.length === 0) more.expect = wholeNumber(name, text, 0)
    else if ((word === 'group' || word === 'measure') && path.length === 0) more[word] = names(name, text)
    else if (word === 'page' && path.length === 1 && (path[0] === 'after' || path[0] === 'before' || path[0] === 'number')) {
      if (parameters !== 'find') throw unknown(name, ['page[size]'])
    } else set(root, name, [word, ...path], text, leaf)
  })
  return { ...finished(root), ...more }
}

/** One parameter of a set of rows, at the root or below `include[…]`. */
function set(into: Rows, whole: string, [word = '', ...path]: readonly string[], text: string, leaf: () => Filter): void {
  if (word === 'filter' && path.length > 0) return plant((into.filter ??= { kind: 'tree', of: new Map() }), path, leaf(), whole)
  if (word === 'page' && path.length === 1) {
    if (path[0] !== 'size') throw unknown(whole, [whole.replace(/\[[^[]*\]$/, '[size]')], ' Page an included list at its own address: /{collection}/{id}/{relation}.')
    into.size = wholeNumber(whole, text)
    return
  }
  if (word === 'sort' && path.length === 0) { into.sort = names(whole, text); return }
  if (word === 'fields' && path.length === 0) { into.fields = names(whole, text); return }
  if (word === 'include' && path.length === 0) { for (const one of names(whole, text)) descend(into, one, whole); return }
  if (word === 'include') {
    const [relation = '', next, ...rest] = path
    if (next === undefined) throw malformed(`'${shown(whole)}' says nothing about the relation. Write include=${shown(relation)}, or ${shown(whole)}[fields]=….`)
    if (!inInclude.includes(next)) throw unknown(next, inInclude)
    return set(descend(into, relation, whole), whole, [next, ...rest], text, leaf)
  }
  throw malformed(`'${shown(whole)}' cannot be read. ${forms[word] ?? ''}`)
}

const forms: Readonly<Record<string, string>> = {
  filter: 'Write filter[field]=value or filter[field][operator]=value.',
  sort: 'Write sort=-placedAt,customer.name.',
  fields: 'Write fields=id,status; of a relation include[items][fields]=….',
  page: 'Write page[size]=, page[after]=, page[before]= or page[number]=.',
  count: 'Write count=exact or count=estimate.',
  group: 'Write group=status.',
  measure: 'Write measure=count,sum(total).',
  expect: 'Write expect=12.',
}

/** The rows at the end of a path of relations (`items.product`), made where they are not there yet. */
function descend(from: Rows, path: string, whole: string): Rows {
  const relations = path.split('.')
  if (relations.length > deepest) throw tooDeep(relations.length)
  let at = from
  for (const relation of relations) {
    if (relation === '') throw malformed(`'${shown(path)}' in '${shown(whole)}' has an empty name.`)
    const next = at.include.get(relation) ?? rows()
    at.include.set(relation, next)
    at = next
  }
  return at
}

function plant(tree: Tree, path: readonly string[], is: Filter, whole: string): void {
  let at = tree
  path.forEach((name, i) => {
    const there = at.of.get(name)
    const last = i === path.length - 1
    if (there !== undefined && (last || there.kind === 'leaf')) {
      throw malformed(`'${shown(whole)}' contradicts another filter of the same field. Name the operators: [eq], [gte] ….`)
    }
    if (last) at.of.set(name, { kind: 'leaf', is })
    else if (there?.kind === 'tree') at = there
    else { const next: Tree = { kind: 'tree', of: new Map() }; at.of.set(name, next); at = next }
  })
}

/** `or` and `and` number their parts: `filter[or][0][…]`. */
function filterOf(node: Tree | Leaf, name: string): Filter {
  if (node.kind === 'leaf') return node.is
  const numbered = [...node.of.keys()].every(k => /^(0|[1-9]\d{0,3})$/.test(k))
  if (name === 'or' || name === 'and' || (name === 'not' && numbered)) {
    if (!numbered) throw malformed(`The parts of '${name}' are numbered: filter[${name}][0][…]=…&filter[${name}][1][…]=….`)
    return [...node.of].sort(([a], [b]) => Number(a) - Number(b)).map(([, part]) => filterOf(part, ''))
  }
  const shape: { [name: string]: Filter } = Object.create(null)
  for (const [key, part] of node.of) shape[key] = filterOf(part, key)
  return shape
}

function finished(from: Rows): RowsAsk {
  const include: { [name: string]: RowsAsk } = Object.create(null)
  for (const [name, of] of from.include) include[name] = finished(of)
  return {
    ...(from.filter === null ? {} : { filter: filterOf(from.filter, '') }),
    ...(from.sort === null ? {} : { sort: from.sort }),
    ...(from.fields === null ? {} : { fields: from.fields }),
    ...(from.include.size === 0 ? {} : { include }),
    ...(from.size === null ? {} : { size: from.size }),
  }
}

/** `filter[a][b]` → filter, a, b. */
function segments(name: string): readonly string[] {
  const open = name.indexOf('[')
  if (open === -1 && !name.includes(']')) return [name]
  if (open < 1 || !/^(\[[^[\]]+\])+$/.test(name.slice(open))) throw malformed(`The brackets of '${shown(name)}' cannot be read. Write filter[field][operator]=value, and a list as filter[field][in]=a,b.`)
  const found = [name.slice(0, open), ...name.slice(open + 1, -1).split('][')]
  if (found.length > deepest) throw tooDeep(found.length)
  return found
}

const tooDeep = (depth: number): Failure =>
  new Failure('resolve.limit', `The request is nested ${depth} deep; ${deepest} is the budget.`, { facts: { limit: 'depth', budget: deepest, cost: depth } })

function unknown(name: string, known: readonly string[], more = ''): Failure {
  return new Failure('resolve.name', `There is no parameter '${shown(name)}' here.${suggest(name, known)} Parameters: ${known.join(', ')}.${more}`)
}

function names(parameter: string, text: string): readonly string[] {
  const all = text.split(',').map(x => x.trim())
  if (all.includes('')) throw malformed(`'${shown(parameter)}' has an empty name in '${shown(text)}'.`)
  return all
}

function nullness(name: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw malformed(`'${shown(name)}' is true or false, not '${shown(text)}'.`)
}

function counting(text: string): 'exact' | 'estimate' {
  if (text === 'exact' || text === 'estimate') return text
  throw malformed(`count is exact or estimate, not '${shown(text)}'.`)
}
