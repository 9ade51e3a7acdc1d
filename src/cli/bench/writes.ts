// Creates and changes that whoever asks may do: bodies are tried once before they are measured, and what is refused is told.
import { fieldsOf, may, required, type EntityModel, type FieldModel, type Model, type RelationModel } from '../../model/index.ts'
import type { FieldName } from '../../operation/index.ts'
import type { Asker } from './askers.ts'
import type { Filling } from './fill.ts'
import type { Json, Look, Question, Seen } from './look.ts'
import { keyOf, rowsOf, textOf, valueAt, type Left, type Operation, type Reader } from './questions.ts'
import type { Maker } from './values.ts'

export interface WritingOptions { readonly model: Model; readonly look: Look; readonly askers: readonly Asker[]; readonly filling: Filling; /** Values from here on were not given to any row. */ readonly from: number }
interface Written { readonly operations: readonly Operation[]; readonly left: readonly Left[] }

/** Refused for who asks, not for what is asked. */
const denied = (status: number): boolean => status === 401 || status === 403 || status === 404

export async function writesOf(entity: EntityModel, readers: readonly Reader[], options: WritingOptions): Promise<Written> {
  const operations: Operation[] = [], left: Left[] = []
  for (const kind of ['create', 'update'] as const) {
    if (entity.readOnly || may(options.model, entity, kind) === 'never') continue
    let why: string | null = null, found = false
    for (const who of [...readers.map(r => r.who), ...options.askers.filter(a => !readers.some(r => r.who === a))]) {
      const rows = readers.find(r => r.who === who)?.rows ?? []
      const tried = kind === 'create' ? await creating(entity, who, options) : await updating(entity, who, rows, options)
      if ('operation' in tried) { operations.push(tried.operation); found = true; break }
      why ??= tried.why
    }
    if (!found) left.push({ entity, what: kind, why: why ?? (kind === 'create' ? 'nobody who was tried may' : 'no row that was tried may be changed by who sees it') })
  }
  return { operations, left }
}

type Tried = { readonly operation: Operation } | { readonly why: string | null }
const told = ({ status, body, cause }: Pick<Seen, 'status' | 'body' | 'cause'>): string => {
  if (status >= 500 && cause !== null) return `answered ${status}: ${cause}`
  const [first] = errorsOf(body)
  return `answered ${status}: ${first?.detail === undefined ? textOf(body['detail'] ?? body['title'] ?? '') : `${first.pointer ?? ''} ${first.detail}`}`.trim()
}
const errorsOf = (body: Json): readonly { readonly pointer?: string; readonly detail?: string }[] => (body['errors'] ?? []) as readonly { readonly pointer?: string; readonly detail?: string }[]
/** What of the body is not right, by its first name. */
const blamed = ({ body }: Pick<Seen, 'body'>): readonly string[] => errorsOf(body).flatMap(e => e.pointer?.split('/')[1] ?? [])

/** A body that is taken: first with all that may be said, then without what is refused and with what is missed. */
async function creating(entity: EntityModel, as: Asker, options: WritingOptions): Promise<Tried> {
  const { model, look, filling } = options
  const makers = filling.makers(entity), writable = fieldsOf(entity, 'create')
  const owners = Object.values(entity.relations).filter(r => r.owner && !r.hidden && writable.some(f => f.reference === r.name))
  const least = writable.filter(f => f.reference === null && required(f)), named = new Set([...least, ...writable.filter(f => f.reference === null && f.by === null && f.kind !== 'secret' && makers.get(f.name))])
  const refs = owners.filter(r => r.on.some(p => { const f = entity.fields[p.local]; return f !== undefined && required(f) }))
  let why: string | null = null
  for (let tries = 0; tries < 6; tries++) {
    const targets = new Map<string, readonly Json[]>()
    // Where the references tell rows apart, there are as many rows as there are targets, and no more.
    const pages = takenOf(entity, refs, filling) !== null && refs.length === 1 ? 20 : 1
    for (const r of refs) targets.set(r.name, await visibleRows(model, look, as, r, pages))
    const lacking = refs.find(r => (targets.get(r.name) ?? []).length === 0)
    if (lacking) return { why: `${as.name} sees no ${model.entities[lacking.target]?.title ?? lacking.target} it could refer to` }
    const bodies = bodiesOf(entity, [...named], refs, targets, options)
    const seen = await taken(entity, as, refs, targets, bodies, look)
    if (seen === null) return { why: why ?? 'no row can be made that differs from those that are there' }
    if (seen.status === 201) return { operation: { entity, says: 'create', kind: 'create', as, status: 201, requests: bodies.more(1), more: bodies.more, by: null, sort: [] } }
    why = denied(seen.status) ? why ?? `${as.name} was ${told(seen)}` : told(seen)
    let changed = false
    for (const name of blamed(seen)) {
      const field = [...named].find(f => f.name === name && !required(f)), missed = owners.find(r => !refs.includes(r) && r.on.some(p => p.local.split('.')[0] === name))
      if (field !== undefined) named.delete(field)
      else if (missed !== undefined) refs.push(missed)
      else continue
      changed = true
    }
    if (changed) continue
    if (named.size === least.length) break
    for (const f of named) if (!least.includes(f)) named.delete(f)
  }
  return { why }
}

