// What reaches a browser: its size, that what is not used stays away, and that nothing of the server or of Node comes along.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = path.join(import.meta.dirname, '../..')

/** Bundles and minifies for browsers as a front end's tool does. */
async function bundle(text: string) {
  const { outputFiles: [file], metafile } = await build({
    stdin: { contents: text, resolveDir: import.meta.dirname, loader: 'ts' }, bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', write: false, metafile: true,
    conditions: ['backwright-source'], logLevel: 'silent', alias: { 'backwright/client': path.join(root, 'src/client/index.ts') },
  })
  assert.ok(file)
  return {
    text: file.text, inputs: Object.keys(metafile.inputs).map(name => path.relative(root, path.resolve(name)).split(path.sep).join('/')),
    brotli: brotliCompressSync(file.contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length, gzip: gzipSync(file.contents, { level: 9 }).length,
  }
}

const application = `
import type app from '../../examples/shop/shop.ts'
import { client, isFailure } from 'backwright/client'
const api = client<typeof app>('https://shop.example')
export const open = () => api.order.find({ where: { status: 'open' } }).catch(e => { if (!isFailure(e, 'caller.unknown')) throw e })
`

test('all of the client is under 6 KB compressed', async t => {
  const { brotli, gzip, text } = await bundle(`export * from 'backwright/client'`)
  t.diagnostic(`${text.length} bytes, ${gzip} with gzip, ${brotli} with brotli`)
  assert.ok(gzip < 6 * 1024 && brotli < 6 * 1024, `${gzip} with gzip, ${brotli} with brotli`)
})

test('a page that imports the type of a server bundles the client and nothing else', async () => {
  const { inputs, text } = await bundle(application)
  assert.deepEqual(inputs.filter(name => !name.startsWith('src/client/') && !name.endsWith('<stdin>')), [])
  assert.doesNotMatch(text, /node:|process\.|Buffer|require\(|decimal/)
})

test('what a page does not use stays away', async () => {
  const { text } = await bundle(`import { isFailure } from 'backwright/client'; export const stale = (e: unknown) => isFailure(e, 'row.stale')`)
  assert.doesNotMatch(text, /fetch|Proxy|idempotency/)
  const nothing = await bundle(`import 'backwright/client'`)
  assert.equal(nothing.text.trim(), '')
})
