// Mail of accounts, from the row that asks for it to a real server: what it says, that its code is the one that counts, and that none is lost, doubled, or sent to where it must not be.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { testServer } from '../../../test/server.ts'
import { startMail } from '../../application/mailing.ts'
import { compileModel, html, open, trustedHtml, type Application, type Mail, type MailFacts, type MailPurpose } from '../../index.ts'
import type { Reader } from '../../work/index.ts'
import { compose, isAddress, readAddress, safeName, Unsendable } from './compose.ts'
import { mailReader, NotSent, outbox, outboxPages, readMail, smtp, type MailAttempt } from './index.ts'
import { letter } from './letters.ts'
import { challenge, declared } from './process.fixture.ts'
import { mailPurposes } from './purposes.ts'
import { pauseAfter } from './retry.ts'
import { readServer, type Server } from './smtp.ts'

const facts: MailFacts = { link: 'https://shop.example/auth/reset-password#c0de', code: '12345678', name: 'Anna', email: 'anna@example.com', application: 'Shop', validFor: '30 minutes', locale: null }
const from = 'Shop <shop@example.com>'
const anywhere: Mail = { from, smtp: 'smtp://127.0.0.1:1', url: 'https://shop.example' }
const outside = { application: 'Shop', environment: {}, served: null }

