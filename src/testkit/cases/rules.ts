// Who sees what: every sort of rule, fields hidden from a caller and by row, and claims that are missing, null or of another sort (fine print 2 to 5).
import type { Case, Expect } from '../case.ts'
import type { Part } from '../request.ts'
import { id, polarities, type Who } from '../world.ts'

const rule = (name: string, as: Who, part: Part, expect: Expect): Case => ({ name: `rules: ${name}`, as, do: part, expect })
const posts = { find: 'post', fields: ['title'], sort: ['title'] } as const
const people = { find: 'person', fields: ['name'], sort: ['name'] } as const
const titles = (...of: readonly string[]): Expect => ({ pluck: ['title', of] })
const names = (...of: readonly string[]): Expect => ({ pluck: ['name', of] })

/** What each polarity leaves to somebody without the claim, and to somebody whose claim fits. Ids of the four rows; for hides the notes they show. */
const none: readonly string[] = []
const outcomes: Readonly<Record<keyof typeof polarities, readonly [without: readonly string[], fit: readonly string[]]>> = {
  grantOfUnknown: [none, ['ox', 'oy']], grantOfNotUnknown: [none, ['nx', 'ny']], grantOfNotOr: [none, ['ny']], grantOfNotAnd: [['ny', 'oy'], ['nx', 'ny', 'oy']],
  grantOfOr: [['nx', 'ox'], ['nx', 'ox', 'oy']], grantOfAnd: [none, ['ox']], grantOfNotNot: [none, ['ox', 'oy']],
  denyOfUnknown: [none, ['nx', 'ny']], denyOfNotUnknown: [none, ['ox', 'oy']], denyOfOr: [none, ['ny']], denyOfAnd: [['ny', 'oy'], ['nx', 'ny', 'oy']],
  denyOfNotOr: [['nx', 'ox'], ['nx', 'ox', 'oy']], denyOfNotAnd: [none, ['ox']],
  grantOfIllTyped: [none, ['ox']], grantOfNotIllTyped: [none, ['nx', 'ny', 'oy']], denyOfIllTyped: [none, ['nx', 'ny', 'oy']], denyOfNotIllTyped: [none, ['ox']],
}
const polarity: readonly Case[] = Object.entries(outcomes).flatMap(([entity, [without, fit]]): Case[] => {
  const read = { find: entity, fields: ['id'], sort: ['id'], count: 'exact' } as const
  const left = (ids: readonly string[]): Expect => (ids.length === 0 ? { nothing: true } : { pluck: ['id', ids], total: ids.length })
  return [
    { name: `polarity: ${entity}, claim missing or ill-typed`, as: 'ann', do: read, expect: left(without) },
    { name: `polarity: ${entity}, claim null or ill-typed`, as: 'stranger', do: read, expect: left(without) },
    { name: `polarity: ${entity}, nobody at all`, as: 'nobody', do: read, expect: left(without) },
    { name: `polarity: ${entity}, claim fits`, as: 'fit', do: read, expect: left(fit) },
  ]
})
const notes = (...of: readonly (string | null)[]): Expect => ({ pluck: ['note', of] })
const hides: readonly Case[] = [
  { name: 'polarity: hideOfUnknown, missing: hidden from the caller', as: 'ann', do: { find: 'hideOfUnknown', sort: ['id'] }, expect: { lacks: ['note'] } },
  { name: 'polarity: hideOfUnknown, null: refused when named', as: 'stranger', do: { find: 'hideOfUnknown', fields: ['note'] }, expect: { failure: 'caller.forbidden' } },
  { name: 'polarity: hideOfUnknown, fits', as: 'fit', do: { find: 'hideOfUnknown', fields: ['note'], sort: ['id'] }, expect: notes('n3', 'n4', null, null) },
  { name: 'polarity: hideOfNotUnknown, missing: hidden from the caller', as: 'ann', do: { find: 'hideOfNotUnknown', sort: ['id'] }, expect: { lacks: ['note'] } },
  { name: 'polarity: hideOfNotUnknown, fits', as: 'fit', do: { find: 'hideOfNotUnknown', fields: ['note'], sort: ['id'] }, expect: notes(null, null, 'n1', 'n2') },
  { name: 'polarity: hideOfAnd, missing', as: 'ann', do: { find: 'hideOfAnd', fields: ['note'], sort: ['id'] }, expect: notes(null, 'n4', null, 'n2') },
  { name: 'polarity: hideOfAnd, fits', as: 'fit', do: { find: 'hideOfAnd', fields: ['note'], sort: ['id'] }, expect: notes('n3', 'n4', null, 'n2') },
  { name: 'polarity: hideOfNotOr, missing', as: 'ann', do: { find: 'hideOfNotOr', fields: ['note'], sort: ['id'] }, expect: notes('n3', null, 'n1', null) },
  { name: 'polarity: hideOfNotOr, fits', as: 'fit', do: { find: 'hideOfNotOr', fields: ['note'], sort: ['id'] }, expect: notes('n3', null, 'n1', 'n2') },
]

