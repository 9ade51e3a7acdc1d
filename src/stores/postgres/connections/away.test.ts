// A database that goes away and comes back, a pooler in the way, a commit whose answer is lost: a real server behind a line that can be cut and altered.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTo, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import type { Failure } from '../../../failure/index.ts'
import { olderServer } from '../../../../test/server.ts'
import type { Run } from '../../store.ts'
import type { Statement } from '../statement.ts'
import { connect } from './index.ts'

type Fresh = Awaited<ReturnType<Awaited<ReturnType<typeof olderServer>>['freshDatabase']>>
let fresh: Fresh
before(async () => { fresh = await (await olderServer()).freshDatabase() })
after(() => fresh.drop())

/** A line to the server: it can be cut, mended, and change what passes. */
async function line() {
  const sockets = new Set<Socket>()
  const answer = { alter: (piece: Buffer): Buffer | null => piece }
  const server = createServer(near => {
    const far = connectTo(fresh.config.port, fresh.config.host)
    for (const s of [near, far]) { sockets.add(s); s.on('error', () => {}).on('close', () => { sockets.delete(s); near.destroy(); far.destroy() }) }
    near.on('data', piece => void far.write(piece))
    far.on('data', (piece: Buffer) => {
      const altered = answer.alter(piece)
      if (altered) near.write(altered)
      else near.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    place: { ...fresh.config, host: '127.0.0.1', port }, answer,
    async cut() { const closed = once(server, 'close'); server.close(); for (const s of sockets) s.destroy(); await closed },
    async mend() { server.listen(port, '127.0.0.1'); await once(server, 'listening') },
  }
}

const statement = (lane: Statement['lane'], text: string): Statement => ({ text, parameters: () => [], lane, plan: 'generic' })
const within = (ms = 10_000): Run => ({ deadline: performance.now() + ms })
const failing = async (promise: Promise<unknown>): Promise<Failure> => promise.then(() => assert.fail('did not fail'), (e: Failure) => e)

test('a database that goes away fails requests at once, and serves again when it is back', async () => {
  const to = await line()
  const c = await connect(to.place)
  const lanes = (['read', 'write', 'own'] as const).map(lane => statement(lane, 'select 1'))
  for (const s of lanes) await c.run(s, [], within())
  await c.ready()
  const cut = [failing(c.run(statement('own', 'select pg_sleep(20)'), [], within())), failing(c.run(statement('write', 'select pg_sleep(4)'), [], within()))]
  await new Promise(resolve => setTimeout(resolve, 100))
  await to.cut()
  assert.deepEqual((await Promise.all(cut)).map(f => [f.code, f.facts]), [['store.down', {}], ['store.down', { outcome: 'unknown' }]])
  // Many at once: all refused, though each has ten seconds, and none is kept.
  const refused = await Promise.all(Array.from({ length: 300 }, (_, i) => failing(c.run(lanes[i % 3] ?? statement('read', ''), [], within()))))
  assert.deepEqual(new Set(refused.map(f => f.code)), new Set(['store.down']))
  assert.equal((await failing(c.ready())).code, 'store.down')
  assert.equal((await failing(c.within(within(), t => t.run(lanes[2] ?? statement('own', ''), [], within())))).code, 'store.down')
  await to.mend()
  for (const end = performance.now() + 10_000; ;) {
    try { await c.ready(); break } catch (e) { assert.ok(performance.now() < end, String(e)); await new Promise(resolve => setTimeout(resolve, 50)) }
  }
  for (const s of lanes) assert.equal((await c.run(s, [], within())).length, 1)
  await c.close()
  await to.cut()
})

test('a read whose connection is cut while another could serve it is asked again', async () => {
  const to = await line()
  const c = await connect(to.place, { readers: 1 })
  await c.run(statement('read', 'select 1'), [], within())
  let times = 0
  to.answer.alter = piece => (piece.includes('only once') && times++ === 0 ? null : piece)
  assert.equal(String((await c.run(statement('read', `select 'only' || ' once'`), [], within()))[0]?.[0]), 'only once')
  assert.equal(times, 2)
  await c.close()
  await to.cut()
})

test('a server that falls silent is taken for gone, and a read is asked again of one that is not', async () => {
  const to = await line()
  const c = await connect(to.place, { readers: 1, statement: 200, silence: 300 })
  await c.run(statement('read', 'select 1'), [], within())
  let silent = true
  to.answer.alter = piece => (silent ? Buffer.alloc(0) : piece)
  const asked = c.run(statement('read', 'select 2'), [], within())
  await new Promise(resolve => setTimeout(resolve, 250))
  silent = false
  assert.equal(String((await asked)[0]?.[0]), '2')
  await c.close()
  await to.cut()
})

test('a commit whose answer is lost says that its outcome is unknown', async () => {
  const to = await line()
  const c = await connect(to.place)
  await c.run(statement('own', 'create table kept (id int)'), [], within())
  to.answer.alter = piece => (piece.includes('COMMIT\0') ? null : piece)
  const doubt = await failing(c.within(within(), async t => { await t.run(statement('own', 'insert into kept values (1)'), [], within()) }))
  assert.deepEqual([doubt.code, doubt.facts], ['store.down', { outcome: 'unknown' }])
  assert.match(doubt.message, /unknown/)
  to.answer.alter = piece => piece
  assert.equal(String((await c.run(statement('own', 'select count(*) from kept'), [], within()))[0]?.[0]), '1', 'here it was carried out')
  await c.close()
  await to.cut()
})

test('a pooler in the way is refused by name', async () => {
  const to = await line()
  // A pooler answers with session numbers of its own: here the process's number in `BackendKeyData` is another.
  to.answer.alter = piece => {
    const at = piece.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]))
    if (at >= 0) piece.writeInt32BE(1, at + 5)
    return piece
  }
  const refused = await failing(connect(to.place))
  assert.equal(refused.code, 'store.down')
  assert.match(refused.message, /PgBouncer/)
  await to.cut()
})

test('an older major, another encoding, a wrong password, nobody there: refused with the reason', async () => {
  const to = await line()
  const pretend = (name: string, was: string, is: string) => (piece: Buffer) =>
    Buffer.from(piece.toString('latin1').replace(`${name}\0${was}`, `${name}\0${is}`), 'latin1')
  to.answer.alter = pretend('server_version', '15', '14')
  assert.match((await failing(connect(to.place))).message, /PostgreSQL 14.*15 or newer is needed/)
  to.answer.alter = pretend('server_encoding', 'UTF8', 'EUC1')
  assert.match((await failing(connect(to.place))).message, /encoded in EUC1/)
  to.answer.alter = piece => piece
  assert.equal((await failing(connect({ ...to.place, password: 'wrong' }))).code, 'store.down')
  to.answer.alter = () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')
  assert.equal((await failing(connect(to.place, { connect: 500 }))).code, 'store.down')
  await to.cut()
  assert.equal((await failing(connect(to.place))).code, 'store.down')
})
