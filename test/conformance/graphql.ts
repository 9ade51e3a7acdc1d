// The driver of GraphQL: cases as documents with variables of the types that introspection tells, answers and errors as the cases judge them; and what no document can say.
import assert from 'node:assert/strict'
import {
  buildClientSchema, coerceInputValue, getIntrospectionQuery, GraphQLList, GraphQLNonNull, isInputObjectType, type GraphQLField, type GraphQLInputType, type GraphQLSchema, type IntrospectionQuery,
} from 'graphql'
import { rulingOf } from '../../src/engine/ruling.ts'
import type { At, Failure, Mistake } from '../../src/failure/index.ts'
import { actionsOf, atomics, entityOf, find, isRelationWord, onWire, type ActionModel, type EntityModel, type Member } from '../../src/model/index.ts'
import { schemaOf } from '../../src/protocols/graphql/schema/index.ts'
import { callers, isRead, world, writeRequest, type Aggregated, type CallCase, type CallingDriver, type CallPart, type Case, type Expect, type Outcome, type Part, type ReadPart, type RowsPart, type Who, type WritePart } from '../../src/testkit/index.ts'
import { idText } from '../../src/wire/index.ts'

type Members = Readonly<Record<string, unknown>>
const isMap = (x: unknown): x is Members => typeof x === 'object' && x !== null && !Array.isArray(x)
const camel = (path: string): string => path.replace(/-([a-z0-9])/g, (_, c: string) => c.toUpperCase())
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
const entityNamed = (part: Part): string =>
  isRead(part) ? ('find' in part ? part.find : 'get' in part ? part.get : part.aggregate) : writeRequest(part).entity

/** A request as a document: text, variables, and how the answer is read. */
interface Said { readonly query: string; readonly variables: Members; readonly field: string; readonly read: (value: unknown) => Outcome; readonly at?: (place: At) => At }

class Saying {
  readonly variables: Record<string, unknown> = {}
  readonly declared: string[] = []
  readonly schema: GraphQLSchema
  readonly #as: Who
  constructor(schema: GraphQLSchema, as: Who) {
    this.schema = schema
    this.#as = as
  }

  /** Arguments by the types that a field has for them; one it does not have is written all the same, to be refused. */
  args(field: GraphQLField<unknown, unknown> | undefined, of: Members): string {
    const said = Object.entries(of).filter(([, value]) => value !== undefined).map(([name, value]) => {
      const type = field?.args.find(a => a.name === name)?.type
      if (type === undefined) return `${name}: null`
      const variable = `v${this.declared.length}`
      this.declared.push(`$${variable}: ${String(type)}`)
      this.variables[variable] = value
      return `${name}: $${variable}`
    })
    return said.length === 0 ? '' : `(${said.join(', ')})`
  }

