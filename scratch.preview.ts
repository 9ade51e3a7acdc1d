import { createServer } from 'node:http'
import { pages } from './src/identity/pages/index.ts'
import { launch } from './test/browser.ts'
import { letter } from './src/identity/mail/letters.ts'
import { outbox, outboxPages } from './src/identity/mail/index.ts'
import { compose } from './src/identity/mail/compose.ts'
const field = (name: string, more = {}) => ({ kind: 'value', name, field: { name, kind: 'text', scalar: 'text', list: false, optional: false, default: null, bounds: {}, about: null, ...more } })
const action = (input: unknown[] = []) => ({ input })
const model = { name: 'corner-shop', identity: { session: 'session' }, entities: { session: { path: 'sessions' } }, actions: {
  signIn: action([field('login', { about: 'The e-mail.' })]), signUp: action([field('name'), field('email'), field('password'), field('country', { optional: true, bounds: { choices: ['Austria', 'Germany'] } }), field('newsletter', { scalar: 'boolean', optional: true })]),
  requestReset: action(), resetPassword: action(), verifyEmail: action(), requestVerification: action(), requestLink: action(), requestCode: action(), confirmEmail: action(),
} } as never
const settings = { pages: JSON.parse(process.env['THEME'] ?? '{}'), origins: [], passwordMin: 8 }
const p = pages({ model: () => model, settings: () => settings })
const box = outbox(), ob = outboxPages(box)
for (const purpose of ['verifyEmail', 'signInCode', 'resetPassword'] as const) await box.send(await compose(purpose, { link: 'https://shop.example/auth/reset-password#uT5_c0de', code: '12345678', name: 'Anna', email: 'anna@example.com', application: 'Corner shop', validFor: '30 minutes', locale: null }, { from: 'Shop <s@e.x>' }))
let signedIn = false
const server = createServer(async (req, res) => {
  const [path = '', query = ''] = (req.url ?? '').split('?')
  const exchange = { id: 'x', method: req.method, path, query, mount: '', headers: req.headers, note() {}, caller: async () => signedIn ? ({ id: 'u', claims: { email: 'anna@example.com', sid: 's1' } }) : ({ id: null, claims: {} }) } as never
  try {
    if (path.startsWith('/mail')) { const r = ob.answer(exchange); res.writeHead(r.status, r.headers); res.end(r.body.join('')); return }
    if (path.startsWith('/api/sessions')) { res.writeHead(200, { 'content-type': 'application/json' }); res.end(JSON.stringify({ data: [{ id: 's1', device: 'Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/1', address: '127.0.0.1', signedInAt: new Date().toISOString(), lastUsedAt: null, expiresAt: '2030-01-01T00:00:00Z' }, { id: 's2', device: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1', address: '203.0.113.7', signedInAt: '2026-11-02T10:00:00Z', lastUsedAt: '2026-11-19T10:00:00Z', expiresAt: '2030-01-01T00:00:00Z' }] })); return }
    if (path.startsWith('/api/')) { res.writeHead(path.includes('sign-in') ? 401 : 200, { 'content-type': 'application/json' }); res.end(JSON.stringify(path.includes('sign-in') ? { code: 'auth.credentials', title: 'x', detail: 'There is no account of this name with this password, or its e-mail is not verified yet.' } : { email: 'x' })); return }
    if (!p.owns(path)) { res.writeHead(404); res.end(); return }
    const r = await p.answer(exchange); res.writeHead(r.status, r.headers); res.end(r.body.join(''))
  } catch (e) { const r = p.refuse(e as never, exchange as never); res.writeHead(r.status, r.headers); res.end(r.body.join('')) }
}).listen(0, '127.0.0.1')
await new Promise(r => server.once('listening', r))
const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
const browser = await launch()
const out = '/tmp/mailscratch'
for (const scheme of ['light', 'dark'] as const) {
  const page = await (await browser.newContext({ colorScheme: scheme, viewport: { width: 900, height: 860 } })).newPage()
  page.on('pageerror', e => console.log('ERR', e.message)); page.on('console', m => { if (m.type() === 'error') console.log(m.text()) })
  const shot = async (name: string) => { await page.screenshot({ path: `${out}/${name}-${scheme}.png` }) }
  signedIn = false
  await page.goto(url + '/auth/sign-in'); await shot('sign-in')
  await page.fill('input[name=login]', 'anna@example.com'); await page.fill('input[name=password]', 'wrong'); await page.click('button.act'); await page.waitForTimeout(200); await shot('sign-in-error')
  await page.goto(url + '/auth/sign-up'); await page.fill('input[name=password]', 'correct horse'); await shot('sign-up')
  await page.fill('input[name=password]', 'x'); await page.click('button.act'); await page.waitForTimeout(100); await shot('sign-up-error')
  await page.fill('input[name=name]', 'Anna'); await page.fill('input[name=email]', 'anna@example.com'); await page.fill('input[name=password]', 'correct horse battery'); await page.click('button.act'); await page.waitForTimeout(200); await shot('sent')
  await page.goto(url + '/auth/reset-password#c0de'); await shot('reset')
  await page.goto(url + '/auth/verify-email#c0de'); await shot('verify')
  await page.goto(url + '/auth/sign-in-code'); await page.fill('input[name=email]', 'anna@example.com'); await page.click('button.act'); await page.waitForTimeout(200); await page.keyboard.type('1234 5678'); await shot('code')
  signedIn = true
  await page.goto(url + '/auth/sessions'); await page.waitForTimeout(200); await shot('sessions')
  await page.goto(url + '/auth/nothing'); await shot('nothing')
  await page.goto(url + '/mail'); await shot('mail')
  await page.goto(`${url}/mail/${box.all()[0]?.id}`); await page.waitForTimeout(200); await shot('mail-one')
  await page.setContent(letter('verifyEmail', { link: 'https://shop.example/auth/reset-password#uT5_c0de', code: '12345678', name: 'Anna', email: 'anna@example.com', application: 'Corner shop', validFor: '30 minutes', locale: null }).html?.['~html'] ?? ''); await shot('letter')
  await page.setViewportSize({ width: 320, height: 700 }); await page.goto(url + '/auth/sessions'); await page.waitForTimeout(200); await shot('sessions-narrow')
}
await browser.close(); server.close()
