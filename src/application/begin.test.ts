// What an embedded database begins with: the SQL of a folder, once, whole or not at all.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { testServer } from '../../test/server.ts'
import { withClient } from '../stores/postgres/administer/index.ts'
import { beginWith } from './begin.ts'

test('runs in the order of names, once; what fails leaves nothing and says its line', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bw-begin-')), { config, drop } = await (await testServer()).freshDatabase()
  const begin = () => withClient(config, client => beginWith(client, folder))
  const count = () => withClient(config, async client => (await client.query('select * from a')).rows.length)
  try {
    assert.deepEqual(await begin(), [])
    writeFileSync(path.join(folder, '1.sql'), 'create table a (id int);\ninsert into a values (1);')
    writeFileSync(path.join(folder, '2.sql'), '-- more\ninsert into a values (2);\ninsert into b values (1);')
    writeFileSync(path.join(folder, 'a.json'), '[]')
    await assert.rejects(begin(), /2\.sql:3 {2}relation "b" does not exist/)
    await assert.rejects(count(), /does not exist/)
    writeFileSync(path.join(folder, '2.sql'), 'set search_path = nowhere; insert into public.a values (2);')
    assert.deepEqual(await begin(), ['1.sql', '2.sql'])
    assert.deepEqual([await begin(), await count()], [[], 2])
  } finally {
    await drop()
    rmSync(folder, { recursive: true, force: true })
  }
})
