// Filters, sorts and includes through every kind of relation, under the rules of those who ask.
import type { Case } from '../case.ts'
import type { RowsPart } from '../request.ts'
import { id, type Who } from '../world.ts'

const find = (name: string, as: Who, entity: string, part: RowsPart, ids: readonly unknown[], field = 'id'): Case =>
  ({ name: `relations: ${name}`, as, do: { find: entity, fields: [field], sort: ['id'], ...part }, expect: { pluck: [field, ids] } })
const include = (name: string, as: Who, entity: string, part: RowsPart, data: unknown, cut: readonly string[] = []): Case =>
  ({ name: `include: ${name}`, as, do: { find: entity, sort: ['id'], ...part }, expect: { data, cut } })

export const relations: readonly Case[] = [
  find('through a to-one', 'staff', 'post', { filter: { author: { name: 'Ann' } } }, [id(11), id(12), id(15)]),
  find('by the reference itself', 'staff', 'post', { filter: { authorId: id(2) } }, [id(13)]),
  find('two to-ones deep', 'staff', 'post', { filter: { author: { manager: { name: 'Ann' } } } }, [id(13), id(14)]),
  find('an absent to-one is a row of nulls', 'staff', 'person', { filter: { manager: { plan: null } } }, [id(1), id(3)]),
  find('a to-one that is not there', 'staff', 'person', { filter: { manager: null } }, [id(1)]),
  find('a to-one that is there', 'staff', 'person', { filter: { manager: { null: false } } }, [id(2), id(3), id(4)]),
  find('not through a to-one', 'staff', 'person', { filter: { manager: { not: { plan: 'gold' } } } }, [id(1), id(3)]),
  find('some of an owned list', 'staff', 'post', { filter: { comments: { some: { text: 'nice' } } } }, [id(11)]),
  find('some, any', 'staff', 'post', { filter: { comments: { some: {} } } }, [id(11), id(12), id(13), id(14)]),
  find('not some', 'staff', 'post', { filter: { not: { comments: { some: {} } } } }, [id(15)]),
  find('some of a many-to-many', 'staff', 'post', { filter: { tags: { some: { label: 'Art' } } } }, [id(11), id(13)]),
  find('some of a many-to-many from the far end', 'staff', 'tag', { filter: { posts: { some: { title: 'Alpha' } } } }, ['art', 'bio']),
  find('some below some', 'staff', 'person', { filter: { posts: { some: { tags: { some: { id: 'art' } } } } } }, [id(1), id(2)]),
  find('some of a self reference', 'staff', 'person', { filter: { reports: { some: { age: { lt: 30 } } } } }, [id(2)]),
  find('the far side of a one-to-one', 'staff', 'person', { filter: { profile: { open: true } } }, [id(2)]),
  find('a one-to-one that may be read', 'ann', 'person', { filter: { profile: { open: true } } }, [id(2)]),
  find('a composite reference', 'staff', 'duty', { filter: { membershipId: { personId: id(2) } } }, [id(31)]),
  find('a composite reference that is null', 'staff', 'duty', { filter: { membershipId: null } }, [id(33)]),
  find('through a composite reference', 'staff', 'duty', { filter: { membership: { team: { name: 'blue' } } } }, [id(32)]),
  // Under the rules of the target.
  find('rows that may not be read do not count for some', 'ann', 'tag', { filter: { posts: { some: { status: 'secret' } } } }, []),
  find('own rows count', 'ben', 'tag', { filter: { posts: { some: { status: 'secret' } } } }, ['art']),
  find('a to-one that may not be read is a row of nulls', 'ann', 'post', { filter: { author: { name: null } } }, [id(14)]),
  find('and its values match nothing', 'ann', 'post', { filter: { author: { name: 'Dot' } } }, []),
  find('parts follow their whole', 'ann', 'comment', {}, [1, 2, 4, 5, 6]),
  find('parts of a whole of one’s own', 'ben', 'comment', {}, [1, 2, 3, 4, 5, 6]),
  // Sorts.
  find('sort down', 'staff', 'post', { sort: ['-views', 'title'] }, ['Alpha', '𝒳-ray', 'delta', 'Ähre', 'beta'], 'title'),
  find('sort by code point', 'staff', 'post', { sort: ['title'] }, ['Alpha', 'beta', 'delta', 'Ähre', '𝒳-ray'], 'title'),
  find('nulls last ascending', 'staff', 'post', { sort: ['rating', 'title'] }, ['delta', 'Alpha', '𝒳-ray', 'beta', 'Ähre'], 'title'),
  find('nulls first descending', 'staff', 'post', { sort: ['-rating', 'title'] }, ['Ähre', 'beta', 'Alpha', '𝒳-ray', 'delta'], 'title'),
  find('sort through a to-one', 'staff', 'post', { sort: ['-author.name', 'title'] }, ['delta', 'Ähre', 'Alpha', 'beta', '𝒳-ray'], 'title'),
  find('sort through two', 'staff', 'post', { sort: ['author.manager.name', 'title'] }, ['delta', 'Ähre', 'Alpha', 'beta', '𝒳-ray'], 'title'),
  find('sort through a target that may not be read', 'ann', 'post', { sort: ['author.name', 'title'] }, ['Alpha', 'beta', '𝒳-ray', 'delta'], 'title'),
  find('sort through two, the first of which may not be read', 'ann', 'post', { sort: ['author.manager.name', 'title'] }, ['Alpha', 'beta', 'delta', '𝒳-ray'], 'title'),
  find('the same, descending', 'ann', 'post', { sort: ['-author.name', 'title'] }, ['delta', 'Alpha', 'beta', '𝒳-ray'], 'title'),
  find('sort by a field hidden by row', 'ann', 'person', { sort: ['phone', 'name'] }, ['Ann', 'Ben', 'Cyd'], 'name'),
  find('sort by a field hidden by row, descending', 'ben', 'person', { sort: ['-phone', 'name'] }, ['Ann', 'Cyd', 'Ben'], 'name'),
  // Includes.
  include('to-one', 'ann', 'post', { fields: ['title'], include: { author: { fields: ['name'] } } }, [
    { title: 'Alpha', author: { name: 'Ann' } }, { title: 'beta', author: { name: 'Ann' } }, { title: 'delta', author: null }, { title: '𝒳-ray', author: { name: 'Ann' } },
  ]),
  include('an owned list', 'ann', 'post', { fields: ['title'], filter: { title: 'Alpha' }, include: { comments: { fields: ['text'], sort: ['-id'] } } },
    [{ title: 'Alpha', comments: [{ text: 'more' }, { text: 'well' }, { text: 'nice' }] }]),
  include('a list cut by its page', 'ann', 'post', { fields: ['title'], filter: { title: 'Alpha' }, include: { comments: { fields: ['text'], sort: ['id'], size: 2 } } },
    [{ title: 'Alpha', comments: [{ text: 'nice' }, { text: 'well' }] }], ['comments']),
  include('a list exactly as long as its page', 'ann', 'post', { fields: ['title'], filter: { title: 'Alpha' }, include: { comments: { fields: ['text'], sort: ['id'], size: 3 } } },
    [{ title: 'Alpha', comments: [{ text: 'nice' }, { text: 'well' }, { text: 'more' }] }]),
  include('a filtered list', 'ann', 'post', { fields: ['title'], filter: { title: 'Alpha' }, include: { comments: { fields: ['text'], filter: { writer: { name: 'Ben' } } } } },
    [{ title: 'Alpha', comments: [{ text: 'nice' }] }]),
  include('a many-to-many', 'ann', 'post', { fields: ['title'], filter: { title: { in: ['Alpha', 'beta'] } }, include: { tags: { sort: ['-label'] } } },
    [{ title: 'Alpha', tags: [{ id: 'bio', label: 'Bio' }, { id: 'art', label: 'Art' }] }, { title: 'beta', tags: [] }]),
  include('a many-to-many from the far end, under the rules', 'ann', 'tag', { fields: ['id'], filter: { id: 'art' }, include: { posts: { fields: ['title'] } } }, [{ id: 'art', posts: [{ title: 'Alpha' }] }]),
  include('three deep', 'ann', 'person', { fields: ['name'], filter: { name: 'Ann' }, include: { posts: { fields: ['title'], sort: ['title'], size: 1, include: { comments: { fields: ['text'], size: 1, include: { writer: { fields: ['name'] } } } } } } },
    [{ name: 'Ann', posts: [{ title: 'Alpha', comments: [{ text: 'nice', writer: { name: 'Ben' } }] }] }], ['posts', 'posts.comments']),
  include('a self reference both ways', 'staff', 'person', { fields: ['name'], filter: { name: 'Ben' }, include: { manager: { fields: ['name'] }, reports: { fields: ['name'] } } },
    [{ name: 'Ben', manager: { name: 'Ann' }, reports: [{ name: 'Cyd' }] }]),
  include('a one-to-one, both sides', 'ben', 'profile', { fields: ['about'], include: { person: { fields: ['name'], include: { profile: { fields: ['about'] } } } } },
    [{ about: 'I am Ben', person: { name: 'Ben', profile: { about: 'I am Ben' } } }]),
  include('a one-to-one that may not be read', 'ben', 'person', { fields: ['name'], filter: { name: { in: ['Ann', 'Cyd'] } }, include: { profile: { fields: ['about'] } } }, [{ name: 'Ann', profile: null }, { name: 'Cyd', profile: null }]),
  include('parts of another whole, under the rules of their wholes', 'ann', 'person', { fields: ['name'], filter: { name: 'Ann' }, include: { comments: { fields: ['id'], sort: ['id'] } } }, [{ name: 'Ann', comments: [{ id: 6 }] }]),
  include('a composite key and reference', 'staff', 'duty', { include: { membership: { include: { team: {} } } }, filter: { what: { in: ['sweep', 'rest'] } } }, [
    { id: id(31), membershipId: { personId: id(2), teamId: 1 }, what: 'sweep', version: 1, membership: { personId: id(2), teamId: 1, since: null, version: 1, team: { id: 1, name: 'red' } } },
    { id: id(33), membershipId: null, what: 'rest', version: 1, membership: null },
  ]),
  { name: 'list of one row: its comments', as: 'ann', do: { find: 'post', of: { key: [id(11)], relation: 'comments' }, fields: ['text'], sort: ['id'], size: 2 }, expect: { pluck: ['text', ['nice', 'well']], next: true, previous: false } },
  { name: 'list of one row that may not be read', as: 'ann', do: { find: 'post', of: { key: [id(13)], relation: 'comments' } }, expect: { failure: 'row.missing' } },
  { name: 'list of one row that is not there', as: 'ann', do: { find: 'post', of: { key: [id(99)], relation: 'comments' } }, expect: { failure: 'row.missing' } },
]
