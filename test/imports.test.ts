// The house rules about who may import whom, read from the imports themselves, type-only ones too: folders, entrances, cycles, the key of authorize.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const src = path.join(import.meta.dirname, '..', 'src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.ts')).map(f => f.split(path.sep).join('/'))
const isTest = (f: string) => /\.(test|fixture)\.ts$/.test(f) || /(^|\/)(fixtures?|test)\//.test(f)

interface Import { readonly from: string; readonly to: string }
const importsOf = (file: string): readonly Import[] =>
  [...readFileSync(path.join(src, file), 'utf8').matchAll(/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"](\.[^'"]+)['"]|^\s*import\s*['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/gm)]
    .map(m => ({ from: file, to: path.posix.normalize(path.posix.join(path.posix.dirname(file), m[1] ?? m[2] ?? m[3] ?? '')) }))
const imports = files.filter(f => !isTest(f)).flatMap(importsOf)

/** A room: the first folder, or for stores and protocols the second, since siblings may not know each other. */
const room = (file: string): string => {
  const [first = '', second = ''] = file.split('/')
  if (!file.includes('/')) return 'entry'
  return (first === 'stores' || first === 'protocols') && second !== '' && !second.endsWith('.ts') ? `${first}/${second}` : first
}

const may: Record<string, readonly string[]> = {
  operation: [], failure: [], wire: [],
  model: ['operation', 'failure', 'wire', 'define'],
  define: ['operation', 'failure', 'wire', 'model'],
  stores: ['operation', 'failure', 'wire', 'model'],
  'stores/sql': ['operation', 'failure', 'wire', 'model', 'stores'],
  'stores/memory': ['operation', 'failure', 'wire', 'model', 'stores'],
  'stores/postgres': ['operation', 'failure', 'wire', 'model', 'stores', 'stores/sql'],
  protocols: ['operation', 'failure', 'wire', 'model', 'stores'],
  'protocols/graphql': ['operation', 'failure', 'wire', 'model', 'stores', 'protocols'],
  'protocols/rest': ['operation', 'failure', 'wire', 'model', 'stores', 'protocols'],
  'protocols/soap': ['operation', 'failure', 'wire', 'model', 'stores', 'protocols'],
  'protocols/db': ['operation', 'failure', 'wire', 'model', 'stores', 'protocols', 'define'],
  engine: ['operation', 'failure', 'wire', 'model', 'stores', 'protocols'],
  migrate: ['operation', 'failure', 'wire', 'model', 'stores', 'stores/sql'],
  observe: ['operation', 'failure', 'wire', 'model', 'stores', 'protocols'],
  server: ['failure', 'wire', 'protocols', 'observe', 'stores'],
  client: ['wire', 'define', 'failure'],
  identity: ['operation', 'failure', 'wire', 'model', 'define', 'stores', 'protocols', 'work'],
  readback: ['operation', 'model', 'engine'],
  work: ['operation', 'failure', 'wire', 'model', 'stores'],
  application: [
    'operation', 'work', 'identity', 'failure', 'wire', 'model', 'define', 'engine', 'migrate', 'observe', 'server', 'protocols', 'protocols/db', 'protocols/graphql', 'protocols/rest', 'protocols/soap', 'stores', 'stores/postgres',
  ],
}

test('folders import only what the house allows', () => {
  const broken = imports.filter(i => {
    const a = room(i.from), b = room(i.to)
    return a !== b && a !== 'cli' && a !== 'entry' && a !== 'testkit' && !(may[a] ?? []).includes(b)
  })
  assert.deepEqual(broken, [])
})

test('the client takes nothing but types from others: the rest is no business of a browser', () => {
  const taken = files.filter(f => f.startsWith('client/') && !isTest(f)).flatMap(f =>
    [...readFileSync(path.join(src, f), 'utf8').matchAll(/^(?:import|export) (?!type )[^'"]*? from '(?!\.\/)([^']+)'/gm)].map(m => `${f} takes ${m[1]}`))
  assert.deepEqual(taken, [])
})

test('a folder is entered through its index.ts, the ports through their own files', () => {
  const ports = new Set(['stores/store.ts', 'stores/authorized.ts', 'protocols/protocol.ts'])
  const broken = imports.filter(i => room(i.from) !== room(i.to) && room(i.to) !== 'entry' && !i.to.endsWith('/index.ts') && !ports.has(i.to) && !entrances.has(i.to))
  assert.deepEqual(broken, [])
})
/** Further entrances, each for a reason. */
const entrances = new Set<string>([])

test('engine/authorize alone imports the key that makes an operation authorized', () => {
  const holders = files.filter(f => !isTest(f) && f !== 'stores/authorized.ts' && readFileSync(path.join(src, f), 'utf8').includes('authorizeKey'))
  assert.deepEqual(holders, ['engine/authorize.ts'])
})

test('no file imports itself in a circle', () => {
  const graph = Map.groupBy(imports, i => i.from)
  const state = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (file: string, trail: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') { circles.push([...trail.slice(trail.indexOf(file)), file].join(' → ')); return }
    state.set(file, 'open')
    for (const i of graph.get(file) ?? []) visit(i.to, [...trail, file])
    state.set(file, 'done')
  }
  for (const f of files) visit(f, [])
  assert.deepEqual(circles, [])
})

test('no file is named after nothing', () => {
  assert.deepEqual(files.filter(f => /(^|\/)(utils?|helpers?|common|types|base)(\.ts|\/)/.test(f)), [])
})
