// What a power cut does to a database that forces nothing to disk: the end of its log is gone.
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import { killDatabase } from './processes.ts'

export interface End { readonly file: string; readonly offset: number }

/** Where the log ends now. What dirty pages there are is on disk already: no checkpoint comes before the cut. */
export async function endOfLog(client: pg.Client): Promise<End> {
  await client.query('checkpoint')
  const { rows: [found] } = await client.query<{ file: string; offset: number }>('select file_name as file, file_offset as offset from pg_walfile_name_offset(pg_current_wal_flush_lsn())')
  if (!found) throw new Error('the log has no end')
  return found
}

/** Kills the database and takes from its log all that came after. */
export async function cutLog(folder: string, { file, offset }: End): Promise<void> {
  killDatabase(folder)
  const log = openSync(path.join(folder, 'pg_wal', file), 'r+')
  const { size } = fstatSync(log)
  writeSync(log, Buffer.alloc(size - offset), 0, size - offset, offset)
  closeSync(log)
}
