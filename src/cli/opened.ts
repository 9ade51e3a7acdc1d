// Opens an application for a command of development: its schema applied, its data loaded, its ready-made callers written.
import path from 'node:path'
import { type Application, loadData, type Loaded, open, type OpenOptions } from '../application/index.ts'
import { compileModel, type Backend } from '../define/index.ts'
import type { ReadyCaller } from '../server/index.ts'
import { devSecret, writeCallers } from './callers.ts'
import { declarations, type Declarations } from './declaration.ts'
import { homeOf, type Home, type Located } from './locate.ts'

export interface Read { readonly backend: Backend; readonly name: string; readonly home: Home; readonly folder: string }

/** The declaration of an application, and where its own files lie. */
export async function readBackend(from: Declarations, app: Located, cwd: string): Promise<Read> {
  const backend = await from.read()
  const name = backend.name ?? app.name
  return { backend, name, home: homeOf(name, cwd), folder: app.folder }
}

export interface Opened { readonly application: Application; readonly callers: readonly ReadyCaller[] }

/** `observe` and `onProgress` as of `open`. Mistakes of the declaration are told before any database is touched. */
export async function openForDevelopment({ backend, name, home, folder }: Read, more: Pick<OpenOptions, 'observe' | 'onProgress'> & { readonly schema?: OpenOptions['schema'] } = {}): Promise<Opened> {
  const { model } = compileModel(backend)
  const callers = await writeCallers(home, backend, model)
  const application = await open(backend, {
    schema: 'apply', ...(backend.data === null ? {} : { begin: path.resolve(folder, backend.data) }), ...more, ...whereOf(home), name, tokens: { secret: devSecret(home) },
  })
  return { application, callers }
}

/** The database of an application: DATABASE_URL's, else the embedded one of this folder. */
export function whereOf(home: Home): { readonly url: string } | { readonly folder: string } {
  const url = process.env['DATABASE_URL'] || undefined
  return url === undefined ? { folder: home.data } : { url }
}

/** Loads what `backend({ data })` names, relative to its file. */
export async function load(application: Application, backend: Backend, app: Located): Promise<Loaded | null> {
  return backend.data === null ? null : loadData(application, path.resolve(app.folder, backend.data))
}

/** One reading of the declaration, for commands that watch nothing. */
export async function once<T>(app: Located, cwd: string, work: (read: Read) => Promise<T>): Promise<T> {
  const from = declarations(app, cwd)
  try {
    return await work(await readBackend(from, app, cwd))
  } finally {
    from.close()
  }
}
