// Prism between the conformance cases and the server: no answer that the contract does not document, no request refused by it that the server answers.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { cases, check, isRead } from '../../src/testkit/index.ts'
import { driver, sayable } from '../conformance/driver.ts'
import { inPostgres, listen, type Listening } from '../rest/listening.ts'

interface Violation { readonly location: readonly string[]; readonly severity: string; readonly code: string | number; readonly message: string }

const document = process.env['CONSUMER_CONTRACT'] ?? ''
let proxy: ChildProcess | null = null

/** Starts the proxy before a server; gives its address once it answers. */
async function prism(upstream: string): Promise<string> {
  const port = await free()
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'node_modules/@stoplight/prism-cli/dist/index.js'), 'proxy', document, upstream, '--port', String(port), '--host', '127.0.0.1', '--verboseLevel', 'silent'], { stdio: 'ignore' })
  proxy = child
  // It reads the whole document once per operation: a minute or several for that of the world.
  for (let tries = 0; tries < 3000; tries++) {
    if (child.exitCode !== null) throw new Error(`prism ended with ${child.exitCode}`)
    if (await fetch(`http://127.0.0.1:${port}/api/tags`).then(() => true, () => false)) return `http://127.0.0.1:${port}`
    await wait(200)
  }
  throw new Error('prism does not answer')
}

function free(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => { resolve(port) })
    })
  })
}

/** What Prism says of an exchange that it should not have to. */
function violations(answer: Response): readonly Violation[] {
  const all = JSON.parse(answer.headers.get('sl-violations') ?? '[]') as Violation[]
  return all.filter(v => v.location[0] === 'response' || answer.ok)
}

describe('Prism', () => {
  let database: Awaited<ReturnType<typeof inPostgres>> | undefined, at: Listening | undefined
  let touched = false, exchanges = 0
  before(async () => {
    database = await inPostgres()
    at = await listen({ store: database.store, through: async serving => { try { return await prism(serving.url) } catch (error) { await serving.close(); throw error } } })
  })
  after(async () => {
    proxy?.kill()
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