  /** The fields of a row and the relations with it; where the case names none, those that the caller may see. */
  row(entity: EntityModel, part: Pick<RowsPart, 'fields' | 'include'>): string {
    const ruling = rulingOf(world, callers[this.#as])
    const names = part.fields ?? [
      ...onWire(Object.values(entity.fields).filter(f => !f.hidden && f.asked !== true && ruling.shown(entity, f.name).kind !== 'never')).map(w => w.name).concat(Object.keys(entity.derived ?? {})), ...Object.keys(entity.derived ?? {}),
    ]
    const fields = names.map(name => {
      const parts = Object.keys(entity.fields).filter(f => f.startsWith(`${name}.`)).map(f => f.split('.')[1])
      return parts.length === 0 ? name : `${name} { ${parts.join(' ')} }`
    })
    const relations = Object.entries(part.include ?? {}).map(([name, of]) => this.relation(entity, name, of))
    return [...fields, ...relations].join(' ') || '__typename'
  }

  relation(entity: EntityModel, name: string, of: RowsPart): string {
    const relation = find(entity.relations, name)
    if (!relation) return `${name} { __typename }`
    const target = entityOf(world, relation.target)
    const field = this.type(entity).getFields()[name]
    if (relation.one) return `${name}${this.args(field, listed(target, of))} { ${this.row(target, of)} }`
    return `${name}${this.args(field, listed(target, of))} { pageInfo { hasNextPage } nodes { ${this.row(target, of)} } }`
  }

  type(entity: EntityModel) {
    const type = this.schema.getType(entity.title)
    assert.ok(type && 'getFields' in type && !isInputObjectType(type))
    return type
  }
  text(kind: 'query' | 'mutation', body: string): string { return `${kind}${this.declared.length ? `(${this.declared.join(', ')})` : ''} { ${body} }` }
}

const listed = (entity: EntityModel, { filter, sort, size }: RowsPart): Members => ({ where: filter === undefined ? undefined : where(entity, filter), sort: sort?.map(sortKey), first: size })

/** `-customer.name` → `{ customer: { name: DESC } }`. */
function sortKey(key: string): Members {
  const dir = key.startsWith('-') ? 'DESC' : 'ASC'
  return key.replace(/^-/, '').split('.').reduceRight<Members | string>((of, name) => ({ [name]: of }), dir) as Members
}

/** Plain values mean equality in the cases; typed filters say so. */
function where(entity: EntityModel, filter: unknown): unknown {
  if (!isMap(filter)) return filter
  return Object.fromEntries(Object.entries(filter).map(([name, of]): [string, unknown] => {
    if (name === 'or' || name === 'and') return [name, Array.isArray(of) ? of.map(x => where(entity, x)) : of]
    if (name === 'not') return [name, where(entity, of)]
    const field = find(entity.fields, name), relation = find(entity.relations, name)
    if (field) return [name, compared(of)]
    if (relation) {
      const target = entityOf(world, relation.target)
      if (of === null) return [name, { null: true }]
      return [name, isMap(of) && 'some' in of ? { ...of, some: where(target, of['some']) } : where(target, of)]
    }
    if (Object.keys(entity.fields).some(f => f.startsWith(`${name}.`))) return [name, of === null ? { null: true } : isMap(of) ? Object.fromEntries(Object.entries(of).map(([part, x]) => [part, part === 'null' ? x : compared(x)])) : of]
    return [name, of]
  }))
}
function compared(of: unknown): unknown {
  if (of === null) return { null: true }
  if (!isMap(of)) return { eq: of }
  return Object.fromEntries(Object.entries(of).map(([op, x]) => [op, op === 'not' ? compared(x) : x]))
}

/** A body as the inputs have it: relations are objects of what is done to them, changes by what is there stand together. */
function input(entity: EntityModel, body: unknown, change = false): unknown {
  if (Array.isArray(body)) return body.map(b => input(entity, b, change))
  if (!isMap(body)) return body
  const together: Record<string, Record<string, unknown>> = {}
  const beside = Object.entries(body).filter(([name, of]) => {
    const field = find(entity.fields, name), [word = ''] = isMap(of) ? Object.keys(of) : []
    if (!change || !field || !isMap(of) || !atomics(field).some(a => a === word)) return true
    for (const [w, x] of Object.entries(of)) (together[w] ??= {})[name] = x
    return false
  })
  const related = beside.map(([name, of]): [string, unknown] => {
    const relation = find(entity.relations, name)
    return [name, relation && !find(entity.fields, name) ? done(entityOf(world, relation.target), worded(of, change)) : of]
  })
  return { ...Object.fromEntries(related), ...together }
}
/** In a new row the word may be left out. */
const worded = (of: unknown, change: boolean): unknown => (change || (isMap(of) && Object.keys(of).some(isRelationWord)) ? of : { create: of })
function done(target: EntityModel, words: unknown): unknown {
  if (!isMap(words)) return words
  const each = (of: unknown, to: (one: unknown) => unknown): unknown => (Array.isArray(of) ? of.map(to) : to(of))
  return Object.fromEntries(Object.entries(words).map(([word, of]) => {
    if (word === 'create') return [word, each(of, x => input(target, x))]
    if (word === 'update' || word === 'set') return [word, each(of, x => input(target, x, true))]
    if (word === 'connectOrCreate' || word === 'upsert') return [word, each(of, x => (isMap(x) ? { ...x, ...('create' in x ? { create: input(target, x['create']) } : {}), ...('update' in x ? { update: input(target, x['update'], true) } : {}) } : x))]
    return [word, of]
  }))
}
/** The place in the case's own body: words that it left out, lists that it wrote as their one item, and what is added with its field. */
const unworded = (body: unknown) => (at: At): At => {
  const last = at.at(-1), word = at.at(-2)
  const turned = typeof last === 'string' && (word === 'add' || word === 'append' || word === 'remove') ? [...at.slice(0, -2), last, word] : at
  const out: (string | number)[] = []
  let here = body
  for (const part of turned) {
    if (part === 'create' && !(isMap(here) && 'create' in here)) continue
    if (typeof part === 'number' && !Array.isArray(here)) continue
    out.push(part)
    here = isMap(here) ? here[part] : Array.isArray(here) && typeof part === 'number' ? (here as unknown[])[part] : undefined
  }
  return out
}

/** Relations that a body wrote, to be answered with it. */
function nested(entity: EntityModel, body: unknown): Readonly<Record<string, RowsPart>> {
  const found: Record<string, RowsPart> = {}
  for (const b of Array.isArray(body) ? body as unknown[] : [body]) {
    if (!isMap(b)) continue
    for (const [name, of] of Object.entries(b)) {
      const relation = find(entity.relations, name)
      if (!relation || find(entity.fields, name)) continue
      const words = worded(of, false)
      const bodies = isMap(words) ? Object.values(words).flatMap(x => (Array.isArray(x) ? x as unknown[] : [x])) : []
      found[name] = { include: { ...found[name]?.include, ...Object.assign({}, ...bodies.map(x => nested(entityOf(world, relation.target), x))) as object } }
    }
  }
  return found
}

/** Lists as the cases have them, and which of them their page cut. */
function plain(value: unknown, path: readonly string[], cut: Set<string>): unknown {
  if (Array.isArray(value)) return value.map(v => plain(v, path, cut))
  if (!isMap(value)) return value
  if ('nodes' in value && 'pageInfo' in value) {
    if ((value['pageInfo'] as { hasNextPage: boolean }).hasNextPage) cut.add(path.join('.'))
    return plain(value['nodes'], path, cut)
  }
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, plain(v, [...path, name], cut)]))
}
const row = (value: unknown): Outcome => {
  const cut = new Set<string>(), data = plain(value, [], cut)
  return { answer: { data, page: null, cut: [...cut] } }
}

