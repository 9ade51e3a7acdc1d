// A field of Query → a request of the engine: its shape, with slots where values stood, and beside it the values.
import { createHash } from 'node:crypto'
import { GraphQLError, type VariableValues } from 'graphql'
import type { EntityModel } from '../../model/index.ts'
import { absurd } from '../../operation/index.ts'
import { idParts, shapeText, Slot, type ConnectionAsk, type EdgeAsk, type Filter, type LayoutAsk, type MemberAsk, type PageAsk, type ReadAsk, type ReadRequest, type RowsAsk } from '../../wire/index.ts'
import { argumentsOf, listArguments } from './arguments.ts'
import { aggregateSortKeys, sortKeys } from './schema/index.ts'
import type { Args, Chosen, Grouping } from './structure.ts'

/** Arguments of a list, apart from its values. */
interface Listed { readonly filter?: Filter; readonly sort?: readonly string[]; readonly size?: number; readonly from?: NonNullable<RowsAsk['from']> }

/** What a request carries beside its shape, filled while its lists are read in the order of the tree. */
export interface Carried {
  readonly values: unknown[]
  readonly cursors: string[]
  readonly lists: Map<Chosen, Listed>
  cost: number
  /** What of the arguments is part of the shape: equal texts of one field mean equal asks. */
  text: string
}
export const carried = (): Carried => ({ values: [], cursors: [], lists: new Map(), cost: 0, text: '' })

const wrong = (chosen: Chosen, message: string): never => { throw new GraphQLError(message, { nodes: chosen.nodes, extensions: { code: 'resolve.value', status: 422 } }) }
const sorted = (chosen: Chosen, keys: () => readonly string[]): readonly string[] => {
  try { return keys() } catch (error) {
    if (error instanceof RangeError) return wrong(chosen, error.message)
    throw error
  }
}

/** Throws GraphQLError where pages are asked for in a way that means nothing. */
function readList(chosen: Chosen, entity: EntityModel, variables: VariableValues, c: Carried): number {
  const { args: { sort, first, after, last, before }, filter, text } = listArguments(chosen, variables, c.values)
  const given = (x: unknown): boolean => x !== undefined && x !== null
  if (given(first) && given(last)) wrong(chosen, 'first and last exclude each other.')
  if (given(after) && given(before)) wrong(chosen, 'after and before exclude each other.')
  if (given(first) && given(before)) wrong(chosen, 'before goes with last: the last rows that precede it.')
  if (given(last) && given(after)) wrong(chosen, 'after goes with first: the first rows that follow it.')
  const asked = given(first) ? first : last
  // Without rows, cursors and pages there is nothing to read but the count.
  const counted = chosen.below().every(x => x.meaning.kind === 'total' || x.meaning.kind === 'typename')
  const size = counted ? 0 : typeof asked === 'number' ? asked : undefined
  const token = typeof after === 'string' ? after : typeof before === 'string' ? before : null
  const keys = sorted(chosen, () => sortKeys(sort))
  const backwards = given(last) || given(before)
  const from = token !== null ? { toward: backwards ? 'previous' as const : 'next' as const, cursor: c.cursors.push(token) - 1 } : backwards ? { toward: 'previous' as const, cursor: null } : null
  c.lists.set(chosen, { ...(filter === null ? {} : { filter }), ...(keys.length > 0 ? { sort: keys } : {}), ...(size === undefined ? {} : { size }), ...(from === null ? {} : { from }) })
  c.text += `${text} ${keys.join()} ${size ?? ''} ${from === null ? '' : `${from.toward}${from.cursor === null ? '' : 'c'}`};`
  return size ?? entity.page.size
}

/** Reads the arguments of every list below and adds up what they may cost. */
function readLists(below: readonly Chosen[], rows: number, variables: VariableValues, c: Carried): void {
  for (const x of below) {
    switch (x.meaning.kind) {
      case 'one': readLists(x.below(), rows, variables, c); break
      case 'many': {
        const take = readList(x, x.meaning.entity, variables, c)
        c.cost += rows * take
        readLists(rowsIn(x.below()), rows * take, variables, c)
        break
      }
      default: break
    }
  }
}

/** Everything that is asked of the rows of a connection, wherever in it. */
const rowsIn = (connection: readonly Chosen[]): readonly Chosen[] =>
  connection.flatMap(x => (x.meaning.kind === 'nodes' ? x.below() : x.meaning.kind === 'edges' ? x.below().flatMap(e => (e.meaning.kind === 'node of edge' ? e.below() : [])) : []))

