// Loads an application's data: a folder with one JSON file per entity, each an array of rows with their keys. Rows whose key exists are left alone,
// so that it may be loaded again and again. A timestamp or date may be written relative to now: "now", "now-3d", "now+2w-4h".
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Application } from './open.ts'
import { Failure, suggest } from '../failure/index.ts'
import { entityOf, inTenant, relationOf, type Caller, type EntityModel, type FieldModel, type Model, type RelationModel } from '../model/index.ts'
import type { Engine } from '../protocols/protocol.ts'
import { advanceKeys } from '../stores/postgres/administer/index.ts'
import { Slot, type FindAsk, type GetAsk } from '../wire/index.ts'
import { DataMistake, shown } from './mistake.ts'

type Row = Record<string, unknown>
/** The system that loads: it looks into all tenants, and writes in that of each row. */
interface Loading { readonly everywhere: Caller; in(tenant: unknown): Caller }
interface File { readonly entity: EntityModel; readonly at: string; readonly rows: readonly Row[] }
export interface Loaded { readonly files: number; readonly rows: number; readonly added: number }

/** Rows of one write. */
const batch = 500
const run = () => ({ deadline: performance.now() + 300_000 })

/** Loads the folder, each file in one transaction, entities before those that refer to them. Throws an Error that names file, row and field. */
export async function loadData(application: Pick<Application, 'engine' | 'model' | 'database'>, folder: string): Promise<Loaded> {
  const { engine, model, database } = application
  const system: Loading = { everywhere: engine.system('loads data'), in: tenant => engine.system('loads data', { tenant }) }
  const files = inOrder(model, readFiles(model, folder))
  let added = 0
  for (const file of files) {
    const here = await engine.within(run(), inner => loadFile(inner, file, system))
    if (here > 0 && Object.values(file.entity.fields).some(f => f.generated === 'identity')) await database.client(client => advanceKeys(client, file.entity))
    added += here
  }
  return { files: files.length, rows: files.reduce((sum, f) => sum + f.rows.length, 0), added }
}

function readFiles(model: Model, folder: string): File[] {
  if (!existsSync(folder)) throw new DataMistake(`There is no folder ${shown(folder)}, which backend({ data }) names. Make it, or take the option away.`)
  const now = Date.now()
  const exposed = Object.values(model.entities).filter(e => !e.hidden)
  return readdirSync(folder).filter(name => name.endsWith('.json')).map(name => {
    const at = shown(path.join(folder, name))
    const entity = exposed.find(e => e.name === name.slice(0, -5))
    if (!entity) throw new DataMistake(`${at}: there is no entity '${name.slice(0, -5)}'.${suggest(name.slice(0, -5), exposed.map(e => e.name))} A file is called by its entity: ${exposed[0]?.name ?? 'product'}.json.`)
    let rows: unknown
    try {
      rows = JSON.parse(readFileSync(path.join(folder, name), 'utf8'))
    } catch (error) {
      throw new DataMistake(`${at}: this is not JSON: ${(error as Error).message}`, { cause: error })
    }
    if (!Array.isArray(rows)) throw new DataMistake(`${at}: this must be an array of rows.`)
    return { entity, at, rows: rows.map((row, i) => prepared(row, entity, `${at} row ${i + 1}`, now)) }
  })
}

