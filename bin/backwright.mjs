#!/usr/bin/env node
// The command line's entry. Plain JavaScript, so that an old Node gets a sentence instead of a syntax error;
// in a clone it runs the TypeScript source, in the published package what was compiled from it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import v8 from 'node:v8'

const home = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/**
 * How a process that serves handles memory, unless whoever starts it says otherwise: young objects get 3 × 8 MB instead of 3 × 16, and the C library one heap instead of one for each thread.
 * Together a fifth less under load, for at most a twentieth of Node's processor time. Neither can be had by a process that has begun already.
 */
const lean = { flag: '--max-semi-space-size', mb: 8, variable: 'MALLOC_ARENA_MAX', heaps: '1' }

if (Number.parseInt(process.versions.node, 10) < 24) onNewerNode()
else {
  if (serves() && !told()) beginAgain()
  process.exitCode = await run()
}

function serves() {
  return process.argv[2] === 'start' || process.argv[2] === 'dev'
}

function told() {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some(given => /--(max|min)[-_]semi[-_]space/.test(given))
}

/** In the place of this process: the same id, streams and signals, 15 ms later. Not where a parent talks with it over a channel, which would be cut; nor on Windows, which cannot. */
function beginAgain() {
  if (process.platform === 'win32' || typeof process.execve !== 'function' || process.send !== undefined) return
  try {
    process.execve(process.execPath, [process.execPath, ...process.execArgv, `${lean.flag}=${lean.mb}`, ...process.argv.slice(1)], { [lean.variable]: lean.heaps, ...process.env })
  } catch { /* Not allowed here: it goes on as it is. */ }
}

async function run() {
  const source = path.join(home, 'src', 'cli', 'index.ts')
  const compiled = path.join(home, 'dist', 'cli', 'index.js')
  const clone = existsSync(path.join(home, 'src'))
  const entry = clone ? source : compiled
  if (!existsSync(entry)) {
    console.error(`backwright: ${path.relative(process.cwd(), entry)} is missing${clone ? ': this clone has no command line' : '; install the package again'}.`)
    return 1
  }
  // What the user's files import as 'backwright' must be the same source, not a second, compiled copy.
  if (clone) {
    module.registerHooks({
      resolve: (specifier, context, next) => next(specifier, { ...context, conditions: ['backwright-source', ...context.conditions] }),
    })
  }
  // Flags of this V8's own; another may not know them.
  if (/^13\./.test(process.versions.v8)) {
    // What V8's middle compiler worked with is given back at once, not by a thread that comes to it when hundreds of functions are done: 12 MB that nobody would get back.
    v8.setFlagsFromString('--no-maglev-destroy-on-background')
    // Old objects are looked through when they have grown by a tenth of what V8 would let them grow by: buffers of answers that a short collection met half done are among them, which V8 does not count, 5 MB in ten thousand requests.
    if (!process.execArgv.some(given => /--incremental[-_]marking[-_]soft/.test(given))) v8.setFlagsFromString('--incremental-marking-soft-trigger=90')
  }
  // What V8 made of the files is kept for the next start: with their types to be taken off first, half of the time.
  module.enableCompileCache?.()
  const { main } = await import(pathToFileURL(entry).href)
  return main(process.argv.slice(2))
}

function onNewerNode() {
  const name = process.platform === 'win32' ? 'node.cmd' : 'node'
  const newer = [home, process.cwd()].flatMap(upward).map((folder) => path.join(folder, 'node_modules', '.bin', name)).find((file) => existsSync(file))
  if (newer === undefined || process.env.BACKWRIGHT_NODE_TRIED) {
    console.error(`backwright needs Node.js 24 or newer; this is ${process.version}. Install it from https://nodejs.org, or in a clone run \`npm start\`, which brings one.`)
    process.exitCode = 1
    return
  }
  const env = { ...(serves() ? { [lean.variable]: lean.heaps } : {}), ...process.env, BACKWRIGHT_NODE_TRIED: '1', PATH: path.dirname(newer) + path.delimiter + process.env.PATH }
  const child = spawn(newer, [...(serves() && !told() ? [`${lean.flag}=${lean.mb}`] : []), fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit', env, shell: process.platform === 'win32' })
  child.on('error', (error) => { console.error(`backwright: ${newer}: ${error.message}`); process.exitCode = 1 })
  child.on('exit', (code) => { process.exitCode = code ?? 1 })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => { if (!process.stdin.isTTY) child.kill('SIGINT') })
}

function upward(folder) {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...upward(parent)]
}
