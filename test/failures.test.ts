// Every row of the table of failures is produced here for real, over HTTP, and documented; so is every capability. No row without a case, no case without a row.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { failures, type Code } from '../src/failure/index.ts'
import { capabilities } from '../src/operation/index.ts'
import { memoryCapabilities } from '../src/stores/memory/index.ts'
import { postgresCapabilities } from '../src/stores/postgres/index.ts'
import { servedClub, type ServedClub } from './identity/served.ts'
import { customer, product, staff, tap, type Product, type Tap } from './proofs/product.ts'
import { idOf } from './proofs/shop.ts'
import { listen } from './rest/listening.ts'
import { testServer } from './server.ts'

interface Told { readonly status: number; readonly headers: Headers; readonly text: string }
type Case = () => Promise<Told>

describe('every failure of the table is produced', () => {
  let fresh: Awaited<ReturnType<Awaited<ReturnType<typeof testServer>>['freshDatabase']>>
  let line: Tap
  let p: Product
  let anna: string
  let boss: string
  let club: ServedClub
  before(async () => {
    fresh = await (await testServer()).freshDatabase()
    line = await tap(fresh.config, false)
    p = await product(fresh.config, { orders: 50, through: line.config, server: { answerMs: 1000, headersMs: 400 } })
    anna = await customer(7)
    boss = await staff()
    club = await servedClub()
    // What a healthy database seldom says, it says of these rows; what nobody but its owner can do, its owner does.
    await p.client.query(`
      alter table products add constraint no_lead check (sku <> 'lead');
      create function trouble() returns trigger language plpgsql as $$ begin
        if new.sku = 'contended' then raise exception 'x' using errcode = '40001'; end if;
        if new.sku = 'full' then raise exception 'x' using errcode = '53100'; end if;
        return new;
      end $$;
      create trigger trouble before insert on products for each row execute function trouble()`)
  })
  after(async () => {
    await club.end()
    await p.end()
    await line.close().catch(() => {})
    await fresh.drop()
  })

  const get = (target: string, headers: Record<string, string> = {}, token: string | null = boss): Promise<Told> => p.ask(token, target, { headers })
  const write = (method: string, target: string, body?: unknown, headers: Record<string, string> = {}, token: string | null = boss): Promise<Told> => p.ask(token, target, { method, body, headers })
  /** Bytes as they are, and the first answer to them; `meanwhile` runs between the first part and the second. */
  async function bytes(first: string, second = '', meanwhile: () => Promise<void> = async () => {}): Promise<Told> {
    const socket = connect(p.serving.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(first)
    await meanwhile()
    if (second !== '') socket.write(second)
    let text = ''
    for await (const piece of socket) {
      text += String(piece)
      const [head = '', body] = text.split('\r\n\r\n')
      if (body !== undefined && Buffer.byteLength(body) >= Number(/content-length: (\d+)/i.exec(head)?.[1])) break
    }
    socket.destroy()
    const [head = '', body = ''] = text.split('\r\n\r\n')
    const lines = head.split('\r\n').slice(1).map(l => /^([^:]+): (.*)$/.exec(l)?.slice(1) as [string, string])
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), headers: new Headers(lines), text: body }
  }

  /** A case for each code: the compiler asks for those that are missing. They run in this order. */
  const cases: Readonly<Record<Code, Case>> = {
    'request.malformed': () => get('/api/orders?filter[status=x'),
    'request.route': () => get('/api/oders'),
    'request.method': () => write('PUT', '/api/orders'),
    'request.accept': () => get('/api/orders', { accept: 'text/html' }),
    'request.size': () => write('POST', '/api/orders', { note: 'x'.repeat(1_100_000) }),
    'request.url': () => get(`/api/orders?filter[note]=${'x'.repeat(17_000)}`),
    'request.media': () => write('POST', '/api/orders', {}, { 'content-type': 'text/plain' }),
    'request.headers': () => get('/api/orders', { 'x-long': 'y'.repeat(40_000) }),
    'request.timeout': () => bytes('GET /api/orders HTTP/1.1\r\nHost: x\r\n'),
    async 'request.inFlight'() {
      // Somebody else's transaction has the lock of that key.
      await p.client.query('begin; select pg_advisory_xact_lock(hashtextextended(\'idempotency ["staff","in-flight"]\', 0))')
      try { return await write('POST', '/api/products', { sku: 'x' }, { 'idempotency-key': 'in-flight' }) } finally { await p.client.query('rollback') }
    },
    async 'request.reused'() {
      await write('POST', '/api/products', { sku: 'one' }, { 'idempotency-key': 'reused' })
      return write('POST', '/api/products', { sku: 'two' }, { 'idempotency-key': 'reused' })
    },
    'resolve.name': () => get('/api/orders?filter[staus]=open'),
    'resolve.url': () => get('/api/orders?filter[rank]=high'),
    'resolve.cursor': () => get('/api/orders?page[after]=WyJ4IiwxXQ'),
    'resolve.limit': () => get('/api/orders?include=lines,letters&page[size]=100&include[lines][page][size]=100&include[lines][include]=product.lines&include[lines][include][product][include][lines][page][size]=100'),
    'resolve.value': () => write('POST', '/api/products', { sku: 5, colour: 'red' }),
    'caller.token': () => get('/api/orders', {}, 'not.a.token'),
    'caller.unknown': () => get('/api/orders', {}, null),
    'caller.forbidden': () => write('POST', '/api/products', { sku: 'new' }, {}, anna),
    'auth.credentials': () => club.call('sign-in', { login: 'nobody@example.com', password: 'not of anybody' }),
    'auth.code': () => club.call('verify-email', { code: 'not a code of anybody' }),
    async 'auth.stale'() {
      await club.call('sign-up', { email: 'old@example.com', password: 'four words stand here', name: 'Old' })
      await club.client.query(`update members set email_verified = true where email = 'old@example.com'`)
      const { token } = (await club.call('sign-in', { login: 'old@example.com', password: 'four words stand here' })).body
      await club.client.query(`update sessions set signed_in_at = now() - interval '1 hour'`)
      return club.call('delete-account', {}, { token })
    },
    async 'auth.throttled'() {
      for (let i = 0; ;i++) {
        const told = await club.call('sign-in', { login: 'guessed@example.com', password: `guess number ${i}` })
        if (told.status !== 401 || i > 20) return told
      }
    },
    'server.busy': () => club.call('flood'),
    'row.missing': () => get(`/api/orders/${idOf('order', 9999)}`),
    'row.duplicate': () => write('POST', '/api/products', { sku: 'sku-1' }),
    'row.referenced': () => write('DELETE', `/api/customers/${idOf('customer', 2)}`),
    'row.contended': () => write('POST', '/api/products', { sku: 'contended' }),
    'row.count': () => write('PATCH', '/api/orders?filter[rank][gte]=0&expect=999999', { note: 'x' }),
    'row.condition': () => write('PATCH', `/api/orders/${idOf('order', 6)}?filter[rank][lt]=-1`, { note: 'x' }),
    'row.transition': () => write('PATCH', `/api/makers/${idOf('maker', 1)}`, { state: 'gone' }),
    'row.unversioned': () => write('DELETE', `/api/letters/${idOf('letter', 1)}`),
    'row.stale': () => write('PATCH', `/api/orders/${idOf('order', 6)}`, { note: 'x' }, { 'if-match': '"77"' }),
    'row.reference': () => write('POST', '/api/letters', { orderId: idOf('order', 9999), body: 'x' }),
    'row.invalid': () => write('POST', '/api/products', { sku: 'lead' }),
    async 'store.unsupported'() {
      // The database does everything; the memory store has no planner to estimate with.
      const small = await listen()
      try {
        const response = await small.ask('/tags?count=estimate')
        return { status: response.status, headers: response.headers, text: await response.text() }
      } finally { await small.serving.close() }
    },
    'store.full': () => write('POST', '/api/products', { sku: 'full' }),
    async 'store.timeout'() {
      const giveBack = await p.lock('letters')
      try { return await get('/api/letters/aggregate?measure=count') } finally { await giveBack() }
    },
    async internal() {
      await p.client.query('alter table letters rename to gone')
      return get('/api/letters')
    },
    async 'store.down'() {
      await line.close()
      return get('/api/orders')
    },
    'server.stopping': () => bytes('GET /api/orders HTTP/1.1\r\nHost: x\r\n', '\r\n', async () => {
      void p.serving.close()
      await new Promise(resolve => setTimeout(resolve, 20))
    }),
  }

  for (const [code, produce] of Object.entries(cases) as [Code, Case][]) {
    test(code, async () => {
      const { status, headers, text } = await produce()
      const row = failures[code]
      const problem = JSON.parse(text) as { code: string; status: number; title: string; detail: string; type: string; instance: string; errors?: unknown }
      assert.equal(problem.code, code, text)
      assert.deepEqual([status, problem.status, problem.title, problem.type], [row.status, row.status, row.title, `/docs/failures#${code}`])
      assert.equal(headers.get('content-type'), 'application/problem+json')
      assert.equal(problem.instance, headers.get('x-request-id'))
      assert.notEqual(problem.detail, problem.title, 'the detail adds nothing to the title')
      assert.equal(headers.has('retry-after'), row.retry === 'later')
      assert.doesNotMatch(text, /select |insert |\.ts:|pg_|40001|53100|42P01/)
    })
  }
})

