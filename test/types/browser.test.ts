// A front-end without Node's types imports only the type of the application: it must compile, against the published declarations, and be typed.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { limits } from '../../bench/limits.ts'
import { typeCost } from './application.ts'
import { project, published, sourceFolder } from './tsc.ts'

const fixtures = path.join(sourceFolder, 'define/fixtures/shop')
const server = Object.fromEntries(readdirSync(fixtures).map(name => [`server/${name}`, readFileSync(path.join(fixtures, name), 'utf8')]))


const built = published()
after(() => built.remove())

test('the package emits declarations', () => {
  assert.equal(built.status, 0, built.output)
})

test('a front-end without @types/node compiles with `import type app`', () => {
  const front = project({ ...server, 'front/main.ts': `
import type app from '../server/backend.ts'
import type { Db } from 'backwright'
type IsAny<T> = 0 extends 1 & T ? true : false
const typed: IsAny<typeof app> | IsAny<(typeof app)['~entities']> | IsAny<(typeof app)['~entities']['order']> = false
declare const api: Db<(typeof app)['~entities']>
const { data } = await api.order.find({ where: { status: 'paid' }, include: { items: { include: { product: true } } } })
const anyRow: IsAny<typeof data> = false
document.title = data[0]?.items[0]?.product?.name ?? ''
export { typed, anyRow }
` }, {}, built.entry)
  try {
    const ran = front.run()
    assert.equal(ran.output, '')
    assert.equal(ran.status, 0)
  } finally { front.remove() }
})

test('so does one with the typed client, declarations of libraries checked too', () => {
  const main = `
import type app from '../server/backend.ts'
import { client, isFailure, type Client } from 'backwright/client'
type IsAny<T> = 0 extends 1 & T ? true : false
const api = client<typeof app>()
const { data } = await api.order.find({ where: { status: 'paid' }, include: { items: { include: { product: true } } } })
const notAny: IsAny<typeof api> | IsAny<typeof data> | IsAny<Client<typeof app>['order']> = false
document.title = data[0]?.items[0]?.product?.name ?? ''
// @ts-expect-error 'statsu' does not exist
await api.order.find({ where: { statsu: 'paid' } }).catch(error => { if (!isFailure(error, 'caller.unknown')) throw error })
export { notAny }
`
  const front = project({ ...server, 'front/main.ts': main }, { skipLibCheck: false, lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'] }, built.entry)
  try {
    const ran = front.run()
    assert.equal(ran.output, '')
  } finally { front.remove() }
})

test('the declarations of a server are short and not any', () => {
  const made = project(server, {}, built.entry)
  try {
    const ran = made.run('--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', path.join(made.folder, 'out'), '--rootDir', made.folder)
    assert.equal(ran.status, 0, ran.output)
    const text = readFileSync(path.join(made.folder, 'out/server/order.d.ts'), 'utf8')
    assert.match(text, /customer: Ref<Customer, "default" \| "fixed">|customer: import\("backwright"\)\.Ref<Customer, "default" \| "fixed">/)
    assert.match(text, /price: .*Field<"money", "default", .*Decimal>/)
    assert.doesNotMatch(text, /\bany\b/)
  } finally { made.remove() }
})

test('the types of ten entities and of as many pages cost the type-checker no more than they may', () => {
  // The same on every machine: what fifty and two hundred cost is in docs/reference/type-cost.md, and at the end of `npm run bench`.
  const { instantiations } = typeCost(10, true, built.entry), most = limits.instantiationsWithClient[10]
  assert.ok(instantiations > 0 && instantiations <= most, `${instantiations} instantiations, at most ${most}`)
})
