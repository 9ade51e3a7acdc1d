// Which application a command is about, and where its own files lie.
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { usage } from './command.ts'

export interface Located {
  /** The file whose default export is the application. */
  readonly file: string
  /** Its folder: what is watched, and imported anew. */
  readonly folder: string
  /** What it is called unless the declaration says. */
  readonly name: string
}

export const rules = `Which application: the folder or file given, else the one \`dev\` or \`start\` last served from this folder, else the
current folder's own. In a folder it is the file backend.ts, app.ts, FOLDER.ts (shop.ts in shop/) or index.ts.`

/** Finds the application by the rules above. Throws a usage Trouble that says where it looked. */
export function locate(given: string | undefined, cwd: string): Located {
  if (given !== undefined) {
    const at = path.resolve(cwd, given)
    if (!existsSync(at)) throw usage(`There is no ${given} here (in ${cwd}). Give the folder of an application, or its main file.`)
    return statSync(at).isDirectory() ? inFolder(at, given) : located(at)
  }
  const last = lastServed(cwd)
  return last === null ? inFolder(cwd, 'the current folder') : { ...located(last.file), name: last.name }
}

function inFolder(folder: string, said: string): Located {
  const base = path.basename(realpathSync(folder))
  const names = ['backend.ts', 'app.ts', `${base}.ts`, 'index.ts']
  const file = names.map(name => path.join(folder, name)).find(f => existsSync(f))
  if (file === undefined) throw usage(`There is no application in ${said}: none of ${[...new Set(names)].join(', ')}. Give its folder or file: backwright dev my/app`)
  return located(file)
}

function located(file: string): Located {
  const real = realpathSync(file)
  const folder = path.dirname(real), base = path.basename(real).replace(/\.[cm]?[jt]s$/, '')
  const name = ['backend', 'app', 'index'].includes(base) ? path.basename(folder) : base
  return { file: real, folder, name: plain(name) }
}

/** A name that files, databases and addresses may have. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'app'

/** The application's own files: `.backwright/NAME` in the folder the command runs in. */
export interface Home { readonly folder: string; readonly data: string; readonly as: string; readonly secret: string; readonly serving: string; readonly startOver: string }
export function homeOf(name: string, cwd: string): Home {
  const folder = path.join(cwd, '.backwright', name)
  return {
    folder, data: path.join(folder, 'data'), as: path.join(folder, 'as'), secret: path.join(folder, 'secret'),
    serving: path.join(folder, 'serving'), startOver: path.join(folder, 'start-over'),
  }
}

const lastFile = (cwd: string): string => path.join(cwd, '.backwright', 'last.json')

/** Notes the application served from here, for commands that name none. */
export function rememberServed(app: Located, name: string, cwd: string): void {
  mkdirSync(path.dirname(lastFile(cwd)), { recursive: true })
  writeFileSync(lastFile(cwd), `${JSON.stringify({ file: app.file, name })}\n`)
}

function lastServed(cwd: string): { readonly file: string; readonly name: string } | null {
  try {
    const { file, name } = JSON.parse(readFileSync(lastFile(cwd), 'utf8')) as { file?: unknown; name?: unknown }
    return typeof file === 'string' && existsSync(file) && typeof name === 'string' ? { file, name } : null
  } catch {
    return null
  }
}

/** A path as people paste it: relative where that is shorter. */
export function shown(file: string, cwd: string): string {
  const near = path.relative(cwd, file)
  return near === '' ? '.' : near.startsWith(`..${path.sep}..`) ? file : near
}
