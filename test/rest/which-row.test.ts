// Of several rows in one body, the one that the database refused is named by its place, whatever kind its values are.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { access, allow, backend, bigint, boolean, bytes, date, decimal, Entity, many, model, open, ref, text, time, timestamp, unique, type Application } from 'backwright'
import { testServer } from '../server.ts'

class Odd extends Entity {
  words = text().optional().unique()
  exact = decimal({ precision: 9, scale: 3 }).optional().unique()
  loose = decimal().optional().unique()
  moment = timestamp().optional().unique()
  day = date().optional().unique()
  hour = time().optional().unique()
  big = bigint().optional().unique()
  raw = bytes({ max: 20 }).optional().unique()
  yes = boolean().optional()
  a = text().optional()
  parts = many(() => Part, 'odd').owned()
  static uniques = [unique(Odd, 'yes', 'a')]
  static access = access(Odd, () => [allow('read', 'create').always()])
}
class Part extends Entity {
  odd = ref(() => Odd)
  code = text().unique()
}
const app = backend({ name: 'odd', model: model({ odd: Odd, part: Part }) })

let application: Application, url: string, drop: () => Promise<unknown>
before(async () => {
  const fresh = await (await testServer()).freshDatabase()
  drop = () => fresh.drop()
  const { user, password, host, port, database } = fresh.config
  application = await open(app, { url: `postgres://${user}:${password}@localhost/${database}?${new URLSearchParams({ host, port: String(port) }).toString()}`, schema: 'apply' }) as Application
  url = (await application.serve({ port: 0 })).url
})
after(async () => {
  await application?.close()
  await drop?.()
})
const create = async (body: unknown): Promise<{ readonly status: number; readonly pointer: string | undefined; readonly fields: unknown }> => {
  const response = await fetch(`${url}/api/odds`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const { errors, facts } = await response.json() as { errors?: { pointer: string }[]; facts?: { fields?: string[] } }
  return { status: response.status, pointer: errors?.[0]?.pointer, fields: facts?.fields }
}

for (const [field, there, ...others] of [
  ['words', 'a, (b)=(c)', 'x', 'A, (b)=(c)'], ['words', 'null', 'nul'], ['exact', '1.5', '1.501', '15'], ['loose', '2.50', '2.51'], ['moment', '2026-01-02T03:04:05.600+02:00', '2026-01-02T03:04:05.600Z', '2026-01-02T01:04:05Z'],
  ['moment', '2026-01-02T03:04:05.123456Z', '2026-01-02T03:04:05.123457Z'], ['day', '2026-01-02', '2026-01-03'], ['hour', '08:30:00.5', '08:30:00'], ['big', '9007199254740993', '9007199254740992'], ['raw', 'AP8', 'AP4'],
] as const) {
  test(`${field} ${there}`, async () => {
    assert.equal((await create({ [field]: there })).status, 201)
    const body = [...others.map(value => ({ [field]: value })), {}, { [field]: there }, { a: 'last' }]
    assert.deepEqual(await create(body), { status: 409, pointer: `/${others.length + 1}/${field}`, fields: [field] })
  })
}

test('several fields together, and parts within rows', async () => {
  assert.equal((await create({ yes: true, a: 'x, y' })).status, 201)
  assert.deepEqual(await create([{ yes: false, a: 'x, y' }, { yes: true, a: 'x, y' }]), { status: 409, pointer: '/1', fields: ['yes', 'a'] })
  assert.equal((await create({ parts: [{ code: 'p1' }] })).status, 201)
  assert.deepEqual(await create([{ parts: [{ code: 'q1' }] }, { parts: [{ code: 'q2' }, { code: 'p1' }] }]), { status: 409, pointer: '/1/parts/1/code', fields: ['code'] })
})
