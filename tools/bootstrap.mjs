// From a fresh clone to a running command: installs what the lockfile says, once, then goes on under Node 24.
// Plain JavaScript that any Node from 18 on runs; everything it starts is TypeScript on Node 24 or newer.
//
//   bootstrap.mjs start [NAME | command …]   what running needs, then the command line (an example's name runs that example)
//   bootstrap.mjs test [NAME …]              everything, then tools/test.ts
//   bootstrap.mjs run FILE [argument …]      everything, then FILE
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const modules = path.join(root, 'node_modules')
const stamp = path.join(modules, '.set-up')
const windows = process.platform === 'win32'
const terminal = Boolean(process.stderr.isTTY)
const commands = new Set(['dev', 'start', 'get', 'post', 'patch', 'delete', 'explain', 'schema', 'reset', 'seed', 'token', 'db', 'doctor', 'new', 'test', 'check', 'bench', 'import', 'openapi', 'graphql', 'wsdl', 'help'])

const [mode, ...args] = process.argv.slice(2)
if (mode !== 'start' && mode !== 'test' && mode !== 'run') {
  console.error('usage: node tools/bootstrap.mjs start [NAME] | test [NAME …] | run FILE [argument …]')
  process.exit(2)
}

// `new` hands the package on, and compiles it for that.
await setUp(mode === 'start' && args[0] !== 'new' ? 'running' : 'everything')
linkCommand()
go(mode === 'start' ? ['bin/backwright.mjs', ...commandLine(args)] : ['-C', 'backwright-source', ...(mode === 'test' ? ['tools/test.ts'] : []), ...args])

/** What `npm start -- …` means: nothing is the shop, an example's name is that example, all else is for the command line to judge. */
function commandLine(given) {
  const first = given[0]
  if (first === undefined) return ['dev', 'examples/shop']
  if (commands.has(first) || /^(--?h(elp)?|--?v(ersion)?)$/.test(first)) return given
  if (first.startsWith('-')) return ['dev', 'examples/shop', ...given]
  return /^[\w-]+$/.test(first) && existsSync(path.join(root, 'examples', first)) ? ['dev', `examples/${first}`, ...given.slice(1)] : given
}

/** Installs what is missing. Adds to what is there (a running `npm start` must survive `npm test`), and never leaves half a set-up unnoticed. */
async function setUp(wanted) {
  if (isSetUp(wanted)) return
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) return // somebody else's folder: theirs to fill
  const unlock = await lock()
  try {
    if (isSetUp(wanted)) return // another first run did it while this one waited
    // npm writes its hidden lockfile when an installation is complete: without it, what lies there is a rest to be cleared away.
    const complete = existsSync(path.join(modules, '.package-lock.json'))
    rmSync(stamp, { force: true })
    const everything = wanted === 'everything'
    say(`Setting up (once): ${everything ? 'everything the tests need' : 'what running needs'} — Node.js 24, PostgreSQL 18 and ${count(everything)} packages, about ${everything ? 480 : 270} MB on disk.`)
    const failed = await npm([complete ? 'install' : 'ci', ...(complete ? ['--no-save'] : []), ...(everything ? [] : ['--omit=dev'])])
    if (failed) {
      console.error(`\n${failed.trim()}\n\nThe set-up failed: npm's reason is above. Nothing is broken; the same command tries again.`)
      unlock()
      process.exit(1)
    }
    writeFileSync(stamp, `${digest()} ${wanted}`)
  } finally {
    unlock()
  }
}

function isSetUp(wanted) {
  if (!existsSync(stamp)) return false
  const [of, what] = readFileSync(stamp, 'utf8').split(' ')
  return of === digest() && (what === 'everything' || what === wanted)
}

function digest() {
  const hash = createHash('sha256')
  for (const file of ['package-lock.json', 'package.json']) hash.update(readFileSync(path.join(root, file)))
  return hash.digest('hex')
}

/** How many packages of the lockfile this machine gets. */
function count(everything) {
  const { packages = {} } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const fits = (list, mine) => list === undefined || [].concat(list).some((one) => (one.startsWith('!') ? one !== `!${mine}` : one === mine))
  return Object.entries(packages).filter(([name, one]) => name.startsWith('node_modules/') && (everything || !(one.dev || one.devOptional)) && fits(one.os, process.platform) && fits(one.cpu, process.arch)).length
}

