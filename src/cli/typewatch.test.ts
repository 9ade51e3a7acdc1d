// Types beside `dev`: one line per mistake while the saved version serves, the next save gives the check up, and where TypeScript is not installed nothing is said.
// With it what stands at the root of a server of development, and statements on demand.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { running, tillFolder, type Folder, type Running } from './process.fixture.ts'

const root = path.dirname(path.dirname(import.meta.dirname))
let folder: Folder, dev: Running, url: string

before(async () => {
  folder = tillFolder()
  const modules = path.join(folder.at, 'till', 'node_modules')
  mkdirSync(modules)
  for (const name of ['typescript', '@typescript', '@types', 'decimal.js']) symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
  symlinkSync(root, path.join(modules, 'backwright'))
  writeFileSync(path.join(folder.at, 'till', 'package.json'), '{ "type": "module" }')
  writeFileSync(path.join(folder.at, 'till', 'tsconfig.json'), JSON.stringify({ extends: path.join(root, 'tsconfig.json'), include: ['.'] }))
  dev = running(folder, ['dev', 'till', '--port', '0', '--statements'])
  url = await dev.url()
})
after(async () => {
  if (dev.child.exitCode === null) await dev.end('SIGINT')
  folder.remove()
})

test('a save with a wrong type serves at once; the mistake is told in one line when TypeScript has found it', async () => {
  folder.change('till/order.ts', 'void integer', `void integer\nexport const wrong: number = 'x'\n`)
  // Not told yet what TypeScript thinks, and a new field is served already.
  folder.change('till/order.ts', `total = money('EUR').default(0)`, `total = money('EUR').default(0)\n  tip = money('EUR').default(0)`)
  const saved = await dev.until(/\+column orders\.tip.* · (\d+) ms\n/)
  const ms = Number(/· (\d+) ms\n$/.exec(saved)?.[1])
  console.log(`saved → served: ${ms} ms`)
  assert.doesNotMatch(saved, /not assignable/)
  const told = await dev.until(/not assignable.*\n/)
  assert.match(told, /^ {2}! till\/order\.ts:\d+ {2}Type 'string' is not assignable to type 'number'\.$/m)
  assert.equal((await fetch(`${url}/api`)).status, 200)
})

test('and said to be right again', async () => {
  folder.change('till/order.ts', `export const wrong: number = 'x'`, `export const wrong: number = 1`)
  assert.match(await dev.until(/types are right · \d+ ms/), /✓ types are right/)
})

test('a new entity without rules: nobody may use it, and the line to paste', async () => {
  folder.change('till/order.ts', 'void integer', 'export class Receipt extends Entity { number = integer() }\nvoid integer')
  folder.change('till/till.ts', 'order: Order }', 'order: Order, receipt: Receipt }')
  folder.change('till/till.ts', `import { Order } from`, `import { Order, Receipt } from`)
  assert.match(await dev.until(/access\(Receipt.*\n/), /till\/order\.ts:\d+ {2}Receipt is declared, but nobody may use it.*\n +static access = access\(Receipt, \(\) => \[allow\('read'\)/)
})

test('the root is the page of development; a request is one line, its statements below on demand', async () => {
  const answer = await fetch(url)
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'text/html; charset=utf-8'])
  assert.match(await answer.text(), /src="\/dev\/console\/index\.js"/)
  const orders = await fetch(`${url}/api/orders`)
  assert.equal(orders.status, 401)
  const { data } = await (await fetch(`${url}/dev/as`)).json() as { data: { name: string; headers: Record<string, string> }[] }
  await fetch(`${url}/api/orders`, { headers: data.find(c => c.name === 'staff')?.headers ?? {} })
  assert.match(await dev.until(/200 GET \/api\/orders .*\n +[\d.]+ ms [^\n]+\n/), /\n +[\d.]+ ms .*orders/)
  assert.equal(await dev.end('SIGINT'), 0)
})
