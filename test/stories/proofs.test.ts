// The proofs hold of an application that is right, and find what is wrong: rules that lack a side, protocols that answer more or other than they may.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Backend } from 'backwright'
import { dbDriver, groundOf, proofs, type Proof, type StoryDriver } from 'backwright/testkit'
import { testServer } from '../server.ts'
import { library, rooms } from './library.ts'
import { seed } from '../seed.ts'

async function proofsOf(of: Backend, name: string, drivers?: readonly StoryDriver[]): Promise<readonly Proof[]> {
  const ground = await groundOf(of, { server: (await testServer()).server, name, data: null })
  try {
    const all: Proof[] = []
    for await (const proof of proofs(of, ground, { seed, ...(drivers ? { drivers } : {}) })) all.push(proof)
    return all
  } finally { await ground.close() }
}
const told = (all: readonly Proof[]): string => `SEED=${seed}\n${all.map(p => [p.says, ...p.details].join('\n  ')).join('\n')}`

test('what is right is proven, through every protocol', async () => {
  const all = await proofsOf(library, 'library')
  assert.deepEqual(all.map(p => p.ok), [true, true, true, true], told(all))
  assert.match(all[0]?.says ?? '', /^6 rules: each grants a row and denies one, and \d\d+ attempts through REST, GraphQL, SOAP and db came out so$/)
  assert.match(all[1]?.says ?? '', /\d+ rows seen, [1-9]\d* kept/)
  assert.match(all[2]?.says ?? '', /[1-9]\d* changes of what they may not see/)
  assert.match(all[3]?.says ?? '', /^11 fields of 2 entities give back/)
})

test('a rule that lacks a side is found and told with its place and the reason', async () => {
  const [rules] = await proofsOf(rooms, 'rooms')
  const text = rules?.details.join('\n') ?? ''
  assert.equal(rules?.ok, false)
  assert.match(text, /Room\.1 allow\('read'\)\.when\(row\.seats\.gt\(20\)\) {2}library\.ts:\d+\n {2}lets nobody read anything: it holds for none of/)
  assert.match(text, /Room\.2 .*\n {2}keeps nobody from anything: it holds for all of/)
  assert.match(text, /Room\.4 .*\n {2}lets nobody update anything: it holds \d+ times, and each time Room\.3 denies it/)
  assert.match(text, /Room\.5 .*\n {2}keeps nobody from a delete that is allowed: where it holds, nothing allows it anyway/)
  assert.match(text, /Room\.6 .*\n {2}hides name from nobody/)
})

/** A protocol that is `db` but for this. */
const wrongly = (change: (carry: ReturnType<StoryDriver['carry']>) => ReturnType<StoryDriver['carry']>): StoryDriver => ({ name: 'wrong', carry: stage => change(dbDriver.carry(stage)) })

test('a protocol that asks no rule is found', async () => {
  const all = await proofsOf(library, 'library', [wrongly(carry => (who, call) => carry({ ...who, system: true }, call))])
  assert.deepEqual(all.slice(0, 3).map(p => p.ok), [false, false, false], told(all))
  assert.match(all[1]?.details.join('\n') ?? '', /visitor through wrong: sees (reader|loan) .*, which no rule lets it read/)
  assert.match(all[2]?.details.join('\n') ?? '', /learns of what it may not see/)
})

test('a protocol that changes a value is found', async () => {
  const all = await proofsOf(library, 'library', [wrongly(carry => async (who, call) => {
    const came = await carry(who, call)
    return JSON.parse(JSON.stringify(came, (name, v: unknown) => (name === 'pages' && typeof v === 'number' ? v + 1 : v))) as unknown
  })])
  assert.match(all[1]?.details.join('\n') ?? '', /pages of loan .* is \d+, and was stored as \d+/)
  assert.match(all[3]?.details.join('\n') ?? '', /Loan\.pages of loan .*, written by .*: \d+ came back as \d+/)
})
