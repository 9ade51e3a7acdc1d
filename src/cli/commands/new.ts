// `backwright new`: a project that runs and tests itself.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { exit, paint, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { home, isClone } from '../home.ts'
import { projectName, published, scaffold } from '../scaffold.ts'

const options = { 'no-install': { type: 'boolean' }, json: { type: 'boolean' } } as const

export const newCommand: Command = {
  name: 'new',
  summary: 'makes a project that runs and tests itself:  backwright new my-shop',
  help: `backwright new FOLDER        makes a project that runs and tests itself

  npx backwright new my-shop
  npm start -- new ../my-shop            from a clone: its own package goes along, in vendor/
  cd ../my-shop && npm start

Writes package.json, tsconfig.json, backend.ts (three entities, their rules, ready-made callers), data/, stories of what it promises, a Dockerfile, a workflow
for GitHub, README.md, and runs npm install. The folder must be empty, or not be there.

Options
  --no-install  only the files
  --json        { "folder", "name", "files" }

Exit codes: 0 made · 1 failed, the folder is not empty · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values, positionals: [given] } = parse(args, options, 1)
    if (given === undefined) throw usage('Say where: backwright new my-shop')
    const folder = path.resolve(terminal.cwd, given)
    if (existsSync(folder) && !statSync(folder).isDirectory()) throw new Trouble(`${given} is a file.`)
    if (existsSync(folder) && readdirSync(folder).some(name => name !== '.git')) throw new Trouble(`${given} is not empty. Choose another folder, or clear that one.`)
    const name = projectName(folder)
    mkdirSync(folder, { recursive: true })
    const install = values['no-install'] !== true
    const tarball = isClone() ? await packed(folder, terminal) : null
    const files = scaffold(folder, { name, backwright: tarball === null ? published() : `file:vendor/${tarball}`, vendored: tarball !== null })
    if (install) await run('npm', ['install', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], folder, 'installing (Node 24 and PostgreSQL 18 too, about 270 MB)', terminal)
    if (values.json) {
      terminal.out(`${JSON.stringify({ folder, name, files })}\n`)
      return exit.ok
    }
    const say = (text: string): void => { terminal.out(`${text}\n`) }
    say(`${paint(terminal, 32, '✓')} ${name}: ${files.length} files in ${given}`)
    say(`  cd ${/[^\w./-]/.test(given) ? `'${given}'` : given}${install ? '' : ' && npm install'}`)
    say('  npm start      serves it while you write it')
    say('  npm test       asks whether it keeps what it promises')
    return exit.ok
  },
}

/** The clone's package, compiled and packed into vendor/: a project that other machines, Docker and CI can install as it is. */
async function packed(folder: string, terminal: Terminal): Promise<string> {
  const vendor = path.join(folder, 'vendor')
  if (!existsSync(path.join(home, 'node_modules', 'typescript'))) {
    throw new Trouble('From a clone the package is compiled first, and the compiler is not installed. Run it as: npm start -- new FOLDER')
  }
  await run(process.execPath, [path.join(home, 'tools', 'build.mjs')], home, 'compiling the package of this clone', terminal)
  mkdirSync(vendor, { recursive: true })
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', vendor], home, 'packing it', terminal)
  const tarball = readdirSync(vendor).find(file => file.endsWith('.tgz'))
  if (tarball === undefined) throw new Trouble('npm packed nothing.')
  return tarball
}

/** Runs a program to its end, with a line of what takes its time; says what it said where it fails. */
async function run(program: string, args: readonly string[], cwd: string, doing: string, terminal: Terminal): Promise<void> {
  const began = performance.now()
  terminal.err(paint(terminal, 2, `  ${doing}…\n`))
  const windows = process.platform === 'win32' && program === 'npm'
  const child = spawn(windows ? 'npm.cmd' : program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: windows })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString() })
  const tick = terminal.colour ? setInterval(() => { terminal.err(`\r  ${Math.round((performance.now() - began) / 1000)} s`) }, 1000) : undefined
  const code = await new Promise<number | string>(resolve => {
    child.on('error', error => { resolve(error.message) })
    child.on('close', (ended, signal) => { resolve(ended ?? signal ?? 1) })
  })
  clearInterval(tick)
  if (tick !== undefined) terminal.err('\r\u001b[K')
  if (code !== 0) throw new Trouble(`${doing} failed (${program} ${args[0] ?? ''}: ${code}).\n${said.trim()}`)
}