describe('what a mail says', () => {
  test('each letter has its text and its HTML, escaped, and asks nobody for anything', () => {
    for (const purpose of mailPurposes as readonly MailPurpose[]) {
      const { subject, text, html: made } = letter(purpose, { ...facts, application: 'Tom & <b>Sons</b>', email: `"><img src=x>@example.com` })
      const body = made?.['~html'] ?? ''
      assert.ok(subject.includes('Tom & <b>Sons</b>') && text.includes('Hello Anna'), purpose)
      assert.ok(body.includes('Tom &#38; &#60;b&#62;Sons') && !/<b>|<img|<script|<link|<[^>]*src=|url\(|@import/.test(body), purpose)
      assert.match(body, /prefers-color-scheme:dark/)
      if (purpose === 'signInCode') assert.ok(text.includes('1234 5678') && body.includes('1234 5678') && !body.includes('<a '))
      else if (!['emailChanged', 'noAccount', 'accountDeleted'].includes(purpose)) assert.ok(text.includes(facts.link) && body.includes(`href="${facts.link}"`), purpose)
    }
  })

  test('a template of the application takes the place of ours, and cannot break out', async () => {
    const sent = await compose('resetPassword', { ...facts, name: '<i>' }, { from, templates: { resetPassword: ({ link, name }) => ({ subject: 'Anew', text: link, html: html`<p>${name} <a href="${link}">go</a>${[1, trustedHtml('<hr>'), null]}</p>` }) } })
    assert.deepEqual([sent.subject, sent.text, sent.html], ['Anew', facts.link, `<p>&#60;i&#62; <a href="${facts.link}">go</a>1<hr></p>`])
    const wrong: readonly [ReturnType<NonNullable<NonNullable<Mail['templates']>['resetPassword']>>, RegExp][] = [
      [{ subject: 'a\r\nBcc: eve@example.com', text: 'x' }, /more than one line/], [{ subject: 'a\u2028b', text: 'x' }, /more than one line/], [{ subject: ' ', text: 'x' }, /no subject/], [{ subject: 'a', text: '' }, /or no text/],
      [{ subject: 'a', text: 'x', html: '<p>' as never }, /html`…`/], [{ subject: 'x'.repeat(251), text: 'x' }, /250 characters/],
    ]
    for (const [made, says] of wrong) {
      await assert.rejects(compose('resetPassword', facts, { from, templates: { resetPassword: () => made } }), (e: Error) => e instanceof Unsendable && says.test(e.message) && e.message.startsWith('mail.templates.resetPassword: '))
    }
    await assert.rejects(compose('resetPassword', facts, { from, templates: { resetPassword: () => { throw new TypeError(facts.link) } } }), { message: 'mail.templates.resetPassword: threw TypeError' })
    for (const email of ['a@b.c,d@e.f', 'a@b.c\r\nBcc: d@e.f', 'A <a@b.c>', 'a b@c.d', '@', 'a@b@c']) {
      assert.equal(isAddress(email), false, email)
      await assert.rejects(compose('resetPassword', { ...facts, email }, { from }), /no address/)
    }
    assert.ok(isAddress('anna+tag@example.com') && isAddress('jörg@müller.example'))
  })

  test('a name that would lead somewhere is not said', () => {
    for (const name of ['Anna', 'Anne-Marie O’Neil Jr.', 'Jörg Müller', '李雷', 'Dr. K. Ng']) assert.equal(safeName(` ${name} `), name)
    for (const name of ['', 'see http://evil.example', 'evil.example', 'www evil', 'a\nb', 'pay to 12345678', '<b>', 'x'.repeat(61), 'me@evil', null, 7]) assert.equal(safeName(name), null, String(name))
  })

  test('who it is from, and where links lead, is said right or refused in sentences', () => {
    assert.deepEqual([readAddress('Shop <a@b.example>'), readAddress('"Shop, Inc." <a@b.example>'), readAddress('a@b.example'), readAddress('A <a@b.example>, c@d.example'), readAddress('A\n<a@b.example>')],
      [{ name: 'Shop', address: 'a@b.example' }, { name: 'Shop, Inc.', address: 'a@b.example' }, { name: null, address: 'a@b.example' }, null, null])
    const problems = (mail: Mail | undefined, environment = {}, served: string | null = null) => readMail(mail, { application: 'Shop', environment, served }).problems.join('\n')
    assert.match(problems(undefined), /Accounts need mail: mail: \{ from:/)
    assert.equal(problems(undefined, {}, 'http://127.0.0.1:3000'), '')
    assert.match(problems({ from: 'Shop', smpt: 'x' } as never), /mail has no 'smpt'\. Did you mean smtp\?|has no 'smpt'[^]*mail\.from is no address[^]*which server[^]*where its links lead/)
    assert.match(problems({ from, smtp: { env: 'SMTP_URL' }, url: { env: 'PUBLIC_URL' } }), /the environment has no SMTP_URL[^]*has no PUBLIC_URL/)
    assert.equal(problems({ from, smtp: { env: 'SMTP_URL' }, url: { env: 'PUBLIC_URL' } }, {}, 'http://127.0.0.1:3000'), '')
    const secret = problems({ from, smtp: { env: 'SMTP_URL' }, url: 'https://shop.example' }, { SMTP_URL: 'http://u:hunter2@mail.example' })
    assert.ok(/mail\.smtp, SMTP_URL, is no address/.test(secret) && !secret.includes('hunter2'))
    assert.match(problems({ ...anywhere, url: 'shop.example' }), /mail\.url is no address/)
    assert.match(problems({ ...anywhere, links: { resetPasword: 'https://x.example' } as never, templates: { welcome: () => ({ subject: '', text: '' }) } as never }), /templates has no 'welcome'[^]*links has no 'resetPasword'\./)
    const { settings: { linkOf } } = readMail({ ...anywhere, url: 'https://shop.example/backend/', links: { verifyEmail: 'https://app.example/hello' } }, outside)
    assert.deepEqual([linkOf('resetPassword', 'c'), linkOf('verifyEmail', 'c'), linkOf('signInCode', '12345678'), linkOf('accountExists', null)],
      ['https://shop.example/backend/auth/reset-password#c', 'https://app.example/hello#c', 'https://shop.example/backend/auth/sign-in-code', 'https://shop.example/backend/auth/sign-in'])
  })
})

test('an application whose mail cannot be sent says so: at start where it is declared, else in its log', async () => {
  const said: unknown[] = [], { model } = compileModel(declared)
  const begin = (mail: Mail | undefined, identity = true) => startMail({
    model: identity ? { ...model, identity: { user: 'note' } as never } : model, engine: {} as never, mail, environment: {}, served: null, transport: null, outbox: outbox(), nameOf: async () => null, clock: Date.now, lookMs: undefined,
    tell() {}, trouble: error => { said.push(error) },
  }).problems
  assert.deepEqual([begin(undefined, false), begin(undefined)], [[], []])
  assert.match(String(said), /^Error: No mail is sent: Accounts need mail: mail: \{ from/)
  assert.match(String(begin({ from, smtp: { env: 'SMTP_URL' }, url: 'https://shop.example' })), /no SMTP_URL/)
  assert.match(String(begin(anywhere, false)), /no accounts/)
})

test('development keeps its mails and shows them, in a frame that may do nothing', async () => {
  const box = outbox(), { answer, owns } = outboxPages(box)
  const get = (at: string, accept = 'text/html') => { const r = answer({ method: 'GET', path: at, headers: { accept }, mount: '' }); return { ...r, text: r.body.join('') } }
  assert.match(get('/mail').text, /No mail yet/)
  await box.send(await compose('resetPassword', facts, { from: 'S <s@example.com>', templates: { resetPassword: () => ({ subject: '<script>1</script>', text: 'go https://x.example/a"b', html: html`<html><head></head><body>${'<script>'}</body></html>` }) } }))
  const [mail] = (JSON.parse(get('/mail', 'application/json').text) as { data: { id: string; subject: string; to: string; text: string }[] }).data
  assert.ok(mail)
  assert.deepEqual([mail.subject, mail.to], ['<script>1</script>', facts.email])
  for (const at of ['/mail', `/mail/${mail.id}`]) assert.ok(get(at).text.includes('&#60;script&#62;1') && !get(at).text.includes('<script>1'), at)
  assert.match(get(`/mail/${mail.id}`).text, /sandbox="allow-popups allow-popups-to-escape-sandbox"[^]*<a href="https:\/\/x\.example\/a">/)
  const framed = get(`/mail/${mail.id}.html`)
  assert.match(framed.headers['content-security-policy'] ?? '', /^sandbox allow-popups .*default-src 'none'/)
  assert.ok(framed.text.includes('<base target="_blank">'))
  assert.equal(get(`/mail/${mail.id}.txt`).text, mail.text)
  assert.deepEqual([owns('/mail'), owns('/mailer'), owns('/mail.json')], [true, false, true])
  assert.throws(() => get('/mail/none'), { code: 'request.route' })
})

/** What the server was given, and what it says to recipients. */
interface Got { readonly mail: Email; readonly envelope: readonly string[] }
const got: Got[] = []
let answers: (to: string) => Error | null = () => null, hold: Promise<void> | null = null
const refuse = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code })
const mails = (to: string): readonly Got[] => got.filter(g => g.envelope.includes(to))
async function until(what: string, holds: () => unknown, ms = 20_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await wait(10)) if (await holds()) return
  assert.fail(`not within ${ms} ms: ${what}; got ${JSON.stringify(got.map(g => g.envelope))}`)
}

