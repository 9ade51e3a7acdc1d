// A data folder: made whole or not at all, with its password in it; refused where it is another major's or not PostgreSQL's.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { account, command, handOver, type AsRoot } from './account.ts'
import { program, type Binaries } from './binaries.ts'

export const superuser = 'backwright'
const passwordFile = 'backwright.password'

/** The generated password of the data in `folder`: it moves and is copied with the data. */
export const passwordOf = (folder: string): string => readFileSync(path.join(folder, passwordFile), 'utf8').trim()

/** Makes sure that `folder` holds data of this major. Answers whether it was made now. */
export async function ensureData(folder: string, from: Binaries, options: { throwaway: boolean; asRoot?: AsRoot | undefined; onProgress(line: string): void }): Promise<boolean> {
  if (isData(folder, from)) return false
  mkdirSync(path.dirname(folder), { recursive: true })
  clearHalfDone(folder)
  const began = performance.now()
  options.onProgress(`creating the database files of PostgreSQL ${from.major} in ${folder}`)
  // initdb may be killed half-way and two may start at once: so it works beside the place, and one rename decides.
  const made = mkdtempSync(`${folder}.new-${process.pid}-`)
  try {
    await initdb(made, from, options.throwaway, options.asRoot)
    moveIntoPlace(made, folder)
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    if (isData(folder, from)) return false // another process made it meanwhile
    throw error
  }
  options.onProgress(`created in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return true
}

function isData(folder: string, from: Binaries): boolean {
  if (!existsSync(folder)) return false
  try {
    if (readdirSync(folder).length === 0) return false
  } catch (cause) {
    throw new Error(`${folder} cannot be read by this user (${(cause as Error).message}). Run as the user whose data it is, or give it to this one with chown -R.`, { cause })
  }
  if (!existsSync(path.join(folder, 'PG_VERSION')) || !existsSync(path.join(folder, 'global', 'pg_control')) || !existsSync(path.join(folder, passwordFile))) {
    throw new Error(`${folder} is not empty and holds no database this made (or only half of one). Move it away (mv '${folder}' '${folder}-old') and start again.`)
  }
  const major = Number.parseInt(readFileSync(path.join(folder, 'PG_VERSION'), 'utf8'), 10)
  if (major === from.major) return true
  throw new Error(`The data in ${folder} is PostgreSQL ${major}'s; this is PostgreSQL ${from.major}, which cannot read it. `
    + `To keep the data, dump it with a PostgreSQL ${major} (pg_dumpall) and load the dump into the new one; to start afresh, move it away: mv '${folder}' '${folder}-${major}'`)
}

async function initdb(folder: string, from: Binaries, throwaway: boolean, asRoot: AsRoot | undefined): Promise<void> {
  const password = randomBytes(24).toString('base64url')
  const file = `${folder}.password`
  writeFileSync(file, `${password}\n`, { mode: 0o600 })
  const as = account(folder, asRoot)
  handOver(as, folder)
  // Text compares by code point; upper and lower case are Unicode's (with the plain C locale, lower('Ä') stays 'Ä'). Before 17 only the system's library has that.
  const locales = from.major >= 17 ? [['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']] : [['--locale=C.UTF-8'], ['--locale=C']]
  try {
    let trouble = ''
    for (const locale of locales) {
      trouble = await run(...command(as, program(from.folder, 'initdb'), [
        '-D', folder, '-U', superuser, '--auth=scram-sha-256', `--pwfile=${file}`, '--encoding=UTF8', ...locale, ...(throwaway ? ['--no-sync'] : []),
      ]))
      if (trouble === '') break
      for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true })
    }
    if (trouble !== '') throw new Error(`The database files could not be made in ${path.dirname(folder)}: ${explained(trouble)}`)
    writeFileSync(path.join(folder, passwordFile), `${password}\n`, { mode: 0o600 })
    handOver(as, folder)
  } finally {
    rmSync(file, { force: true })
  }
}

/** PostgreSQL's last words, with what to do where we know it. */
export function explained(words: string): string {
  const said = words.trim().split('\n').slice(-8).join('\n')
  if (/No space left on device|Check free disk space/i.test(words)) return `the disk is full. Free some space and start again. PostgreSQL said:\n${said}`
  if (/error while loading shared libraries|not found \(required by/i.test(words)) return `PostgreSQL's programs do not run on this system (a library is missing). Set DATABASE_URL to a PostgreSQL server. It said:\n${said}`
  return said
}

function moveIntoPlace(made: string, folder: string): void {
  if (existsSync(folder)) rmdirSync(folder) // only if empty; else it throws, and the other's stays
  renameSync(made, folder)
  if (process.platform === 'win32') return
  const parent = openSync(path.dirname(folder), 'r')
  fsyncSync(parent)
  closeSync(parent)
}

/** Removes what a killed initdb left beside the place. */
function clearHalfDone(folder: string): void {
  const prefix = `${path.basename(folder)}.new-`
  for (const name of readdirSync(path.dirname(folder))) {
    if (!name.startsWith(prefix) || alive(Number.parseInt(name.slice(prefix.length), 10))) continue
    rmSync(path.join(path.dirname(folder), name), { recursive: true, force: true })
  }
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Runs a program to its end; answers '' or what it said when it failed. */
function run(file: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment() })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString() })
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) => resolve(code === 0 ? '' : said || `ended with ${signal ?? code}`))
  })
}

/** What PostgreSQL's programs get of our environment: no PG… settings of the user's, no language, none of the application's secrets. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot', 'TEMP', 'TMP', 'BACKWRIGHT_TEST_RUN']
  return { ...Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))), LC_ALL: 'C' }
}
