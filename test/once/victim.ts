// A server of the bank that kills itself at the worst moment: a write whose key begins with `early` before its commit, with `late` between commit and answer.
import { rest } from '../../src/protocols/rest/index.ts'
import { serve } from '../../src/server/index.ts'
import { engineAt } from '../actions/served.ts'

const engine = await engineAt(JSON.parse(process.argv[2] ?? '{}') as Parameters<typeof engineAt>[0])
const die = (): void => { process.kill(process.pid, 'SIGKILL') }
const doomed: typeof engine = {
  ...engine,
  once: async (asked, caller, run, work, refuse) => {
    const answer = await engine.once(asked, caller, run, async on => {
      const reply = await work(on)
      if (asked.key.startsWith('early')) die()
      return reply
    }, refuse)
    if (asked.key.startsWith('late')) die()
    return answer
  },
}
const serving = await serve({ protocols: [rest({ engine: doomed })], engine, port: 0 })
process.stdout.write(`${serving.url}\n`)
