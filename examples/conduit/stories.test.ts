// Conduit's stories, each through every protocol: what `backwright test examples/conduit` runs of them, here among the other tests.
import { test } from 'node:test'
import { describeFailed, groundOf, runStories } from 'backwright/testkit'
import { testServer } from '../../test/server.ts'
import conduit from './conduit.ts'
import told from './conduit.stories.ts'

test('the stories of Conduit', async t => {
  const { server } = await testServer()
  const ground = await groundOf(conduit, { server, name: 'conduit', data: null })
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
