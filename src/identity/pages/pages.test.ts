// The pages in a real browser: from signing up to a new password by keyboard alone, told well in light and dark, and closed to whatever would use them for something else.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { launch } from '../../../test/browser.ts'
import { testServer } from '../../../test/server.ts'
import { access, Account, allow, backend, choice, compileModel, DeclarationErrors, identity, model, open, text, type Application } from '../../index.ts'
import type { Message } from '../mail/index.ts'
import type { PageOptions } from './index.ts'
import { contrast, inkOn, readable, safePath, themeOf } from './theme.ts'

class User extends Account {
  name = text({ max: 100 })
  plan = choice('small', 'large').optional()
  static access = access(User, ({ row, caller }) => [allow('read', 'update').when(row.is(caller))])
}
const users = model({ user: User })
const declared = (pages: PageOptions | false) => backend({
  name: 'tea-club', model: users, mail: { from: 'Tea <tea@example.com>' },
  identity: identity({ user: User, signIn: { link: true, code: true }, signUp: { fields: ['plan'] }, passwords: { cost: 'for tests' }, origins: ['https://admin.example'], pages }),
})

describe('what pages are made of', () => {
  test('one is led on to a path of this server or to a listed origin, and nowhere else', () => {
    for (const [given, is] of [['/orders?a=1#b', '/orders?a=1#b'], ['/', '/'], ['/a/../b', '/b'], ['/%2F%2Fevil.example', '/%2F%2Fevil.example']] as const) assert.equal(safePath(given), is)
    for (const evil of [
      '//evil.example', '/\\evil.example', '\\\\evil.example', '/\\/evil.example', 'https://evil.example', 'https:evil.example', 'http:/evil.example', 'javascript:alert(1)', 'data:text/html,x', 'evil.example', '', ' /a', '/\t/evil.example', '\t//evil.example', '/\n/evil.example',
      '/a/..//evil.example', '/.//evil.example', '///evil.example', 'HTTPS://EVIL.EXAMPLE', '/a\u0000', `/${'a'.repeat(2_000)}`, '?next=//evil', '#x', null, undefined, 'https://nowhere.invalid/x', '//nowhere.invalid/x',
    ]) assert.equal(safePath(evil), null, String(evil))
    const origins = ['https://admin.example']
    assert.equal(safePath('https://admin.example/x?y', origins), 'https://admin.example/x?y')
    for (const evil of ['https://admin.example.evil.example/', 'https://admin.example@evil.example/', 'https://me@admin.example/', 'http://admin.example/', 'https://admin.example:444/', 'https://admin.example']) assert.equal(safePath(evil, origins), null, evil)
  })

  test('whatever the colour is, it can be read on light and dark', () => {
    for (const accent of ['#ffffff', '#000000', '#ffff00', '#0000ff', '#ff0000', '#808080', '#2456b3', '#00ff88']) {
      for (const behind of ['#ffffff', '#f3f4f7', '#191c22', '#101216']) {
        assert.ok(contrast(readable(accent, behind), behind) >= 4.5, `${accent} on ${behind}`)
        const button = readable(accent, behind, 3.2)
        assert.ok(contrast(inkOn(button), button) >= 4.5, `${inkOn(button)} on ${button}`)
      }
    }
  })

  test('a theme that is wrong is told with the other mistakes of the declaration', () => {
    const wrong = { acent: '#fff', accent: 'red', logo: 'https://cdn.example/logo.svg', after: '//evil.example', name: ' ' } as PageOptions
    assert.deepEqual(themeOf(wrong).problems.map(p => p.split(' ')[0]), ['identity.pages', 'identity.pages.name', 'identity.pages.logo', 'identity.pages.accent', 'identity.pages.after'])
    assert.throws(() => compileModel(declared(wrong)), (e: Error) => e instanceof DeclarationErrors && e.message.includes('identity.pages.accent is no colour. Write it as #2456b3.'))
    for (const logo of ['/logo.svg', 'data:image/png;base64,AAAA']) assert.deepEqual(themeOf({ logo }).problems, [])
    for (const logo of ['//evil.example/l.svg', '/\\evil/l.svg', 'data:text/html,x', '/a" onerror="x', 'javascript:x']) assert.equal(themeOf({ logo }).problems.length, 1, logo)
  })
})

