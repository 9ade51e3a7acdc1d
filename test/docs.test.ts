// What the documentation shows is so: every TypeScript block compiles, and commands that are marked to be run answer what their page says (see pages.ts).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { compileModel, type Backend } from 'backwright'
import { running, type Running } from '../src/cli/process.fixture.ts'
import { blocksOf, differs, pages, type Block, type Page } from './pages.ts'
import { testServer } from './server.ts'
import { project } from './types/tsc.ts'

const root = path.dirname(import.meta.dirname)
const all = pages()
const written = all.filter(page => page.blocks.some(b => b.language === 'ts'))
const run = all.filter(page => page.blocks.some(b => b.marks.includes('run')))

test('the pages have blocks to look at', () => {
  assert.ok(written.length >= 5, `TypeScript on ${written.length} pages`)
  assert.ok(run.length >= 5, `commands on ${run.length} pages`)
})

test('the comparison tells what differs', () => {
  assert.equal(differs('json', '{ "a": "1…", "b": [1, …], "c": …, … }', '{ "a": "123", "b": [1, 2], "c": null, "d": 1 }'), null)
  for (const shown of ['{ "a": "2…", … }', '{ "a": "123", "b": [1] }', '{ "a": "123", "b": [1, 2] }', '{ "e": 1, … }', '{ "b": [2, …], … }']) assert.ok(differs('json', shown, '{ "a": "123", "b": [1, 2], "c": 1 }'), shown)
  assert.equal(differs('text', 'a … c\n…\nz\n', 'a b c\nd\ne\nz\n'), null)
  assert.ok(differs('text', 'a\nb\n', 'a\nc\n'))
  assert.deepEqual(blocksOf('x\n```ts save file=a.ts\nlet a\n```\n').map(b => [b.language, b.marks, b.file, b.text, b.line]), [['ts', ['save', 'file=a.ts'], 'a.ts', 'let a\n', 2]])
})

