// `npm run test:consumers [-- lint clients soap graphql prism next client --update]`: what others make of our contract. Linters over the shop's and the world's, generated clients that are
// type-checked and talk to the running shop, a proxy that holds every conformance case against the contract; where asked for, a Next application that mounts one. `--update` writes the committed types anew.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SignJWT } from 'jose'
import shop from '../../examples/shop/shop.ts'
import { loadData, open } from '../../src/index.ts'
import { compileModel } from '../../src/define/index.ts'
import { contractOf, yamlOf } from '../../src/protocols/rest/index.ts'
import { wsdlOf } from '../../src/protocols/soap/index.ts'
import { world } from '../../src/testkit/index.ts'
import { graphqlTools } from './graphql.ts'
import { soapClients } from './soap.ts'

const here = import.meta.dirname
const committed = path.join(here, 'generated', 'shop.ts')
const secret = 'a secret for consumers that is long enough'
const windows = process.platform === 'win32'
const folder = mkdtempSync(path.join(tmpdir(), 'backwright-consumers-'))
const failed: string[] = []

/** Runs a command to its end and gives what it said. */
function command(name: string, args: readonly string[], cwd = here): { readonly ok: boolean; readonly output: string } {
  const ran = spawnSync(name, args, { cwd, encoding: 'utf8', shell: windows, maxBuffer: 1 << 26, env: { ...process.env, NO_COLOR: '1', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } })
  return { ok: ran.status === 0, output: `${ran.stdout ?? ''}${ran.stderr ?? ''}${ran.error === undefined ? '' : ran.error.message}` }
}
const tool = (name: string): string => path.join(here, 'node_modules', '.bin', windows ? `${name}.cmd` : name)

function say(what: string, wrong: string | null): void {
  console.log(`${wrong === null ? '✔' : '✖'} ${what}`)
  if (wrong === null) return
  failed.push(what)
  console.log(wrong.split('\n').slice(0, 60).map(line => `    ${line}`).join('\n'))
}

function install(): void {
  const lock = path.join(here, 'package-lock.json'), stamp = path.join(here, 'node_modules', '.installed')
  const wanted = readFileSync(lock, 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Installing the consumers (once)…')
  const { ok, output } = command(windows ? 'npm.cmd' : 'npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'])
  if (!ok) throw new Error(`The consumers could not be installed:\n${output}`)
  writeFileSync(stamp, wanted)
}

async function linted(): Promise<void> {
  for (const name of ['shop', 'world']) {
    const document = path.join(folder, `${name}.json`)
    const redocly = command(tool('redocly'), ['lint', '--config', path.join(here, 'redocly.yaml'), '--max-problems', '20', document])
    say(`Redocly, recommended: ${name}`, redocly.ok && !/You have \d+ warning/.test(redocly.output) ? null : redocly.output)
    const spectral = command(tool('spectral'), ['lint', '--ruleset', path.join(here, 'spectral.yaml'), '--fail-severity', 'warn', '--display-only-failures', document])
    say(`Spectral, oas and OWASP: ${name}`, spectral.ok ? null : spectral.output)
    const parsed = command(process.execPath, ['--input-type=module', '-e', `
      import parser from '@apidevtools/swagger-parser'
      await parser.validate(${JSON.stringify(document)})
      const json = await parser.parse(${JSON.stringify(document)}), yaml = await parser.parse(${JSON.stringify(path.join(folder, `${name}.yaml`))})
      if (JSON.stringify(json) !== JSON.stringify(yaml)) throw new Error('YAML and JSON differ')`])
    say(`swagger-parser, and YAML is the same document: ${name}`, parsed.ok ? null : parsed.output)
  }
}

/** Generates the clients into a folder of their own and compiles them with TypeScript 5.9. */
function built(): string | null {
  const project = path.join(folder, 'project'), generated = path.join(project, 'generated')
  cpSync(path.join(here, 'clients'), path.join(project, 'clients'), { recursive: true })
  mkdirSync(generated, { recursive: true })
  cpSync(path.join(here, 'node_modules'), path.join(project, 'node_modules'), { recursive: true, filter: from => !/node_modules[\\/]\.cache/.test(from) && /node_modules$|node_modules[\\/](openapi-fetch|openapi-typescript-helpers)([\\/]|$)/.test(from) })
  writeFileSync(path.join(project, 'package.json'), '{ "type": "commonjs" }')
  const document = path.join(folder, 'shop.json'), types = path.join(generated, 'shop.ts')
  const made = command(tool('openapi-typescript'), [document, '-o', types])
  say('openapi-typescript generates', made.ok ? null : made.output)
  const text = `// Made by openapi-typescript from the shop's contract: npm run test:consumers -- --update\n${readFileSync(types, 'utf8')}`
  if (process.argv.includes('--update')) writeFileSync(committed, text)
  say('the committed types are current', existsSync(committed) && readFileSync(committed, 'utf8') === text ? null : 'Run: npm run test:consumers -- --update')
  const hey = command(tool('openapi-ts'), ['-i', document, '-o', path.join(generated, 'hey-api'), '--no-log-file'], folder)
  say('hey-api generates', hey.ok ? null : hey.output)
  writeFileSync(path.join(folder, 'orval.config.cjs'), `module.exports = { shop: { input: { target: ${JSON.stringify(document)} }, output: { target: ${JSON.stringify(path.join(generated, 'orval', 'index.ts'))}, client: 'fetch', mode: 'single', baseUrl: '/api' } } }`)
  const orval = command(tool('orval'), ['--config', path.join(folder, 'orval.config.cjs')], folder)
  say('orval generates', orval.ok ? null : orval.output)
  const checked = command(process.execPath, [path.join(here, 'node_modules/typescript/bin/tsc'), '-p', path.join(project, 'clients'), '--outDir', path.join(project, 'out'), '--rootDir', project])
  say('the clients type-check (TypeScript 5.9)', checked.ok ? null : checked.output)
  return checked.ok ? path.join(project, 'out', 'clients') : null
}

