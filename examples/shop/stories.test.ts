// The shop's stories, each through every protocol: what `backwright test examples/shop` runs of them, here among the other tests.
import path from 'node:path'
import { test } from 'node:test'
import { describeFailed, groundOf, runStories } from 'backwright/testkit'
import { testServer } from '../../test/server.ts'
import shop from './shop.ts'
import told from './shop.stories.ts'

test('the stories of the shop', async t => {
  const { server } = await testServer()
  const ground = await groundOf(shop, { server, name: 'shop', data: path.join(import.meta.dirname, 'data') })
  try {
    for await (const ran of runStories(told, ground)) {
      await t.test(`${ran.says} · ${ran.protocol} · ${Math.round(ran.ms)} ms`, () => {
        if (ran.failed !== null) throw new Error(describeFailed(ran).join('\n'))
      })
    }
    const { made, copies } = ground.took
    t.diagnostic(`made in ${Math.round(made)} ms, a copy in ${Math.round(copies.toSorted((a, b) => a - b)[Math.floor(copies.length / 2)] ?? 0)} ms`)
  } finally {
    await ground.close()
  }
})
