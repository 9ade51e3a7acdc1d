// What a database begins with: SQL of a folder of data, run once, before there is anything in it. For applications over tables that were there before.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Client } from '../stores/postgres/administer/index.ts'
import { DataMistake, shown } from './mistake.ts'

const used = `select from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'backwright_system') limit 1`

/** Runs the `.sql` files of the folder, in the order of their names and in one transaction, if the database has no tables. Answers their names. Throws DataMistake with file and line. */
export async function beginWith(client: Client, folder: string, onProgress?: (line: string) => void): Promise<readonly string[]> {
  const files = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.sql')).toSorted() : []
  if (files.length === 0 || (await client.query(used)).rows.length > 0) return []
  await client.query('begin')
  for (const name of files) {
    const at = path.join(folder, name), text = readFileSync(at, 'utf8')
    onProgress?.(`loading ${name} into the empty database`)
    try {
      await client.query(text)
    } catch (error) {
      await client.query('rollback').catch(() => {})
      const { position, message } = error as Error & { readonly position?: string }
      const line = position === undefined ? '' : `:${text.slice(0, Number(position)).split('\n').length}`
      throw new DataMistake(`${shown(at)}${line}  ${message}`, { cause: error })
    }
  }
  await client.query('commit')
  return files
}
