// The page of development in a real browser, over the shop: what it shows is what the API answers, for everybody; nobody is locked out of it, nothing comes from elsewhere.
// With --update it takes the pictures of README and docs (`npm run screenshots`).
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { compileModel, loadData, open } from 'backwright'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import shop from '../../examples/shop/shop.ts'
import { builtOf, sourcesOf } from '../../console/sources.ts'
import { devSecret, writeCallers } from '../../src/cli/callers.ts'
import { homeOf } from '../../src/cli/locate.ts'
import { launch } from '../browser.ts'
import { testServer } from '../server.ts'

const root = path.join(import.meta.dirname, '..', '..')
const dist = path.join(root, 'console', 'dist')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const updating = process.argv.includes('--update')
const ends: (() => Promise<unknown> | void)[] = []
let url: string, browser: Browser, page: Page
/** Everything the page asked for, and everything it complained of. */
const asked: string[] = [], complaints: string[] = []

before(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bw-page-'))
  ends.unshift(() => { rmSync(folder, { recursive: true, force: true }) })
  const home = homeOf('shop', folder)
  const fresh = await (await testServer()).freshDatabase()
  ends.unshift(() => fresh.drop())
  const { user, password, host, port, database } = fresh.config
  const application = await open(shop, {
    url: `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`, schema: 'apply', tokens: { secret: devSecret(home) },
  })
  ends.unshift(() => application.close())
  await loadData(application, path.join(root, 'examples', 'shop', 'data'))
  const callers = await writeCallers(home, shop, compileModel(shop).model)
  url = (await application.serve({ port: 0, development: { as: async () => callers, console: dist } })).url
  browser = await launch()
  ends.unshift(() => browser.close())
  page = await (await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' })).newPage()
  page.setDefaultTimeout(20_000)
  page.on('request', request => { asked.push(request.url()) })
  page.on('console', message => { if (message.type() === 'error' && !message.text().startsWith('Failed to load resource: the server responded with a status of 4')) complaints.push(message.text()) })
  page.on('pageerror', error => { complaints.push(String(error)) })
})
after(async () => { for (const end of ends) await end() })

const visit = async (at: string): Promise<void> => { await page.goto(`${url}/#${at}`) }
const row = (n: number) => page.locator('.table tbody').first().locator('tr').nth(n)
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !await holds(); await wait(20)) assert.ok(Date.now() < deadline, 'it never came to be so')
}
const status = () => page.locator('.status')

