// Processes: our own, which say a line when they are ready, and PostgreSQL's, found by the data folder they work in, to be killed.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

export interface Started<Ready> {
  readonly child: ChildProcess
  readonly ready: Promise<Ready>
  /** What ended it: an exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** The last of what it said for people. */
  said(): string
}

/** A process of this folder. It ends by itself when this one does: its standard input closes. */
export function start<Ready>(file: string, argument: string, compiled: string): Started<Ready> {
  const child = spawn(process.execPath, ['-C', 'backwright-source', path.join(import.meta.dirname, file), argument], {
    // What is compiled once is not compiled again for the one that takes its place.
    stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  })
  let said = ''
  child.stdin.on('error', () => {})
  child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-8000) })
  const ended = new Promise<number | NodeJS.Signals>(done => { child.on('close', (code, signal) => done(signal ?? code ?? 1)) })
  const ready = new Promise<Ready>((done, fail) => {
    createInterface({ input: child.stdout }).once('line', line => done(JSON.parse(line) as Ready))
    void ended.then(how => fail(new Error(`${file} ended with ${how} before it was ready\n${said}`)))
  })
  ready.catch(() => {})
  return { child, ready, ended, said: () => said }
}

/** The postmaster of a data folder; null where none is alive. */
export function postmaster(folder: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(path.join(folder, 'postmaster.pid'), 'utf8'), 10)
    return works(pid, realpathSync(folder)) ? pid : null
  } catch {
    return null
  }
}
/** PostgreSQL works in its data folder: a pid that another process has by now is not to be killed. */
function works(pid: number, folder: string): boolean {
  if (!(pid > 1)) return false
  if (process.platform === 'linux') {
    try { return readlinkSync(`/proc/${pid}/cwd`) === folder } catch { return false }
  }
  return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(folder)
}

/** The processes that serve under a postmaster: one per connection, and those that write. */
export function serversOf(pid: number): readonly number[] {
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout.split('\n').map(line => line.trim().split(/\s+/).map(Number)).flatMap(([one = 0, parent]) => (parent === pid ? [one] : []))
  }
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap(name => {
    try {
      // The name of the program stands in brackets, and may hold anything.
      return Number(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[1]) === pid ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

/** `kill -9`. False where it was gone already. */
export function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}

/** The whole database at once, so that nobody is left to tidy up. */
export function killDatabase(folder: string): boolean {
  const pid = postmaster(folder)
  if (pid === null) return false
  const below = serversOf(pid)
  const done = kill(pid)
  for (const one of [...below, ...serversOf(pid)]) kill(one)
  return done
}
