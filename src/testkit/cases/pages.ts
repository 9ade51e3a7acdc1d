// Both ways to page, at their edges; counts; and getting one row.
import type { Case } from '../case.ts'
import { id, rows } from '../world.ts'

const wide = rows['wide']?.[0] ?? {}
const walk = (name: string, part: { readonly find: string; readonly sort?: readonly string[]; readonly size: number; readonly filter?: unknown }, pages: readonly (readonly unknown[])[]): Case =>
  ({ name: `pages: ${name}`, as: 'staff', do: { fields: ['id'], ...part }, expect: { pages } })
const number = (n: number, ids: readonly number[], next: boolean, previous?: boolean): Case =>
  ({ name: `page number ${n}`, as: 'staff', do: { find: 'comment', sort: ['id'], size: 2, number: n, fields: ['id'] }, expect: { pluck: ['id', ids], next, ...(previous === undefined ? {} : { previous }) } })

export const pages: readonly Case[] = [
  walk('by the key', { find: 'comment', size: 4 }, [[1, 2, 3, 4], [5, 6]]),
  walk('the last page is full', { find: 'comment', size: 3 }, [[1, 2, 3], [4, 5, 6]]),
  walk('one page', { find: 'comment', size: 6 }, [[1, 2, 3, 4, 5, 6]]),
  walk('of one', { find: 'sample', sort: ['-id'], size: 1 }, [[4], [3], [2], [1]]),
  walk('of nothing', { find: 'comment', size: 2, filter: { text: 'none such' } }, [[]]),
  walk('ties are settled by the key', { find: 'post', sort: ['views'], size: 2 }, [[id(12), id(13)], [id(14), id(15)], [id(11)]]),
  walk('nulls last', { find: 'sample', sort: ['integerValue'], size: 1 }, [[1], [2], [4], [3]]),
  walk('nulls first', { find: 'sample', sort: ['-integerValue'], size: 1 }, [[3], [4], [2], [1]]),
  walk('many nulls', { find: 'comment', sort: ['flag', 'id'], size: 2 }, [[1, 2], [4, 3], [5, 6]]),
  walk('many nulls, descending', { find: 'comment', sort: ['-flag', 'id'], size: 2 }, [[3, 5], [6, 4], [2, 1]]),
  walk('mixed directions', { find: 'post', sort: ['-views', 'title'], size: 2 }, [[id(11), id(15)], [id(14), id(13)], [id(12)]]),
  walk('mixed directions, ties across pages', { find: 'post', sort: ['-views', 'title'], size: 1 }, [[id(11)], [id(15)], [id(14)], [id(13)], [id(12)]]),
  walk('two nullable keys', { find: 'comment', sort: ['signature', '-flag'], size: 1 }, [[3], [1], [4], [5], [6], [2]]),
  walk('microseconds', { find: 'sample', sort: ['-timestampValue'], size: 1 }, [[3], [1], [2], [4]]),
  walk('decimals', { find: 'sample', sort: ['decimalValue'], size: 1 }, [[1], [2], [4], [3]]),
  walk('bigints', { find: 'sample', sort: ['bigintValue'], size: 1 }, [[2], [4], [1], [3]]),
  walk('bytes', { find: 'sample', sort: ['bytesValue'], size: 1 }, [[2], [1], [4], [3]]),
  walk('floating numbers', { find: 'sample', sort: ['numberValue'], size: 1 }, [[2], [4], [1], [3]]),
  walk('booleans', { find: 'sample', sort: ['booleanValue', 'id'], size: 2 }, [[2, 4], [1, 3]]),
  walk('through a to-one', { find: 'post', sort: ['author.name', '-title'], size: 2 }, [[id(15), id(12)], [id(11), id(13)], [id(14)]]),
  walk('through a to-one that is not there', { find: 'person', sort: ['manager.name', 'name'], size: 1 }, [[id(2)], [id(4)], [id(3)], [id(1)]]),
  walk('text keys with commas and slashes', { find: 'tag', size: 1 }, [['a,b'], ['art'], ['bio'], ['äö/ü']]),
  number(1, [1, 2], true, false),
  number(2, [3, 4], true, true),
  number(3, [5, 6], false, true),
  number(4, [], false),
  { name: 'pages hold what may be read only', as: 'ann', do: { find: 'post', sort: ['id'], fields: ['id'], size: 2 }, expect: { pages: [[id(11), id(12)], [id(14), id(15)]] } },
  { name: 'pages by a field hidden by row', as: 'ben', do: { find: 'person', sort: ['phone', 'id'], fields: ['id'], size: 1 }, expect: { pages: [[id(2)], [id(1)], [id(3)]] } },
  { name: 'count', as: 'staff', do: { find: 'comment', size: 2, count: 'exact', fields: ['id'] }, expect: { total: 6, next: true } },
  { name: 'count of what may be read', as: 'ann', do: { find: 'post', size: 1, count: 'exact', fields: ['id'] }, expect: { total: 4 } },
  { name: 'count of what is filtered', as: 'ann', do: { find: 'post', count: 'exact', fields: ['id'], filter: { views: 5 } }, expect: { total: 1 } },
  { name: 'count of nothing', as: 'ann', do: { find: 'post', count: 'exact', filter: { views: 99 } }, expect: { data: [], total: 0, next: false, previous: false } },
  { name: 'count beyond the last page', as: 'staff', do: { find: 'comment', sort: ['id'], size: 2, number: 9, count: 'exact' }, expect: { data: [], total: 6 } },
  { name: 'an estimate, where rules hide nothing', as: 'nobody', do: { find: 'wide', count: 'estimate', fields: ['id'] }, expect: { pluck: ['id', ['w', 'x']] }, needs: ['count.estimate'] },
  { name: 'an estimate is exact where rules hide rows', as: 'ann', do: { find: 'post', count: 'estimate', fields: ['id'] }, expect: { total: 4 } },
  { name: 'a page too large', as: 'ann', do: { find: 'post', size: 101 }, expect: { failure: 'resolve.value', mistakes: [['page', 'size']] } },
  { name: 'get: a row as it is', as: 'ann', do: { get: 'profile', key: [id(21)] }, expect: { data: { id: id(21), personId: id(1), about: 'I am Ann', open: false, version: 1 } } },
  { name: 'get: every kind', as: 'ann', do: { get: 'sample', key: [1] }, expect: { data: { ...without(rows['sample']?.[0] ?? {}, 'secretValue') } } },
  { name: 'get: every kind, null', as: 'ann', do: { get: 'sample', key: [3] }, expect: { has: { id: 3, name: 'three', jsonValue: null, textList: null, decimalValue: null } } },
  { name: 'get: thirty digits', as: 'ann', do: { get: 'sample', key: [4], fields: ['decimalValue'] }, expect: { data: { decimalValue: '1000000000000000000000000.000000000000000000000000000001' } } },
  { name: 'get: a hundred and twenty fields', as: 'ann', do: { get: 'wide', key: ['w'] }, expect: { data: wide } },
  { name: 'get: a composite key', as: 'staff', do: { get: 'membership', key: [id(1), 1] }, expect: { data: { personId: id(1), teamId: 1, since: '2020-02-29', version: 1 } } },
  { name: 'get: a text key with a slash', as: 'nobody', do: { get: 'tag', key: ['äö/ü'] }, expect: { data: { id: 'äö/ü', label: 'Umlauts' } } },
  { name: 'get: a text key with a comma', as: 'nobody', do: { get: 'tag', key: ['a,b'] }, expect: { has: { label: 'A, b' } } },
  { name: 'get: what is only given when asked for', as: 'staff', do: { get: 'person', key: [id(1)], fields: ['name', 'createdAt', 'updatedAt'] }, expect: { data: { name: 'Ann', createdAt: '2026-01-01T00:00:00+00:00', updatedAt: '2026-01-02T00:00:00.5+00:00' } } },
  { name: 'get: left out unless asked for', as: 'staff', do: { get: 'person', key: [id(1)] }, expect: { lacks: ['createdAt', 'updatedAt', 'password'] } },
  { name: 'get: no such row', as: 'staff', do: { get: 'post', key: [id(99)] }, expect: { failure: 'row.missing' } },
  { name: 'get: a key that does not fit is no row', as: 'staff', do: { get: 'post', key: ['nonsense'] }, expect: { failure: 'row.missing' } },
  { name: 'get: a list cut by its page', as: 'ann', do: { get: 'post', key: [id(11)], fields: ['title'], include: { comments: { fields: ['id'], size: 1 } } }, expect: { data: { title: 'Alpha', comments: [{ id: 1 }] }, cut: ['comments'] } },
]

function without(row: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([n]) => n !== name))
}
