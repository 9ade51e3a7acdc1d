// The server's process: which one runs on a data folder, starting it, stopping it, and clearing away what a dead one left.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, closeSync, fchownSync, fstatSync, linkSync, lstatSync, mkdirSync, mkdtempSync, openSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { account, command, handOver, type AsRoot } from './account.ts'
import { program, type Binaries } from './binaries.ts'
import { alive, cleanEnvironment } from './folder.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Place {
  /** The data folder, its real path. */
  readonly folder: string
  readonly from: Binaries
  readonly throwaway: boolean
  readonly tcp: boolean
  readonly asRoot: AsRoot | undefined
  readonly settings: Readonly<Record<string, string>>
  readonly onProgress: (line: string) => void
}

/** What the data folder says of the server running on it; undefined where it says nothing. `address` comes a moment after `pid`. */
export function running(folder: string): { pid: number; address: Address | undefined } | undefined {
  const lines = linesOf(path.join(folder, 'postmaster.pid'))
  if (lines === undefined) return undefined
  const [pid, , , port, socket, listen] = lines
  const host = socket || listen
  return { pid: Number(pid), address: host && port && lines.length >= 6 ? { host, port: Number(port) } : undefined }
}

const linesOf = (file: string): string[] | undefined => {
  try {
    return readFileSync(file, 'utf8').split('\n').map((line) => line.trim())
  } catch {
    return undefined
  }
}

/** Whether the process is a PostgreSQL on this folder: pids are used again, and the file may be an old one's. Undefined where the system does not tell. */
export function serves(pid: number, folder: string): boolean | undefined {
  if (!Number.isInteger(pid) || pid <= 0 || !alive(pid)) return false
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder // PostgreSQL works in its data folder
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? false : undefined
    }
  }
  if (process.platform === 'win32') return undefined
  const asked = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.includes('postgres') && asked.stdout.includes(folder) : undefined
}

/** Removes the pid file, or a socket's lock file, of a server that is no more but whose pid is another process's now: PostgreSQL would refuse to start. */
function clearStale(file: string, folder: string): void {
  const lines = linesOf(file)
  if (lines === undefined) return
  const pid = Number(lines[0])
  const empty = lines[0] === '' // a crash can leave an empty one; a starting server has one for an instant
  if (empty ? Date.now() - statSync(file).mtimeMs < 5000 : !alive(pid) || serves(pid, folder) !== false) return
  const taken = `${file}.${process.pid}`
  try {
    renameSync(file, taken)
    // Another process may have cleared it and started a server between our look and our rename: then that server's file goes back.
    if (linesOf(taken)?.[0] !== lines[0]) linkSync(taken, file)
  } catch { /* somebody else cleared it */ }
  rmSync(taken, { force: true })
}

export interface Started {
  readonly pid: number | undefined
  /** What it said in its log when it ended; undefined while it runs. */
  ended(): string | undefined
}

const socketFile = '.s.PGSQL.5432'