interface Page { readonly nodes: readonly unknown[]; readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }; readonly totalCount?: number }
function page({ nodes, pageInfo: p, totalCount }: Page): Outcome {
  const cut = new Set<string>(), data = nodes.map(n => plain(n, [], cut))
  return { answer: { data, cut: [...cut], page: { next: p.hasNextPage ? p.endCursor : null, previous: p.hasPreviousPage ? p.startCursor : null, total: totalCount ?? null, totalIsAtLeast: false } } }
}

export function saidOf(schema: GraphQLSchema, part: Part, as: Who): Said {
  return isRead(part) ? sayRead(new Saying(schema, as), part) : sayWrite(new Saying(schema, as), part)
}

function sayRead(s: Saying, part: ReadPart): Said {
  const entity = entityOf(world, entityNamed(part)), roots = s.schema.getQueryType()?.getFields() ?? {}
  const missing: Outcome = { refusal: { code: 'row.missing' } }
  if ('get' in part) {
    const args = s.args(roots[entity.name], { id: idText(part.key) })
    return { query: s.text('query', `${entity.name}${args} { ${s.row(entity, part)} }`), variables: s.variables, field: entity.name, read: v => (v === null ? missing : row(v)) }
  }
  if ('aggregate' in part) return sayAggregate(s, entity, part)
  const target = part.of === undefined ? entity : entityOf(world, find(entity.relations, part.of.relation)?.target ?? '')
  const { first, ...rest } = listed(target, part)
  const backwards = part.cursor?.toward === 'previous'
  const cursor = part.cursor === undefined ? {} : { [backwards ? 'before' : 'after']: part.cursor.token }
  const of = `{ nodes { ${s.row(target, part)} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }${part.count === undefined ? '' : ' totalCount'} }`
  const list = { ...rest, [backwards ? 'last' : 'first']: first, ...cursor }
  if (part.of === undefined) {
    const name = camel(entity.path)
    return { query: s.text('query', `${name}${s.args(roots[name], list)} ${of}`), variables: s.variables, field: name, read: v => page(v as Page) }
  }
  const { relation, key } = part.of
  const inner = `${relation}${s.args(s.type(entity).getFields()[relation], list)} ${of}`
  return {
    query: s.text('query', `${entity.name}${s.args(roots[entity.name], { id: idText(key) })} { ${inner} }`), variables: s.variables, field: entity.name,
    read: v => (v === null ? missing : page((v as Readonly<Record<string, Page>>)[relation] as Page)),
  }
}

