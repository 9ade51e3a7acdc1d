// Tenants do not show in each other: whatever is asked and written at random in one, over REST and db, nothing of another's rows is answered or changed; and whatever is
// changed in the other, no answer of the first is another.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Failure, toFailure } from '../../src/failure/index.ts'
import { tenantOf, type Caller } from '../../src/model/index.ts'
import type { Value } from '../../src/operation/index.ts'
import { encodeQuery, encodeRead, keyText } from '../../src/protocols/rest/index.ts'
import { picking, samples, type Pick } from '../../src/testkit/arbitrary/pick.ts'
import { makeFind, makeRead } from '../../src/testkit/arbitrary/reads.ts'
import { makeWrite } from '../../src/testkit/arbitrary/writes.ts'
import { readRequest, writeRequest, type ReadPart, type WritePart } from '../../src/testkit/index.ts'
import { model, run, served, type Served } from './served.ts'
import { seed } from '../seed.ts'

const times = Number(process.env['TIMES'] ?? 1)
const draw = <T>(index: number, count: number, make: (pick: Pick) => T): readonly T[] => samples(picking(make), seed + index, count)
const scoped = ['tag', 'product', 'customer', 'invoice', 'invoiceLine'] as const

let at: Served, anna: Caller
before(async () => {
  at = await served()
  anna = await at.as({ email: 'anna@x.example', tenant: at.acme.id, roles: ['boss'] })
})
after(() => at.end())

const herTenant = async (): Promise<Value> => tenantOf(await at.as({ email: 'anna@x.example', tenant: at.acme.id, roles: ['boss'] }))

type Rows = Record<string, Record<string, Value>[]>
/** What is there, as the database has it; `of`: of one tenant. */
async function rows(of?: string): Promise<Rows> {
  const out: Rows = {}
  for (const entity of Object.values(model.entities)) {
    const condition = of === undefined ? '' : entity.name === 'invoiceLine' ? 'where invoice_id in (select id from invoices where tenant_id = $1)' : entity.tenant !== undefined ? 'where tenant_id = $1' : entity.name === 'productTags' || entity.hidden ? 'where product_id in (select id from products where tenant_id = $1)' : entity.name === 'company' ? 'where id = $1' : 'where $1::uuid is not null'
    const found = await at.client.query<{ r: Record<string, Value> }>(`select to_jsonb(t) as r from "${entity.table.name}" t ${condition} order by 1`, of === undefined ? [] : [of])
    out[entity.name] = found.rows.map(({ r }) => Object.fromEntries(Object.values(entity.fields).map(f => [f.name, r[f.column] ?? null])))
  }
  return out
}

async function overRest(part: ReadPart | WritePart): Promise<{ status: number; text: string }> {
  const who = { email: 'anna@x.example', tenant: at.acme.id, roles: ['boss'] }
  if ('find' in part || 'get' in part || 'aggregate' in part) {
    const { ask, ...rest } = readRequest(part)
    return at.ask(who, 'GET', `/api${encodeRead(model, { ...rest, ask: ask() })}`)
  }
  const { kind, entity, key, body, filter, count } = writeRequest(part)
  const said = encodeQuery({ ask: { kind: 'find', entity, ...(filter === undefined ? {} : { filter: filter.of }) }, values: filter?.values ?? [], cursor: null, number: null })
  const query = [...(said === '' ? [] : [said]), ...(count === undefined ? [] : [`expect=${count}`])].join('&')
  return at.ask(who, { create: 'POST', update: 'PATCH', replace: 'PUT', delete: 'DELETE' }[kind], `/api/${model.entities[entity]?.path}${key === null ? '' : `/${keyText(key as readonly Value[])}`}${query === '' ? '' : `?${query}`}`, kind === 'delete' ? undefined : body)
}
async function overDb(part: ReadPart | WritePart): Promise<{ status: number; text: string }> {
  try {
    const text = (b: Uint8Array | string | null) => (b === null ? '' : typeof b === 'string' ? b : Buffer.from(b).toString('utf8'))
    if ('find' in part || 'get' in part || 'aggregate' in part) return { status: 200, text: text((await at.engine.read(readRequest(part), anna, run())).body) }
    const written = await at.engine.write(writeRequest(part), anna, run())
    return { status: 200, text: written.bodies.map(text).join('\n') + JSON.stringify(written.keys) }
  } catch (error) {
    const failure = toFailure(error)
    if (failure.code === 'internal') throw failure.cause ?? failure
    return { status: failure.row.status, text: JSON.stringify([failure.code, failure.message, failure.at, failure.facts, failure.mistakes]) }
  }
}

