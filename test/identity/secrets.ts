// Every secret there is goes through every flow; afterwards none of them stands in the database, the change log, a log line, an address or a refusal.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { jsonLog, readableLog } from '../../src/observe/index.ts'
import { codeFor } from './mailbox.ts'
import { emptyClub } from './served.ts'

describe('secrets', () => {
  test('no secret is kept or told', async () => {
    const at = await emptyClub(), secrets = new Map<string, string>(), refusals: string[] = []
    const secret = (name: string, value: string): string => { secrets.set(name, value); return value }
    const call: typeof at.call = async (...given) => {
      const told = await at.call(...given)
      if (told.status >= 400) refusals.push(told.text)
      return told
    }
    try {
      const first = secret('the first password', 'ocean violin gravel moth'), second = secret('the second password', 'paper lantern zebra quilt'), wrong = secret('a wrong password', 'cactus umbrella frosty ink')
      const weak = secret('a weak password', 'qwertyuiop'), short = secret('a short one', 'x7!q'), email = 'anna@example.com'
      const code = async (purpose: Parameters<typeof codeFor>[1], to = email): Promise<string> => secret(`the code of ${purpose}`, await codeFor(at, purpose, to))
      for (const password of [weak, short, first]) await call('sign-up', { email, password, name: 'Anna' })
      await call('sign-up', { email, password: { not: wrong }, name: 'Anna' })
      const verify = await code('verifyEmail')
      await call('verify-email', { code: verify })
      await call('verify-email', { code: verify })
      await call('sign-in', { login: email, password: wrong })
      await call('sign-in', { login: wrong, password: wrong, as: wrong })
      const { token } = (await call('sign-in', { login: email, password: first }, { headers: { 'idempotency-key': 'a-key-of-the-client' } })).body, more = { token: secret('a token', token) }
      const { cookie } = await call('sign-in', { login: email, password: first, as: 'cookie' })
      secret('a cookie', cookie?.split('=')[1] ?? '')
      const app = (await call('sign-in', { login: email, password: first, as: 'app' })).body
      secret('an access token', app.token)
      secret('a refresh token', app.refreshToken)
      await call('refresh', { refreshToken: app.refreshToken })
      await call('refresh', { refreshToken: app.refreshToken })
      const key = secret('a key', (await call('create-key', { name: 'k' }, more)).body.key)
      await at.ask('POST', '/api/notes', { token: key, body: { text: 'by a key' } })
      await at.ask('GET', '/api/notes', { token: `${key}x` })
      await call('request-reset', { email })
      const reset = await code('resetPassword')
      await call('reset-password', { code: reset, password: weak })
      await call('reset-password', { code: reset, password: second })
      await at.client.query('delete from backwright_system.attempt')
      await call('request-link', { email })
      const linked = (await call('sign-in-by-code', { code: await code('signInLink') })).body
      await call('request-code', { email })
      await call('sign-in-by-code', { code: await code('signInCode'), email })
      await call('change-password', { current: second, password: first }, { token: secret('a token by mail', linked.token) })
      await call('exportAccount', {}, more)
      // Where a document or a message is wrong, so that what stands in it is told about.
      for (const input of [`{ password: "${wrong}" }`, `{ login: "a", password: { is: "${wrong}" } }`, `{ login: "a", password: ["${wrong}"] }`, `{ login: "a", password: "${wrong}", nope: 1 }`, `["${wrong}"]`]) {
        const { status, text } = await at.ask('POST', '/graphql', { body: { query: `mutation { signIn(input: ${input}) { __typename } }` } })
        assert.match(text, /resolve\.value/, `${status} ${text}`)
        refusals.push(text)
      }
      for (const password of [`<t:is>${wrong}</t:is>`, `${wrong}</t:other>`]) {
        refusals.push((await at.ask('POST', '/soap', { headers: { 'content-type': 'text/xml' }, body: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="urn:backwright:club"><s:Body><t:SignIn><t:login>a</t:login><t:password>${password}</t:password></t:SignIn></s:Body></s:Envelope>` })).text)
      }
      assert.ok(refusals.length >= 8)
      assert.ok([...secrets.values()].every(s => s.length > 3))

      const { rows: tables } = await at.client.query<{ name: string }>(`select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables where table_schema in ('public', 'backwright_system')`)
      const places: [string, string][] = [['refusals', refusals.join('\n')]]
      for (const { name } of tables) places.push([name, (await at.client.query<{ text: string | null }>(`select json_agg(t)::text as text from ${name} t`)).rows[0]?.text ?? ''])
      assert.ok(places.some(([name, text]) => name === 'backwright_system.change' && text.includes('~challenge') && text.includes('session')))
      const logs: string[] = []
      for (const observation of at.seen) {
        jsonLog({ write: t => logs.push(t) })(observation)
        readableLog({ write: t => logs.push(t) }, { statements: true })(observation)
        // Statements as traces have them, and addresses.
        logs.push(JSON.stringify(observation, (name, value: unknown) => (name === 'values' || typeof value === 'bigint' ? undefined : value)))
      }
      places.push(['logs', logs.join('\n')])
      // A refusal may name a short word by chance; in what is kept, a part after the dot is enough to give a token away.
      const found = [...secrets].flatMap(([name, value]) => [value, ...(value.length > 60 ? [value.split('.').at(-1) ?? value] : [])].flatMap(part => places.filter(([, text]) => text.includes(part)).map(([place]) => `${name} in ${place}`)))
      assert.deepEqual(found, [])
      const kept = places.find(([name]) => name === 'public.members')?.[1] ?? ''
      assert.match(kept, /\$argon2id\$/)
      const log = places.find(([name]) => name === 'backwright_system.change')?.[1] ?? ''
      assert.ok(log.length > 1000)
      assert.ok(!log.includes(email), 'an e-mail tells of a person: the log has that there is one')
      assert.doesNotMatch(log.replaceAll('"kind": "token"', ''), /argon2id|codeHash|"token":|"seed":/)
    } finally {
      await at.end()
    }
  })
})
