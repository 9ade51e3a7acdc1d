// The reference of declaring and the source say the same, both ways: kinds with their columns and operators, modifiers, statics, options, clauses.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import * as define from '../src/define/index.ts'
import { allow, backend, choice, compileModel, deny, Entity, entity, Field, hide, list, Many, model, One, Ref, sequence, text } from '../src/define/index.ts'
import * as kinds from '../src/define/kinds/index.ts'
import { desiredSchema } from '../src/migrate/index.ts'
import { actionOptions, backendOptions } from '../src/model/compile/index.ts'
import { operatorsOf } from '../src/model/index.ts'
import { blocksOf } from './pages.ts'

const root = path.dirname(import.meta.dirname)
const page = readFileSync(path.join(root, 'docs/reference/declaring.md'), 'utf8')

/** The rows of the table whose first heading this is: its cells. */
function table(heading: string): string[][] {
  const lines = page.split('\n')
  const from = lines.findIndex(line => line.startsWith(`| ${heading} |`))
  assert.ok(from >= 0, `a table of ${heading}`)
  const rows = lines.slice(from + 2)
  return rows.slice(0, rows.findIndex(line => !line.startsWith('|'))).map(line => line.split(/(?<!\\)\|/).slice(1, -1).map(cell => cell.trim()))
}
const names = (heading: string): string[] => table(heading).map(([first = '']) => /^`\.?(\w+)/.exec(first)?.[1] ?? first).toSorted()
const methods = (of: { readonly prototype: object }): string[] => Object.getOwnPropertyNames(of.prototype).filter(name => name !== 'constructor').toSorted()

/** One field of each kind, as a user would write the least of it. */
const given: Readonly<Record<string, () => unknown>> = {
  ...Object.fromEntries(Object.entries(kinds).map(([name, make]) => [name, make as () => unknown])),
  money: () => kinds.money('EUR'), range: () => kinds.range('integer'), choice: () => choice('a', 'b'), list: () => list(text()),
}
class World extends Entity { constructor() { super(); for (const [name, make] of Object.entries(given)) if (name !== 'sequence') Object.assign(this, { [`${name}_`]: make() }) } }
class Counted extends entity({ id: sequence() }) { label = text() }
const { model: compiled } = compileModel(backend({ model: model({ world: World, counted: Counted }) }))
const fieldOf = (kind: string) => (kind === 'sequence' ? compiled.entities['counted']?.fields['id'] : compiled.entities['world']?.fields[`${kind}_`]) ?? assert.fail(kind)

test('kinds: those there are', () => { assert.deepEqual(names('kind'), Object.keys(kinds).toSorted()) })

test('kinds: their operators, with those of optional and searchable ones', () => {
  for (const [first = '', , , , operators = ''] of table('kind')) {
    const name = /^`(\w+)/.exec(first)?.[1] ?? '', field = fieldOf(name)
    const said = [...operators.matchAll(/`(\w+)`/g)].map(m => m[1])
    // A hidden field has none, whatever its column could.
    assert.deepEqual(said, field.hidden ? [] : operatorsOf(field), name)
    if (!field.hidden) assert.ok(operatorsOf({ ...field, optional: true }).includes('null'), name)
  }
  assert.deepEqual(operatorsOf({ ...fieldOf('text'), searchable: true }).at(-1), 'search')
})

test('kinds: their columns', () => {
  const tables = desiredSchema(compiled, 'public').tables
  for (const [first = '', , , column = ''] of table('kind')) {
    const name = /^`(\w+)/.exec(first)?.[1] ?? ''
    const wanted = tables.flatMap(t => t.columns).find(c => c.field === fieldOf(name)) ?? assert.fail(name)
    assert.ok(column.includes(`\`${wanted.type}\``), `${name}: ${wanted.type}, the page says ${column}`)
    assert.equal(column.includes('collate'), wanted.collation === 'C' && !fieldOf(name).list, `${name}: ${wanted.collation}`)
    assert.equal(column.includes('identity'), wanted.identity !== null && wanted.identity !== undefined && name === 'sequence', name)
  }
})

test('modifiers', () => {
  assert.deepEqual(names('modifier'), methods(Field))
  assert.deepEqual(names('modifier of `ref`'), methods(Ref))
  assert.deepEqual(names('modifier of `many` and `one`'), methods(Many))
  assert.deepEqual(methods(One), methods(Many))
})

test('relations, statics, options, clauses', () => {
  assert.deepEqual([...new Set(names('declared'))], ['many', 'one', 'ref'])
  assert.deepEqual(names('option of `backend`'), [...backendOptions].toSorted())
  assert.deepEqual(names('option of `action`'), [...actionOptions].filter(name => name !== 'output').toSorted())
  const quoted = (file: string, pattern: RegExp): string[] => [...(pattern.exec(readFileSync(path.join(root, 'src', file), 'utf8'))?.[1] ?? assert.fail(file)).matchAll(/'(\w+)'/g)].map(m => m[1] ?? '').toSorted()
  assert.deepEqual(names('static'), quoted('model/compile/read.ts', /const statics = \[(.*)\]/))
  assert.deepEqual([...new Set(names('option of `entity`'))], quoted('define/entity.ts', /const known = \[(.*)\]/))
  const clauses = new Set([...Object.keys(allow('read')), ...Object.keys(deny('read')), ...Object.keys(hide('x'))].filter(name => !name.startsWith('~')))
  assert.deepEqual(names('clause'), ['allow', 'deny', 'hide', ...clauses].toSorted())
})

test('everything that is declared with is on the page', () => {
  const values = Object.entries(define).filter(([name, value]) => typeof value !== 'object' && !/^[A-Z]/.test(name) && name !== 'compileModel' && name !== 'isBackend').map(([name]) => name)
  for (const name of values) assert.match(page, new RegExp(`\\b${name}\\b`), name)
  assert.ok(values.length > 30)
})

test('the example is an application', async () => {
  const [block] = blocksOf(page.slice(page.indexOf('## All of it once'))).filter(b => b.language === 'ts')
  assert.ok(block !== undefined)
  const folder = mkdtempSync(path.join(tmpdir(), 'bw-declaring-'))
  try {
    const file = path.join(folder, 'boats.ts')
    writeFileSync(file, block.text.replace("'backwright'", JSON.stringify(new URL('../src/index.ts', import.meta.url).href)))
    const { default: made } = await import(pathToFileURL(file).href) as { default: ReturnType<typeof backend> }
    assert.deepEqual(Object.values(compileModel(made).model.entities).filter(e => !e.hidden).map(e => e.name), ['member', 'card', 'boat', 'mark', 'rental', 'hour'])
  } finally { rmSync(folder, { recursive: true, force: true }) }
})
