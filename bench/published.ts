// The package as its users have it: compiled, packed, installed in a project beside the shop, and started by its command.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { npm } from './install.ts'
import type { Settings } from './peer.ts'

const root = path.dirname(import.meta.dirname)

export interface Packed { readonly file: string; readonly packed: number; readonly unpacked: number }
/** Compiles the package where the source is newer, and packs it into `folder`. */
export function pack(folder: string): Packed {
  execFileSync(process.execPath, [path.join(root, 'tools', 'build.mjs')], { stdio: ['ignore', 2, 2] })
  const said = JSON.parse(npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })) as Record<string, { filename: string; unpackedSize: number }>
  const [made] = Object.values(said)
  if (made === undefined) throw new Error('npm packed nothing')
  const file = path.join(folder, made.filename)
  return { file, packed: statSync(file).size, unpacked: made.unpackedSize }
}

export interface Installed { readonly folder: string; readonly packages: number; readonly bytes: number }
/** A project with the shop and the package in it, installed by npm with what it needs. */
export function install({ file }: Packed, folder: string): Installed {
  project(folder, { backwright: `file:${file}` })
  npm(['install', '--ignore-scripts', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 2] })
  const modules = path.join(folder, 'node_modules')
  const { packages } = JSON.parse(readFileSync(path.join(modules, '.package-lock.json'), 'utf8')) as { packages: Record<string, unknown> }
  return { folder, packages: Object.keys(packages).filter(at => existsSync(path.join(folder, at))).length, bytes: bytesIn(modules) }
}

/** The same without asking a registry: what it needs is the clone's. How much that is can then not be said. */
export function link({ file }: Packed, folder: string): Omit<Installed, 'packages' | 'bytes'> {
  project(folder, {})
  const modules = path.join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(path.join(root, 'node_modules'))) if (!name.startsWith('.') && name !== 'backwright') symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
  execFileSync('tar', ['xzf', file, '-C', modules])
  renameSync(path.join(modules, 'package'), path.join(modules, 'backwright'))
  return { folder }
}

function project(folder: string, dependencies: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module', dependencies }))
  copyFileSync(path.join(root, 'examples', 'shop', 'shop.ts'), path.join(folder, 'shop.ts'))
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, at) => sum + (at.isDirectory() ? bytesIn(path.join(folder, at.name)) : lstatSync(path.join(folder, at.name)).size), 0)
}

export interface Started { readonly port: number; readonly pid: number; readonly ms: number; readonly end: () => Promise<void> }
/** `backwright start` there, over the bench's database, and the milliseconds until `ask` was answered. `temporary`: where its command keeps what V8 made of the files, from one start to the next. */
export async function start({ folder }: { readonly folder: string }, { database, secret }: Settings, temporary: string, ask: (port: number) => Promise<void>): Promise<Started> {
  const { host, port, user, password } = database, { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...environment } = process.env
  mkdirSync(temporary, { recursive: true })
  const began = performance.now()
  const child = spawn(process.execPath, [path.join('node_modules', 'backwright', 'bin', 'backwright.mjs'), 'start', 'shop.ts', '--port', '0', '--log', 'none'], {
    cwd: folder, stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment, NODE_ENV: 'production', TMPDIR: temporary, TEMP: temporary, BACKWRIGHT_JWT_SECRET: secret, DATABASE_URL: `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database.database}` },
  })
  try {
    const serving = await listening(child)
    await ask(serving)
    return { port: serving, pid: child.pid ?? 0, ms: performance.now() - began, end: () => ended(child) }
  } catch (error) {
    await ended(child)
    throw error
  }
}

function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (piece: Buffer) => {
      said += piece.toString()
      const [, port] = / serves at http:\/\/[^:]+:(\d+)/.exec(said) ?? []
      if (port !== undefined) resolve(Number(port))
    })
    child.once('exit', () => reject(new Error(`the published package did not start:\n${said}`)))
  })
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise(resolve => { child.once('exit', () => resolve()); child.kill('SIGTERM') })
}

/** The most memory that a process has held so far, in bytes, where the system tells (Linux). */
export function mostMemory(pid: number): number | null {
  const status = `/proc/${pid}/status`
  const [, kilobytes] = existsSync(status) ? /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8')) ?? [] : []
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}
