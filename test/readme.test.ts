// Replays the README's first three minutes: its commands as they stand, its saves, and what comes out compared with what it shows.
// Ids, times, ports and what a `…` stands for may differ; nothing else.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

const root = path.dirname(import.meta.dirname)
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
const shop = readFileSync(path.join(root, 'examples', 'shop', 'shop.ts'), 'utf8')
const patienceMs = 30_000

/** One line somebody types (`$`) or saves (`#`), and what comes out. */
interface Step { readonly kind: '$' | '#'; readonly line: string; readonly shown: string }

const steps: readonly Step[] = [...readme.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block.split(/^(?=[$#] )/m).map(part => {
    const [first = '', ...shown] = part.split('\n')
    return { kind: first.startsWith('$') ? '$' : '#', line: first.slice(2), shown: shown.join('\n').trim() }
  }))
const [start, ...rest] = steps
const asked = rest.filter(step => step.kind === '$'), saved = rest.filter(step => step.kind === '#')

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** What must be answered, as a pattern: what differs from run to run is loose, white space too, since the README wraps long lines. */
function like(shown: string): RegExp {
  const loose: readonly (readonly [RegExp, string])[] = [
    [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, '[0-9a-f-]{36}'],
    [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00/, '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+\\+00:00'],
    [/127\.0\.0\.1:\d+/, '127\\.0\\.0\\.1:\\d+'],
    [/\d+ ms/, '\\d+ ms'],
    [/\d+(?:\.\d+)? s\b/, '\\d+(?:\\.\\d+)? s'],
    [/…/, '[^]*?'],
    [/\s+/, '\\s*'],
  ]
  const any = new RegExp(loose.map(([what]) => `(${what.source})`).join('|'), 'g')
  let pattern = '', at = 0
  for (const found of shown.matchAll(any)) {
    pattern += literal(shown.slice(at, found.index)) + (loose[found.slice(1).findIndex(group => group !== undefined)]?.[1] ?? '')
    at = found.index + found[0].length
  }
  return new RegExp(pattern + literal(shown.slice(at)))
}

/** The declaration with the line written where it belongs: in place of the field it renames or redefines or of the rule it changes, else as the last plain field. */
function withLine(source: string, line: string): string {
  const [before = '', declared = ''] = source.split(/(?=^export class Product )/m)
  const name = /^\w+(?= =)/.exec(line)?.[0], former = /\.was\('(\w+)'\)/.exec(line)?.[1]
  const lines = declared.split('\n'), end = lines.indexOf('}')
  const starts = name === undefined ? [line.slice(0, line.indexOf('.'))] : [`${name} = `, ...(former === undefined ? [] : [`${former} = `])]
  const known = lines.findIndex((one, at) => at < end && starts.some(begin => one.trim().startsWith(begin)))
  if (known >= 0) lines[known] = lines[known]!.replace(/\S.*/, line)
  else lines.splice(lines.findIndex(one => one.startsWith('  stock = ')) + 1, 0, `  ${line}`)
  return `${before}${lines.join('\n')}`
}

let folder: string, dev: ChildProcess, url: string
let said = '', heard = 0
const { PORT: _port, DATABASE_URL: _url, FORCE_COLOR: _colour, NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _test, ...clean } = process.env
const env = { ...clean, NO_COLOR: '1', PATH: `${path.dirname(process.execPath)}${path.delimiter}${clean['PATH'] ?? ''}` }

/** Waits until the first terminal says what is shown, after what it said before. */
async function says(shown: string): Promise<string> {
  const pattern = like(shown)
  for (const deadline = Date.now() + patienceMs; ; await delay(10)) {
    const found = pattern.exec(said.slice(heard))
    if (found) {
      heard += found.index + found[0].length
      return found[0]
    }
    if (dev.exitCode !== null || Date.now() > deadline) assert.fail(`The README shows\n${shown}\n\nand this came out\n${said.slice(heard)}`)
  }
}

/** Runs a line of the second terminal, as it stands but for the port. */
async function types(line: string): Promise<string> {
  const child = spawn('bash', ['-c', line.replaceAll('http://127.0.0.1:3000', url)], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: patienceMs })
  let out = '', err = ''
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
  await new Promise(done => { child.on('close', done) })
  // A terminal shows both: the sentences (on stderr) come first, npm's and curl's own remarks are not ours.
  return `${err.split('\n').filter(one => !/^npm |^\s*%|^\s+Dload|^[\s\d:.kMG-]*$/.test(one)).join('\n')}\n${out}`
}

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'readme '))
  cpSync(path.join(root, 'examples', 'shop'), path.join(folder, 'examples', 'shop'), { recursive: true })
  mkdirSync(path.join(folder, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(root, path.join(folder, 'node_modules', 'backwright'))
  symlinkSync(path.join(root, 'bin', 'backwright.mjs'), path.join(folder, 'node_modules', '.bin', 'backwright')) // npx finds it here, as in a clone
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  dev = spawn(process.execPath, [path.join(root, 'bin', 'backwright.mjs'), 'dev', 'examples/shop', '--port', '0'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [dev.stdout, dev.stderr]) stream?.on('data', (chunk: Buffer) => { said += chunk.toString() })
})
after(async () => {
  if (dev.exitCode === null && dev.signalCode === null) {
    const ended = new Promise(done => { dev.once('close', done) })
    dev.kill('SIGINT')
    await ended
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

test('npm start says what the README shows, but for the set-up, which is tested where it is', async () => {
  assert.equal(start?.line, 'npm start')
  const lines = start?.shown.split('\n') ?? []
  const installed = lines.findIndex(line => line.startsWith('  installed in '))
  assert.ok(installed >= 0 && lines[0]?.startsWith('Setting up (once): what running needs'))
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(await says(lines.slice(installed + 1).join('\n').trim()))?.[0] ?? ''
  assert.notEqual(url, '')
})

test('the second terminal: every line as it stands', async t => {
  assert.ok(asked.length >= 6)
  for (const { line, shown } of asked) {
    await t.test(line, async () => {
      const came = (await types(line)).trim()
      assert.ok(new RegExp(`^${like(shown).source}$`).test(came), `The README shows\n${shown}\n\nand this came out\n${came}`)
    })
  }
})

test('the saves: every line where it belongs, and the last good version goes on', async t => {
  assert.ok(saved.length >= 4)
  let now = shop
  for (const { line, shown } of saved) {
    await t.test(line, async () => {
      const next = withLine(now, line)
      assert.notEqual(next, now)
      now = next
      writeFileSync(path.join(folder, 'examples', 'shop', 'shop.ts'), now)
      await says(shown)
    })
  }
  const { data: [first] } = await (await fetch(`${url}/api/products?page[size]=1`)).json() as { data: Record<string, unknown>[] }
  assert.equal(first?.['stars'], 3)
})

test('what the README quotes of the shop is in it, and its size is told truly', () => {
  const [, quoted = ''] = /```ts\n(.*?)```/s.exec(readme) ?? []
  assert.ok(quoted.includes('class Product') && shop.includes(quoted.trim()))
  assert.ok(shop.split('\n').length < 150)
})

test('the README\'s figures of speed are the reference run\'s', () => {
  const run = JSON.parse(readFileSync(path.join(root, 'bench', 'results', 'reference.json'), 'utf8')) as { workloads: { name: string; sides: { name: string; cpu: number }[] }[] }
  const [said = ''] = /What a request costs.*?performance\]/s.exec(readme) ?? []
  assert.equal(run.workloads.length, 6)
  for (const { name, sides } of run.workloads) {
    const cpu = sides.find(s => s.name === 'by hand')?.cpu.toFixed(2) ?? 'not measured'
    assert.ok(said.includes(cpu), `${name}: ${cpu}`)
  }
})

test('Ctrl-C ends it', async () => {
  const ended = new Promise(done => { dev.once('close', done) })
  dev.kill('SIGINT')
  await says('stopping… stopped')
  await ended
})
