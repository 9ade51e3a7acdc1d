// Documents of plain requests: text, variables of the types that the schema has, and how their answers are read.
import type { GraphQLField, GraphQLSchema } from 'graphql'
import { rulingOf } from '../../engine/index.ts'
import type { At, Failure } from '../../failure/index.ts'
import { actionsOf, entityOf, find, onWire, type Caller, type EntityModel, type Member, type Model } from '../../model/index.ts'
import { idText } from '../../wire/index.ts'
import type { Outcome } from '../check.ts'
import { isRead, writeRequest, type Aggregated, type CallPart, type Part, type ReadPart, type RowsPart, type WritePart } from '../request.ts'
import { input, isMap, listed, nested, unworded, where, type Members } from './bodies.ts'
import type { Vocabulary } from './names.ts'

/** A request as a document. `field`: the one that it asks; null: there is none, since nobody may ever do that. */
export interface Said { readonly query: string; readonly variables: Members; readonly field: string | null; readonly read: (value: unknown) => Outcome; readonly at?: (place: At) => At }

/** One document as it is made. */
class Saying {
  readonly variables: Record<string, unknown> = {}
  readonly declared: string[] = []
  readonly names: Vocabulary
  readonly model: Model
  readonly schema: GraphQLSchema
  readonly #caller: Caller
  constructor(names: Vocabulary, caller: Caller) {
    this.names = names
    this.model = names.model
    this.schema = names.schema
    this.#caller = caller
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

  /** The fields of a row and the relations with it; where none are named, those that the caller may see. */
  row(entity: EntityModel, part: Pick<RowsPart, 'fields' | 'include'>): string {
    const ruling = rulingOf(this.model, this.#caller)
    const names = part.fields ?? [
      ...onWire(Object.values(entity.fields).filter(f => !f.hidden && f.asked !== true && ruling.shown(entity, f.name).kind !== 'never')).map(w => w.name), ...Object.keys(entity.derived ?? {}),
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
    const target = entityOf(this.model, relation.target)
    const field = this.names.row(entity)?.getFields()[name]
    if (relation.one) return `${name}${this.args(field, listed(this.model, target, of))} { ${this.row(target, of)} }`
    return `${name}${this.args(field, listed(this.model, target, of))} { pageInfo { hasNextPage } nodes { ${this.row(target, of)} } }`
  }

  text(kind: 'query' | 'mutation', body: string): string { return `${kind}${this.declared.length ? `(${this.declared.join(', ')})` : ''} { ${body} }` }
}

/** Lists as requests have them, and which of them their page cut. */
function plain(value: unknown, path: readonly string[], cut: Set<string>): unknown {
  if (Array.isArray(value)) return value.map(v => plain(v, path, cut))
  if (!isMap(value)) return value
  if ('nodes' in value && 'pageInfo' in value) {
    if ((value['pageInfo'] as { hasNextPage: boolean }).hasNextPage) cut.add(path.join('.'))
    return plain(value['nodes'], path, cut)
  }
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, plain(v, [...path, name], cut)]))
}
const row = (value: unknown, ids?: readonly string[]): Outcome => {
  const cut = new Set<string>(), data = plain(value ?? null, [], cut)
  return { answer: { data, page: null, cut: [...cut], ...(ids === undefined ? {} : { ids }) } }
}

interface Page { readonly nodes: readonly unknown[]; readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }; readonly totalCount?: number }
function page({ nodes, pageInfo: p, totalCount }: Page): Outcome {
  const cut = new Set<string>(), data = nodes.map(n => plain(n, [], cut))
  return { answer: { data, cut: [...cut], page: { next: p.hasNextPage ? p.endCursor : null, previous: p.hasPreviousPage ? p.startCursor : null, total: totalCount ?? null, totalIsAtLeast: false } } }
}

/** A request as `caller` would write it: what rules hide from it whatever the row is not asked for. */
export function documentOf(names: Vocabulary, part: Part, caller: Caller): Said {
  return isRead(part) ? sayRead(new Saying(names, caller), part) : sayWrite(new Saying(names, caller), part)
}

function sayRead(s: Saying, part: ReadPart): Said {
  const entity = entityOf(s.model, 'find' in part ? part.find : 'get' in part ? part.get : part.aggregate)
  const missing: Outcome = { refusal: { code: 'row.missing' } }
  if ('get' in part) {
    const root = s.names.reading('get', entity), args = s.args(root, { id: idText(part.key) })
    return { query: s.text('query', `${root?.name}${args} { ${s.row(entity, part)} }`), variables: s.variables, field: root?.name ?? null, read: v => (v === null ? missing : row(v)) }
  }
  if ('aggregate' in part) return sayAggregate(s, entity, part)
  const target = part.of === undefined ? entity : entityOf(s.model, find(entity.relations, part.of.relation)?.target ?? '')
  const { first, ...rest } = listed(s.model, target, part)
  const backwards = part.cursor?.toward === 'previous'
  const cursor = part.cursor === undefined ? {} : { [backwards ? 'before' : 'after']: part.cursor.token }
  const of = `{ nodes { ${s.row(target, part)} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }${part.count === undefined ? '' : ' totalCount'} }`
  const list = { ...rest, [backwards ? 'last' : 'first']: first, ...cursor }
  if (part.of === undefined) {
    const root = s.names.reading('find', entity)
    return { query: s.text('query', `${root?.name}${s.args(root, list)} ${of}`), variables: s.variables, field: root?.name ?? null, read: v => page(v as Page) }
  }
  const { relation, key } = part.of, root = s.names.reading('get', entity)
  const inner = `${relation}${s.args(s.names.row(entity)?.getFields()[relation], list)} ${of}`
  return {
    query: s.text('query', `${root?.name}${s.args(root, { id: idText(key) })} { ${inner} }`), variables: s.variables, field: root?.name ?? null,
    read: v => (v === null ? missing : page((v as Readonly<Record<string, Page>>)[relation] as Page)),
  }
}

