// A database made of SQL, imported into a folder of its own, and the application that is written there.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileModel, type Backend } from 'backwright'
import pg from 'pg'
import { importSchema, type Choice, type Imported } from '../../src/migrate/import/index.ts'
import { planOf, readSchema, type MigrationPlan } from '../../src/migrate/index.ts'
import type { Model } from '../../src/model/index.ts'
import { testServer } from '../server.ts'

const root = path.dirname(path.dirname(import.meta.dirname))
export const everything: Choice = { schemas: [], only: [], except: [] }

export interface World {
  readonly client: pg.Client
  readonly url: string
  readonly folder: string
  /** What an import of the database as it is now says. */
  again(choice?: Choice): Promise<Imported>
  /** Writes that into the folder and reads it as an application. `edit` changes a file's text before. */
  written(edit?: (name: string, text: string) => string, choice?: Choice): Promise<{ backend: Backend; model: Model; imported: Imported }>
  plan(model: Model): Promise<MigrationPlan>
  end(): Promise<void>
}

let count = 0

export async function world(sql: string, server = testServer): Promise<World> {
  const fresh = await (await server()).freshDatabase()
  const client = new pg.Client(fresh.config)
  await client.connect()
  const folder = mkdtempSync(path.join(tmpdir(), 'bw-import-'))
  mkdirSync(path.join(folder, 'node_modules'))
  symlinkSync(root, path.join(folder, 'node_modules/backwright'))
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  const { user, password, host, port, database } = fresh.config
  const end = async (): Promise<void> => {
    await client.end()
    await fresh.drop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await client.query(sql)
    // A dump may leave its own search path behind.
    await client.query('reset all')
  } catch (error) {
    await end()
    throw error
  }
  const again = async (choice = everything): Promise<Imported> => importSchema(await readSchema(client), choice, 'world', 'world')
  return {
    client, folder, again, end,
    url: `postgres://${user}:${encodeURIComponent(password)}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`,
    async written(edit = (_, text) => text, choice = everything) {
      const imported = await again(choice)
      // Modules are never read twice: each writing has a folder of its own.
      const at = path.join(folder, `app${++count}`)
      mkdirSync(at)
      for (const { name, text } of imported.files) writeFileSync(path.join(at, name), edit(name, text))
      const { default: backend } = await import(pathToFileURL(path.join(at, 'backend.ts')).href) as { default: Backend }
      return { backend, model: compileModel(backend).model, imported }
    },
    plan: model => planOf(client, model),
  }
}

/** Everyone may do everything: the suggestion of each class, taken and widened. */
export function opened(name: string, text: string): string {
  const rule = /^ {2}\/\/ (static access = access\((\w+), \(\) => \[)(.*)\]\)$/m.exec(text)
  if (rule === null) return text
  const verbs = /'create'/.test(rule[3] ?? '') ? `allow('read', 'create', 'update', 'delete').always()` : `allow('read').always()`
  return `import { access, allow } from 'backwright'\n${text.replace(rule[0], `  ${rule[1]}${verbs}])`)}`
}