export const rules: readonly Case[] = [
  rule('by row, for nobody', 'nobody', posts, titles('Alpha', 'beta', 'delta')),
  rule('own rows beside', 'ann', posts, titles('Alpha', 'beta', 'delta', '𝒳-ray')),
  rule('own rows of another', 'ben', posts, titles('Alpha', 'beta', 'delta', 'Ähre')),
  rule('bound to no row', 'stranger', posts, titles('Alpha', 'beta', 'delta')),
  rule('a role', 'staff', posts, titles('Alpha', 'beta', 'delta', 'Ähre', '𝒳-ray')),
  rule('signed in', 'ann', people, names('Ann', 'Ben', 'Cyd')),
  rule('not signed in', 'nobody', people, { failure: 'caller.unknown' }),
  rule('deny by row', 'ann', { get: 'person', key: [id(4)] }, { failure: 'row.missing' }),
  rule('deny does not hold for a role', 'staff', { get: 'person', key: [id(4)] }, { has: { name: 'Dot', salary: '1.10' } }),
  rule('no rule at all', 'staff', { find: 'vault' }, { failure: 'caller.forbidden' }),
  rule('no rule at all, not signed in', 'nobody', { get: 'vault', key: ['main'] }, { failure: 'caller.unknown' }),
  rule('through a list', 'ben', { find: 'team', fields: ['name'], sort: ['id'] }, names('red', 'blue')),
  rule('through a list, one', 'ann', { find: 'team', fields: ['name'], sort: ['id'] }, names('red')),
  rule('a relation two deep', 'ann', { find: 'membership', sort: ['personId', 'teamId'], fields: ['personId'] }, { pluck: ['personId', [id(1), id(2)]] }),
  rule('a relation three deep, through a composite key', 'ann', { find: 'duty', fields: ['what'] }, { pluck: ['what', ['sweep']] }),
  rule('the same for another', 'ben', { find: 'duty', fields: ['what'] }, { pluck: ['what', ['cook']] }),
  rule('a one-to-one of one’s own', 'ann', { find: 'profile', fields: ['about'], sort: ['about'] }, { pluck: ['about', ['I am Ann', 'I am Ben']] }),
  rule('parts follow their whole: not without it', 'ann', { get: 'comment', key: [3] }, { failure: 'row.missing' }),
  rule('parts follow their whole: with it', 'ben', { get: 'comment', key: [3] }, { has: { text: 'hm' } }),
  rule('parts follow their whole for nobody too', 'nobody', { find: 'comment', fields: ['id'], sort: ['id'] }, { pluck: ['id', [1, 2, 4, 5, 6]] }),
  // Hidden from the caller, whatever the row.
  rule('hidden from the caller is left out', 'ann', { get: 'person', key: [id(1)] }, { lacks: ['salary'] }),
  rule('and given to who may see it', 'staff', { get: 'person', key: [id(1)] }, { has: { salary: '100.50' } }),
  rule('hidden from the caller is refused in fields', 'ann', { find: 'person', fields: ['salary'] }, { failure: 'caller.forbidden', at: ['fields', 0] }),
  rule('in a filter', 'ann', { find: 'person', filter: { salary: { gt: '1' } } }, { failure: 'caller.forbidden' }),
  rule('in a filter for null', 'ann', { find: 'person', filter: { salary: null } }, { failure: 'caller.forbidden' }),
  rule('in a filter through a relation', 'ann', { find: 'post', filter: { author: { salary: { gt: '1' } } } }, { failure: 'caller.forbidden' }),
  rule('in a filter under not and or', 'ann', { find: 'person', filter: { not: { or: [{ name: 'x' }, { salary: '1' }] } } }, { failure: 'caller.forbidden' }),
  rule('in a sort', 'ann', { find: 'person', sort: ['-salary'] }, { failure: 'caller.forbidden' }),
  rule('in a sort through a relation', 'ann', { find: 'post', sort: ['author.salary'] }, { failure: 'caller.forbidden' }),
  rule('in a group', 'ann', { aggregate: 'person', group: ['salary'], measure: ['count'] }, { failure: 'caller.forbidden' }),
  rule('in a measure', 'ann', { aggregate: 'person', measure: ['sum(salary)'] }, { failure: 'caller.forbidden' }),
  rule('in the filter of an include', 'ann', { find: 'person', include: { reports: { filter: { salary: '1' } } } }, { failure: 'caller.forbidden' }),
  rule('in the fields of an include', 'ann', { find: 'post', include: { author: { fields: ['name', 'salary'] } } }, { failure: 'caller.forbidden' }),
  rule('left out of an include', 'ann', { get: 'post', key: [id(12)], fields: ['title'], include: { author: {} } }, {
    data: { title: 'beta', author: { id: id(1), managerId: null, name: 'Ann', email: 'ann@world.example', plan: 'gold', phone: '111', banned: false, age: 30, level: 1, version: 1 } },
  }),
  rule('a secret is refused as a name that is not there', 'staff', { find: 'person', fields: ['password'] }, { failure: 'resolve.value', mistakes: [['fields', 0]] }),
  // Hidden by row: null everywhere.
  rule('hidden by row is null', 'ann', { ...people, fields: ['phone'] }, { pluck: ['phone', ['111', null, null]] }),
  rule('hidden by row is null where nobody named it', 'ann', { get: 'post', key: [id(14)] }, { has: { title: 'delta', draft: null } }),
  rule('in a filter it matches nothing', 'ann', { ...people, filter: { phone: '222' } }, names()),
  rule('but where it is seen', 'ben', { ...people, filter: { phone: '222' } }, names('Ben')),
  rule('in a filter it is null', 'ann', { ...people, filter: { phone: null } }, names('Ben', 'Cyd')),
  rule('in a filter it is not not null', 'ann', { ...people, filter: { phone: { null: false } } }, names('Ann')),
  rule('under not it is null', 'ann', { ...people, filter: { phone: { not: '222' } } }, names('Ann', 'Ben', 'Cyd')),
  rule('in a range', 'ann', { ...people, filter: { phone: { gte: '0' } } }, names('Ann')),
  rule('in text', 'ann', { ...people, filter: { phone: { contains: '2' } } }, names()),
  rule('in a list', 'ann', { ...people, filter: { phone: { in: ['111', '222'] } } }, names('Ann')),
  rule('through a relation', 'ann', { find: 'post', sort: ['title'], fields: ['title'], filter: { author: { phone: '111' } } }, titles('Alpha', 'beta', '𝒳-ray')),
  rule('through a relation, of another', 'ben', { find: 'post', filter: { author: { phone: '111' } } }, titles()),
  rule('in a count', 'ann', { find: 'person', count: 'exact', filter: { phone: { null: false } } }, { total: 1 }),
  rule('null in a group', 'ann', { aggregate: 'person', group: ['phone'], measure: ['count'] }, { data: [{ group: { phone: '111' }, count: 1 }, { group: { phone: null }, count: 2 }] }),
  rule('null in a measure', 'ann', { aggregate: 'person', measure: ['max(phone)', 'countDistinct(phone)'] }, { data: [{ max: { phone: '111' }, countDistinct: { phone: 1 } }] }),
  rule('of a part', 'ann', { find: 'comment', fields: ['flag'], sort: ['id'], filter: { postId: id(11) } }, { pluck: ['flag', [null, null, null]] }),
  rule('of a part, of one’s own', 'ben', { find: 'comment', fields: ['flag'], sort: ['id'], filter: { postId: id(11) } }, { pluck: ['flag', ['f1', null, null]] }),
  rule('of an included part', 'ben', { get: 'post', key: [id(11)], fields: ['draft'], include: { comments: { fields: ['flag'], sort: ['id'] } } }, { data: { draft: null, comments: [{ flag: 'f1' }, { flag: null }, { flag: null }] } }),
  rule('null through a list', 'ann', { ...people, filter: { posts: { some: { draft: { null: false } } } } }, names('Ann')),
  ...polarity, ...hides,
]
