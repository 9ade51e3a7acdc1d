// Computed fields: totals of owned parts, kept up by every write of one; and what is counted or asked of related rows when it is read.
import type { Case, Expect, Step } from '../case.ts'
import type { Part, ReadPart, WritePart } from '../request.ts'
import { id, type Who } from '../world.ts'

const made = (name: string, as: Who, part: WritePart, expect: Expect, ...then: readonly Step[]): Case => ({ name: `computed: ${name}`, as, do: part, expect, then })
const read = (name: string, as: Who, part: Part, expect: Expect): Case => ({ name: `computed: ${name}`, as, do: part, expect })
const see = (as: Who, part: ReadPart, expect: Expect): Step => ({ as, do: part, expect })

export const computed: readonly Case[] = [
  made('a new whole with its parts comes to their total', 'ann', { create: 'bill', body: { title: 'T', rows: [{ label: 'a', price: '1.10', quantity: 3, extras: [{ what: 'x', price: '0.05' }, { what: 'y', price: '0.05' }] }, { label: 'b', price: '2' }] }, include: { rows: { fields: ['label', 'extra'], sort: ['label'] } } },
    { has: { total: '5.40', size: 2, pieces: '4', least: '1.10', last: 'b', version: 1, fanCount: 0, liked: false, dear: 0, rows: [{ label: 'a', extra: '0.10' }, { label: 'b', extra: '0.00' }] } },
    see('ben', { find: 'bill', filter: { total: { gt: '5' } }, sort: ['-total'], fields: ['title', 'total'] }, { data: [{ title: 'First', total: '26.50' }, { title: 'T', total: '5.40' }] })),
  made('several new wholes have a total each', 'ann', { create: 'bill', body: [{ title: 'A', rows: [{ label: 'a', price: '1' }] }, { title: 'B' }, { title: 'C', rows: [{ label: 'c', price: '2' }, { label: 'd', price: '3' }] }], fields: ['title', 'total', 'size'] },
    { data: [{ title: 'A', total: '1.00', size: 1 }, { title: 'B', total: '0.00', size: 0 }, { title: 'C', total: '5.00', size: 2 }] }),
  made('a new whole without parts comes to nothing', 'ann', { create: 'bill', body: { title: 'T' } }, { has: { total: '0.00', size: 0, pieces: '0', least: null, last: null } }),
  made('a part added', 'ann', { create: 'row', body: { billId: id(61), label: 'zebra', price: '0.50' } }, { has: { label: 'zebra' } }, see('ann', { get: 'bill', key: [id(61)] }, { has: { total: '27.00', size: 3, pieces: '4', least: '0.50', last: 'zebra', version: 2 } })),
  made('a part changed', 'ann', { update: 'row', key: [id(64)], body: { quantity: 5 } }, { has: { quantity: 5 } }, see('ann', { get: 'bill', key: [id(61)] }, { has: { total: '36.50', pieces: '7', version: 2 } })),
  made('a part never moves to another whole', 'ann', { update: 'row', key: [id(63)], body: { billId: id(62) } }, { failure: 'resolve.value', at: ['billId'] }),
  made('the last part taken away', 'ann', { delete: 'row', key: [id(64)] }, { data: null }, see('ann', { get: 'bill', key: [id(61)] }, { has: { total: '24.00', size: 1, last: 'cake', dear: 1 } })),
  made('a part of a part changes what its whole’s whole comes to', 'ann', { create: 'extra', body: { rowId: id(64), what: 'lemon', price: '0.25' } }, { has: { what: 'lemon' } }, see('ann', { get: 'bill', key: [id(61)], include: { rows: { fields: ['extra'], sort: ['label'] } } }, { has: { total: '26.75', rows: [{ extra: '4.00' }, { extra: '0.25' }] } })),
  made('a check of what is computed is asked when it is known', 'ann', { create: 'bill', body: { title: 'T', rows: [{ label: 'a', price: '1000.01' }] } }, { failure: 'caller.forbidden' }, see('ann', { find: 'bill', count: 'exact' }, { total: 2 })),
  made('a part that makes its whole too dear', 'ann', { create: 'row', body: { billId: id(61), label: 'gold', price: '2000' } }, { failure: 'caller.forbidden' }, see('ann', { get: 'bill', key: [id(61)] }, { has: { total: '26.50', size: 2 } })),
  made('what is computed cannot be given', 'ann', { create: 'bill', body: { title: 'T', total: '1', fanCount: 3 } }, { failure: 'resolve.value', mistakes: [['total'], ['fanCount']] }),
  made('what is computed cannot be changed', 'ann', { update: 'bill', key: [id(61)], body: { size: 1, liked: true } }, { failure: 'resolve.value', mistakes: [['size'], ['liked']] }),
  read('rows at the other end count as far as they may be read', 'ann', { get: 'bill', key: [id(61)] }, { has: { fanCount: 1, liked: true, dear: 1, total: '26.50' } }),
  read('another caller likes something else', 'ben', { get: 'bill', key: [id(61)], fields: ['fanCount', 'liked'] }, { data: { fanCount: 1, liked: false } }),
  read('who may read more counts more', 'staff', { get: 'bill', key: [id(61)], fields: ['fanCount', 'liked'] }, { data: { fanCount: 2, liked: false } }),
  read('in lists and below others', 'ann', { find: 'person', fields: ['name'], include: { bills: { fields: ['title', 'liked', 'size'] } }, filter: { bills: { some: {} } }, sort: ['name'] }, { data: [{ name: 'Ann', bills: [{ title: 'First', liked: true, size: 2 }] }] }),
  read('filtered by a total', 'ann', { find: 'bill', filter: { size: 0 }, fields: ['title'] }, { data: [{ title: 'Second' }] }),
  read('totals of totals', 'ann', { aggregate: 'bill', measure: ['sum(total)', 'max(size)'] }, { data: [{ sum: { total: '26.50' }, max: { size: 2 } }] }),
  read('nothing is filtered by what is counted', 'ann', { find: 'bill', filter: { fanCount: 1 } }, { failure: 'resolve.value' }),
  read('nothing is sorted by what is asked', 'ann', { find: 'bill', sort: ['liked'] }, { failure: 'resolve.value' }),
]