/** No violation of anything axe knows of, in light and in dark. */
async function clean(view: string): Promise<void> {
  if (await page.evaluate('typeof axe') === 'undefined') await page.evaluate(axe)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // What is the same in both is looked at once.
    const only = colorScheme === 'light' ? '' : ', runOnly: ["color-contrast", "link-in-text-block"]'
    const { violations } = await page.evaluate(`axe.run(document, { preload: false, resultTypes: ["violations"]${only} })`) as AxeResults
    assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes.map(n => `${n.html.slice(0, 160)} — ${n.any[0]?.message ?? n.failureSummary}`).join('\n    ')}`), [], `${view}, ${colorScheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

test('what is built is built from these sources, and nobody has touched it since', () => {
  const { sources, built } = JSON.parse(readFileSync(path.join(dist, 'build.json'), 'utf8')) as { sources: string; built: string }
  assert.equal(sources, sourcesOf(path.join(root, 'console')), 'console/ was changed and not built: npm run build:console')
  assert.equal(built, builtOf(dist), 'console/dist was changed by hand: npm run build:console')
})

test('the first page: what runs, what to try, where things are; the drawing comes after it', async () => {
  await visit('/')
  await page.getByRole('heading', { name: 'shop', level: 1 }).waitFor()
  await page.locator('.box').nth(4).waitFor()
  assert.deepEqual((await page.locator('.boxtitle').allTextContents()).toSorted(), ['Category', 'Customer', 'Order', 'OrderItempart', 'Product'])
  const elsewhere = await page.locator('nav a[target=_blank]').evaluateAll(links => links.map(a => a.getAttribute('href')))
  assert.deepEqual(elsewhere, ['/docs', '/graphql', '/soap?wsdl'])
  for (const at of elsewhere) assert.equal((await fetch(url + at, { headers: { accept: 'text/html' } })).status, 200, at ?? '')
  await clean('start')
})

test('the page weighs at most 170 kB before the drawing', async () => {
  const shell = [...new Set(asked)].filter(one => one.startsWith(`${url}/dev/console/`) || one === `${url}/`).filter(one => !/drawing\.|elk-/.test(one))
  assert.ok(['index.js', 'index.css', 'inter.woff2'].every(name => shell.some(one => one.endsWith(`/${name}`))), shell.join())
  const sizes = await Promise.all(shell.map(async one => {
    const bytes = Buffer.from(await (await fetch(one)).arrayBuffer())
    return one.endsWith('.woff2') ? bytes.length : gzipSync(bytes).length
  }))
  const whole = sizes.reduce((a, b) => a + b)
  assert.ok(whole <= 170_000, `${whole} bytes`)
  for (const name of ['drawing.js', 'elk-worker.min.js']) assert.ok(asked.some(one => one.endsWith(`/${name}`)), name)
})

test('rows with the rule that let each in, what is hidden, and what the rules leave out', async () => {
  await visit('anna@/api/orders?page[size]=20&sort=placedAt')
  await row(2).waitFor()
  assert.match(await status().textContent() ?? '', /^2003 rows/)
  assert.deepEqual(await page.locator('.table thead th .colhead > span:first-child').allTextContents(), ['id', 'customerId', 'status', 'placedAt', 'shippedAt', 'note', 'total', 'remark'])
  assert.match(await row(0).textContent() ?? '', /Order\.1/)
  assert.equal(await row(0).locator('.hidden').textContent(), 'hidden Order.5')
  assert.match(await page.locator('.left').textContent() ?? '', /20 or more rows that the rules leave out for anna.*no rule/)
  await page.getByRole('tab', { name: 'TypeScript client' }).click()
  assert.match(await page.getByRole('region', { name: 'TypeScript' }).textContent() ?? '', /await api\.order\.find\(\{ first: 20, sort: \['placedAt'\] \}\)/)
  await page.getByRole('tab', { name: 'curl' }).click()
  assert.equal(await page.getByRole('region', { name: 'curl' }).textContent(), `curl -g -H @.backwright/shop/as/anna '${url}/api/orders?page[size]=20&sort=placedAt'`)
  // Why: every rule with its clauses; Escape leads back to the row.
  const why = row(1).getByRole('button', { name: /Order\.1.*why, row/ })
  await why.click()
  const panel = page.locator('aside.panel')
  await panel.waitFor()
  const said = await panel.textContent() ?? ''
  for (const part of ['anna may read this row: Order.1 decides', "allow('read', 'create').when(row.customer.is(caller))", 'row.customerId = caller.customer.id is true', 'caller is staff is not true', 'shop.ts:', 'remarkby Order.5']) assert.ok(said.includes(part), `${part} in ${said}`)
  await clean('orders of anna, with a row')
  if (updating) await pictures('console')
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  assert.equal(await page.locator('.bare-chip:focus').textContent(), await why.textContent())
  // A row that is left out has its reasons, too.
  await page.locator('.left').getByRole('button', { name: /why, left out row/ }).first().click()
  assert.match(await panel.textContent() ?? '', /anna may not read this row: no rule allows it/)
})

test('the switch asks again as somebody else, by keyboard too; each gets what the API gives', async () => {
  await visit('anna@/api/orders?page[size]=20')
  await row(2).waitFor()
  await until(async () => (await page.locator('.viewas .got').allTextContents()).join() === '401,3,1,20+')
  await page.getByRole('radio', { name: /anna/ }).focus()
  await page.keyboard.press('ArrowRight')
  await page.locator('.left').getByText('for ben').waitFor()
  assert.match(await status().textContent() ?? '', /^2001 row/)
  await page.keyboard.press('ArrowRight')
  await row(19).waitFor()
  assert.match(await row(0).textContent() ?? '', /Order\.3/)
  assert.equal(await page.locator('.hiddencolumn').count(), 0, 'nothing is hidden from staff')
  await page.getByRole('radio', { name: /visitor/ }).check({ force: true })
  await page.getByRole('heading', { name: '401 Sign in first' }).waitFor()
  assert.match(await page.locator('.refused').textContent() ?? '', /You may not read orders without signing in\..*What would have to hold for visitor:Order\.1/)
  await clean('a refusal')
  // Somebody's own token: the page knows it, and what is copied does not.
  await page.getByRole('button', { name: 'Another caller, by token' }).click()
  await page.getByLabel(/Bearer token/).fill((await callersOf()).anna?.['Authorization'] ?? '')
  await clean('the token')
  await page.getByRole('button', { name: 'Look as them' }).click()
  await row(2).waitFor()
  assert.equal(await page.getByRole('radio', { name: /annette\.roulet@/ }).isChecked(), true)
  assert.match(await page.getByRole('region', { name: 'curl' }).textContent() ?? '', /^curl -g -H "Authorization: Bearer \$TOKEN" /)
  await page.locator('th').getByRole('button', { name: /^total/ }).click()
  await page.locator('th[aria-sort=ascending]').waitFor()
  assert.equal(await page.getByRole('radio', { name: /annette\.roulet@/ }).isChecked(), true)
})

test('sorting, conditions, pages, and related rows stand in the address', async () => {
  await visit('staff@/api/orders?page[size]=5')
  await row(4).waitFor()
  await page.locator('th').getByRole('button', { name: /^total/ }).click()
  await page.locator('th[aria-sort=ascending]').waitFor()
  await page.locator('th').getByRole('button', { name: /^total/ }).click()
  await page.locator('th[aria-sort=descending]').waitFor()
  await page.getByRole('button', { name: 'Filter' }).click()
  await page.getByLabel('Value').selectOption('paid')
  await clean('the filter')
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('button:focus').textContent(), 'Filter')
  await page.keyboard.press('Enter')
  await page.getByLabel('Value').selectOption('paid')
  await page.getByRole('button', { name: 'Add the condition' }).click()
  await page.locator('.toolbar .chip.accent').waitFor()
  await page.getByRole('button', { name: 'customer', exact: true }).click()
  await page.locator('th').getByText('customer', { exact: true }).waitFor()
  assert.equal(await page.getByLabel('Address').inputValue(), '/api/orders?page[size]=5&sort=-total&filter[status]=paid&include=customer')
  const first = await row(0).textContent()
  await page.getByRole('button', { name: 'Next' }).click()
  await until(async () => await row(0).textContent() !== first)
  await page.getByRole('button', { name: 'Previous' }).click()
  await until(async () => await row(0).textContent() === first)
  // Rows without their key have their reasons by their place; groups have none.
  await visit('staff@/api/orders?fields=status&page[size]=2')
  await row(1).getByRole('button', { name: /Order\.3.*why/ }).click()
  await page.locator('aside.panel').getByText('Order.3 decides').waitFor()
  await visit('staff@/api/orders/aggregate?group=status&measure=count')
  await page.locator('th').getByText('group', { exact: true }).waitFor()
  assert.equal(await page.locator('.table .bare-chip').count(), 0)
  await visit('staff@/api/orders?page[size]=5&filter[status]=paid')
  await row(4).waitFor()
  for (const tab of ['JSON', 'Statement', 'Structure']) {
    await page.getByRole('tab', { name: tab }).click()
    if (tab === 'JSON') assert.ok((JSON.parse(await page.getByRole('region', { name: 'answer', exact: true }).textContent() ?? '') as { data: unknown[] }).data.length === 5)
    if (tab === 'Statement') assert.match(await page.getByRole('region', { name: 'statement', exact: true }).textContent() ?? '', /^select /)
    if (tab === 'Structure') await page.locator('.box').nth(2).waitFor()
  }
  await clean('the structure')
})

