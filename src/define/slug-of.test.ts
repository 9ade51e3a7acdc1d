// Names for addresses: any script, no cut characters, never empty, never twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slugOf } from './slug-of.ts'

test('words of any script, joined by hyphens, with a tail', () => {
  const head = (title: string): string => slugOf(title).replace(/-?[a-z2-9]{8}$/, '')
  for (const [title, wanted] of [
    ['How to train your dragon!', 'how-to-train-your-dragon'], ['Crème brûlée', 'crème-brûlée'], ['Cre\u0300me', 'crème'], ['日本語 の タイトル', '日本語-の-タイトル'], ['हिन्दी', 'हिन्दी'],
    ['--- ??? ---', ''], ['  ', ''], ['C++ & C#', 'c-c'], ['100%', '100'], ['👍 yes', 'yes'],
  ] as const) assert.equal(head(title), wanted)
  // Letters beyond 16 bits are not cut in half.
  assert.equal([...head('𝒜'.repeat(200))].length, 80)
  assert.ok(slugOf('𝒜'.repeat(200)).isWellFormed())
  assert.equal(new Set(Array.from({ length: 10_000 }, () => slugOf('same'))).size, 10_000)
})
