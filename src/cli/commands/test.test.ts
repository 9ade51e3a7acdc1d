// `backwright test` as a process: what it prints, how it ends, one story by its name, and that nothing is left behind.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { backwright, running, tillFolder, type Folder } from '../process.fixture.ts'

let folder: Folder
const serverRuns = (): boolean => existsSync(path.join(folder.at, '.backwright', 'till', 'test', 'postmaster.pid'))
before(() => {
  folder = tillFolder()
  folder.write('till/till.stories.ts', `import assert from 'node:assert/strict'
import { stories } from 'backwright/testkit'
import till from './till.ts'

const story = stories(till)
story('anna sees her order only', async ({ as, system }) => {
  assert.equal((await as.anna.order.find()).data.length, 1)
  assert.equal(await system.order.count(), 2)
})
story('ben changes his order', async ({ as }) => {
  const [order] = (await as.ben.order.find()).data
  assert.ok(order)
  await as.ben.order.update(order.id, { status: 'paid' })
})
story('somebody waits', async () => {
  if (process.env['WAITS']) await new Promise(done => setTimeout(done, 60_000))
})
export default story
`)
})
after(() => { folder.remove() })

test('prints each story and proof, and fails where one is not true', async () => {
  const { code, out } = await backwright(folder, ['test', 'till'], { env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/not_to_be_touched' }, patienceMs: 60_000 })
  assert.equal(code, 1, out)
  assert.match(out, /^✓ anna sees her order only\n✗ ben changes his order\n {4}through REST, GraphQL, SOAP and db\n {4}caller\.forbidden: .*\n {4}at till\/till\.stories\.ts:13\n/)
  assert.match(out, /\n {4}ben: order\.update\('[0-9a-f-]{36}', \{ status: 'paid' \}\)\n {6}REST: PATCH \/api\/~order\/[0-9a-f-]{36} \{"status":"paid"\}\n {6}✗ caller\.forbidden/)
  assert.match(out, /\n3 stories, each through REST, GraphQL, SOAP and db · \d+\.\d s\n/)
  assert.match(out, /\n✓ 4 rules: each grants a row and denies one, .*\n✓ \d+ callers see what the rules say.*\n✓ what is not seen does not show.*\n(?: {4}left out, since a protocol has no words for it: GraphQL: what does not fit.*\n)?✓ \d+ fields of 2 entities give back what is written/)
  assert.ok(!serverRuns())
})

test('one by its name; as JSON; and a name there is none of', async () => {
  const one = await backwright(folder, ['test', 'till', '--name', 'ANNA', '--json'])
  const { ok, stories, proofs } = JSON.parse(one.out) as { ok: boolean; stories: { says: string; protocol: string; ok: boolean }[]; proofs: unknown[] }
  assert.equal(one.code, 0, one.err)
  assert.deepEqual([ok, stories.map(s => [s.says, s.protocol, s.ok]), proofs], [true, ['REST', 'GraphQL', 'SOAP', 'db'].map(protocol => ['anna sees her order only', protocol, true]), []])
  const none = await backwright(folder, ['test', 'till', '--name', 'nonesuch'])
  assert.equal(none.code, 2)
  assert.match(none.err, /No story says 'nonesuch'\. There are:\n {2}anna sees her order only/)
})

test('Ctrl-C ends it, and the database server with it', async () => {
  const waiting = running(folder, ['test', 'till', '--stories'], { WAITS: '1' })
  await waiting.until(/✗ ben changes his order/)
  assert.ok(serverRuns())
  assert.equal(await waiting.end('SIGINT'), 1)
  assert.match(waiting.said(), /Stopped, and what was started with it/)
  assert.ok(!serverRuns())
})

test('a file of stories that ends without them is a mistake, not silence', async () => {
  folder.write('till/more.stories.ts', 'export const nothing = 1\n')
  const { code, err } = await backwright(folder, ['test', 'till'])
  assert.equal(code, 1)
  assert.match(err, /more\.stories\.ts exports no stories\. .*export default story/)
})