test('what writes is sent by hand only; mistakes are told with their places', async () => {
  await visit('anna@/api/orders?page[size]=20')
  await row(2).waitFor()
  const count = async (): Promise<number> => (await (await fetch(`${url}/api/orders?count=exact&page[size]=1`, { headers: (await callersOf()).staff ?? {} })).json() as { page: { total: number } }).page.total
  const before = await count()
  await page.getByLabel('Method', { exact: true }).selectOption('POST')
  assert.equal(await page.getByLabel('Address').inputValue(), '/api/orders')
  await page.getByLabel('Body').fill('{ "titel": 1 }')
  await page.getByLabel('Body').press('Control+Enter')
  await page.getByRole('heading', { name: /^422/ }).waitFor()
  assert.match(await page.locator('.mistakes, .refused').first().textContent() ?? '', /titel/)
  await page.getByLabel('Body').fill('{ "note": "from the page", "items": [] }')
  await clean('a body')
  await page.getByRole('button', { name: 'Send' }).click()
  await row(0).getByText('from the page').waitFor()
  assert.match(await status().textContent() ?? '', /^201/)
  await page.getByRole('radio', { name: /ben/ }).check({ force: true })
  await page.getByText('it is not sent again as ben').waitFor()
  assert.equal(await count(), before + 1)
  // Going to where one is begins anew.
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Order', exact: true }).click()
  await page.locator('.left').getByText('for ben').waitFor()
  assert.equal(await page.getByLabel('Method', { exact: true }).inputValue(), 'GET')
})