/** Members of a row's object. Every list in them has been read. */
export function membersOf(below: readonly Chosen[], c: Carried): readonly MemberAsk[] {
  return below.flatMap((x): readonly MemberAsk[] => {
    const { as, meaning: m } = x
    switch (m.kind) {
      case 'typename': return [{ kind: 'constant', as, value: m.type }]
      case 'field': return [{ kind: 'field', as, field: m.field }]
      case 'token': return [{ kind: 'token', as, prefix: m.prefix }]
      case 'composite': return x.below().map((part): MemberAsk => (part.meaning.kind === 'field'
        ? { kind: 'field', as: `${as}.${part.as}`, field: part.meaning.field } : { kind: 'constant', as: `${as}.${part.as}`, value: part.meaning.kind === 'typename' ? part.meaning.type : '', with: m.with }))
      case 'one': return [{ kind: 'relation', as, relation: m.relation, rows: { members: membersOf(x.below(), c) } }]
      case 'many': return [{ kind: 'relation', as, relation: m.relation, rows: { ...c.lists.get(x), connection: connectionOf(x.below(), c) } }]
      default: throw new Error(`${as} is no member of a row`)
    }
  })
}

function connectionOf(below: readonly Chosen[], c: Carried): readonly ConnectionAsk[] {
  const edge = (x: Chosen): EdgeAsk => {
    switch (x.meaning.kind) {
      case 'typename': return { kind: 'constant', as: x.as, value: x.meaning.type }
      case 'cursor': return { kind: 'cursor', as: x.as }
      case 'node of edge': return { kind: 'node', as: x.as, members: membersOf(x.below(), c) }
      default: throw new Error(`${x.as} is no member of an edge`)
    }
  }
  const page = (x: Chosen): PageAsk => {
    switch (x.meaning.kind) {
      case 'typename': return { kind: 'constant', as: x.as, value: x.meaning.type }
      case 'next': case 'previous': case 'start': case 'end': return { kind: x.meaning.kind, as: x.as }
      default: throw new Error(`${x.as} is no member of a PageInfo`)
    }
  }
  return below.map((x): ConnectionAsk => {
    switch (x.meaning.kind) {
      case 'typename': return { kind: 'constant', as: x.as, value: x.meaning.type }
      case 'total': return { kind: 'total', as: x.as }
      case 'nodes': return { kind: 'nodes', as: x.as, members: membersOf(x.below(), c) }
      case 'edges': return { kind: 'edges', as: x.as, of: x.below().map(edge) }
      case 'page': return { kind: 'page', as: x.as, of: x.below().map(page) }
      default: throw new Error(`${x.as} is no member of a connection`)
    }
  })
}

/** Members that a written row is answered with, and what they carry. */
export function writtenMembers(below: readonly Chosen[], rows: number, variables: VariableValues): { readonly members: readonly MemberAsk[]; readonly carried: Carried } {
  const c = carried()
  c.cost = rows
  readLists(below, rows, variables, c)
  return { members: membersOf(below, c), carried: c }
}

export const keyParts = (entity: EntityModel, id: string): readonly string[] => idParts(id, entity.key.length) ?? [id]

