// Changes by what is there, on condition, of many rows at once, and of entities that demand the version.
import type { Case, Expect, Step } from '../case.ts'
import type { ReadPart, WritePart } from '../request.ts'
import { id, type Who } from '../world.ts'

const change = (name: string, as: Who, part: WritePart, expect: Expect, ...then: readonly Step[]): Case => ({ name: `change: ${name}`, as, do: part, expect, then })
const see = (as: Who, part: ReadPart, expect: Expect): Step => ({ as, do: part, expect })
const sample = (n: number, body: object): WritePart => ({ update: 'sample', key: [n], body })
const post = (n: number, body: object, filter?: object): WritePart => ({ update: 'post', key: [id(n)], body, ...(filter ? { filter } : {}) })
const untouched = see('staff', { find: 'post', filter: { version: 1 }, count: 'exact', fields: ['id'] }, { total: 5 })

export const changes: readonly Case[] = [
  // By what is there.
  change('add to an integer', 'ann', post(11, { views: { add: 5 } }), { has: { views: 15, version: 2 } }),
  change('take away', 'ann', post(11, { views: { add: -4 }, title: 'Less' }), { has: { views: 6, title: 'Less' } }),
  change('add to every kind of number', 'staff', sample(2, { integerValue: { add: 3 }, bigintValue: { add: '9007199254740993' }, numberValue: { add: 0.25 }, decimalValue: { add: '0.05' }, moneyValue: { add: '-0.2' } }),
    { has: { integerValue: 3, bigintValue: '9007199254740992', numberValue: -1.25, decimalValue: '10.25', moneyValue: '10.00' } }),
  change('add to a long decimal', 'staff', sample(4, { decimalValue: { add: '0.000000000000000000000000000008' } }), { has: { decimalValue: '1000000000000000000000000.000000000000000000000000000009' } }),
  change('add to the largest number what it swallows', 'staff', sample(2, { numberValue: { add: 1e300 } }), { has: { numberValue: 1e300 } }),
  change('lists made longer and shorter', 'staff', sample(1, { textList: { append: ['d', 'a'] }, integerList: { remove: [2, 7] } }), { has: { textList: ['a', 'b', '', 'd', 'a'], integerList: [1] } }),
  change('a list taken away from wholly', 'staff', sample(2, { integerList: { remove: [2] } }), { has: { integerList: [] } }),
  change('a list that is not there is begun', 'staff', sample(3, { textList: { append: ['x'] }, integerList: { remove: [1] } }), { has: { textList: ['x'], integerList: null } }),
  change('the object of a json field is its value', 'staff', sample(1, { jsonValue: { add: 2 } }), { has: { jsonValue: { add: 2 } } }),
  change('add where there is nothing to add to', 'staff', sample(3, { integerValue: { add: 1 } }), { failure: 'row.invalid', fields: ['integerValue'] }),
  change('add to a decimal that is not there', 'staff', sample(3, { moneyValue: { add: '1' } }), { failure: 'row.invalid', fields: ['moneyValue'] }),
  change('add beyond 32 bits', 'staff', sample(4, { integerValue: { add: 1 } }), { failure: 'row.invalid', fields: ['integerValue'] }),
  change('take away below 32 bits', 'staff', sample(1, { integerValue: { add: -1 } }), { failure: 'row.invalid', fields: ['integerValue'] }),
  change('add beyond 64 bits', 'staff', sample(1, { bigintValue: { add: '9223372036854775807' } }), { failure: 'row.invalid', fields: ['bigintValue'] }),
  change('add beyond the digits of a column', 'staff', sample(2, { moneyValue: { add: '9999999999.99' } }), { failure: 'row.invalid', fields: ['moneyValue'] }),
  change('add beyond what a field may be', 'ann', { update: 'person', key: [id(1)], body: { age: { add: 121 } } }, { failure: 'row.invalid', fields: ['age'] }, see('ann', { get: 'person', key: [id(1)], fields: ['age'] }, { data: { age: 30 } })),
  change('take away below what a field may be', 'ann', { update: 'person', key: [id(1)], body: { age: { add: -31 } } }, { failure: 'row.invalid', fields: ['age'] }),
  change('add what only others may', 'ann', { update: 'person', key: [id(1)], body: { level: { add: 1 } } }, { failure: 'caller.forbidden', at: ['level'] }),
  change('add to what is hidden', 'ann', { update: 'person', key: [id(1)], body: { salary: { add: '1' } } }, { failure: 'caller.forbidden' }),
  change('append to what is hidden in this row', 'ann', { update: 'comment', key: [1], body: { flag: { append: ['x'] } } }, { failure: 'resolve.value', mistakes: [['flag']] }),
  change('mistakes of what is added', 'staff', sample(1, { integerValue: { add: 1.5 }, moneyValue: { add: '0.001' }, numberValue: { sub: 1 }, bigintValue: { add: null }, textList: { append: 'x' }, integerList: { append: [1], remove: [2] }, textValue: { add: 1 } }),
    { failure: 'resolve.value', mistakes: [['integerValue', 'add'], ['moneyValue', 'add'], ['numberValue', 'sub'], ['bigintValue', 'add'], ['textList', 'append'], ['integerList'], ['textValue']] }),
  change('nothing is added at creation', 'ann', { create: 'post', body: { title: 'x', views: { add: 1 } } }, { failure: 'resolve.value', mistakes: [['views']] }),
  change('nothing is added by a replace', 'ann', { replace: 'post', key: [id(11)], body: { title: 'x', views: { add: 1 } } }, { failure: 'resolve.value', mistakes: [['views', 'add']] }),
  change('add to a key', 'staff', { update: 'team', key: [1], body: { id: { add: 1 } } }, { failure: 'resolve.value', mistakes: [['id']] }),
  // On condition.
  change('on a condition that holds', 'ann', post(11, { views: { add: -10 } }, { views: { gte: 10 } }), { has: { views: 0 } }),
  change('on a condition that does not hold', 'ann', post(11, { views: { add: -11 } }, { views: { gte: 11 } }), { failure: 'row.condition' }, untouched),
  change('on a condition of related rows', 'ann', post(11, { title: 'Met' }, { tags: { some: { id: 'art' } } }), { has: { title: 'Met' } }),
  change('on a condition of related rows that may not be read', 'ann', { update: 'person', key: [id(1)], body: { age: 31 }, filter: { memberships: { some: { team: { name: 'blue' } } } } }, { failure: 'row.condition' }),
  change('on a condition of a field that is hidden', 'ann', { update: 'person', key: [id(1)], body: { age: 31 }, filter: { salary: { gt: '1' } } }, { failure: 'caller.forbidden' }),
  change('on a condition of a field that is hidden in this row', 'ann', { update: 'comment', key: [1], body: { text: 'x' }, filter: { flag: 'f1' } }, { failure: 'row.condition' }),
  change('delete on a condition', 'ann', { delete: 'post', key: [id(11)], filter: { views: 10 } }, { data: null }),
  change('delete on a condition that does not hold', 'ann', { delete: 'post', key: [id(11)], filter: { views: 11 } }, { failure: 'row.condition' }, untouched),
  change('404 before a condition', 'ann', post(13, { title: 'x' }, { views: 99 }), { failure: 'row.missing' }),
  change('403 before a condition', 'ann', post(12, { title: 'x' }, { views: 99 }), { failure: 'caller.forbidden' }),
  change('412 before a condition', 'ann', { update: 'post', key: [id(11)], body: { title: 'x' }, filter: { views: 99 }, expect: '9' }, { failure: 'row.stale' }),
  change('a condition before mistakes', 'ann', post(11, { title: '' }, { views: 99 }), { failure: 'row.condition' }),
  change('a condition that names nothing', 'ann', post(11, { title: 'x' }, { vews: 99 }), { failure: 'resolve.value' }),
  change('a condition whose value does not fit', 'ann', post(11, { title: 'x' }, { views: 'many' }), { failure: 'resolve.value' }),
  // Many at once.
  change('many', 'ann', { updateMany: 'post', filter: { status: { in: ['open', 'secret'] } }, body: { views: { add: 1 } }, count: 2 }, { data: { count: 2 } },
    see('staff', { find: 'post', fields: ['views'], sort: ['id'] }, { pluck: ['views', [11, 0, 5, 5, 8]] })),
  change('many, by the caller of all', 'staff', { updateMany: 'post', filter: { views: 5 }, body: { rating: '1' }, count: 2 }, { data: { count: 2 } }),
  change('many, a different number', 'ann', { updateMany: 'post', filter: {}, body: { title: 'x' }, count: 5 }, { failure: 'row.count' }, untouched),
  change('many, fewer than there are', 'staff', { updateMany: 'post', filter: { views: 5 }, body: { title: 'x' }, count: 1 }, { failure: 'row.count' }, untouched),
  change('many, of none', 'ann', { updateMany: 'post', filter: { views: 77 }, body: { title: 'x' }, count: 1 }, { failure: 'row.count' }),
  change('many, none as expected', 'ann', { updateMany: 'post', filter: { views: 77 }, body: { title: 'x' }, count: 0 }, { data: { count: 0 } }),
  change('many, without a filter', 'staff', { updateMany: 'team', body: { name: 'x' }, count: 2 }, { failure: 'row.count' }),
  change('many that come to one value which is unique', 'staff', { updateMany: 'team', body: { name: 'x' }, count: 3 }, { failure: 'row.duplicate', fields: ['name'] }),
  change('many, of which one would break a rule', 'ann', { updateMany: 'post', filter: { views: { gte: 7 } }, body: { status: 'open' }, count: 2 }, { failure: 'caller.forbidden', at: ['status'] }),
  change('many with a reference', 'staff', { updateMany: 'person', filter: { plan: 'gold' }, body: { manager: { connect: { email: 'dot@world.example' } } }, count: 2 }, { data: { count: 2 } },
    see('staff', { find: 'person', filter: { managerId: id(4) }, count: 'exact' }, { total: 2 })),
  change('many with a reference to no row', 'staff', { updateMany: 'person', filter: { plan: 'gold' }, body: { managerId: id(99) }, count: 2 }, { failure: 'row.reference' }),
  change('many parts raise their wholes once', 'ann', { updateMany: 'comment', filter: { postId: id(11) }, body: { text: 'x' }, count: 3 }, { data: { count: 3 } }, see('ann', { get: 'post', key: [id(11)], fields: ['version'] }, { data: { version: 2 } })),
  change('many with mistakes', 'ann', { updateMany: 'post', filter: {}, body: { title: '' }, count: 2 }, { failure: 'resolve.value', mistakes: [['title']] }),
  change('many, not allowed', 'ann', { updateMany: 'tag', filter: {}, body: { label: 'x' }, count: 4 }, { failure: 'caller.forbidden' }),
  change('many, hidden fields named', 'ann', { updateMany: 'person', filter: { salary: { gt: '1' } }, body: { age: 1 }, count: 1 }, { failure: 'caller.forbidden' }),
  change('delete many', 'ann', { deleteMany: 'post', filter: { authorId: id(1) }, count: 2 }, { data: { count: 2 } }, see('staff', { find: 'post', fields: ['title'], sort: ['id'] }, { pluck: ['title', ['beta', 'Ähre', 'delta']] })),
  change('delete many, a different number', 'ann', { deleteMany: 'post', filter: { authorId: id(1) }, count: 3 }, { failure: 'row.count' }, untouched),
  change('delete many, others refer to one', 'staff', { deleteMany: 'person', filter: {}, count: 4 }, { failure: 'row.referenced' }),
  change('delete many parts', 'ann', { deleteMany: 'comment', filter: { postId: id(11) }, count: 3 }, { data: { count: 3 } }, see('ann', { get: 'post', key: [id(11)], fields: ['version'], include: { comments: {} } }, { data: { version: 2, comments: [] } })),
  // Only who knows the version.
  change('a demanded version', 'ann', { update: 'ledger', key: ['a'], body: { amount: 8 }, expect: '1' }, { has: { amount: 8, version: 2 } }),
  change('a demanded version, not given', 'ann', { update: 'ledger', key: ['a'], body: { amount: 8 } }, { failure: 'row.unversioned' }),
  change('a demanded version, any', 'ann', { update: 'ledger', key: ['a'], body: { amount: 8 }, expect: '*' }, { failure: 'row.unversioned' }),
  change('a demanded version, deleted without', 'ann', { delete: 'ledger', key: ['a'] }, { failure: 'row.unversioned' }),
  change('a demanded version, replaced without', 'ann', { replace: 'ledger', key: ['a'], body: { amount: 1 } }, { failure: 'row.unversioned' }),
  change('a demanded version, made by a replace', 'ann', { replace: 'ledger', key: ['new'], body: { amount: 1 } }, { has: { amount: 1 } }),
  change('404 before a demanded version', 'ann', { update: 'ledger', key: ['none'], body: { amount: 8 } }, { failure: 'row.missing' }),
  change('403 before a demanded version', 'nobody', { update: 'ledger', key: ['a'], body: { amount: 8 } }, { failure: 'caller.unknown' }),
  change('a demanded version before mistakes', 'ann', { update: 'ledger', key: ['a'], body: { amount: 'x' } }, { failure: 'row.unversioned' }),
]
