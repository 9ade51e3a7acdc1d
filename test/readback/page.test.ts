// The page itself: the shop's as it is kept beside the shop, the same twice, and as HTML without a fault, light and dark, with nothing asked of anybody.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { compileModel } from '../../src/index.ts'
import { markdown, matrixOf, page, readBack } from '../../src/readback/index.ts'
import shop from '../../examples/shop/shop.ts'
import northwind from '../../examples/northwind/backend.ts'
import parcels from '../states/parcels.ts'
import { launch } from '../browser.ts'

const model = compileModel(shop).model
let browser: Browser
before(async () => { browser = await launch() })
after(async () => { await browser.close() })

test('the shop reads as examples/shop/RULES.md has it, and the same every time', () => {
  const kept = readFileSync(path.join(import.meta.dirname, '../../examples/shop/RULES.md'), 'utf8')
  assert.equal(markdown(readBack(model)), kept, 'if this is meant: backwright read examples/shop -o examples/shop/RULES.md')
  assert.equal(markdown(readBack(compileModel(shop).model)), kept)
  assert.doesNotMatch(kept, /\b20\d\d-\d\d-\d\d\b|\/examples\//)
})

test('the sentences of the shop, as the issue would have them', () => {
  const said = markdown(readBack(model))
  for (const line of [
    'A customer may read or create an order if it is hers.', 'Nobody may update or delete a shipped order.', 'The remark of an order is shown only to staff.', 'A customer may read or update her own row.',
    'Staff may ship a paid order: its status becomes shipped.', 'Whoever is signed in may call checkout.', '| update | no | no | if it is hers and it is open | if it is not shipped |',
  ]) assert.ok(said.includes(line), line)
})

test('a matrix has every entity, verb and sort once', () => {
  for (const app of [shop, northwind, parcels]) {
    const { model: m } = compileModel(app as unknown as typeof shop), { sorts, lines } = matrixOf(m)
    for (const entity of Object.values(m.entities).filter(e => !e.hidden)) {
      for (const verb of ['read', 'create', 'update', 'delete']) assert.equal(lines.filter(l => l.entity === entity && l.says === verb && l.cells.length === sorts.length).length, 1)
    }
  }
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`HTML, ${colorScheme}: accessible, and complete without a network`, async () => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 900, height: 900 }, offline: true })
    try {
      const tab = await context.newPage()
      const asked: string[] = [], errors: string[] = []
      tab.on('request', r => { if (!r.url().startsWith('data:')) asked.push(r.url()) })
      tab.on('console', m => { if (m.type() === 'error') errors.push(m.text()) })
      for (const app of colorScheme === 'dark' ? [parcels] : [shop]) {
        await tab.setContent(page(readBack(compileModel(app as unknown as typeof shop).model)))
        await tab.addScriptTag({ content: readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8') })
        const found = await tab.evaluate('axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 200)).join(" | ")}`))')
        assert.deepEqual(found, [])
        // Wider than the window only inside what scrolls by itself.
        assert.equal(await tab.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
        assert.equal(await tab.evaluate('document.querySelectorAll("figure svg[aria-label]").length > 0 && new Set([...document.querySelectorAll("[id]")].map(x => x.id)).size === document.querySelectorAll("[id]").length'), true)
      }
      assert.deepEqual([asked, errors], [[], []])
    } finally { await context.close() }
  })
}