/** A key behind its entity's name, as `nodeId` has it; null: this is none. */
export function readToken(id: string): { readonly entity: string; readonly key: readonly string[] } | null {
  if (id.length > 4096 || !/^[A-Za-z0-9_-]+$/.test(id)) return null
  try {
    const parsed: unknown = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'))
    if (!Array.isArray(parsed)) return null
    const [entity, ...key] = (parsed as unknown[]).map(part => (typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean' ? String(part) : null))
    return typeof entity === 'string' && key.every(part => part !== null) ? { entity, key } : null
  } catch {
    return null
  }
}

export interface Asked { readonly request: ReadRequest; readonly cost: number }

export function getRequest(chosen: Chosen, entity: EntityModel, key: readonly string[], below: readonly Chosen[], variables: VariableValues): Asked {
  const c = carried()
  c.values.push(...key)
  c.cost = 1
  readLists(below, 1, variables, c)
  c.text = `${entity.name} ${key.length};${c.text}`
  return asked(chosen, () => ({ kind: 'get', entity: entity.name, key: key.map((_, i) => new Slot(i)), members: membersOf(below, c) }), c)
}

export function findRequest(entity: EntityModel, chosen: Chosen, variables: VariableValues): Asked {
  const c = carried()
  const take = readList(chosen, entity, variables, c)
  c.cost = take
  readLists(rowsIn(chosen.below()), take, variables, c)
  return asked(chosen, () => ({ kind: 'find', entity: entity.name, ...c.lists.get(chosen), connection: connectionOf(chosen.below(), c) }), c)
}

export function aggregateRequest(entity: EntityModel, chosen: Chosen, variables: VariableValues): Asked {
  const c = carried()
  const { args, filter, text } = listArguments(chosen, variables, c.values)
  const { keys, group, first } = groupingOf(entity, chosen, args)
  c.cost = first ?? 1
  c.text = `${text} ${group.join()} ${keys.join()} ${first ?? ''}`
  return asked(chosen, () => aggregateAsk(entity, chosen, filter, group, keys, first), c)
}

/** Worked out once for the same arguments. */
function groupingOf(entity: EntityModel, chosen: Chosen, args: Args): Grouping {
  const { known } = chosen
  if (known.grouping?.args === args) return known.grouping
  const { groupBy, sort, first } = args
  const keys = sorted(chosen, () => aggregateSortKeys(entity, sort))
  const group = Array.isArray(groupBy) ? [...new Set(groupBy.filter(x => typeof x === 'string'))] : []
  return (known.grouping = { args, group, keys, first: typeof first === 'number' ? first : undefined })
}

function aggregateAsk(entity: EntityModel, chosen: Chosen, filter: Filter | null, group: readonly string[], keys: readonly string[], first: number | undefined): ReadAsk {
  const measures = new Set(keys.map(x => x.replace(/^-/, '')).filter(x => !group.includes(x) && /^count$|\(/.test(x)))
  const layout = (x: Chosen): LayoutAsk => {
    switch (x.meaning.kind) {
      case 'typename': return { kind: 'constant', as: x.as, value: x.meaning.type }
      case 'object': return { kind: 'object', as: x.as, members: x.below().map(layout) }
      case 'group': return { kind: 'group', as: x.as, of: x.meaning.of }
      case 'measure': measures.add(x.meaning.of); return { kind: 'measure', as: x.as, of: x.meaning.of }
      default: throw new Error(`${x.as} is no member of an aggregate`)
    }
  }
  const members = chosen.below().map(layout)
  if (measures.size === 0) measures.add('count')
  return {
    kind: 'aggregate', entity: entity.name, measure: [...measures], layout: members, ...(filter === null ? {} : { filter }),
    ...(group.length > 0 ? { group } : {}), ...(keys.length > 0 ? { sort: keys } : {}), ...(first === undefined ? {} : { size: first }),
  }
}

function asked(chosen: Chosen, make: () => ReadAsk, c: Carried): Asked {
  let found = chosen.known.asks.get(c.text)
  if (found === undefined) {
    const ask = make(), text = shapeText(ask)
    found = { key: text.length <= 256 ? `graphql ${text}` : `graphql sha256 ${createHash('sha256').update(text).digest('base64url')}`, ask }
    chosen.known.asks.set(c.text, found)
  }
  const { key, ask } = found
  return { request: { key, ask: () => ask, values: c.values, origin: 'body', cursor: null, cursors: c.cursors, number: null }, cost: c.cost }
}

/** The request of a field of Query; null: what it names cannot be. */
export function readOf(chosen: Chosen, variables: VariableValues, typeOf: (entity: string) => { readonly entity: EntityModel; readonly below: readonly Chosen[] } | null): Asked | null {
  const m = chosen.meaning
  switch (m.kind) {
    case 'get': return getRequest(chosen, m.entity, keyParts(m.entity, String(argumentsOf(chosen, variables)['id'])), chosen.below(), variables)
    case 'find': return findRequest(m.entity, chosen, variables)
    case 'aggregate': return aggregateRequest(m.entity, chosen, variables)
    case 'node': {
      const token = readToken(String(argumentsOf(chosen, variables)['id']))
      const found = token && typeOf(token.entity)
      return found ? getRequest(chosen, found.entity, token.key, found.below, variables) : null
    }
    default: return absurd(m as never)
  }
}