/** Tries a body. It may be refused for what is referred to (a whole that is closed, an article that is not published): then those are found out that it is taken with, and no others are referred to. Null: there is none. */
async function taken(entity: EntityModel, as: Asker, refs: readonly RelationModel[], targets: Map<string, readonly Json[]>, bodies: Bodies, look: Look): Promise<Seen | null> {
  const first = refs.find(r => r.name === entity.whole) ?? refs[0], all = targets.get(first?.name ?? '') ?? [], taking: Json[] = []
  let last: Seen | null = null, good: Seen | null = null, refused = false
  for (const one of first === undefined ? [null] : sample(all, 40)) {
    if (first !== undefined && one !== null) { targets.set(first.name, [one]); bodies.again() }
    const [question] = bodies.more(1)
    if (question === undefined) continue
    last = await look(as, question)
    if (last.status === 201) { good = last; if (one !== null) taking.push(one) } else if (!denied(last.status) || blamed(last).length > 0) break
    else refused = true
    if (!refused && taking.length === 4) break
  }
  if (first !== undefined) { targets.set(first.name, refused && taking.length > 0 && all.length <= 200 ? taking : all); bodies.again() }
  return good ?? last
}

interface Bodies { /** The next, fewer where there are no more that differ. */ readonly more: (count: number) => readonly Question[]; /** Begins with the first targets again. */ readonly again: () => void }

function bodiesOf(entity: EntityModel, named: readonly FieldModel[], refs: readonly RelationModel[], targets: ReadonlyMap<string, readonly Json[]>, { filling, from }: WritingOptions): Bodies {
  const makers = filling.makers(entity), path = `/${entity.path}`, isTaken = takenOf(entity, refs, filling), used = new Set<string>()
  let n = from, combination = 0
  const next = (): Json | null => {
    const body: Record<string, unknown> = {}
    for (;;) {
      // Where references tell rows apart, each combination is there once.
      if (isTaken !== null && combination >= refs.reduce((product, r) => product * (targets.get(r.name)?.length ?? 1), 1)) return null
      let left = combination++
      const local: Record<FieldName, unknown> = {}
      for (const r of refs) {
        const rows = targets.get(r.name) ?? [], row = rows[left % rows.length] ?? {}
        left = Math.floor(left / rows.length)
        for (const p of r.on) local[p.local] = valueAt(row, p.foreign)
      }
      if (isTaken !== null) {
        const text = JSON.stringify(local)
        if (isTaken(local) || used.has(text)) continue
        used.add(text)
      }
      for (const [name, value] of Object.entries(local)) put(body, name, value)
      break
    }
    n++
    for (const f of named) {
      const value = makers.get(f.name)?.(n)
      if (value === undefined && required(f)) return null
      if (value !== undefined) put(body, f.name, value)
    }
    return body
  }
  return {
    again: () => { combination = 0 },
    more(count) {
      const out: Question[] = []
      while (out.length < count) { const made = next(); if (made === null) break; out.push({ method: 'POST', path, body: made }) }
      return out
    },
  }
}

