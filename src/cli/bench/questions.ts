// What is asked of each entity: one row by its key, its list as each audience sees it, by what it is found and ordered by, with what belongs to it, and its totals.
import { includable, isTenantReference, may, visible, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../model/index.ts'
import type { Asker } from './askers.ts'
import { get, type Json, type Look, type Question } from './look.ts'

export interface Sort { readonly field: FieldModel; readonly dir: 'asc' | 'desc' }
export interface Operation {
  readonly entity: EntityModel
  /** `get`, `list`, `list filter[customerId] sort -placedAt`, `create`. */
  readonly says: string
  readonly kind: 'get' | 'list' | 'aggregate' | 'create' | 'update'
  readonly as: Asker
  readonly status: number
  readonly requests: readonly Question[]
  /** Writes: others, each to be asked once. */
  readonly more?: (count: number) => readonly Question[]
  /** By which fields its rows are found, and in which order they come, for whoever looks at its plan. */
  readonly by: FieldModel | null
  readonly sort: readonly Sort[]
}
export interface Left { /** null: it is about none. */ readonly entity: EntityModel | null; readonly what: string; readonly why: string }
export interface Asked { readonly operations: readonly Operation[]; readonly left: readonly Left[]; /** Who sees rows of it, and rows they see: those who see the most come first. */ readonly readers: readonly Reader[] }
export interface Reader { readonly who: Asker; readonly sees: number; readonly rows: readonly Json[] }
export interface AskingOptions { readonly model: Model; readonly look: Look; readonly askers: readonly Asker[]; readonly quick: boolean }

/** Different requests of one operation, so that not always the same row is asked for. */
const different = 200

export async function questionsOf(entity: EntityModel, { model, look, askers, quick }: AskingOptions): Promise<Asked> {
  const nothing = (why: string): Asked => ({ operations: [], left: [{ entity, what: 'all', why }], readers: [] })
  if (may(model, entity, 'read') === 'never') return nothing('nobody may read it')
  const { readers, refused } = await readersOf(entity, look, askers)
  const [widest] = readers
  if (widest === undefined) return nothing(refused === null ? `there is none that ${askers.length === 1 ? askers[0]?.name ?? '' : 'any of its callers'} sees` : `${askers.length === 1 ? askers[0]?.name ?? '' : 'none of the callers'} may read it: ${refused}`)
  const operations: Operation[] = [], left: Left[] = []
  const add = (o: Pick<Operation, 'says' | 'kind' | 'requests'> & Partial<Operation>): void => { operations.push({ entity, as: widest.who, status: 200, by: null, sort: [], ...o }) }
  /** Only what is answered is measured: a field may be hidden from who asks, or a database of others not know how to compare it. */
  const answered = async (question: Question): Promise<boolean> => (await look(widest.who, question)).status === 200
  const list = `/${entity.path}`
  if (entity.key.length > 0) add({ says: 'get', kind: 'get', requests: keys(entity, widest.rows).map(key => get(`${list}/${key}`)) })
  for (const [i, reader] of audiences(readers).entries()) {
    operations.push({ entity, says: 'list', kind: 'list', as: reader.who, status: 200, requests: [get(list)], by: null, sort: [] })
    if (i > 0 && !quick && entity.key.length > 0) operations.push({ entity, says: 'get', kind: 'get', as: reader.who, status: 200, requests: keys(entity, reader.rows).map(key => get(`${list}/${key}`)), by: null, sort: [] })
  }
  const seen = visible(entity).filter(f => f.name !== entity.tenant && !f.list && !f.name.includes('.') && f.scalar !== 'json' && f.kind !== 'range' && f.scalar !== 'bytes')
  for (const { field, sort } of filters(entity, seen).slice(0, quick ? 2 : 4)) {
    const values = [...new Set(widest.rows.map(r => r[field.name]).filter(v => v !== null && v !== undefined))].slice(0, different), order = sort.length === 0 ? '' : `&sort=${sort.map(sorted).join()}`
    const requests = values.map(v => get(`${list}?filter[${field.name}]=${encodeURIComponent(textOf(v))}${order}`))
    if (requests[0] === undefined || !await answered(requests[0])) continue
    add({ says: `list filter[${field.name}]${sort.length === 0 ? '' : ` sort ${sort.map(sorted).join()}`}`, kind: 'list', requests, by: field, sort })
  }
  for (const sort of sorts(entity, seen).slice(0, quick ? 1 : 3)) {
    const question = get(`${list}?sort=${sorted(sort)}`)
    if (await answered(question)) add({ says: `list sort ${sorted(sort)}`, kind: 'list', requests: [question], sort: [sort] })
  }
  const searched = seen.find(f => f.searchable)
  if (searched) {
    const found = [...new Set(widest.rows.flatMap(r => textOf(r[searched.name] ?? '').split(/\s+/)).filter(word => /^\p{L}{3,}$/u.test(word)))].slice(0, different)
    const requests = found.map(word => get(`${list}?filter[${searched.name}][search]=${encodeURIComponent(word)}`))
    if (requests[0] !== undefined && await answered(requests[0])) add({ says: `list filter[${searched.name}][search]`, kind: 'list', requests, by: searched })
  }
  for (const r of await included(model, entity, name => answered(get(`${list}?include=${name}`)))) add({ says: `list include ${r.name}`, kind: 'list', requests: [get(`${list}?include=${r.name}`)] })
  for (const total of totals(entity, seen)) {
    const question = get(`${list}/aggregate?${total}`)
    if (!await answered(question)) continue
    add({ says: `aggregate ${total.replaceAll(/group=|measure=/g, '').replace('&', ': ')}`, kind: 'aggregate', requests: [question] })
    break
  }
  return { operations, left, readers }
}

/** Who sees how many, the most first. */
async function readersOf(entity: EntityModel, look: Look, askers: readonly Asker[]): Promise<{ readonly readers: readonly Reader[]; readonly refused: string | null }> {
  const found: Reader[] = []
  let refused: string | null = null, empty = false
  for (const who of askers) {
    const { status, body, cause, rows, total } = await rowsOf(entity, who, look)
    if (status !== 200) { refused ??= cause !== null && status >= 500 ? cause : typeof body['detail'] === 'string' ? body['detail'] : `it was answered ${status}`; continue }
    if (rows.length === 0) { empty = true; continue }
    found.push({ who, sees: total, rows })
  }
  return { readers: found.toSorted((a, b) => b.sees - a.sees), refused: empty ? null : refused }
}

/** Rows that somebody sees, from both ends: the declaration's own, which are the older ones mostly, may all be of one sort. `pages`: so many from the end. */
export async function rowsOf(entity: EntityModel, who: Asker, look: Look, pages = 1): Promise<{ readonly status: number; readonly body: Json; readonly cause: string | null; readonly rows: readonly Json[]; readonly total: number }> {
  const page = `/${entity.path}?page[size]=${Math.min(100, entity.page.max)}`
  const { status, body, cause } = await look(who, get(`${page}&count=exact`))
  if (status !== 200) return { status, body, cause, rows: [], total: 0 }
  const rows = body['data'] as readonly Json[], { total = rows.length, next } = body['page'] as { readonly total?: number; readonly next: string | null }
  if (next === null || entity.key.length === 0) return { status, body, cause, rows, total }
  const known = new Set(rows.map(row => keyOf(entity, row))), others: Json[] = []
  let cursor: string | null = ''
  for (let i = 0; i < pages && cursor !== null; i++) {
    const last = await look(who, get(`${page}&sort=${entity.key.map(name => `-${name}`).join()}${cursor === '' ? '' : `&page[after]=${cursor}`}`))
    if (last.status !== 200) break
    others.push(...(last.body['data'] as readonly Json[]).filter(row => !known.has(keyOf(entity, row))))
    cursor = (last.body['page'] as { readonly next: string | null }).next
  }
  return { status, body, cause, rows: rows.flatMap((row, i) => { const other = others[i]; return other === undefined ? [row] : [other, row] }).concat(others.slice(rows.length)), total }
}

/** One of those who see equally many: with the fewest rights, since they were asked first. */
const audiences = (readers: readonly Reader[]): readonly Reader[] => readers.filter((r, i) => readers.findIndex(x => x.sees === r.sees) === i).slice(0, 3)

/** Rows' keys as addresses have them. */
export const keys = (entity: EntityModel, rows: readonly Json[]): readonly string[] => rows.slice(0, different).map(row => keyOf(entity, row))
export const keyOf = (entity: EntityModel, row: Json): string => entity.key.map(name => encodeURIComponent(textOf(valueAt(row, name)))).join(',')
/** A value of an answer as a text; of objects their JSON. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value) ?? '')
/** The parts of a reference to a composite key stand in one object. */
export const valueAt = (row: Json, name: string): unknown => {
  const [head = '', ...tail] = name.split('.'), value = row[head]
  return tail.length === 0 ? value : typeof value === 'object' && value !== null ? valueAt(value as Json, tail.join('.')) : undefined
}

export const sorted = ({ field, dir }: Sort): string => `${dir === 'desc' ? '-' : ''}${field.name}`

/** By what rows are found: what they refer to, what an index begins with (in its order), what tells them apart, their state. */
function filters(entity: EntityModel, seen: readonly FieldModel[]): readonly { readonly field: FieldModel; readonly sort: readonly Sort[] }[] {
  const named = (name: string): FieldModel | undefined => seen.find(f => f.name === name)
  const indexed = entity.indexes.filter(i => i.method === 'btree').flatMap(i => {
    const [first, ...rest] = i.fields, field = named(first?.name ?? '')
    const sort = rest.flatMap(({ name, dir }): Sort[] => { const f = named(name); return f === undefined ? [] : [{ field: f, dir }] })
    return field === undefined || sort.length < rest.length ? [] : [{ field, sort }]
  })
  const all = [
    ...indexed.filter(i => i.field.reference !== null || i.sort.length > 0), ...seen.filter(f => f.reference !== null).map(field => ({ field, sort: [] })), ...indexed.filter(i => i.field.scalar !== 'timestamp'),
    ...entity.uniques.filter(u => u.fields.length === 1).flatMap(u => { const field = named(u.fields[0] ?? ''); return field === undefined ? [] : [{ field, sort: [] }] }),
    ...seen.filter(f => f.kind === 'choice').map(field => ({ field, sort: [] })),
  ]
  return all.filter((a, i) => !(entity.key.length === 1 && entity.key[0] === a.field.name) && all.findIndex(b => b.field === a.field) === i)
}

/** Orders that people want: the newest first, the dearest; and what an index begins with. */
function sorts(entity: EntityModel, seen: readonly FieldModel[]): readonly Sort[] {
  const indexed = entity.indexes.filter(i => i.method === 'btree' && i.fields.length === 1).flatMap(i => { const f = seen.find(x => x.name === i.fields[0]?.name); return f === undefined || f.reference !== null ? [] : [{ field: f, dir: i.fields[0]?.dir ?? 'asc' }] })
  const times = seen.filter(f => (f.scalar === 'timestamp' || f.scalar === 'date') && f.generated === null).slice(0, 1).map((field): Sort => ({ field, dir: 'desc' }))
  const numbers = seen.filter(f => ['money', 'decimal'].includes(f.kind)).slice(0, 1).map((field): Sort => ({ field, dir: 'asc' }))
  const named = seen.filter(f => f.name === 'name' || f.name === 'title').map((field): Sort => ({ field, dir: 'asc' }))
  const all: readonly Sort[] = [...indexed, ...times, ...named, ...numbers]
  return all.filter((a, i) => all.findIndex(b => b.field === a.field) === i)
}

/** A relation of each kind: to one, to many, to many on both sides. */
async function included(model: Model, entity: EntityModel, answered: (name: string) => Promise<boolean>): Promise<readonly RelationModel[]> {
  const found: RelationModel[] = []
  for (const kind of [(r: RelationModel) => r.one, (r: RelationModel) => !r.one && r.through === null, (r: RelationModel) => r.through !== null]) {
    for (const r of includable(model, entity).filter(r => kind(r) && !isTenantReference(entity, r))) if (await answered(r.name)) { found.push(r); break }
  }
  return found
}

/** What is counted and summed: by state, by what rows refer to, all together. */
function totals(entity: EntityModel, seen: readonly FieldModel[]): readonly string[] {
  const summed = seen.find(f => ['money', 'decimal', 'integer', 'number'].includes(f.kind) && f.reference === null && f.generated !== 'version' && !entity.key.includes(f.name))
  const measure = `measure=count${summed === undefined ? '' : `,sum(${summed.name})`}`
  const group = seen.find(f => f.kind === 'choice') ?? seen.find(f => f.scalar === 'boolean') ?? null
  return [...(group === null ? [] : [`group=${group.name}&${measure}`]), measure, 'measure=count']
}
