// TypeScript's opinion of an application's files, where TypeScript is installed beside it: asked in a process of its own, one line per mistake.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import type { Home, Located } from './locate.ts'

export interface Mistyped { readonly file: string; readonly line: number; readonly says: string; readonly code: string }

/** The compiler that belongs to the application's folder, or null. */
export function compilerOf(app: Located): string | null {
  try {
    const at = path.join(path.dirname(createRequire(app.file).resolve('typescript/package.json')), 'bin', 'tsc')
    return existsSync(at) ? at : null
  } catch {
    return null
  }
}

/**
 * The mistakes in the application's file and what it imports from its folder; null: no compiler, or it was told to stop.
 * Throws an Error with the compiler's words where it failed otherwise.
 */
export async function typeCheck(app: Located, home: Home, signal?: AbortSignal): Promise<readonly Mistyped[] | null> {
  const compiler = compilerOf(app)
  if (compiler === null || signal?.aborted) return null
  const config = configFor(app, home)
  const child = spawn(process.execPath, [compiler, '-p', config, '--pretty', 'false'], { cwd: app.folder, stdio: ['ignore', 'pipe', 'pipe'] })
  // The server comes first.
  try { if (child.pid !== undefined) os.setPriority(child.pid, 10) } catch { /* it ended already */ }
  const stop = (): void => { child.kill('SIGKILL') }
  signal?.addEventListener('abort', stop, { once: true })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { out += chunk.toString() })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  signal?.removeEventListener('abort', stop)
  if (signal?.aborted) return null
  const found = [...out.matchAll(/^(.+?)\((\d+),\d+\): error (TS\d+): (.*)$/gm)].map(([, file = '', line, ts = '', says = '']): Mistyped => ({ file: path.resolve(app.folder, file), line: Number(line), says, code: ts }))
  if (code !== 0 && found.length === 0) throw new Error(`TypeScript could not check the types: ${out.trim().split('\n')[0] ?? `it ended with ${code}`}`)
  return found.filter(m => m.file.startsWith(app.folder + path.sep) && !m.file.includes(`${path.sep}node_modules${path.sep}`))
}

/** The project's own settings, for this application's files alone, remembering what was checked before. Beside its other files, so that nothing of the project changes. */
function configFor(app: Located, home: Home): string {
  let folder = app.folder
  while (!existsSync(path.join(folder, 'tsconfig.json')) && path.dirname(folder) !== folder) folder = path.dirname(folder)
  const own = path.join(folder, 'tsconfig.json')
  const settings = existsSync(own)
    ? { extends: own, compilerOptions: {} }
    : { compilerOptions: { target: 'es2024', module: 'nodenext', strict: true, skipLibCheck: true, erasableSyntaxOnly: true, allowImportingTsExtensions: true } }
  const { compilerOptions } = settings
  const built = path.join(home.folder, 'types.json')
  const roots = upward(app.folder).map(at => path.join(at, 'node_modules', '@types')).filter(at => existsSync(at))
  const text = `${JSON.stringify({ ...settings, compilerOptions: { ...compilerOptions, noEmit: true, incremental: true, tsBuildInfoFile: built, typeRoots: roots }, files: [app.file], include: [], references: [] }, null, 2)}\n`
  const config = path.join(home.folder, 'tsconfig.json')
  mkdirSync(home.folder, { recursive: true })
  writeFileSync(config, text)
  return config
}

function upward(folder: string): string[] {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...upward(parent)]
}