describe('the pages', () => {
  let app: Application, url: string, drop: () => Promise<void>, browser: Browser, page: Page, cdp: CDPSession
  const mails: Message[] = [], faults: string[] = []
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const person = { name: 'Anna <b>Tea</b>', email: 'anna@example.com', password: 'seven teapots on the shelf' }

  before(async () => {
    const fresh = await (await testServer()).freshDatabase()
    const { user, password, host, port, database } = fresh.config
    drop = () => fresh.drop()
    app = await open(declared({ accent: '#0a7a55', css: 'h1 { font-style: italic }' }), { url: `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database}`, schema: 'apply' }) as unknown as Application
    const serving = await app.serve({ port: 0 })
    // Another name of this machine, as people write it: cookies are of a name.
    url = serving.url.replace('127.0.0.1', 'localhost')
    assert.deepEqual(app.work.start({ served: url, lookMs: 50, transport: { async send(message) { mails.push(message) }, async close() {} } }).problems, [])
    browser = await launch()
    const context = await browser.newContext({ viewport: { width: 900, height: 900 }, reducedMotion: 'reduce' })
    page = await context.newPage()
    page.setDefaultTimeout(20_000)
    page.on('pageerror', e => { faults.push(e.message) })
    page.on('console', m => { if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) faults.push(m.text()) })
    page.on('request', r => { if (!r.url().startsWith(url) && !/^(data|blob):/.test(r.url())) faults.push(`asked ${r.url()}`) })
    cdp = await context.newCDPSession(page)
  })
  after(async () => {
    await browser.close()
    await app.close()
    await drop()
  })

  const mailTo = async (purpose: string): Promise<Message> => {
    for (const end = Date.now() + 20_000; Date.now() < end; await wait(20)) {
      const i = mails.findIndex(m => m.purpose === purpose)
      const [found] = i < 0 ? [] : mails.splice(i, 1)
      if (found) return found
    }
    return assert.fail(`no mail ${purpose}; there are ${mails.map(m => m.purpose).join(', ')}`)
  }
  const linkIn = ({ text: says }: Message): string => /http:\S+/.exec(says)?.[0] ?? assert.fail(says)
  /** Nothing that keeps anybody out, in either scheme. By the debugger's own way in, which the page's policy is not asked about. */
  const accessible = async (where: string): Promise<void> => {
    await cdp.send('Runtime.evaluate', { expression: axe })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const { result } = await cdp.send('Runtime.evaluate', { expression: `axe.run(document, { resultTypes: ['violations'], ${colorScheme === 'dark' ? "runOnly: ['color-contrast']" : ''} }).then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join('; '))))`, awaitPromise: true })
      assert.equal(result.value, '[]', `${where}, ${colorScheme}`)
    }
    if (process.env['PAGES_SHOTS']) for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: `${process.env['PAGES_SHOTS']}/${where.replaceAll(' ', '-')}-${colorScheme}.png` })
    }
  }
  const focused = () => page.locator(':focus').evaluateAll(([e]) => (e ? `${e.tagName.toLowerCase()}${e.getAttribute('name') ? `[${e.getAttribute('name')}]` : ''}${e.classList[0] ? `.${e.classList[0]}` : ''}` : ''))
  /** Goes on by Tab until there. */
  const tabTo = async (what: string): Promise<void> => {
    for (let i = 0; i < 25; i++) {
      if (await focused() === what) return
      await page.keyboard.press('Tab')
    }
    assert.fail(`Tab does not lead to ${what}`)
  }
  const type = async (field: string, value: string): Promise<void> => { await tabTo(`input[${field}]`); await page.keyboard.type(value) }
  const heading = (says: string) => page.locator('h1:visible', { hasText: says }).waitFor()
  const press = async (key: string): Promise<void> => { await page.keyboard.press(key) }

  test('by keyboard alone: signed up, verified, in, out, in again by each way, a new password, and the mistakes on the way told', async () => {
    await page.goto(`${url}/auth/sign-up?next=%2Fhealth`)
    await accessible('sign up')
    await type('name', person.name)
    await type('email', 'anna')
    await type('password', 'short')
    assert.equal(await page.locator('#sign-up-password-hint').textContent(), '3 more characters at least.')
    await press('Enter')
    assert.equal(await focused(), 'div.problems')
    assert.deepEqual(await page.locator('.problems:visible li').allTextContents(), ['That is no e-mail address, as anna@example.com is one.', 'Password must have at least 8 characters.'])
    assert.deepEqual(await page.locator('[aria-invalid=true]').evaluateAll(all => all.map(e => [e.getAttribute('name'), e.ownerDocument.getElementById(e.getAttribute('aria-describedby')?.split(' ').at(-1) ?? '')?.textContent])),
      [['email', 'That is no e-mail address, as anna@example.com is one.'], ['password', 'Password must have at least 8 characters.']])
    assert.match(await page.title(), /^Error: /)
    await accessible('sign up with mistakes')
    await press('Tab')
    await press('Enter')
    assert.equal(await focused(), 'input[email]', 'a mistake leads to its field')
    await page.keyboard.type('@example.com')
    await tabTo('input[password]')
    await press('Control+a')
    await page.keyboard.type(person.password)
    await press('Tab')
    await press('Enter')
    assert.deepEqual([await focused(), await page.locator('#sign-up-password').getAttribute('type'), await page.locator('.show').getAttribute('aria-pressed')], ['input[password]', 'text', 'true'], 'shown')
    await press('Enter')
    await heading('Look into your mail')
    assert.equal(await focused(), 'h1')
    assert.equal(await page.locator('[data-fill=email]:visible').textContent(), person.email)
    assert.equal(await page.locator('#sign-up-password').inputValue(), '', 'not kept')
    await accessible('mail is on its way')

    const verification = linkIn(await mailTo('verifyEmail'))
    assert.match(verification, new RegExp(`^${url}/auth/verify-email#[\\w-]{22}$`))
    await page.goto(verification)
    assert.equal(page.url(), `${url}/auth/verify-email`, 'the code is taken out of the address')
    await accessible('verify')
    await tabTo('button.act')
    await press('Enter')
    await heading('Your address is confirmed')
    await page.goto('about:blank')
    await page.goto(verification)
    await tabTo('button.act')
    await press('Enter')
    await page.locator('.problems:visible', { hasText: 'not valid' }).waitFor()

    await page.goto(`${url}/auth/sign-in?next=%2Fhealth`)
    await accessible('sign in')
    assert.deepEqual(await page.locator('input').evaluateAll(all => all.map(e => e.getAttribute('autocomplete'))), ['username', 'current-password'])
    await type('login', person.email)
    await type('password', 'not this one')
    await press('Enter')
    await page.locator('.problems:visible', { hasText: 'no account of this name' }).waitFor()
    await accessible('sign in refused')
    await tabTo('input[password]')
    await press('Control+a')
    await page.keyboard.type(person.password)
    await press('Enter')
    await page.waitForURL(`${url}/health`)
    const [cookie] = await page.context().cookies()
    assert.deepEqual([cookie?.name, cookie?.httpOnly, cookie?.secure, cookie?.sameSite], ['__Host-tea-club', true, true, 'Lax'])

    // Somewhere else, too.
    const elsewhere = await (await fetch(`${url}/api/actions/sign-in`, { method: 'POST', headers: { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 (iPhone) Safari/604.1 <i>' }, body: JSON.stringify({ login: person.email, password: person.password }) })).json() as { token: string }
    const alive = async (): Promise<number> => (await fetch(`${url}/api/sessions`, { headers: { authorization: `Bearer ${elsewhere.token}` } })).status
    assert.equal(await alive(), 200)
    await page.goto(`${url}/auth`)
    await heading('Your account')
    await page.goto(`${url}/auth/sessions`)
    await page.locator('ul.sessions li').nth(1).waitFor()
    assert.deepEqual((await page.locator('ul.sessions h2').allTextContents()).map(t => t.replace('This one', ' · this')), ['Chrome on Linux · this', 'Safari on iPhone'])
    await accessible('sessions')
    await tabTo('button.plain')
    await press('Enter')
    await page.locator('#said', { hasText: 'Safari on iPhone is signed out' }).waitFor({ state: 'attached' })
    assert.equal(await page.locator('ul.sessions li').count(), 1)
    for (const end = Date.now() + 8_000; await alive() !== 401 && Date.now() < end;) await wait(200)
    assert.equal(await alive(), 401)
    await tabTo('button.plain')
    await press('Enter')
    await page.waitForURL(`${url}/auth/sign-in`)
    assert.equal((await page.context().cookies()).length, 0)
    await page.goto(`${url}/auth/sessions`)
    assert.equal(page.url(), `${url}/auth/sign-in?next=%2Fauth%2Fsessions`)

    await page.goto(`${url}/auth/forgotten`)
    await type('email', person.email)
    await press('Enter')
    await heading('Look into your mail')
    await page.goto(linkIn(await mailTo('resetPassword')))
    await accessible('reset')
    assert.deepEqual(await page.locator('input:visible').evaluateAll(all => all.map(e => e.getAttribute('autocomplete'))), ['new-password'])
    await type('password', 'nine kettles under the moon')
    await press('Enter')
    await heading('Your password is changed')
    await mailTo('passwordChanged')
    await tabTo('a.act')
    await press('Enter')
    await page.waitForURL(`${url}/auth/sign-in`)
    await type('login', person.email)
    await type('password', 'nine kettles under the moon')
    await press('Enter')
    await page.waitForURL(u => u.pathname === '/')
    assert.deepEqual(faults, [])
  })

  test('by link and by code; the account changed, and gone', async () => {
    await page.context().clearCookies()
    await page.goto(`${url}/auth/sign-in-link?next=%2Fauth%2Faccount`)
    await type('email', person.email)
    await press('Enter')
    await heading('Look into your mail')
    await page.goto(linkIn(await mailTo('signInLink')))
    await tabTo('button.act')
    await press('Enter')
    await page.waitForURL(u => u.pathname === '/')
    await page.context().clearCookies()
    await page.goto(`${url}/auth/sign-in-code?next=%2Fauth%2Faccount`)
    await type('email', person.email)
    await press('Enter')
    await heading('Type in the code')
    const code = /\d{4} \d{4}/.exec((await mailTo('signInCode')).text)?.[0] ?? ''
    assert.deepEqual([await focused(), await page.locator('input.digits').getAttribute('autocomplete')], ['input[code].digits', 'one-time-code'])
    await page.keyboard.type(code)
    await accessible('code')
    await press('Enter')
    await page.waitForURL(`${url}/auth/account`)
    await page.locator('summary').first().press('Enter')
    await accessible('account')
    await page.locator('#change-password-current').fill('nine kettles under the moon')
    await page.locator('#change-password-password').fill('eleven cups without a spoon')
    await page.locator('#change-password-password').press('Enter')
    await heading('Your password is changed')
    await page.goto(`${url}/auth/account`)
    await page.locator('#email-title').click()
    await page.locator('#change-email-email').fill('anne@example.com')
    await page.locator('#change-email-password').fill('eleven cups without a spoon')
    await page.locator('#change-email button.act').click()
    await heading('Look into your mail')
    const changing = await mailTo('changeEmail')
    assert.equal(changing.to, 'anne@example.com')
    await page.goto(linkIn(changing))
    await accessible('confirm e-mail')
    await page.locator('button.act').click()
    await heading('Your address is changed')
    assert.equal((await mailTo('emailChanged')).to, person.email)
    await page.context().clearCookies()
    await page.goto(`${url}/auth/sign-in?next=%2Fauth%2Faccount`)
    await page.locator('#sign-in-login').fill('Anne@Example.com')
    await page.locator('#sign-in-password').fill('eleven cups without a spoon')
    await page.locator('button.act').click()
    await page.waitForURL(`${url}/auth/account`)
    await page.locator('#export-title').click()
    const [saved] = await Promise.all([page.waitForEvent('download'), page.locator('#export-account button.act').click()])
    assert.equal(saved.suggestedFilename(), 'account.json')
    assert.match(readFileSync(await saved.path(), 'utf8'), /"email": "anne@example\.com"/)
    await page.locator('#delete-title').click()
    await page.locator('#delete-account button.act').click()
    await page.locator('.problems:visible', { hasText: 'needed' }).waitFor()
    await page.locator('#delete-account-sure').check()
    await page.locator('#delete-account-password').fill('eleven cups without a spoon')
    await page.locator('#delete-account button.act').click()
    await heading('Your account is deleted')
    assert.equal((await page.goto(`${url}/auth/account`))?.url(), `${url}/auth/sign-in?next=%2Fauth%2Faccount`)
    assert.deepEqual(faults, [])
  })

  test('nothing of them leads elsewhere, is framed, runs what is not ours, or tells a password to an address', async () => {
    const get = (path: string, more: RequestInit = {}) => fetch(url + path, { redirect: 'manual', ...more })
    const answer = await get('/auth/sign-in')
    const policy = answer.headers.get('content-security-policy') ?? ''
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "require-trusted-types-for 'script'"]) assert.ok(policy.split('; ').includes(part), part)
    assert.deepEqual(['referrer-policy', 'cache-control', 'x-content-type-options', 'x-frame-options'].map(h => answer.headers.get(h)), ['no-referrer', 'no-store', 'nosniff', 'DENY'])
    const html = await answer.text()
    assert.ok(!/<script(?! src=)|<style| style=| on\w+=/.test(html))
    for (const evil of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)']) {
      const said = await (await get(`/auth/sign-in?next=${encodeURIComponent(evil)}`)).text()
      assert.ok(said.includes('data-next="/"') && !said.includes('evil') && !said.includes('alert(1)'), evil)
    }
    assert.match(await (await get(`/auth/sign-in?next=${encodeURIComponent('/"><script>')}`)).text(), /data-next="\/%22%3E%3Cscript%3E"/)
    assert.match(await (await get(`/auth/sign-in?next=${encodeURIComponent('https://admin.example/x')}`)).text(), /data-next="https:\/\/admin\.example\/x"/)
    const posted = await get('/auth/sign-in', { method: 'POST', body: new URLSearchParams({ login: 'a', password: 'secret' }) })
    assert.deepEqual([posted.status, posted.headers.get('location')], [303, '/auth/sign-in'])
    assert.match(html, /<form id="sign-in" method="post"/)
    const style = await get('/auth/style.css'), etag = style.headers.get('etag') ?? ''
    assert.match(await style.text(), /--link: light-dark[^]*h1 \{ font-style: italic \}/)
    assert.equal((await get('/auth/style.css', { headers: { 'if-none-match': etag } })).status, 304)
    const none = await get('/auth/nothing')
    assert.deepEqual([none.status, (await none.text()).includes('There is no page at /auth/nothing')], [404, true])
    assert.equal((await get('/auth/sign-in', { method: 'DELETE' })).status, 405)
    assert.equal((await get('/authors')).headers.get('content-type'), 'application/problem+json')
  })

  test('switched off nothing is left; mounted they keep within what they are mounted at', async () => {
    assert.equal((await fetch(`${url}/.well-known/change-password`, { redirect: 'manual' })).headers.get('location'), '/auth/account')
    const off = app as unknown as { reload(b: unknown): Promise<unknown> }
    const mounted = app.mount({ prefix: '/shop' })
    const at = async (path: string) => (await mounted.fetch(new Request(`http://localhost/shop${path}`, { redirect: 'manual' })))
    const said = await (await at('/auth/sign-in')).text()
    assert.ok(said.includes('href="/shop/auth/style.css"') && said.includes('data-api="/shop/api"') && said.includes('data-next="/shop/"') && !said.includes('href="/auth'))
    assert.equal((await at('/auth/sessions')).headers.get('location'), '/shop/auth/sign-in?next=%2Fshop%2Fauth%2Fsessions')
    await off.reload(declared(false))
    const gone = await fetch(`${url}/auth/sign-in`)
    assert.deepEqual([gone.status, gone.headers.get('content-type')], [404, 'application/problem+json'])
    assert.ok(!(await gone.text()).includes('/auth,'))
  })

  test('the mails of development are shown to this machine alone, and nowhere else than there', async () => {
    assert.equal((await fetch(`${url}/mail`)).status, 404)
    const { url: at, port } = await app.serve({ port: 0, development: { as: async () => [] } })
    const got = async (path: string, headers: Record<string, string>): Promise<number> => new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers }, answer => { answer.resume(); resolve(answer.statusCode ?? 0) }).on('error', reject).end()
    })
    assert.deepEqual(await Promise.all([got('/mail', {}), got('/mail.json', {}), got('/mail', { host: 'evil.example' }), got('/mail', { origin: 'https://evil.example' }), got('/mail', { 'sec-fetch-site': 'cross-site' })]), [200, 200, 403, 403, 403])
    await page.goto(`${at}/mail`)
    await page.locator('h1', { hasText: 'Mail' }).waitFor()
    await accessible('outbox')
    assert.deepEqual(faults.filter(f => !f.startsWith('asked ')), [])
  })
})
