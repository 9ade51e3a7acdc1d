// Calls of actions: inputs and outputs of every kind, who may, declared failures, and what a refused one leaves.
import type { CallCase, Expect, Step } from '../case.ts'
import { id, type Who } from '../world.ts'

const call = (name: string, as: Who, action: string, input: unknown, expect: Expect, ...then: readonly Step[]): CallCase => ({ name: `call: ${name}`, as, call: { call: action, input }, expect, then })
const of = (name: string, as: Who, action: string, key: readonly unknown[], input: unknown, expect: Expect, ...then: readonly Step[]): CallCase => ({ name: `call: ${name}`, as, call: { call: action, key, input }, expect, then })
const titled = (as: Who, total: number): Step => ({ as, do: { find: 'post', filter: { title: { startsWith: 'Call' } }, count: 'exact' }, expect: { total } })

const nothing = Object.fromEntries(['uuid', 'text', 'integer', 'bigint', 'number', 'decimal', 'boolean', 'timestamp', 'date', 'time', 'duration', 'json', 'bytes'].map(kind => [`${kind}Value`, null]))
const everything = {
  uuidValue: id(1), textValue: 'Äb', integerValue: -7, bigintValue: '9007199254740993', numberValue: 0.5, decimalValue: '1000000000000000000000.25', booleanValue: true,
  timestampValue: '2026-01-01T00:00:00.123456+00:00', dateValue: '2024-02-29', timeValue: '09:30:00', durationValue: 'PT1H', jsonValue: { a: [1, null] }, bytesValue: 'AP8',
}

export const calls: readonly CallCase[] = [
  call('defaults are filled in, and what is optional is null', 'ann', 'publish', { posts: [{ title: 'Call 1', tags: ['art'] }] }, { data: { written: 1, status: 'open', price: null, by: null } }, titled('nobody', 1)),
  call('everything given', 'ann', 'publish', { posts: [{ title: 'Call 1' }, { title: 'Call 2', tags: null }], status: 'locked', price: '2.50', stamp: { by: 'me', at: '2026-01-01' } }, { data: { written: 2, status: 'locked', price: '2.50', by: 'me' } }, titled('nobody', 2)),
  call('a declared failure, with its facts, undoes what was written', 'ann', 'publish', { posts: [{ title: 'Call 1' }, { title: 'Call 2' }], budget: 1 }, { failure: 'world.tooMuch', facts: { left: 1, titles: ['Call 2'] } }, titled('nobody', 0)),
  call('a refusal of the data undoes it too', 'ann', 'publish', { posts: [{ title: 'Call 1' }, { title: 'Call 2', tags: ['none'] }] }, { failure: 'row.reference' }, titled('nobody', 0)),
  call('db is the caller: a stranger writes nothing', 'stranger', 'publish', { posts: [{ title: 'Call 1' }] }, { failure: 'caller.forbidden' }, titled('nobody', 0)),
  call('every mistake has its place', 'ann', 'publish', { posts: [{ title: '' }, { tags: 'art', more: 1 }], status: 'closed', budget: 101, stamp: { by: 7 } }, {
    failure: 'resolve.value', mistakes: [['posts', 0, 'title'], ['posts', 1, 'more'], ['posts', 1, 'title'], ['posts', 1, 'tags'], ['status'], ['budget'], ['stamp', 'by']],
  }),
  call('too few and too many', 'ann', 'publish', { posts: [] }, { failure: 'resolve.value', mistakes: [['posts']] }),
  call('nobody who is not signed in', 'nobody', 'publish', { posts: [] }, { failure: 'caller.unknown' }),
  call('what nothing allows', 'staff', 'never', {}, { failure: 'caller.forbidden' }),
  call('every kind of value comes back as it went', 'nobody', 'echo', everything, { data: everything }),
  call('and none at all', 'nobody', 'echo', {}, { data: nothing }),
  of('of a row', 'ann', 'post.finish', [id(11)], { views: 99 }, { data: { title: 'Alpha', views: 99, draft: 'first' } }, { as: 'nobody', do: { get: 'post', key: [id(11)], fields: ['status', 'views'] }, expect: { data: { status: 'locked', views: 99 } } }),
  of('of a row, by a role; what is hidden from it is null', 'staff', 'post.finish', [id(14)], {}, { data: { title: 'delta', views: 5, draft: null } }),
  of('of a row that may be read and not called', 'ben', 'post.finish', [id(11)], {}, { failure: 'caller.forbidden' }, { as: 'nobody', do: { get: 'post', key: [id(11)], fields: ['status'] }, expect: { data: { status: 'open' } } }),
  of('of a row that may not be read is of none', 'ann', 'post.finish', [id(13)], {}, { failure: 'row.missing' }),
  of('of a row that is not there', 'ann', 'post.finish', [id(99)], {}, { failure: 'row.missing' }),
  of('of a row, a declared failure', 'ann', 'post.finish', [id(12)], {}, { failure: 'world.already' }),
  of('of a row, mistakes come after the row', 'ben', 'post.finish', [id(11)], { views: 'many' }, { failure: 'caller.forbidden' }),
  of('of a row, mistakes', 'ann', 'post.finish', [id(11)], { views: 'many', vews: 1 }, { failure: 'resolve.value', mistakes: [['vews'], ['views']] }),
]