test('the drawing: multiplicities, states and the ways between them, and all of it in words', async () => {
  await visit('/drawing')
  await page.locator('.box').nth(4).waitFor()
  assert.deepEqual((await page.locator('.canvas .out li').allTextContents()).toSorted(), [
    'Category products: any number of Product; Product category: exactly one Category', 'Customer orders: any number of Order; Order customer: exactly one Customer',
    'Order items: any number of OrderItem; OrderItem order: exactly one Order', 'Product soldAs: any number of OrderItem; OrderItem product: exactly one Product',
  ])
  assert.deepEqual((await page.locator('.end text').allTextContents()).toSorted(), ['1', '1', '1', '1', '∗', '∗', '∗', '∗'])
  await clean('the drawing')
  if (updating) await page.screenshot({ path: path.join(root, 'docs', 'console-drawing.png') })
  await page.getByRole('tab', { name: 'Order.status' }).click()
  await page.locator('.statebox').nth(3).waitFor()
  assert.deepEqual((await page.locator('.statebox').allTextContents()).toSorted(), ['cancelled', 'open, where it begins', 'paid', 'shipped'])
  assert.ok((await page.locator('.canvas .out li').allTextContents()).includes('pay: from open to paid, by staff'))
  await clean('the states')
})

test('on a narrow screen everything is reached', async () => {
  await page.setViewportSize({ width: 390, height: 800 })
  await visit('anna@/api/products?page[size]=5')
  await row(4).waitFor()
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('link', { name: 'checkout' }).click()
  await page.getByRole('heading', { name: 'checkout', level: 1 }).waitFor()
  assert.match(await page.getByLabel('Body').inputValue(), /"productId"/)
  await clean('an action, narrow')
  await page.setViewportSize({ width: 1280, height: 720 })
})

test('nothing was asked of anybody else, and the policy held', () => {
  assert.deepEqual(asked.filter(one => !one.startsWith(`${url}/`) && !one.startsWith('data:')), [])
  assert.deepEqual(complaints, [])
})

async function callersOf(): Promise<Readonly<Record<string, Record<string, string>>>> {
  const { data } = await (await fetch(`${url}/dev/as`)).json() as { data: { name: string; headers: Record<string, string> }[] }
  return Object.fromEntries(data.map(c => [c.name, c.headers]))
}

/** Light and dark, small enough to be kept. */
async function pictures(name: string): Promise<void> {
  await page.setViewportSize({ width: 1360, height: 860 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: path.join(root, 'docs', `${name}-${colorScheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 720 })
}