/** Rows that whoever asks may refer to. */
async function visibleRows(model: Model, look: Look, as: Asker, r: RelationModel, pages: number): Promise<readonly Json[]> {
  const target = model.entities[r.target]
  if (!target || target.hidden) return []
  return (await rowsOf(target, as, look, pages)).rows
}

/** Whether a row with these references is there, where references alone tell rows apart; null: they do not. */
function takenOf(entity: EntityModel, demanded: readonly RelationModel[], filling: Filling): ((local: Readonly<Record<FieldName, unknown>>) => boolean) | null {
  // What is the caller's own is the same in each.
  const names = new Set([...demanded.flatMap(r => r.on.map(p => p.local)), ...Object.values(entity.fields).filter(f => f.default?.kind === 'claim').map(f => f.name)])
  const group = [entity.key, ...entity.uniques.map(u => u.fields)].find(fields => fields.every(f => names.has(f) || f === entity.tenant))?.filter(f => f !== entity.tenant)
  if (group === undefined) return null
  if (!group.every(f => demanded.some(r => r.on.some(p => p.local === f)))) return () => false
  const pool = filling.pools.get(entity.name), there = new Set([...pool?.all.map(row => row.of) ?? [], ...pool?.older ?? []].map(of => JSON.stringify(group.map(f => of[f] ?? null))))
  return local => there.has(JSON.stringify(group.map(f => (local[f] == null ? null : textOf(local[f])))))
}

async function updating(entity: EntityModel, as: Asker, rows: readonly Json[], { look, filling, from }: WritingOptions): Promise<Tried> {
  if (rows.length === 0 || entity.key.length === 0) return { why: null }
  if (entity.versionDemanded) return { why: 'a change must say the version it was read at' }
  const telling = new Set([...entity.key, ...entity.uniques.flatMap(u => u.fields)])
  const fields = fieldsOf(entity, 'update').filter(f => f.reference === null && !telling.has(f.name) && f.transitions === undefined && f.kind !== 'secret' && filling.makers(entity).get(f.name))
  let why: string | null = fields.length === 0 ? 'none of its fields can be changed by itself' : null
  for (const f of preferred(fields).slice(0, 6)) {
    const make = filling.makers(entity).get(f.name) as Maker
    let n = from
    const change = (row: Json): Question => {
      const body: Record<string, unknown> = {}
      put(body, f.name, make(n++) ?? null)
      return { method: 'PATCH', path: `/${entity.path}/${keyOf(entity, row)}`, body }
    }
    const allowed: Json[] = []
    for (const [i, row] of sample(rows, 40).entries()) {
      const seen = await look(as, change(row))
      if (seen.status < 300) allowed.push(row)
      else if (!denied(seen.status)) why ??= `${f.name} ${told(seen)}`
      if (allowed.length === 0 && (i >= 25 || blamed(seen).length > 0)) break
    }
    if (allowed.length === 0) continue
    const requests = Array.from({ length: 5 }, () => allowed.map(change)).flat()
    return { operation: { entity, says: `update ${f.name}`, kind: 'update', as, status: 200, requests, by: null, sort: [] } }
  }
  return { why }
}

/** Some of them, from all over. */
const sample = <T>(of: readonly T[], count: number): readonly T[] => of.filter((_, i) => of.length <= count || Math.floor(i * count / of.length) !== Math.floor((i - 1) * count / of.length))

/** What changes often: states and numbers rather than what a rule may look at. */
const preferred = (fields: readonly FieldModel[]): readonly FieldModel[] => fields.toSorted((a, b) => rank(a) - rank(b))
const rank = (f: FieldModel): number => (f.by !== null ? 4 : ['text', 'integer', 'money', 'decimal', 'number'].includes(f.kind) ? 0 : f.kind === 'choice' || f.kind === 'boolean' ? 2 : 1)

function put(into: Record<string, unknown>, name: string, value: unknown): void {
  const [head = '', ...tail] = name.split('.')
  if (tail.length === 0) { into[head] = value; return }
  const inner = (into[head] ?? {}) as Record<string, unknown>
  into[head] = inner
  put(inner, tail.join('.'), value)
}