function prepared(row: unknown, entity: EntityModel, at: string, now: number): Row {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new DataMistake(`${at}: a row is an object: { "${entity.key[0] ?? 'id'}": … }.`)
  const given = row as Row
  for (const part of entity.key) if (valueAt(given, part) === undefined || valueAt(given, part) === null) throw new DataMistake(`${at}: its key, ${part}, is missing. Rows of data give their keys, so that loading them again adds none.`)
  return Object.fromEntries(Object.entries(given).map(([name, value]) => {
    const f = Object.hasOwn(entity.fields, name) ? entity.fields[name] : undefined
    return [name, f && typeof value === 'string' && /^now\b/.test(value) && (f.scalar === 'timestamp' || f.scalar === 'date') ? relative(value, f, now, `${at}: ${name}`) : value]
  }))
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `now-3d`: seconds, minutes, hours, days, weeks. */
function relative(text: string, f: FieldModel, now: number, at: string): string {
  if (!/^now([+-]\d{1,6}[smhdw])*$/.test(text)) throw new DataMistake(`${at} is '${text}'. Relative to now it is written now-3d, now+2w-4h: s, m, h, d or w after each number.`)
  const time = [...text.matchAll(/([+-]\d+)([smhdw])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * (units[unit ?? ''] ?? 0), now)
  const iso = new Date(time).toISOString()
  return f.scalar === 'date' ? iso.slice(0, 10) : iso
}

/** The parts of a composite reference stand in one object. */
function valueAt(row: Row, name: string): unknown {
  const [head = '', tail] = name.split('.')
  const value = row[head]
  return tail === undefined ? value : typeof value === 'object' && value !== null ? (value as Row)[tail] : undefined
}

const ownReferences = (entity: EntityModel): readonly RelationModel[] => Object.values(entity.relations).filter(r => r.owner)
const refers = (row: Row, r: RelationModel): boolean => r.on.every(({ local }) => (valueAt(row, local) ?? null) !== null) || (typeof row[r.name] === 'object' && row[r.name] !== null)

/** Entities that others refer to come first, as far as the rows do refer. */
function inOrder(model: Model, files: readonly File[]): readonly File[] {
  const order: File[] = []
  const visit = (file: File, trail: readonly File[]): void => {
    if (order.includes(file)) return
    if (trail.includes(file)) {
      throw new DataMistake(`${[...trail.slice(trail.indexOf(file)), file].map(f => f.at).join(' → ')}: these refer to each other in a circle, so none can be loaded first. Leave one of the references out.`)
    }
    for (const r of ownReferences(file.entity)) {
      const target = files.find(f => f.entity.name === r.target)
      if (target && target !== file && file.rows.some(row => refers(row, r))) visit(target, [...trail, file])
    }
    order.push(file)
  }
  for (const entity of Object.values(model.entities)) {
    const file = files.find(f => f.entity === entity)
    if (file) visit(file, [])
  }
  return order
}

async function loadFile(engine: Engine, { entity, at, rows }: File, system: Loading): Promise<number> {
  const there = await existing(engine, entity, rows, system.everywhere)
  const place = new Map(rows.map((row, i) => [row, i + 1]))
  let missing = rows.filter(row => !there.has(keyText(entity, row)))
  const added = missing.length
  // Rows that refer to rows of the same file wait until those are in.
  const selves = ownReferences(entity).filter(r => r.target === entity.name)
  while (missing.length > 0) {
    const waiting = new Set(missing.map(row => keyText(entity, row)))
    const ready = missing.filter(row => selves.every(r => {
      const key = JSON.stringify(entity.key.map(part => normal(valueAt(row, r.on.find(o => o.foreign === part)?.local ?? ''))))
      return !refers(row, r) || !waiting.has(key) || key === keyText(entity, row)
    }))
    if (ready.length === 0) throw new DataMistake(`${at}: rows refer to each other in a circle, from row ${place.get(missing[0] ?? {}) ?? 1} on.`)
    for (const [caller, some] of await byTenant(engine, entity, at, ready, place, system)) {
      for (let i = 0; i < some.length; i += batch) await create(engine, entity, at, some.slice(i, i + batch), place, caller)
    }
    missing = missing.filter(row => !ready.includes(row))
  }
  return added
}

/** Rows with who writes them: of entities with tenants, the system in the tenant that a row, or its whole, names. */
async function byTenant(engine: Engine, entity: EntityModel, at: string, rows: readonly Row[], place: Map<Row, number>, system: Loading): Promise<readonly (readonly [Caller, readonly Row[]])[]> {
  if (!inTenant(engine.model, entity)) return [[system.everywhere, rows]]
  const groups = new Map<string, { readonly tenant: unknown; readonly rows: Row[] }>(), wholes = new Map<string, Promise<unknown>>()
  for (const row of rows) {
    const said = entity.tenant === undefined ? undefined : row[entity.tenant]
    const tenant = said ?? await wholesTenant(engine, entity, row, system.everywhere, wholes)
    if (typeof tenant !== 'string' && typeof tenant !== 'number') throw new DataMistake(`${at} row ${place.get(row) ?? '?'}: ${entity.tenant === undefined ? `the ${entity.whole ?? 'row'} it is a part of is not there` : `its ${entity.tenant} is missing: a ${entity.title} is of a tenant`}.`)
    const name = JSON.stringify(normal(tenant)), group = groups.get(name) ?? { tenant, rows: [] }
    groups.set(name, group)
    // Whose it is, is said by who writes it.
    const bare = Object.fromEntries(Object.entries(row).filter(([name]) => name !== entity.tenant))
    place.set(bare, place.get(row) ?? 0)
    group.rows.push(bare)
  }
  return [...groups.values()].map(g => [system.in(g.tenant), g.rows])
}

/** The tenant of the row that a part belongs to, each looked up once. */
function wholesTenant(engine: Engine, part: EntityModel, row: Row, system: Caller, known: Map<string, Promise<unknown>>): Promise<unknown> {
  if (part.whole === null) return Promise.resolve(undefined)
  const relation = relationOf(part, part.whole), whole = entityOf(engine.model, relation.target)
  const key = whole.key.map(name => valueAt(row, relation.on.find(pair => pair.foreign === name)?.local ?? ''))
  const name = JSON.stringify([whole.name, key.map(normal)])
  const look = async (): Promise<unknown> => {
    const fields = whole.tenant === undefined ? whole.key.map(part => part.split('.')[0] ?? part) : [whole.tenant]
    const above = whole.tenant === undefined && whole.whole !== null ? relationOf(whole, whole.whole).on.map(pair => pair.local.split('.')[0] ?? pair.local) : []
    const ask: GetAsk = { kind: 'get', entity: whole.name, key: key.map((_, i) => new Slot(i)), fields: [...new Set([...fields, ...above])] }
    try {
      const { body } = await engine.read({ key: `loads the tenant of ${whole.name}`, ask: () => ask, values: key, origin: 'body', cursor: null, number: null }, system, run())
      const found = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Row
      return whole.tenant === undefined ? await wholesTenant(engine, whole, found, system, known) : found[whole.tenant]
    } catch (error) {
      if (error instanceof Failure && error.code === 'row.missing') return undefined
      throw error
    }
  }
  const asked = known.get(name) ?? look()
  known.set(name, asked)
  return asked
}

async function create(engine: Engine, entity: EntityModel, at: string, rows: readonly Row[], place: ReadonlyMap<Row, number>, system: Caller): Promise<void> {
  try {
    await engine.write({ kind: 'create', entity: entity.name, key: null, body: rows, origin: 'body', expect: null, fields: entity.key.slice(0, 1).map(k => k.split('.')[0] ?? k) }, system, run())
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const mistakes = error.mistakes.length > 0 ? error.mistakes : [{ at: error.at, detail: error.message }]
    const lines = mistakes.slice(0, 10).map(m => {
      const [index, ...rest] = typeof m.at[0] === 'number' ? m.at : [null, ...m.at]
      const row = typeof index === 'number' ? rows[index] : undefined
      const key = row && JSON.stringify(entity.key.map(part => valueAt(row, part))).slice(1, -1)
      return `${at}${row ? ` row ${place.get(row) ?? '?'} (${key})` : ''}: ${rest.length > 0 ? `${rest.join('.')} ` : ''}${m.detail}`
    })
    throw new DataMistake([...lines, ...(mistakes.length > 10 ? [`… and ${mistakes.length - 10} more`] : [])].join('\n'), { cause: error })
  }
}

/** Keys compare by their text: uuids without regard to case. */
const normal = (value: unknown): unknown => (typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : typeof value === 'number' ? String(value) : value)
const keyText = (entity: EntityModel, row: Row): string => JSON.stringify(entity.key.map(part => normal(valueAt(row, part))))

/** The keys of those rows that are in the database. */
async function existing(engine: Engine, entity: EntityModel, rows: readonly Row[], system: Caller): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const [first] = entity.key
  if (first === undefined) return found
  const [head = '', tail] = first.split('.')
  const values = [...new Set(rows.map(row => valueAt(row, first)))]
  const size = Math.min(100, entity.page.max)
  const fields = [...new Set(entity.key.map(part => part.split('.')[0] ?? part))]
  const sort = entity.key.map(part => part.split('.')[0] ?? part)
  for (let i = 0; i < values.length; i += size) {
    const list = values.slice(i, i + size)
    const test = { in: new Slot(0) }
    const ask: FindAsk = { kind: 'find', entity: entity.name, filter: { [head]: tail === undefined ? test : { [tail]: test } }, fields, ...(tail === undefined ? { sort } : {}), size }
    for (let cursor: string | null = null; ;) {
      const answer = await engine.read({
        key: `loads ${entity.name}`, ask: () => ask, values: [list], origin: 'body', cursor: cursor === null ? null : { toward: 'next', token: cursor }, number: null,
      }, system, run())
      for (const row of JSON.parse(typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body).toString('utf8')) as Row[]) found.add(keyText(entity, row))
      cursor = answer.page?.next ?? null
      if (cursor === null) break
    }
  }
  return found
}