test(`whatever one tenant asks and writes, of another it is answered nothing and changes nothing (SEED=${seed})`, async () => {
  const everything = await rows(), others = await rows(at.bolt.id)
  const theirs = scoped.flatMap(name => (others[name] ?? []).map(r => String(r['id'])))
  assert.ok(theirs.length >= 6)
  let wrote = 0, read = 0
  for (const [i, part] of draw(0, 140 * times, pick => {
    return pick.chance(45) ? makeRead(pick, { model, rows: everything }) : makeWrite(pick, { model: pick.chance(15) ? model : owned, rows: everything }, 100 + pick.nat(10_000) * 100)
  }).entries()) {
    const asked = JSON.stringify(part), way = i % 2 === 0 ? overRest : overDb
    let came: { status: number; text: string }
    try { came = await way(part as ReadPart) } catch (error) { throw new Error(asked, { cause: error }) }
    assert.notEqual(came.status, 500, `${asked}\n${came.text}`)
    // What somebody says is said back in failures; what is answered is not what was asked.
    for (const id of theirs) assert.ok(!came.text.includes(id) || (came.status >= 400 && asked.includes(id)), `${asked}\nanswered ${came.text}`)
    if (came.status < 300) { if ('find' in part || 'get' in part || 'aggregate' in part) read++; else wrote++ }
    // Her e-mail is what makes her a member: she may change it, and would be in no tenant from then on, where nothing is asked that could tell anything.
    await at.client.query('update people set email = $1 where id = $2 and email <> $1', ['anna@x.example', at.anna.id])
  }
  assert.equal(await herTenant(), at.acme.id)
  const now = await rows(at.bolt.id)
  for (const name of [...scoped, 'company', 'productTags']) assert.deepEqual(now[name], others[name], name)
  assert.ok(wrote > 5 && read > 10, `wrote ${wrote}, read ${read}`)
})
/** Of the model what is of tenants: people are everybody's. */
const owned: typeof model = { ...model, entities: Object.fromEntries(Object.entries(model.entities).filter(([name, e]) => e.hidden || scoped.some(s => s === name))) }

test(`whatever is changed in one tenant, no answer of another is another (SEED=${seed})`, async () => {
  assert.equal(await herTenant(), at.acme.id)
  const mine = await rows(at.acme.id), ground = { model, rows: mine }
  const parts = draw(50_000, 60 * times, (pick): ReadPart => (pick.chance(40) ? { ...makeFind(pick, ground), count: 'exact' as const } : makeRead(pick, ground)))
  // Counts and sums over entities of no tenant that look at those of one, besides.
  const more = ['/api/companies?include=invoices', '/api/people?include=favourite', '/api/customers?fields=name,owes', '/api/products?fields=name,tagCount&sort=-stock', '/api/invoices?sort=customer.name&include=lines', '/api/products?filter[lines][some][quantity][gt]=0', '/api/tags/aggregate?measure=count']
  const ask = async () => [...(await Promise.all(parts.map(overDb))), ...(await Promise.all(more.map(path => at.ask({ email: 'anna@x.example', tenant: at.acme.id }, 'GET', path).then(({ status, text }) => ({ status, text: text.replace(/"instance":"[^"]*"/, '') })))))]
  const before = await ask()
  const boss = await at.as({ email: 'ben@x.example', tenant: at.bolt.id }), their = await rows(at.bolt.id)
  let changed = 0
  for (const part of draw(90_000, 40 * times, pick => makeWrite(pick, { model: owned, rows: their }, 200_000 + pick.nat(10_000) * 100))) {
    await at.engine.write(writeRequest(part), boss, run()).then(() => { changed++ }, error => { if (!(error instanceof Failure)) throw error })
  }
  const bolt = at.in(at.bolt.id)
  await bolt.tag.create([{ name: 'h1' }, { name: 'h2' }])
  await bolt.product.create({ sku: 'H9', name: 'Hammer', price: '1', stock: 100, tags: { connect: [{ name: 'h1' }] } })
  await bolt.invoice.create({ number: '2', customerId: at.b.customer.id, lines: [{ productId: at.b.saw.id, quantity: 7 }] }).catch(() => {})
  assert.ok(changed > 1, `${changed} changes`)
  for (const [i, came] of (await ask()).entries()) assert.deepEqual(came, before[i], JSON.stringify(parts[i] ?? more[i - parts.length]))
  // What the others have just taken is free here, and what is theirs is made as if they were not there.
  const name = await at.ask({ email: 'anna@x.example', tenant: at.acme.id }, 'POST', '/api/tags', { name: 'h1' })
  assert.equal(name.status, 201, name.text)
})
