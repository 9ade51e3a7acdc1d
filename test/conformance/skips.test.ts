// What each store skips is computed from what it cannot do, what `db`, SOAP, the client and GraphQL skip from what they have no words for; all are pinned in
// src/testkit/skips.json: a new skip is a change that somebody reads. Through REST nothing is skipped.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryCapabilities } from '../../src/stores/memory/index.ts'
import { postgresCapabilities } from '../../src/stores/postgres/index.ts'
import { calls, cases, isRead, skipped, world, type Part } from '../../src/testkit/index.ts'
import pinned from '../../src/testkit/skips.json' with { type: 'json' }
import { unsaid } from './client.ts'
import { untold } from './db.ts'
import { uncalled, undocumented } from './graphql.ts'
import { unsaidCall, unsaidCase } from './soap.ts'

test('the cases a store or a protocol skips are those written down', () => {
  const of = (can: typeof memoryCapabilities) => cases.filter(c => skipped(c, can)).map(c => c.name)
  const through = <C extends { readonly name: string }>(of: readonly C[], reason: (c: C) => string | null): Record<string, string[]> => {
    const skips: Record<string, string[]> = {}
    for (const c of of) {
      const why = reason(c)
      if (why !== null) (skips[why] ??= []).push(c.name)
    }
    return skips
  }
  const soap = { ...through(cases, unsaidCase), ...through(calls, unsaidCall) }
  assert.deepEqual({
    memory: of(memoryCapabilities), postgres: of(postgresCapabilities), db: through(cases, untold), soap, client: through(cases, unsaid), graphql: through([...cases, ...calls], c => ('call' in c ? uncalled(c) : undocumented(c))),
  }, pinned)
})

test('no two cases have one name', () => {
  const names = cases.map(c => c.name)
  assert.deepEqual(names.filter((n, i) => names.indexOf(n) !== i), [])
})

test('cases speak of entities that exist, so that each of them has an address', () => {
  const entity = (p: Part): string => (isRead(p) ? ('find' in p ? p.find : 'get' in p ? p.get : p.aggregate) : 'create' in p ? p.create : 'update' in p ? p.update : 'replace' in p ? p.replace : 'delete' in p ? p.delete : 'updateMany' in p ? p.updateMany : p.deleteMany)
  for (const c of cases) for (const part of [c.do, ...(c.then ?? []).map(step => step.do)]) assert.ok(Object.hasOwn(world.entities, entity(part)), c.name)
})