function sayAggregate(s: Saying, entity: EntityModel, part: Aggregated): Said {
  const name = `${camel(entity.path)}Aggregate`
  const measures = new Map<string, string[]>()
  for (const text of part.measure) {
    const [, fn = text, field] = /^(\w+)\((.*)\)$/.exec(text) ?? []
    measures.set(fn, [...(measures.get(fn) ?? []), ...(field === undefined ? [] : [field])])
  }
  const sort = part.sort?.map(key => {
    const dir = key.startsWith('-') ? 'DESC' : 'ASC', text = key.replace(/^-/, '')
    const [, fn, field] = /^(\w+)\((.*)\)$/.exec(text) ?? []
    return fn !== undefined && field !== undefined ? { [fn]: { [field]: dir } } : text === 'count' ? { count: dir } : { group: { [text]: dir } }
  })
  const args = s.args(s.schema.getQueryType()?.getFields()[name], { where: part.filter === undefined ? undefined : where(entity, part.filter), groupBy: part.group, sort, first: part.size })
  const selected = [...(part.group ? [`group { ${part.group.join(' ')} }`] : []), ...[...measures].map(([fn, fields]) => (fields.length === 0 ? fn : `${fn} { ${fields.join(' ')} }`))].join(' ')
  return { query: s.text('query', `${name}${args} { ${selected || '__typename'} }`), variables: s.variables, field: name, read: v => ({ answer: { data: v, page: null, cut: [] } }) }
}

const verbs = { create: 'create', update: 'update', replace: 'upsert', delete: 'delete' } as const
function sayWrite(s: Saying, part: WritePart): Said {
  const { kind, entity: of, key, body, expect, count } = writeRequest(part)
  const entity = entityOf(world, of), many = Array.isArray(body) || count !== undefined, filter = 'filter' in part ? part.filter : undefined
  const name = `${verbs[kind]}${capital(many ? camel(entity.path) : entity.name)}`, written = many ? camel(entity.path) : entity.name
  // Any version is the same as none: a row that is not there is missing.
  const version = expect === null || expect === '*' ? undefined : /^\d+$/.test(expect) ? Number(expect) : expect
  const args = s.args(s.schema.getMutationType()?.getFields()[name], { id: key === null ? undefined : idText(key), input: kind === 'delete' ? undefined : input(entity, body, kind === 'update'), version, where: filter === undefined ? undefined : where(entity, filter), expect: count })
  if (count !== undefined) return { query: s.text('mutation', `${name}${args} { count }`), variables: s.variables, field: name, at: unworded(body), read: data => ({ answer: { data, page: null, cut: [] } }) }
  const answering = 'fields' in part || 'include' in part ? part : { include: nested(entity, body) }
  const selection = kind === 'delete' ? 'id' : `${written} { ${s.row(entity, answering)} }`
  return {
    query: s.text('mutation', `${name}${args} { ${selection} }`), variables: s.variables, field: name, at: unworded(body),
    read: v => (kind === 'delete' ? { answer: { data: null, page: null, cut: [] } } : row((v as Members)[written])),
  }
}

interface Answered { readonly data?: Readonly<Record<string, unknown>> | null; readonly errors?: readonly { message: string; path?: string[]; locations?: object[]; extensions: { code: string; status: number; pointer?: string; facts?: { fields?: string[] } } }[] }

