// A whole application within other servers: Express, Fastify, and a route handler as Next has them, on one PostgreSQL.
import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import express from 'express'
import Fastify from 'fastify'
import { access, allow, backend, Entity, model, money, open, text, type Application, type Observation } from 'backwright'
import { olderServer } from './server.ts'

class Product extends Entity {
  name = text({ max: 20 })
  price = money('EUR')
  static access = access(Product, () => [allow('read', 'create', 'update').always()])
}
const shop = backend({ name: 'mounted', model: model({ product: Product }) })

let app: Application, drop: () => Promise<void>
const seen: Observation[] = []
before(async () => {
  const fresh = await (await olderServer()).freshDatabase()
  const { user, password, host, port, database } = fresh.config
  drop = () => fresh.drop()
  app = await open(shop, { url: `postgres://${user}:${password}@${host}:${port}/${database}`, schema: 'apply', metrics: true, observe: o => { seen.push(o) } }) as unknown as Application
})
after(async () => {
  await app.close()
  await drop()
})

const body = (price: string) => ({ method: 'POST', body: `{"name":"Tea","price":${price}}`, headers: { 'content-type': 'application/json' } })

test('Express, before and after its parser of bodies; addresses in answers and in the contract are the mounted ones', async () => {
  const host = express()
  const { handler } = app.mount()
  host.use('/shop', handler)
  host.use('/late', express.json(), handler)
  host.get('/shop/own', (_, response) => { response.send('the host') })
  const server = http.createServer(host)
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done) })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const made = await fetch(`${url}/shop/api/products`, body('"12.50"'))
    assert.equal(made.status, 201)
    const location = made.headers.get('location') ?? ''
    assert.match(location, /^\/shop\/api\/products\/[0-9a-f-]{36}$/)
    assert.equal((await (await fetch(url + location)).json() as { price: string }).price, '12.50')
    const late = await fetch(`${url}/late/api/products`, body('"7.00"'))
    assert.deepEqual([late.status, (await late.json() as { price: string }).price], [201, '7.00'])
    const contract = await (await fetch(`${url}/shop/openapi.json`)).json() as { servers: { url: string }[] }
    assert.equal(contract.servers[0]?.url, '/shop/api')
    assert.equal((await (await fetch(`${url}/late/openapi.json`)).json() as typeof contract).servers[0]?.url, '/late/api')
    assert.match(await (await fetch(`${url}/shop/docs`)).text(), /<title>/)
    assert.equal(await (await fetch(`${url}/shop/own`)).text(), 'the host')
    const wrong = await fetch(`${url}/shop/api/products`, body('"free"'))
    assert.deepEqual([wrong.status, wrong.headers.get('content-type')], [422, 'application/problem+json'])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('Fastify: the API, the contract and the pages', async () => {
  const host = Fastify()
  await host.register(app.mount({ metricsToken: 'a-token-for-metrics' }).fastify, { prefix: '/shop' })
  await host.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(host.server.address() as AddressInfo).port}`
  try {
    const made = await fetch(`${url}/shop/api/products`, body('"1.00"'))
    assert.equal(made.status, 201)
    assert.match(made.headers.get('location') ?? '', /^\/shop\/api\/products\/[0-9a-f-]{36}$/)
    assert.equal((await fetch(url + made.headers.get('location'))).status, 200)
    const contract = await (await fetch(`${url}/shop/openapi.json`)).json() as { servers: { url: string }[]; info: { description: string } }
    assert.equal(contract.servers[0]?.url, '/shop/api')
    assert.match(contract.info.description, /\]\(\/shop\/docs\/failures\)/)
    const [first] = (await (await fetch(`${url}/shop/api`)).json() as { data: { href: string }[] }).data
    assert.equal(first?.href, '/shop/api/products')
    const lost = await (await fetch(`${url}/shop/api/nothing`)).json() as { type: string; detail: string }
    assert.equal(lost.type, '/shop/docs/failures#request.route')
    assert.match(lost.detail, /Collections under \/shop\/api: products/)
    // Whatever the pages refer to is where they say.
    const page = await (await fetch(`${url}/shop/docs`)).text()
    const links = [...page.matchAll(/(?:href|src)="([^"#:]+)"/g)].map(m => m[1] ?? '')
    assert.ok(links.length >= 5, links.join())
    for (const link of new Set(links)) assert.equal((await fetch(new URL(link, `${url}/shop/docs`))).status, 200, link)
    const long = `${url}/shop/api/products/${'x'.repeat(300)}`
    assert.deepEqual([(await fetch(long)).status, (await fetch(long, { method: 'DELETE' })).status], [404, 404])
    for (const at of ['/docs', '/docs/failures', '/openapi.yaml']) assert.equal((await fetch(`${url}/shop${at}`)).status, 200, at)
    assert.equal((await fetch(`${url}/shop/metrics`, { headers: { authorization: 'Bearer a-token-for-metrics' } })).status, 200)
    assert.match(await (await fetch(`${url}/nothing`)).text(), /Route GET:\/nothing not found/)
  } finally {
    await host.close()
  }
})

test('a route handler of the web: Request in, Response out; metrics count it with the others', async () => {
  const { fetch: GET } = app.mount({ prefix: '/backend', metricsToken: 'a-token-for-metrics' })
  const answer = await GET(new Request('https://shop.example/backend/api/products?filter[price]=12.50&fields=name', { headers: { 'x-server-timing': '1' } }))
  assert.deepEqual([answer.status, (await answer.json() as { data: unknown[] }).data.length], [200, 1])
  assert.match(answer.headers.get('server-timing') ?? '', /^db;dur=[\d.]+;desc="1 statement", total;dur=/)
  const metrics = await GET(new Request('https://shop.example/backend/metrics', { headers: { authorization: 'Bearer a-token-for-metrics' } }))
  assert.match(await metrics.text(), /backwright_requests_total\{protocol="rest",operation="create",entity="product",status="2xx"\} 3/)
  assert.match(await app.metrics?.text() ?? '', /backwright_connections\{lane="write"\} 1/)
})

test('closing the application refuses what its mounts are still asked', async () => {
  const mounted = app.mount()
  await app.close()
  const late = await mounted.fetch(new Request('http://x/api/products'))
  assert.deepEqual([late.status, (await late.json() as { code: string }).code], [503, 'server.stopping'])
  const served = seen.filter(o => o.kind === 'request')
  assert.ok(served.some(o => o.route === '/api/products' && o.operation === 'create' && o.statements === 1))
})
