// Prism between the conformance cases and the server: no answer that the contract does not document, no request refused by it that the server answers.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { contractOf } from '../../src/protocols/rest/index.ts'
import { cases, check, isRead, world } from '../../src/testkit/index.ts'
import { driver, sayable } from '../conformance/driver.ts'
import { inPostgres, listen, type Listening } from '../rest/listening.ts'
import { excluded, prism, type Proxy } from './prism.ts'

interface Violation { readonly location: readonly string[]; readonly severity: string; readonly code: string | number; readonly message: string }

/** What Prism says of an exchange that it should not have to. */
function violations(answer: Response): readonly Violation[] {
  const said = answer.headers.get('sl-violations') ?? '[]'
  // What is too long for a header is cut off, and no JSON.
  if (said.startsWith('Too many')) return answer.ok ? [{ location: ['either'], severity: 'Error', code: 'many', message: said.slice(0, 1000) }] : []
  const all = JSON.parse(said) as Violation[]
  return all.filter(v => v.location[0] === 'response' || answer.ok)
}

describe('Prism', () => {
  let database: Awaited<ReturnType<typeof inPostgres>> | undefined, at: Listening | undefined, proxy: Proxy | undefined
  let touched = false, exchanges = 0
  before(async () => {
    for (const what of excluded) console.log(`not asked of Prism: ${what}`)
    database = await inPostgres()
    at = await listen({ store: database.store, through: async serving => (proxy = await prism(contractOf(world, '/api'), serving.url)).url })
  })
  after(async () => {
    await proxy?.stop()
    await at?.serving.close()
    await database?.drop()
    assert.ok(exchanges > 500, `${exchanges} exchanges`)
  })
  for (const how of ['url', 'body'] as const) {
    for (const c of cases.filter(c => sayable(c.do) && (how === 'url' || 'find' in c.do))) {
      test(`${c.name} (${how})`, async () => {
        assert.ok(at && database)
        const { ask } = at
        if (touched) await database.again()
        touched = !isRead(c.do) || c.then !== undefined
        const found: string[] = []
        const watched: Pick<Listening, 'ask'> = {
          async ask(to, options) {
            const answer = await ask(to, options)
            exchanges++
            for (const v of violations(answer)) found.push(`${options?.method ?? 'GET'} ${decodeURIComponent(to)} ${answer.status}: ${v.location.join('.')}: ${v.message}`)
            return answer
          },
        }
        const wrong = await check(driver(watched, how), c)
        assert.deepEqual(found, [])
        assert.deepEqual(wrong, [])
      })
    }
  }
})
