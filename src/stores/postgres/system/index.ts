// The system's own tables, made and kept up when a store opens: apart from the application's schema and its migration plans, additive only, by one process at a time.
import { Failure } from '../../../failure/index.ts'
import type { Model } from '../../../model/index.ts'
import { withClient, type Client } from '../administer/index.ts'
import type { Place } from '../connections/index.ts'
import { additions, grants, lookAround, systemOf, type Found } from './tables.ts'

/** 'backwright' and a number of its own: not that of migration plans, which may take long. */
const lock = 0x6261_636b

/** What a statement of `lookAround` answered. */
type Look = (text: string) => Promise<readonly (string | null)[]>

async function look(model: Model, ask: Look): Promise<Found> {
  const [schemas, columns, indexes, usable, role, database] = await ask(lookAround(model).text)
  const list = (json: string | null | undefined): readonly string[] => JSON.parse(json ?? '[]') as string[]
  return { schemas: list(schemas), columns: list(columns), indexes: list(indexes), usable: usable === 't' || usable === 'true', role: role ?? '', database: database ?? '' }
}
const asking = (client: Client): Look => async text => {
  const { rows: [row] } = await client.query(text)
  return Object.values(row as Record<string, unknown>).map(v => (v === null ? null : String(v)))
}

/**
 * Sees to it that the tables of the model's system entities are there. `ask` runs one statement where all is there already, which is nearly always; else a connection of
 * its own adds what is missing. Throws `store.down`, saying what to grant or run, where the role may not.
 */
export async function ensureSystem(model: Model, place: Place, ask: Look): Promise<void> {
  if (systemOf(model).length === 0) return
  const before = await look(model, ask)
  if (additions(model, before).length === 0 && before.usable) return
  await withClient(place, client => addSystem(client, model))
}

/** What is missing of the system's tables, as statements, and what the role would have to be granted to run them; null where nothing is missing or all can be made. */
export async function unmadeSystem(client: Client, model: Model): Promise<string | null> {
  if (systemOf(model).length === 0) return null
  try {
    await within(client, async () => { await add(client, model) }, 'rollback')
    return null
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
}

/** Adds what is missing. Throws as `ensureSystem`. */
export async function addSystem(client: Client, model: Model): Promise<void> {
  await within(client, () => add(client, model), 'commit')
}

async function within(client: Client, work: () => Promise<void>, end: 'commit' | 'rollback'): Promise<void> {
  await client.query('begin isolation level read committed')
  try {
    await work()
    await client.query(end)
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

async function add(client: Client, model: Model): Promise<void> {
  // Whatever the database does with other commits: every write counts on these tables.
  await client.query('set local synchronous_commit = on')
  // Of several processes that start at once one makes them; the others then find them.
  await client.query(`select pg_advisory_xact_lock(${lock}, 1)`)
  const found = await look(model, asking(client))
  const missing = additions(model, found)
  try {
    for (const statement of missing) await client.query(statement)
    if (!found.usable) throw Object.assign(new Error('permission denied'), { code: '42501' })
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code
    if (code !== '42501') throw error
    throw new Failure('store.down', refusal(model, found, missing), { cause: error })
  }
}

function refusal(model: Model, found: Found, missing: readonly string[]): string {
  const run = (statements: readonly string[]): string => statements.map(s => `  ${s};`).join('\n')
  return `Backwright keeps its change log and its records of repeated requests in tables of its own, in the schema backwright_system of the database ${found.database}, and the role ${found.role} may not `
    + `${missing.length > 0 ? 'make them' : 'use them'}. Let an owner of the database run\n${run(grants(model, found, found))}`
    + (missing.length > 0 ? `\nand start again; or make them by hand, and let ${found.role} read and write them:\n${run(missing)}` : '\nand start again.')
}
