// Runs the tests: `npm test`, or `npm test -- NAME …` for an example, a folder or a file.
// Streams node's own reporter, gives the run a temporary folder of its own, and at the end sees to it that nothing the tests started is left.
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { TestServer } from '../test/server.ts'

const root = path.dirname(import.meta.dirname)
const everything = ['test/**/*.test.ts', 'src/**/*.test.ts', 'examples/**/*.test.ts']
/** Every test file, but those of commands with packages of their own (`npm run test:consumers`). */
const allFiles = (): readonly string[] => everything.flatMap((pattern) => globSync(pattern, { cwd: root })).filter((file) => !file.startsWith(path.join('test', 'consumers')))

/** The test files an argument names: a path, or the name of an example or of a folder of src/ or test/. */
function filesOf(name: string): string[] {
  const found = [name, `examples/${name}`, `src/${name}`, `test/${name}`].find((one) => existsSync(path.resolve(root, one)))
  if (found === undefined) return allFiles().filter((file) => file.includes(name))
  const at = path.relative(root, path.resolve(root, found))
  return statSync(path.resolve(root, found)).isFile() ? [at] : globSync(path.join(at, '**/*.test.ts'), { cwd: root, exclude: (one) => one === 'node_modules' })
}

/** Every process started during this run, however deep, that is still alive: they inherit the run's mark. Linux tells; elsewhere the servers' own files do. */
function leftovers(run: string): { pid: number; command: string }[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid).flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`BACKWRIGHT_TEST_RUN=${run}`)) return []
        return [{ pid: Number(pid), command: `${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()} (in ${readlinkSync(`/proc/${pid}/cwd`)})` }]
      } catch {
        return [] // gone meanwhile, or another user's
      }
    })
  }
  return globSync('**/postmaster.pid', { cwd: run }).flatMap((file) => {
    const pid = Number.parseInt(readFileSync(path.join(run, file), 'utf8'), 10)
    try {
      process.kill(pid, 0)
      return [{ pid, command: `postgres in ${path.dirname(path.join(run, file))}` }]
    } catch {
      return []
    }
  })
}

/** Where the run's files lie: in memory where there is room for them, since making and clearing away databases is most of what a disk would do here. */
function roomy(): string {
  const memory = '/dev/shm'
  try {
    accessSync(memory, constants.W_OK)
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize > 6 * 2 ** 30 ? memory : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** Tests that start processes and wait for them: each of these files has a process of its own, so that they run beside each other. */
const apart = /^(src[/\\]cli|test[/\\](fire|console|mutants|types|fuzz))[/\\]|^test[/\\][^/\\]+$/

/**
 * What node is to run: the files of a folder share a process, each a suite of its own there, hooks and all. What they all load is loaded and made fast once,
 * which is most of what a test costs.
 */
function processesOf(files: readonly string[], run: string): readonly string[] {
  const folders = Map.groupBy(files, (file) => (apart.test(file) ? file : file.split(path.sep).slice(0, 2).join(' ')))
  mkdirSync(path.join(run, 'together'))
  return [...folders].map(([name, some]) => {
    if (some.length === 1) return name.includes(' ') ? some[0] ?? name : name
    const file = path.join(run, 'together', `${name}.test.mjs`)
    const suites = some.map((one) => `describe(${JSON.stringify(one)}, () => import(${JSON.stringify(pathToFileURL(path.join(root, one)).href)}))`)
    writeFileSync(file, [`import { describe } from 'node:test'`, ...suites, ''].join('\n'))
    return file
  })
}

async function main(names: string[]): Promise<number> {
  const files = [...new Set(names.length === 0 ? allFiles() : names.flatMap((name) => {
    const some = filesOf(name)
    if (some.length === 0) console.error(`No test is called ${name}: give the name of an example, a folder, or a file.`)
    return some
  }))].sort()
  if (files.length === 0 && names.length === 0) console.error('There are no tests yet.')
  if (files.length === 0 || names.some((name) => filesOf(name).length === 0)) return 2

  const run = mkdtempSync(path.join(roomy(), 'bw-'))
  // One more than there are cores: files that start processes mostly wait for them.
  const concurrency = Math.max(2, Math.min(4, availableParallelism() + 1))
  console.log(`Running ${files.length} test files, ${concurrency} at a time, on Node.js ${process.versions.node}; a throw-away PostgreSQL serves those that need one.`)
  const colour = process.stdout.isTTY === true && !process.env['NO_COLOR']
  const child = spawn(process.execPath, [
    '-C', 'backwright-source', '--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, '--test-timeout=120000', ...processesOf(files, run),
  ], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // What was compiled once is not compiled again by the other files and the processes they start.
    env: { ...process.env, NODE_COMPILE_CACHE: path.join(run, 'compiled'), TMPDIR: run, BACKWRIGHT_TEST_RUN: run, ...(colour ? { FORCE_COLOR: '1' } : {}) },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  const seats = sit(run)

  // The closing summary is held back so that it ends the output: whoever reads only the last lines reads the truth.
  let summary: string[] = []
  const skipped: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const plain = stripVTControlCharacters(line)
    if (/^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(plain)) summary.push(line)
    else console.log(line)
    if (/# SKIP\b/.test(plain)) skipped.push(plain.trim())
  }
  const code = await new Promise<number>((resolve) => {
    const end = () => resolve(child.exitCode ?? 1)
    if (child.exitCode !== null || child.signalCode !== null) end()
    else child.on('exit', end)
  })

  const problems: string[] = []
  for (const seat of await seats) await seat.server.release()
  for (const { pid, command } of await settled(run)) {
    problems.push(`left running: process ${pid}, ${command}`)
    try {
      process.kill(pid, 'SIGQUIT')
    } catch { /* it ended by itself */ }
  }
  const count = Number(/\d+/.exec(summary.map((line) => stripVTControlCharacters(line)).find((line) => line.startsWith('ℹ skipped')) ?? '0')?.[0])
  if (process.env['CI'] && count > 0) problems.push(`${count} skipped, and nothing is skipped here:`, ...skipped.map((line) => `  ${line}`))
  rmSync(run, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  for (const problem of problems) console.log(problem)
  for (const line of summary) console.log(line)
  return code !== 0 ? code : problems.length > 0 ? 1 : 0
}

/** Uses the shared servers from beginning to end, so that no test file has to start them again; they come up while the first files load. */
async function sit(run: string): Promise<TestServer[]> {
  process.env['BACKWRIGHT_TEST_RUN'] = run
  process.env['TMPDIR'] = run
  const { testServer, olderServer } = await import('../test/server.ts')
  const { ensureBrowser } = await import('../test/browser.ts')
  void ensureBrowser().catch(() => {}) // the tests that want one tell why there is none
  const seats = await Promise.allSettled([testServer(), olderServer()])
  return seats.flatMap((seat) => (seat.status === 'fulfilled' ? [seat.value] : [])) // a server that does not start fails the tests that want it, with its reason
}

/** What is left once those that are just ending have ended. */
async function settled(run: string): Promise<{ pid: number; command: string }[]> {
  for (const until = Date.now() + 3000; ;) {
    const left = leftovers(run)
    if (left.length === 0 || Date.now() > until) return left
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

process.exitCode = await main(process.argv.slice(2))