function sayAggregate(s: Saying, entity: EntityModel, part: Aggregated): Said {
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
  const root = s.names.reading('aggregate', entity)
  const args = s.args(root, { where: part.filter === undefined ? undefined : where(s.model, entity, part.filter), groupBy: part.group, sort, first: part.size })
  const selected = [...(part.group ? [`group { ${part.group.join(' ')} }`] : []), ...[...measures].map(([fn, fields]) => (fields.length === 0 ? fn : `${fn} { ${fields.join(' ')} }`))].join(' ')
  return { query: s.text('query', `${root?.name}${args} { ${selected || '__typename'} }`), variables: s.variables, field: root?.name ?? null, read: v => ({ answer: { data: v, page: null, cut: [] } }) }
}

function sayWrite(s: Saying, part: WritePart): Said {
  const { kind, entity: of, key, body, expect, count } = writeRequest(part)
  const entity = entityOf(s.model, of), many = Array.isArray(body) || count !== undefined, filter = 'filter' in part ? part.filter : undefined
  const root = s.names.writing(entity, kind, many), written = s.names.written(root?.name ?? '')
  // Any version is the same as none: a row that is not there is missing.
  const version = expect === null || expect === '*' ? undefined : /^\d+$/.test(expect) ? Number(expect) : expect
  const args = s.args(root, {
    id: key === null ? undefined : idText(key), input: kind === 'delete' ? undefined : input(s.model, entity, body, kind === 'update'), version,
    where: filter === undefined ? undefined : where(s.model, entity, filter), expect: count,
  })
  const around = { variables: s.variables, field: root?.name ?? null, at: unworded(body) }
  if (count !== undefined) return { ...around, query: s.text('mutation', `${root?.name}${args} { count }`), read: data => ({ answer: { data, page: null, cut: [] } }) }
  if (kind === 'delete') return { ...around, query: s.text('mutation', `${root?.name}${args} { id }`), read: () => ({ answer: { data: null, page: null, cut: [] } }) }
  const answering = 'fields' in part || 'include' in part ? part : { include: nested(s.model, entity, body) }
  const selection = [many ? 'ids' : 'id', ...(written === undefined ? [] : [`${written} { ${s.row(entity, answering)} }`])].join(' ')
  return {
    ...around, query: s.text('mutation', `${root?.name}${args} { ${selection} }`),
    read: v => { const { id, ids = [id], ...more } = v as Members & { readonly id?: string; readonly ids?: readonly string[] }; return row(written === undefined ? null : more[written], ids as readonly string[]) },
  }
}

/** A call, its output and failures with everything they have. */
export function callDocument(names: Vocabulary, part: CallPart, caller: Caller): Said {
  const s = new Saying(names, caller), action = actionsOf(s.model).find(a => a.id === part.call)
  if (!action) throw new Error(`there is no ${part.call}`)
  const root = names.calling(action)
  const args = s.args(root, { id: part.key === undefined ? undefined : idText(part.key), input: part.input })
  const members = (of: readonly Member[], prefix = ''): string => of.map(m => `${prefix}${m.name}${m.kind === 'value' ? '' : ` { ${members(m.members)} }`}`).join(' ')
  // Under names of their own: two failures may have facts of one name and two types.
  const failures = action.failures.map((f, i) => `... on ${s.names.failure(f.code)} { ${f.facts.map(m => members([m], `f${i}_${m.name}: `)).join(' ') || '__typename'} }`).join(' ')
  const output = action.output === null ? ' output' : action.output.length === 0 ? '' : ` output { ${members(action.output)} }`
  const selection = `done${output}${failures === '' ? '' : ` failure { __typename ... on Failure { code message } ${failures} }`}`
  return {
    query: s.text('mutation', `${root?.name}${args} { ${selection} }`), variables: s.variables, field: root?.name ?? null,
    read: value => {
      const { output, failure } = value as { output?: unknown; failure?: { code: string; message: string; __typename: string } | null }
      if (!failure) return { answer: { data: output ?? null, page: null, cut: [] } }
      const { code, message, __typename: _, ...facts } = failure
      return { refusal: { code, message, facts: Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name.replace(/^f\d+_/, ''), fact])) as Failure['facts'] } }
    },
  }
}