/** Runs npm with a line of progress; answers what went wrong. No package's install script runs: nothing of ours needs one. */
function npm(given) {
  const began = Date.now()
  const seconds = () => Math.round((Date.now() - began) / 1000)
  const child = spawn(windows ? 'npm.cmd' : 'npm', [...given, '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: windows })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output += chunk })
  const tick = setInterval(() => {
    if (terminal) process.stderr.write(`\r\x1b[2m  installing… ${seconds()} s, ${installed()} packages unpacked\x1b[0m\x1b[K`)
    else if (seconds() % 10 === 0) say(`  installing… ${seconds()} s, ${installed()} packages unpacked`)
  }, 1000)
  return new Promise((resolve) => {
    const end = (trouble) => {
      clearInterval(tick)
      if (terminal) process.stderr.write('\r\x1b[K')
      if (!trouble) say(`  installed in ${seconds()} s.`)
      resolve(trouble)
    }
    child.on('error', (error) => end(`npm could not be started: ${error.message}`))
    child.on('exit', (code, signal) => end(code === 0 ? '' : output || `npm ended with ${signal ?? code}`))
  })
}

function installed() {
  if (!existsSync(modules)) return 0
  return readdirSync(modules).reduce((sum, name) => sum + (name.startsWith('.') ? 0 : name.startsWith('@') ? readdirSync(path.join(modules, name)).length : 1), 0)
}

/** One set-up at a time: a file with our pid; whoever finds a dead one's takes it over. */
async function lock() {
  const folder = path.join(root, '.backwright')
  const file = path.join(folder, 'set-up.lock')
  mkdirSync(folder, { recursive: true })
  const mine = `${file}.${process.pid}`
  for (let told = false; ; ) {
    writeFileSync(mine, String(process.pid))
    try {
      linkSync(mine, file) // creates it complete with its content, or fails because it exists
      rmSync(mine)
      return () => rmSync(file, { force: true })
    } catch (error) {
      rmSync(mine, { force: true })
      if (error.code !== 'EEXIST') throw error
    }
    const holder = holderOf(file)
    if (holder && !alive(holder)) {
      const taken = `${file}.dead-${process.pid}`
      try {
        renameSync(file, taken)
        if (holderOf(taken) !== holder) linkSync(taken, file) // somebody was quicker: give it back
        rmSync(taken, { force: true })
      } catch { /* somebody else cleared it */ }
      continue
    }
    if (!told) say(`Waiting for another set-up of this folder (process ${holder ?? '?'})…`)
    told = true
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** `npx backwright …` in the clone: npm links the commands of dependencies, not our own. */
function linkCommand() {
  const link = path.join(modules, '.bin', 'backwright')
  if (existsSync(windows ? `${link}.cmd` : link) || !existsSync(modules)) return
  try {
    mkdirSync(path.dirname(link), { recursive: true })
    if (windows) writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\bin\\backwright.mjs" %*\r\n')
    else symlinkSync('../../bin/backwright.mjs', link)
  } catch { /* another first run made it, or the folder is read-only: only `npx` in the clone misses it */ }
}

/** The Node to go on with: this one if new enough, else the one that came with the packages, if it runs here. */
function node() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath
  const bundled = path.join(modules, '.bin', windows ? 'node.cmd' : 'node')
  const asked = existsSync(bundled) ? spawnSync(bundled, ['-p', 'process.versions.node'], { encoding: 'utf8', shell: windows }) : undefined
  if (asked?.status === 0 && Number.parseInt(asked.stdout, 10) >= 24) return bundled
  console.error(`Node.js 24 or newer is needed. This is ${process.version}, and the one that comes with the packages does not run on ${process.platform} ${process.arch}.\nInstall it from https://nodejs.org and run the same command again.`)
  process.exit(1)
}

function go(given) {
  const env = { ...process.env, PATH: path.join(modules, '.bin') + path.delimiter + process.env.PATH }
  const child = spawn(node(), given, { cwd: root, stdio: 'inherit', env, shell: windows })
  child.on('error', (error) => { console.error(error.message); process.exit(1) })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0)))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // Ctrl-C in a terminal reaches every process of the command, so only one from elsewhere is handed on, and once.
  let interrupted = 0
  process.on('SIGINT', () => {
    if (process.stdin.isTTY || Date.now() - interrupted < 1000) return
    interrupted = Date.now()
    child.kill('SIGINT')
  })
  // npm, when killed, stops only its shell, not us: follow our parent down.
  const parent = process.ppid
  setInterval(() => { if (process.ppid !== parent) child.kill('SIGTERM') }, 250).unref()
}

function say(line) {
  process.stderr.write(`${line}\n`)
}