/** Serves the shop with its data for as long as `use` takes; what clients are told stands in the variables. */
async function serving(use: (env: Readonly<Record<string, string>>) => Promise<void>): Promise<void> {
  const application = await open(shop, { folder: path.join(folder, 'data'), schema: 'apply', tokens: { secret } })
  try {
    await loadData(application, path.join(here, '../../examples/shop/data'))
    const { url } = await application.serve({ port: 0 })
    const sign = (claims: Record<string, unknown>): Promise<string> => new SignJWT({ email_verified: true, ...claims }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(secret))
    const token = await sign({ sub: 'anna', email: 'annette.roulet@la-maison-d-asie.example' }), staff = await sign({ sub: 'staff', roles: ['staff'] })
    await use({ CONSUMER_URL: url, CONSUMER_TOKEN: token, CONSUMER_STAFF: staff })
  } finally {
    await application.close()
  }
}

async function talked(at: string): Promise<void> {
  cpSync(path.join(folder, 'project', 'node_modules'), path.join(at, '..', 'node_modules'), { recursive: true })
  await serving(async env => {
    for (const client of ['openapi-fetch', 'hey-api', 'orval']) {
      const { code, output } = await finished(process.execPath, [path.join(at, `${client}.js`)], env)
      say(`${client} talks to the shop`, code === 0 && output.includes('talks to the server') ? null : output)
    }
  })
}

/** Clients of other languages, made of the WSDL. */
async function overSoap(): Promise<void> {
  await serving(async env => {
    const file = path.join(folder, 'shop.wsdl')
    writeFileSync(file, await wsdlOf(compileModel(shop).model, `${env['CONSUMER_URL'] ?? ''}/soap`))
    await soapClients(command, finished, folder, file, env, say)
  })
}

/** Beside us: the server they talk to is in this process. */
function finished(name: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise(resolve => {
    const child = spawn(name, args, { cwd: here, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
    child.on('exit', code => { resolve({ code, output }) })
  })
}

const tests = (file: string) => finished(process.execPath, ['-C', 'backwright-source', '--test', '--test-reporter=spec', path.join(here, file)], {})

async function mounted(): Promise<void> {
  console.log('Installing, building and serving a Next application (a minute, and 380 MB once)…')
  const { code, output } = await tests('next.test.ts')
  say('Next mounts an application: app router, pages router, a page', code === 0 && output.includes('pass 3') ? null : output)
}

async function running(): Promise<void> {
  console.log('Installing Deno, Bun and what drives a browser (300 MB once)…')
  const { code, output } = await tests('runtimes.test.ts')
  say('The typed client in Node, Deno, Bun, a browser and its worker', code === 0 && output.includes('pass 4') ? null : output)
}

async function proxied(): Promise<void> {
  const { code, output } = await tests('prism.test.ts')
  const counted = (what: string): number => Number(new RegExp(`ℹ ${what} (\\d+)`).exec(output)?.[1] ?? 0)
  for (const line of output.match(/^ *﹣ .*$/gm) ?? []) console.log(`  not asked of Prism: ${line.replace(/^ *﹣ /, '').replace(/ \([\d.]+ms\)/, '')}`)
  say(`Prism between the conformance cases and the server (${counted('pass')} of ${counted('tests')})`, code === 0 && counted('pass') > 900 ? null : output.split('\n').filter(line => !line.includes('✔')).join('\n'))
}

try {
  const wanted = process.argv.slice(2).filter(a => !a.startsWith('-'))
  const only = (name: string): boolean => wanted.length === 0 || wanted.includes(name)
  // The clients of SOAP are none of npm's.
  if (wanted.length === 0 || wanted.some(name => !['soap', 'graphql', 'client'].includes(name))) install()
  for (const model of [compileModel(shop).model, world]) {
    const document = contractOf(model, '/api')
    writeFileSync(path.join(folder, `${model.name}.json`), JSON.stringify(document, null, 1))
    writeFileSync(path.join(folder, `${model.name}.yaml`), yamlOf(document))
  }
  if (only('lint')) await linted()
  if (only('clients')) {
    const at = built()
    if (at !== null) await talked(at)
  }
  if (only('soap')) await overSoap()
  if (only('graphql')) await graphqlTools(command, finished, folder, say, serving)
  if (only('prism')) await proxied()
  // By default not: it downloads the most and says the least of the contract.
  if (wanted.includes('next')) await mounted()
  else if (wanted.length === 0) console.log('Not run: a Next application that mounts ours. Run: npm run test:consumers -- next')
  if (wanted.includes('client')) await running()
  else if (wanted.length === 0) console.log('Not run: the typed client in Deno, Bun and a browser. Run: npm run test:consumers -- client')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(failed.length === 0 ? 'Every consumer that was run takes the contract.' : `${failed.length} failed: ${failed.join('; ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
