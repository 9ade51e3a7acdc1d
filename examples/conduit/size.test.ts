// What the owners of Conduit keep: tokens of code, and statements of each request.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { serving } from './serving.ts'

/** Everything but its tests and what is said about it. */
const owned = ['conduit.ts']

test('at most 2,500 tokens (o200k), blank lines and comments left out', t => {
  const tokens = owned.map(file => encode(readFileSync(path.join(import.meta.dirname, file), 'utf8').split('\n').filter(line => line.trim() !== '' && !line.trim().startsWith('//')).join('\n')).length).reduce((a, b) => a + b)
  assert.ok(tokens <= 2500, `${tokens} tokens`)
  assert.ok(readFileSync(path.join(import.meta.dirname, 'README.md'), 'utf8').includes(`**${tokens.toLocaleString('en')} tokens**`), `the README says another number than ${tokens}`)
  t.diagnostic(`${tokens} tokens`)
})

test('two statements at most for a list, one for anything read alone', async t => {
  const s = await serving()
  try {
    const [ann, ben] = [await s.person(), await s.person()], { slug } = await s.write(ann, { tagList: ['a'] })
    await s.ask(ben.token, 'POST', `/api/articles/${String(slug)}/comments`, { comment: { body: 'x' } })
    await s.ask(ben.token, 'POST', `/api/articles/${String(slug)}/favorite`)
    await s.ask(ben.token, 'POST', `/api/profiles/${ann.username}/follow`)
    const asked = [
      ['list', 2, '/articles'], ['by tag', 2, '/articles?tag=a&limit=5&offset=0'], ['by author', 2, `/articles?author=${ann.username}`], ['by favourite', 2, `/articles?favorited=${ben.username}`], ['feed', 2, '/articles/feed'],
      ['drafts', 2, '/user/drafts'], ['comments', 2, `/articles/${String(slug)}/comments`], ['tags', 2, '/tags'], ['article', 1, `/articles/${String(slug)}`], ['profile', 1, `/profiles/${ann.username}`], ['user', 1, '/user'],
    ] as const
    for (const [name, most, at] of asked) {
      for (const who of name === 'feed' || name === 'drafts' || name === 'user' ? [ben.token] : [null, ben.token]) {
        // Whose token it is has been asked a moment ago.
        if (who !== null) await s.ask(who, 'GET', '/api/user')
        const { status, statements } = await s.ask(who, 'GET', `/api${at}`)
        assert.equal(status, 200)
        assert.ok(statements >= 1 && statements <= most, `${name}: ${statements}`)
        t.diagnostic(`${name}${who === null ? '' : ', signed in'}: ${statements}`)
      }
    }
  } finally { await s.close() }
})
