// `backwright new`, and what it makes, as it would be used: the package compiled and lying in node_modules, its command line, its tests, its types.
// The installation itself, from the packed file and on an older Node, is tested by `npm run test:new`.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { limits } from '../../../bench/limits.ts'
import { backwright, running, type Folder } from '../process.fixture.ts'

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)))
const temporary = mkdtempSync(path.join(tmpdir(), 'bw new '))
const project = path.join(temporary, 'My Shop')
const at = (folder: string): Folder => ({ at: folder }) as Folder
after(() => { rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) })

async function node(args: readonly string[], cwd = project): Promise<{ code: number | null; said: string }> {
  const { NODE_TEST_CONTEXT: _, DATABASE_URL: __, NODE_OPTIONS: ___, ...env } = process.env
  const child = spawn(process.execPath, args, { cwd, env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString() })
  return { code: await new Promise(resolve => { child.on('close', resolve) }), said }
}

before(async () => {
  const made = await backwright(at(temporary), ['new', 'My Shop', '--no-install', '--json'], { patienceMs: 60_000 })
  assert.equal(made.code, 0, made.err)
  // Installed as npm would: the packed files in a folder of node_modules, the packages they need beside it.
  const modules = path.join(project, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(path.join(root, 'node_modules'))) if (!name.startsWith('.') && name !== 'backwright') symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
  const unpacked = await new Promise<number | null>(resolve => {
    spawn('tar', ['xzf', path.join(project, 'vendor', readdirSync(path.join(project, 'vendor'))[0] ?? ''), '-C', modules]).on('close', resolve)
  })
  assert.equal(unpacked, 0)
  cpSync(path.join(modules, 'package'), path.join(modules, 'backwright'), { recursive: true })
})

test('it makes a whole project, named as npm wants it', () => {
  for (const file of ['package.json', 'tsconfig.json', '.gitignore', '.dockerignore', 'backend.ts', 'data/person.json', 'backend.stories.ts', 'README.md', 'Dockerfile', '.github/workflows/ci.yml']) assert.ok(existsSync(path.join(project, file)), file)
  const { name, dependencies } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8')) as { name: string; dependencies: Record<string, string> }
  assert.equal(name, 'my-shop')
  assert.match(dependencies['backwright'] ?? '', /^file:vendor\/backwright-\d+\.\d+\.\d+\.tgz$/)
  for (const file of readdirSync(project, { recursive: true, encoding: 'utf8' }).filter(f => !/node_modules|vendor|data$|^\.github(\/workflows)?$/.test(f))) {
    assert.doesNotMatch(readFileSync(path.join(project, file), 'utf8'), /\{\{\w+\}\}/, file)
  }
})

test('the package holds what was compiled, its types and the templates, and nothing of tests or source', () => {
  const files = readdirSync(path.join(project, 'node_modules', 'backwright'), { recursive: true, encoding: 'utf8' })
  for (const file of ['bin/backwright.mjs', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/index.js', 'templates/new/backend.ts.txt', 'LICENSE']) assert.ok(files.includes(file), file)
  assert.deepEqual(files.filter(f => /(\.test|\.fixture)\.|fixtures|^src|^test|\.built|(?<!\.d)\.ts$/.test(f) && !f.startsWith('templates')), [])
})

test('it is no larger than it may be, packed and unpacked', () => {
  const vendor = path.join(project, 'vendor'), unpacked = path.join(project, 'node_modules', 'package')
  const sizes = (folder: string): number => readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, f) => sum + (f.isFile() ? statSync(path.join(f.parentPath, f.name)).size : 0), 0)
  assert.ok(sizes(vendor) > 0 && sizes(vendor) <= limits.packed, `${sizes(vendor)} bytes packed, at most ${limits.packed}`)
  assert.ok(sizes(unpacked) <= limits.unpacked, `${sizes(unpacked)} bytes unpacked, at most ${limits.unpacked}`)
})

test('its tests pass on the compiled package, and its types check', async () => {
  const [tests, types] = [await node([path.join(project, 'node_modules', 'backwright', 'bin', 'backwright.mjs'), 'test']), await node([path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit'])]
  assert.equal(tests.code, 0, tests.said)
  assert.match(tests.said, /\n4 stories, each through REST, GraphQL, SOAP and db · /)
  assert.match(tests.said, /✓ \d+ rules: each grants a row and denies one/)
  assert.equal(types.code, 0, types.said)
  // The types are there, not `any`.
  writeFileSync(path.join(project, 'wrong.ts'), `import app, { Task } from './backend.ts'\nimport { allow, access, open } from 'backwright'\nexport const a = access(Task, ({ row }) => [allow('read').when(row.titel.eq('x'))])\nvoid app; void open\n`)
  const wrong = await node([path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit'])
  rmSync(path.join(project, 'wrong.ts'))
  assert.match(wrong.said, /wrong\.ts.*titel/)
})

test('its command line serves it', async () => {
  const dev = running(at(project), ['dev', '--port', '0'], {}, path.join(project, 'node_modules', 'backwright', 'bin', 'backwright.mjs'))
  const url = await dev.url()
  assert.equal((await fetch(`${url}/api/projects`)).status, 401)
  assert.equal((await fetch(`${url}/api`)).status, 200)
  assert.equal(await dev.end('SIGINT'), 0)
})

test('check has nothing against it, and tells what TypeScript says', async () => {
  const installed = path.join(project, 'node_modules', 'backwright', 'bin', 'backwright.mjs')
  const well = await node([installed, 'check', '--strict'])
  assert.deepEqual([well.code, well.said], [0, '✓ nothing to say\n'])
  const file = path.join(project, 'backend.ts'), before = readFileSync(file, 'utf8')
  writeFileSync(file, before.replace(`import { access`, `const wrong: number = 'x'\nvoid wrong\nimport { access`))
  const ill = await node([installed, 'check'])
  writeFileSync(file, before)
  assert.equal(ill.code, 1, ill.said)
  assert.match(ill.said, /^backend\.ts:2 {2}error {2}TS2322: Type 'string' is not assignable to type 'number'\.$/m)
})

test('a folder that is not empty is left alone', async () => {
  const again = await backwright(at(temporary), ['new', 'My Shop'])
  assert.equal(again.code, 1)
  assert.match(again.err, /My Shop is not empty/)
  assert.equal((await backwright(at(temporary), ['new'])).code, 2)
})