/** Starts the server in a session of its own, so that a Ctrl-C meant for us does not reach it. It may turn out that another is quicker: then this one ends. */
export async function start(place: Place, before: Address | undefined): Promise<Started> {
  const { folder } = place
  const as = account(folder, place.asRoot)
  if (as.kind === 'other-user' && statSync(folder).uid !== as.uid) handOver(as, folder)
  if ((statSync(folder).mode & 0o027) !== 0) chmodSync(folder, 0o700) // copied by hand: PostgreSQL wants it private
  clearStale(path.join(folder, 'postmaster.pid'), folder)
  const tcp = place.tcp || process.platform === 'win32'
  const sockets = tcp ? '' : socketFolder(folder, as.kind === 'other-user' ? as : undefined)
  if (!tcp) clearStale(path.join(sockets, `${socketFile}.lock`), folder)
  const settings: Record<string, string> = {
    listen_addresses: tcp ? '127.0.0.1' : '',
    port: String(tcp ? await freePort(before?.port ?? portBefore(folder)) : 5432),
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    shared_buffers: '128MB',
    max_connections: '100',
    // Whoever met in a deadlock is run again, so it had better be seen soon.
    deadlock_timeout: '200ms',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    ...(place.throwaway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
    ...place.settings,
  }
  const log = openLog(path.join(folder, 'server.log'))
  if (as.kind === 'other-user') fchownSync(log, as.uid, as.gid)
  const from = fstatSync(log).size
  const child = spawn(...command(as, program(place.from.folder, 'postgres'), ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]), {
    detached: true, stdio: ['ignore', log, log], env: cleanEnvironment(), windowsHide: true,
  })
  closeSync(log)
  let trouble: string | undefined
  child.on('error', (error) => { trouble = error.message })
  child.on('exit', (code, signal) => {
    let said = ''
    // A folder that was removed meanwhile has no log, and nobody asks any more.
    try { said = readFileSync(path.join(folder, 'server.log')).subarray(from).toString() } catch { /* as it is */ }
    trouble ??= said || `ended with ${signal ?? code}`
  })
  child.unref()
  return { pid: child.pid, ended: () => trouble }
}

/** The log, begun anew when it has grown past 10 MB. */
function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > 10_000_000) renameSync(file, `${file}.old`)
  return openSync(file, 'a', 0o600)
}

/** Ends the server: sessions are cut, what is committed is on disk. Resolves when it is gone. */
export async function stop(place: Place): Promise<void> {
  const found = running(place.folder)
  if (found === undefined) return
  if (process.platform === 'win32') spawnSync(program(place.from.folder, 'pg_ctl'), ['stop', '-m', 'fast', '-D', place.folder])
  else if (serves(found.pid, place.folder) !== false) process.kill(found.pid, 'SIGINT')
  for (const until = Date.now() + 60_000; running(place.folder)?.pid === found.pid || serves(found.pid, place.folder) === true;) {
    if (Date.now() > until) throw new Error(`The database server (process ${found.pid}) does not end; its log is ${path.join(place.folder, 'server.log')}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const sockets = found.address?.host
  if (sockets?.startsWith('/') && path.basename(sockets).startsWith('backwright-')) rmSync(sockets, { recursive: true, force: true })
}

/** A short private folder for the socket: its path may have 107 bytes, and the data may lie deep. Not there for others, not to be had by them first. */
function socketFolder(folder: string, owner: { uid: number; gid: number } | undefined): string {
  const uid = process.getuid?.() ?? 0
  const name = `backwright-${uid}-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`
  const longest = process.platform === 'darwin' ? 103 : 107
  // The server takes a list with commas: a name it would have to quote is passed over.
  const fits = (one: string) => /^[\w./+-]+$/.test(one) && Buffer.byteLength(path.join(one, name, socketFile)) <= longest - 8
  const base = [realpathSync(tmpdir()), '/tmp'].find(fits) ?? '/tmp'
  let made = path.join(base, name)
  mkdirSync(made, { recursive: true, mode: 0o700 })
  const is = lstatSync(made)
  if (!is.isDirectory() || (is.uid !== uid && is.uid !== owner?.uid)) made = mkdtempSync(`${made}-`) // a stranger has the name
  chmodSync(made, 0o700)
  if (owner !== undefined) chownSync(made, owner.uid, owner.gid)
  return made
}

/** The port the server had last time, from the line it was started with. */
function portBefore(folder: string): number | undefined {
  const port = Number(/"port=(\d+)"/.exec(linesOf(path.join(folder, 'postmaster.opts'))?.[0] ?? '')?.[1])
  return Number.isInteger(port) && port > 0 ? port : undefined
}

/** The wished port where it is free, else any free one. */
function freePort(wished: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => (wished === undefined ? reject(error) : resolve(freePort(undefined))))
    probe.listen(wished ?? 0, '127.0.0.1', () => {
      const address = probe.address()
      const port = address !== null && typeof address === 'object' ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
