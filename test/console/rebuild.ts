// `npm run test:console`: installs what the page of development is built with, checks its types, builds it, and compares what comes out with what is committed.
// With --update what comes out is what is there from then on (`npm run build:console`).
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createHash } from 'node:crypto'

const home = path.join(import.meta.dirname, '..', '..', 'console')
const committed = path.join(home, 'dist')
const made = mkdtempSync(path.join(tmpdir(), 'bw-console-'))

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status } = spawnSync(command, args, { cwd: home, stdio: 'inherit', env: { ...process.env, ...env }, shell: process.platform === 'win32' })
  if (status !== 0) process.exit(status ?? 1)
}

const filesOf = (folder: string): ReadonlyMap<string, Buffer> => new Map(!existsSync(folder) ? [] : readdirSync(folder).toSorted().map(name => [name, readFileSync(path.join(folder, name))]))

try {
  const lock = createHash('sha256').update(readFileSync(path.join(home, 'package-lock.json'))).digest('hex'), stamp = path.join(home, 'node_modules', '.set-up')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    run('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'])
    writeFileSync(stamp, lock)
  }
  run(process.execPath, [path.join(home, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit'])
  run(process.execPath, [path.join(home, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], { CONSOLE_OUT: made })
  if (process.argv.includes('--update')) {
    rmSync(committed, { recursive: true, force: true })
    cpSync(made, committed, { recursive: true })
  }
  const is = filesOf(committed), wanted = filesOf(made)
  const differing = [...new Set([...is.keys(), ...wanted.keys()])].filter(name => is.get(name)?.equals(wanted.get(name) ?? Buffer.alloc(0)) !== true)
  if (differing.length > 0) {
    console.error(`console/dist is not what its sources make: ${differing.join(', ')} differ${differing.length === 1 ? 's' : ''}. \`npm run build:console\` makes it anew.`)
    process.exitCode = 1
  } else console.log(`console/dist is what its sources make: ${is.size} files, ${Math.round([...is.values()].reduce((sum, bytes) => sum + bytes.length, 0) / 1024)} KiB`)
} finally {
  rmSync(made, { recursive: true, force: true })
}