export async function graphqlDriver(url: string, tokenOf: (as: Who) => Promise<string | null>): Promise<CallingDriver> {
  const send = async (query: string, variables: Members, as: Who): Promise<Answered> => {
    const token = await tokenOf(as)
    const response = await fetch(`${url}/graphql`, {
      method: 'POST', body: JSON.stringify({ query, variables }),
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    })
    return await response.json() as Answered
  }
  const { data } = await send(getIntrospectionQuery(), {}, 'nobody')
  const schema = buildClientSchema(data as unknown as IntrospectionQuery)
  const ask = async (said: Said, as: Who, write: boolean): Promise<Outcome> => {
    const { query, variables, field, read, at = (x: At) => x } = said
    const { data: answer, errors } = await send(query, variables, as)
    const [first] = errors ?? []
    if (!first) return read(answer?.[field])
    for (const e of errors ?? []) assert.ok(e.extensions.code && e.locations?.length, `every mistake has a code and a location: ${JSON.stringify(e)}\n${query}`)
    assert.notEqual(first.extensions.code, 'internal', JSON.stringify(first))
    const code = first.extensions.code === 'resolve.name' || first.extensions.code === 'request.malformed' ? 'resolve.value' : first.extensions.code
    const mistakes = errors?.every(e => e.extensions.pointer !== undefined) && write ? errors.map((e): Mistake => ({ at: at(place(e.extensions.pointer ?? '').slice(1)), detail: e.message })) : undefined
    const fields = first.extensions.facts?.fields
    return { refusal: { code: code as Failure['code'], ...(mistakes?.[0] ? { at: mistakes[0].at, mistakes } : {}), ...(fields === undefined ? {} : { fields }) } }
  }
  return {
    name: 'graphql', read: (part, as) => ask(saidOf(schema, part, as), as, false), write: (part, as) => ask(saidOf(schema, part, as), as, true),
    call: (part, as) => ask(sayCall(new Saying(schema, as), part), as, true),
  }
}
/** A call, its output and failures with everything they have. */
function sayCall(s: Saying, part: CallPart): Said {
  const action = actionsOf(world).find(a => a.id === part.call)
  assert.ok(action)
  const name = actionName(action)
  const args = s.args(s.schema.getMutationType()?.getFields()[name], { id: part.key === undefined ? undefined : idText(part.key), input: part.input })
  const members = (of: readonly Member[]): string => of.map(m => (m.kind === 'value' ? m.name : `${m.name} { ${members(m.members)} }`)).join(' ')
  const failures = action.failures.map(f => `... on ${capital(f.name)}Failure { ${members(f.facts) || '__typename'} }`).join(' ')
  const selection = `done ${action.output === null ? 'output' : `output { ${members(action.output)} }`}${failures === '' ? '' : ` failure { __typename ... on Failure { code message } ${failures} }`}`
  return {
    query: s.text('mutation', `${name}${args} { ${selection} }`), variables: s.variables, field: name,
    read: value => {
      const { done, output, failure } = value as { done: boolean; output: unknown; failure?: { code: string; message: string; __typename: string } | null }
      assert.equal(done, failure === null || failure === undefined)
      if (!failure) return { answer: { data: output, page: null, cut: [] } }
      const { code, message: _, __typename: __, ...facts } = failure
      return { refusal: { code, facts: facts as Failure['facts'] } }
    },
  }
}
const actionName = (a: ActionModel): string => (a.entity === null ? a.name : `${a.name}${capital(a.entity)}`)
/** Why a call is not made through GraphQL; null: it is. */
export function uncalled(c: CallCase): string | null {
  const schema = known(), action = actionsOf(world).find(a => a.id === c.call.call)
  if (!action || schema.getMutationType()?.getFields()[actionName(action)] === undefined) return 'what nobody may ever do'
  return c.expect.failure !== 'resolve.value' && !typed(schema, sayCall(new Saying(schema, c.as), c.call)) ? 'what does not fit the types is refused before anybody is asked' : null
}

const place = (pointer: string): At => pointer.split('/').slice(1).map(p => p.replaceAll('~1', '/').replaceAll('~0', '~')).map(p => (/^\d+$/.test(p) ? Number(p) : p))

/** Why a case is not asked through GraphQL; null: it is. */
export function undocumented(c: Case): string | null {
  const schema = known()
  if (Object.keys(c.expect).join() === 'lacks') return 'what is left out where nothing is named'
  const unsaidOf = (part: Part, as: Who, { failure }: Expect): string | null => unsaid(schema, part, as, failure === 'resolve.value')
  return unsaidOf(c.do, c.as, c.expect) ?? c.then?.map(step => unsaidOf(step.do, step.as, step.expect)).find(x => x !== null) ?? null
}
let made: GraphQLSchema | null = null
const known = (): GraphQLSchema => (made ??= schemaOf(world))

function unsaid(schema: GraphQLSchema, part: Part, as: Who, toBeRefused: boolean): string | null {
  if ('find' in part && part.number !== undefined) return 'page numbers'
  if ('find' in part && part.count === 'estimate') return 'an estimate'
  if ('aggregate' in part && part.measure.length === 0) return 'an aggregate that measures nothing'
  const said = saidOf(schema, part, as)
  const root = isRead(part) ? schema.getQueryType() : schema.getMutationType()
  if (root?.getFields()[said.field] === undefined) return 'what nobody may ever do'
  // Names and types are the document's: what is wrong with those is told before anybody is asked, whoever asks.
  if (!toBeRefused && !typed(schema, said)) return 'what does not fit the types is refused before anybody is asked'
  return null
}

function typed(schema: GraphQLSchema, { query, variables }: Said): boolean {
  return [...query.matchAll(/\$(v\d+): ([\w![\]]+)/g)].every(([, name = '', text = '']) => {
    const of = (t: string): GraphQLInputType => (t.endsWith('!') ? nonNull(of(t.slice(0, -1))) : t.startsWith('[') ? listOf(of(t.slice(1, -1))) : schema.getType(t) as GraphQLInputType)
    return coerceInputValue(variables[name], of(text)) !== undefined
  })
}
const nonNull = (of: GraphQLInputType): GraphQLInputType => new GraphQLNonNull(of as never)
const listOf = (of: GraphQLInputType): GraphQLInputType => new GraphQLList(of)