describe('mail on its way', () => {
  let server: SMTPServer, port: number, at: string, app: Application, drop: () => Promise<void>, ahead = 0, reader: Reader | null = null
  const told: MailAttempt[] = [], troubles: unknown[] = []
  const run = () => ({ deadline: performance.now() + 20_000 })
  const ask = async (email: string, more: Readonly<Record<string, string | null>> = {}): Promise<string> => {
    const row = challenge(email, more)
    await app.engine.records.create('~challenge', [row], run())
    return row.id
  }
  const rowOf = async (entity: string, id: string) => (await app.engine.records.find(entity, [['id', 'eq', id]], { order: [['id', 'asc']], take: 1 }, run()))[0]
  const codeIn = (g: Got | undefined): string => /#([\w-]{22})\s/.exec(g?.mail.text ?? '')?.[1] ?? ''
  const hashOf = (code: string): string => createHash('sha256').update(code).digest('base64url')
  const local = (): Server => { const read = readServer(`smtp://127.0.0.1:${port}`); assert.ok(typeof read !== 'string'); return read }
  const start = (of: Application = app): Reader => mailReader({
    engine: of.engine, settings: readMail({ ...anywhere, replyTo: 'help@example.com' }, outside).settings, transport: smtp(local()), nameOf: async () => 'Anna', clock: () => Date.now() + ahead, lookMs: 30,
    tell: a => { told.push(a) }, trouble: e => { troubles.push(e) },
  })

  before(async () => {
    server = new SMTPServer({
      authOptional: true, disabledCommands: ['STARTTLS'], logger: false,
      onRcptTo({ address }, _session, done) { done(answers(address)) },
      onData(stream, session, done) {
        buffer(stream).then(bytes => PostalMime.parse(bytes)).then(async mail => {
          got.push({ mail, envelope: session.envelope.rcptTo.map(r => r.address) })
          await hold
          done()
        }, done)
      },
    })
    server.on('error', () => {})
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', () => { resolve() }) })
    port = (server.server.address() as AddressInfo).port
    const fresh = await (await testServer()).freshDatabase()
    const { user, password, host, port: of, database } = fresh.config
    at = `postgres://${user}:${password}@${encodeURIComponent(host)}:${of}/${database}`
    drop = () => fresh.drop()
    app = await open(declared, { url: at, schema: 'apply' }) as unknown as Application
  })
  after(async () => {
    await reader?.stop()
    await app.close()
    await new Promise<void>(resolve => { server.close(() => { resolve() }) })
    await drop()
    assert.deepEqual(troubles, [])
  })
  beforeEach(() => { got.length = 0; told.length = 0; answers = () => null })

  test('what was asked for before anybody sent is sent; its code is the one whose hash is kept, and is nowhere else', async () => {
    const id = await ask('early@example.com')
    const over = await ask('late@example.com', { expiresAt: new Date(Date.now() - 1_000).toISOString() })
    reader = start()
    await until('it came', () => mails('early@example.com').length === 1)
    const [{ mail }] = mails('early@example.com') as [Got]
    assert.deepEqual([mail.from?.name, mail.from?.address, mail.replyTo?.[0]?.address, mail.to?.[0]?.address, mail.subject], ['Shop', 'shop@example.com', 'help@example.com', 'early@example.com', 'Choose a new password for Shop'])
    assert.match(mail.text ?? '', /^Hello Anna,[^]*https:\/\/shop\.example\/auth\/reset-password#[^]*30 minutes/)
    const code = codeIn(got[0])
    assert.ok(mail.html?.includes(`href="https://shop.example/auth/reset-password#${code}"`))
    assert.equal(mail.headers.find(h => h.key === 'auto-submitted')?.value, 'auto-generated')
    await until('it is written down', async () => (await rowOf('~mail', id))?.['status'] === 'sent')
    const row = await rowOf('~challenge', id)
    assert.deepEqual([row?.['codeHash'], typeof row?.['sentAt']], [hashOf(code), 'string'])
    const { rows } = await app.database.client(client => client.query('select coalesce(after, before)::text || before::text as said, verb from backwright_system.change')) as unknown as { rows: { said: string | null }[] }
    assert.ok(rows.length > 0 && rows.every(r => !r.said?.includes(code) && !r.said?.includes(hashOf(code))), 'neither is in the change log')
    assert.ok(!JSON.stringify(told).includes(code) && !JSON.stringify(told).includes('early@'), 'nor is it told')
    assert.equal(await rowOf('~mail', over), undefined)
  })

  test('a mail goes out after the commit, and none without it', async () => {
    let committed = false
    await assert.rejects(app.engine.recordsWithin(run(), async records => {
      await records.create('~challenge', [challenge('nobody@example.com')], run())
      throw new Error('undone')
    }), /undone/)
    await app.engine.recordsWithin(run(), async records => {
      await records.create('~challenge', [challenge('ben@example.com', { purpose: 'signInCode' })], run())
      await wait(100)
      assert.equal(got.length, 0)
      committed = true
    })
    await until('it came', () => mails('ben@example.com').length === 1 && committed)
    assert.match(got[0]?.mail.text ?? '', /\b\d{4} \d{4}\b/)
    assert.doesNotMatch(got[0]?.mail.text ?? '', /#/)
    assert.equal(mails('nobody@example.com').length, 0)
  })

  test('a server that fails is tried again, with a new code; who is refused is given up, and it is said why without saying who', async () => {
    answers = to => (to.startsWith('busy') && ahead === 0 ? refuse(451, 'later, please') : to.startsWith('gone') ? refuse(550, 'no <gone@example.com> here') : null)
    const [busy, gone] = [await ask('busy@example.com'), await ask('gone@example.com')]
    await until('both were tried', () => [busy, gone].every(id => told.some(t => t.mail === id)))
    const [first, refused] = [told.find(t => t.mail === busy), told.find(t => t.mail === gone)]
    assert.deepEqual([first?.outcome, refused?.outcome, refused?.next], ['again', 'failed', null])
    assert.match(first?.error ?? '', /^127\.0\.0\.1:\d+ answered: 451 later, please$/)
    assert.match(refused?.error ?? '', /550 no <…@…> here/)
    assert.ok(first?.next && first.next - Date.now() > 2_000 && first.next - Date.now() < 8_000)
    const before = (await rowOf('~challenge', busy))?.['codeHash']
    ahead = 10_000
    try {
      await until('it came', () => mails('busy@example.com').length === 1)
      assert.notEqual(hashOf(codeIn(mails('busy@example.com')[0])), before)
      await until('it is written down', async () => (await rowOf('~mail', busy))?.['status'] === 'sent')
      assert.equal((await rowOf('~challenge', busy))?.['codeHash'], hashOf(codeIn(mails('busy@example.com')[0])))
    } finally { ahead = 0 }
    const given = await rowOf('~mail', gone)
    assert.deepEqual([given?.['status'], given?.['error'], typeof given?.['endedAt']], ['failed', refused?.error, 'string'])
  })

  test('what fails again and again is given up, and stays as what it was', async () => {
    answers = to => (to.startsWith('worn') ? refuse(421, 'never today') : null)
    const worn = await ask('worn@example.com')
    await until('it was tried', async () => told.some(t => t.mail === worn) && (await rowOf('~mail', worn))?.['error'] !== null)
    await app.engine.records.update('~mail', [['id', 'eq', worn]], { attempts: 11, nextAt: new Date().toISOString() }, run())
    await until('it was given up', async () => (await rowOf('~mail', worn))?.['status'] === 'failed')
    assert.deepEqual([told.at(-1)?.attempt, told.at(-1)?.outcome, (await rowOf('~mail', worn))?.['attempts']], [12, 'failed', 12])
    const pauses = Array.from({ length: 12 }, (_, i) => pauseAfter(i + 1, 0.5))
    assert.deepEqual(pauses.slice(0, 3), [5_000, 15_000, 45_000])
    assert.ok(pauses.every((p, i) => p <= 1_800_000 && p >= (pauses[i - 1] ?? 0)))
  })

  test('nothing is sent that is over, used, for nobody, or too much', async () => {
    const over = await ask('over@example.com', { expiresAt: new Date(Date.now() - 1).toISOString() }), used = await ask('used@example.com', { usedAt: new Date().toISOString() })
    const nobody = await ask('stranger@example.com', { userId: null })
    await until('each was looked at', () => [over, used, nobody].every(id => told.some(t => t.mail === id)))
    assert.deepEqual([over, used, nobody].map(id => told.find(t => t.mail === id)?.outcome), ['expired', 'dropped', 'dropped'])
    const sent = new Date().toISOString()
    await app.engine.records.create('~challenge', Array.from({ length: 20 }, () => challenge('flood@example.com', { usedAt: sent, sentAt: sent })), run())
    const flood = await ask('flood@example.com')
    await until('it was looked at', () => told.some(t => t.mail === flood))
    assert.match(told.find(t => t.mail === flood)?.error ?? '', /more than 20 mails/)
    assert.equal(got.length, 0)
  })

  test('a log in which nothing is asked of mail is passed over, and now and then it is noted how far', async () => {
    const position = async () => (await app.engine.records.find('~reader', [['name', 'eq', 'mail']], { order: [['name', 'asc']], take: 1 }, run()))[0]?.['position']
    const before = await position(), write = () => app.engine.write({ kind: 'create', entity: 'note', key: null, body: { what: 'else' }, origin: 'code', expect: null }, app.system('tests'), run())
    await write()
    await wait(400)
    assert.equal(await position(), before)
    ahead = 70_000
    try {
      await write()
      await until('it is noted', async () => await position() !== before)
    } finally { ahead = 0 }
  })

  test('two processes send each mail once, and the second goes on where the first one ends', async () => {
    const second = await open(declared, { url: at, schema: 'ignore' }) as unknown as Application, other = start(second)
    try {
      await Promise.all(Array.from({ length: 12 }, (_, i) => ask(`many${i}@example.com`)))
      await until('all came', () => got.length >= 12)
      await reader?.stop()
      reader = null
      await ask('after@example.com')
      await until('it came', () => mails('after@example.com').length === 1)
      assert.equal(new Set(got.map(g => g.envelope[0])).size, 13)
      assert.equal(got.length, 13)
    } finally {
      await other.stop()
      await second.close()
    }
  })

  test('nothing is lost by kill -9, before it was sent or while it is; while nobody was there it waits', async () => {
    const child = (to: string, more: Record<string, string>) => spawn(process.execPath, ['-C', 'backwright-source', path.join(import.meta.dirname, 'process.fixture.ts')], {
      env: { ...process.env, MAIL_DATABASE: at, MAIL_SMTP: `smtp://127.0.0.1:${port}`, MAIL_TO: to, ...more }, stdio: ['ignore', 'inherit', 'inherit'],
    })
    await ask('waiting@example.com')
    const release = Promise.withResolvers<void>()
    hold = release.promise
    const [early, sending] = [child('early-death@example.com', {}), child('late-death@example.com', { MAIL_SEND: 'yes' })]
    await once(early, 'exit')
    assert.equal(early.signalCode, 'SIGKILL')
    await until('the server has it and has not answered', () => mails('late-death@example.com').length === 1)
    sending.kill('SIGKILL')
    await once(sending, 'exit')
    hold = null
    release.resolve()
    ahead = 10_000
    try {
      reader = start()
      await until('all came', () => ['waiting', 'early-death'].every(who => mails(`${who}@example.com`).length > 0) && mails('late-death@example.com').length === 2)
      const [challenged] = await app.engine.records.find('~challenge', [['email', 'eq', 'late-death@example.com']], { order: [['id', 'asc']], take: 1 }, run())
      assert.equal(challenged?.['codeHash'], hashOf(codeIn(mails('late-death@example.com')[1])), 'the code of the last mail holds')
    } finally { ahead = 0 }
  })

  test('a server is asked for TLS, is not waited for long, and its password is in no message', async () => {
    const message = await compose('resetPassword', facts, { from })
    const failing = async (server: Server): Promise<NotSent> => {
      const transport = smtp(server, { greetingTimeout: 300 })
      try { await transport.send(message) } catch (error) { assert.ok(error instanceof NotSent, String(error)); return error } finally { await transport.close() }
      return assert.fail('it was sent')
    }
    assert.match((await failing({ ...local(), demanded: true })).message, /TLS/)
    assert.equal(mails(facts.email).length, 0)
    const mute = createServer(() => {}).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const slow = await failing({ ...local(), port: (mute.address() as AddressInfo).port, user: 'me', password: 'hunter2' })
    mute.close()
    assert.match(slow.message, /Greeting never received/)
    const down = await failing({ ...local(), port: (mute.address() as AddressInfo | null)?.port ?? 1 })
    assert.ok(!slow.forGood && !down.forGood && !slow.message.includes('hunter2'))
    const servers = ['smtp://mail.example', 'smtps://u:p%40@mail.example', 'smtp://mail.example:25?tls=optional', 'smtp://localhost:1025', 'smtp://[::1]:25'].map(text => readServer(text) as Server)
    assert.deepEqual(servers.map(s => [s.host, s.port, s.implicit, s.demanded, s.password]), [['mail.example', 587, false, true, null], ['mail.example', 465, true, false, 'p@'], ['mail.example', 25, false, false, null], ['localhost', 1025, false, false, null], ['::1', 25, false, false, null]])
    for (const wrong of ['mail.example', 'http://mail.example', 'smtp://', 'smtp://mail.example/x', 'smtp://mail.example?pool=true', 'smtp://mail.example?tls=no', 'smtp://a:%zz@mail.example']) assert.equal(typeof readServer(wrong), 'string', wrong)
  })
})