const docs = (name: string): string => readFileSync(path.join(import.meta.dirname, '../docs/reference', name), 'utf8')

test('every failure is documented as it is, and nothing else is', () => {
  const sections = docs('failures.md').split(/^## /m).slice(1)
  const found = new Map(sections.map(s => [/^`([\w.]+)`/.exec(s)?.[1] ?? s.slice(0, 30), s] as const))
  assert.deepEqual([...found.keys()].sort(), Object.keys(failures).sort())
  assert.equal(found.size, sections.length, 'documented twice')
  for (const [code, row] of Object.entries(failures)) {
    const section = found.get(code) ?? ''
    const blame = row.blame === 'caller' ? "the request's fault" : "the server's fault"
    const retry = { never: 'repeating it changes nothing', later: 'repeat it later', now: 'repeat it at once' }[row.retry]
    assert.ok(section.includes(`**${row.status} ${row.title}** · ${blame} · ${retry} · JSON-RPC ${row.rpc}\n`), `the line of ${code} must be: **${row.status} ${row.title}** · ${blame} · ${retry} · JSON-RPC ${row.rpc}`)
    const [, means = '', act = ''] = /\n\n([^\n]+)\n\n\*What to do:\* ([^\n]+)\n/.exec(section) ?? []
    assert.ok(means.length > 40 && act.length > 20, `${code}: what it means, and what to do`)
  }
})

test('numbers of JSON-RPC are unique', () => {
  const numbers = Object.values(failures).map(f => f.rpc)
  assert.equal(new Set(numbers).size, numbers.length)
})

test('every capability is documented as each store has it, and nothing else is', () => {
  const rows = [...docs('capabilities.md').matchAll(/^\| `([\w.]+)` \| ([^|]+) \| (\w+) \| (\w+) \|$/gm)]
  assert.deepEqual(rows.map(r => r[1]), [...capabilities])
  for (const [, name = '', means = '', postgres, memory] of rows) {
    const capability = name as (typeof capabilities)[number]
    assert.deepEqual([name, postgres, memory], [name, postgresCapabilities[capability], memoryCapabilities[capability]])
    assert.ok(means.trim().length > 15, name)
  }
})