test('every application that a page declares is one', async () => {
  const made = mkdtempSync(path.join(tmpdir(), 'bw-pages-'))
  try {
    mkdirSync(path.join(made, 'node_modules'))
    symlinkSync(root, path.join(made, 'node_modules/backwright'))
    writeFileSync(path.join(made, 'package.json'), '{ "type": "module" }')
    let number = 0
    for (const page of written) for (const block of page.blocks.filter(b => b.language === 'ts' && /^export default backend\(/m.test(b.text))) {
      const file = path.join(made, `application-${++number}.ts`)
      writeFileSync(file, `${block.prelude}${block.text}`)
      const { default: declared } = await import(pathToFileURL(file).href) as { default: Pick<Backend, '~declared'> }
      assert.doesNotThrow(() => compileModel(declared), `${page.name}:${block.line}`)
    }
    assert.ok(number > 5, `${number} applications`)
  } finally { rmSync(made, { recursive: true, force: true }) }
})

describe('commands answer what their page shows', () => {
  const ends: (() => Promise<unknown> | void)[] = []
  let shop: Promise<Served>
  before(() => {
    const folder = folderWith(at => { cpSync(path.join(root, 'examples/shop'), path.join(at, 'examples/shop'), { recursive: true, filter: from => !from.endsWith('.test.ts') }) })
    shop = served(folder, 'examples/shop')
    shop.catch(() => {}) // each page says it
  })
  after(async () => { for (const end of ends.toReversed()) await end() })

  for (const page of run) test(page.name, () => replay(page))

  interface Served { readonly folder: string; readonly dev: Running; readonly port: string; readonly url: string }

  function folderWith(fill: (at: string) => void): string {
    const at = mkdtempSync(path.join(tmpdir(), 'bw-pages-'))
    ends.push(() => { rmSync(at, { recursive: true, force: true }) })
    mkdirSync(path.join(at, 'node_modules'))
    symlinkSync(root, path.join(at, 'node_modules/backwright'))
    for (const name of readdirSync(path.join(root, 'node_modules'))) {
      if (name !== '.bin' && name !== 'backwright') symlinkSync(path.join(root, 'node_modules', name), path.join(at, 'node_modules', name))
    }
    writeFileSync(path.join(at, 'package.json'), '{ "type": "module" }')
    fill(at)
    return at
  }

  async function served(folder: string, app: string): Promise<Served> {
    const fresh = await (await testServer()).freshDatabase()
    ends.push(() => fresh.drop())
    const { user, password, host, port, database } = fresh.config
    const url = `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`
    const dev = running({ at: folder }, ['dev', app, '--port', '0'], { DATABASE_URL: url })
    ends.push(async () => { if (dev.child.exitCode === null) await dev.end('SIGINT') })
    const at = await dev.url()
    await dev.until(/as {4}.*\n/)
    return { folder, dev, url, port: at.slice(at.lastIndexOf(':') + 1) }
  }

  async function replay(page: Page): Promise<void> {
    const own = page.blocks.some(b => b.marks.includes('serve'))
    const folder = own ? folderWith(() => {}) : (await shop).folder
    let current = own ? null : await shop
    let printed = ''
    for (const block of page.blocks) {
      const place = `${page.name}:${block.line}`
      if (block.marks.includes('save')) write(folder, block)
      else if (block.marks.includes('serve')) {
        const app = /npm start -- (\S+)\s*$/.exec(block.text)?.[1]
        assert.ok(app !== undefined, `${place} starts no application by name`)
        current = await served(folder, `examples/${app}`)
      } else if (block.marks.includes('run')) {
        assert.ok(current, `${place} runs before anything is served`)
        printed = await shell(block.text, current, place)
      } else if (block.marks.includes('answer')) assert.equal(differs(block.language, block.text, printed), null, place)
      else if (block.marks.includes('said')) {
        assert.ok(current, `${place} is said before anything is served`)
        for (const line of block.text.trimEnd().split('\n')) {
          const pattern = line.trim().split('…').map(part => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/ {2,}/g, ' +')).join('.*')
          await current.dev.until(new RegExp(pattern))
        }
      }
    }
  }

  function write(folder: string, block: Block): void {
    assert.ok(block.file !== null, `line ${block.line}: a block to save has no file=`)
    const file = path.join(folder, block.file)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `${block.prelude}${block.text}`)
    assert.ok(existsSync(file))
  }

  /** Runs a block as a reader would, from the folder of the clone; what `npm start --` and `npx` find there is this command line. */
  async function shell(text: string, { folder, port, url }: Served, place: string): Promise<string> {
    const bin = `"${process.execPath}" "${path.join(root, 'bin/backwright.mjs')}"`
    const script = `backwright() { ${bin} "$@"; }\nnpx() { shift; backwright "$@"; }\nnpm() { shift 2; backwright "$@"; }\n${text.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`)}`
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...environment } = process.env
    const child = spawn('bash', ['-c', script], { cwd: folder, env: { ...environment, DATABASE_URL: url }, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = '', err = ''
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
    const code = await new Promise<number | null>(resolve => { child.on('close', resolve) })
    clearTimeout(timer)
    // curl -s says nothing of a refusal; what cannot be reached or found says so.
    assert.ok(code === 0 || code === 4, `${place} ended with ${code}\n${err}${out}`)
    return out.replaceAll(`127.0.0.1:${port}`, '127.0.0.1:3000')
  }
})

test('every TypeScript block compiles', () => {
  const shop = readFileSync(path.join(root, 'examples/shop/shop.ts'), 'utf8')
  const files: Record<string, string> = {}
  const places = new Map<string, string>()
  for (const page of written) {
    const folder = page.name.replace(/\.md$/, '')
    files[`${folder}/shop.ts`] = shop
    for (const [i, block] of page.blocks.filter(b => b.language === 'ts').entries()) {
      // What is saved again later is another version of the file, which must compile as well.
      const name = block.file === null || files[`${folder}/${block.file}`] !== undefined ? `block-${i + 1}.ts` : block.file
      files[`${folder}/${name}`] = `${block.prelude}${block.text}export {}\n`
      places.set(`${folder}/${name}`, `${page.name}:${block.line}`)
    }
  }
  const made = project(files, { types: ['node'], lib: ['es2024', 'esnext', 'dom'] })
  try {
    const { output } = made.run()
    assert.equal(output.replace(/^(\S+\.ts)\(/gm, (whole, file: string) => `${places.get(file) ?? file} (${whole}`), '')
  } finally { made.remove() }
})
