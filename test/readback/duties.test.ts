// The duties: the README's list is the one that is computed, every proof is a command that there is, and what is missing is said as long as it is.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { compileModel } from '../../src/index.ts'
import { absent, duties, dutiesTable, dutyNames, missing, productOf } from '../../src/cli/duties/index.ts'
import type { Command } from '../../src/cli/command.ts'
import shop from '../../examples/shop/shop.ts'
import stories from '../../examples/shop/shop.stories.ts'
import parcels from '../states/parcels.ts'

const root = path.join(import.meta.dirname, '../..')
const model = compileModel(shop).model
const ofShop = await duties(model, shop as never, path.join(root, 'examples/shop'), stories['~stories'].length)

test('the README opens with the list as it is computed', () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
  const [, table = ''] = /<!-- duties -->\n([^]*?)\n?<!-- \/duties -->/.exec(readme) ?? []
  assert.equal(table, dutiesTable(ofShop, 'the shop'), 'npx backwright duties examples/shop --markdown prints it')
  assert.ok(readme.indexOf('<!-- duties -->') < readme.indexOf('## What you write'))
})

test('every duty is there, with what shows it, and says nothing empty', () => {
  assert.deepEqual(ofShop.map(d => d.duty), [...dutyNames])
  for (const { duty, has, proof, notYet } of ofShop) {
    assert.ok(has.length > 0 && proof.length > 0, duty)
    for (const text of [...has, ...notYet]) assert.ok(text.trim().length > 3 && !/undefined|NaN|\b0 /.test(text), `${duty}: ${text}`)
  }
})

test('every proof is a command that there is, with options that it has, and those without a database run', async () => {
  for (const proof of new Set(ofShop.flatMap(d => d.proof))) {
    const [name = '', ...args] = proof.replace(/^npx backwright /, '').split(' ')
    const module = await import(path.join(root, 'src/cli/commands', `${name}.ts`)) as Record<string, unknown>
    const command = Object.values(module).find((x): x is Command => typeof x === 'object' && x !== null && 'help' in x && 'run' in x && Reflect.get(x, 'name') === name)
    assert.ok(command, proof)
    for (const option of args.filter(a => a.startsWith('--'))) assert.ok(command.help.includes(`  ${option}`), `${proof}: ${option}`)
    if (!['read', 'openapi', 'graphql', 'wsdl'].includes(name)) continue
    let out = ''
    assert.equal(await command.run(['--app', 'examples/shop'], { out: text => { out += text }, err: () => {}, colour: false, cwd: root, environment: {} }), 0, proof)
    assert.ok(out.length > 1000, proof)
  }
})

test('what an application has is counted in it, and what is missing is said until it is there', async () => {
  const other = await duties(compileModel(parcels).model, parcels as never, path.join(root, 'test/states'), 0)
  const text = (of: typeof other, duty: string): string => { const d = of.find(x => x.duty === duty); return [...d?.has ?? [], '·', ...d?.notYet ?? []].join('; ') }
  assert.match(text(ofShop, 'server-side logic'), /1 action of its own \(checkout\); 3 transitions/)
  assert.match(text(other, 'server-side logic'), /5 transitions.*·.*no code of its own/)
  assert.match(text(ofShop, 'testing and debugging'), new RegExp(`^${stories['~stories'].length} stories`))
  assert.match(text(other, 'testing and debugging'), /· *;? no stories/)
  const product = productOf()
  assert.ok(product.commands.has('duties') && product.protocols.has('soap') && product.stores.has('postgres') && product.exports.has('backend'))
  for (const m of missing) {
    const [[where, names] = ['exports', []]] = Object.entries(m.until) as [keyof typeof product, readonly string[]][]
    assert.equal(absent({ exports: new Set(), commands: new Set(), protocols: new Set(), stores: new Set() }, m), true)
    assert.equal(absent({ ...product, [where]: new Set(names) }, m), false, m.says)
    assert.equal(ofShop.some(d => d.notYet.includes(m.says)), absent(product, m), m.says)
  }
})
