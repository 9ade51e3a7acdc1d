// Writes that fail: each failure, where it points, the order among them, and that nothing is left behind.
import type { Case, Expect, Step } from '../case.ts'
import type { WritePart } from '../request.ts'
import { id, type Who } from '../world.ts'

const fails = (name: string, as: Who, part: WritePart, expect: Expect, ...then: readonly Step[]): Case => ({ name: `fails: ${name}`, as, do: part, expect, then })
const posts = (n: number): Step => ({ as: 'staff', do: { find: 'post', count: 'exact', fields: ['id'] }, expect: { total: n } })

export const failing: readonly Case[] = [
  // 401 and 403: known without data.
  fails('create, not signed in', 'nobody', { create: 'post', body: { title: 'x' } }, { failure: 'caller.unknown' }, posts(5)),
  fails('create, not allowed', 'ann', { create: 'tag', body: { id: 'x', label: 'x' } }, { failure: 'caller.forbidden' }),
  fails('update, not allowed', 'ann', { update: 'tag', key: ['art'], body: { label: 'x' } }, { failure: 'caller.forbidden' }),
  fails('delete, not allowed', 'ann', { delete: 'tag', key: ['art'] }, { failure: 'caller.forbidden' }),
  fails('no rule at all', 'staff', { create: 'vault', body: { id: 'x', gold: 1 } }, { failure: 'caller.forbidden' }),
  // 404 and 403: of this row.
  fails('update of no row', 'ann', { update: 'post', key: [id(99)], body: { title: 'x' } }, { failure: 'row.missing' }),
  fails('update of a row that may not be read', 'ann', { update: 'post', key: [id(13)], body: { title: 'x' } }, { failure: 'row.missing' }),
  fails('update of a row that may only be read', 'ann', { update: 'post', key: [id(14)], body: { title: 'x' } }, { failure: 'caller.forbidden' }),
  fails('update denied by row', 'ann', { update: 'post', key: [id(12)], body: { title: 'x' } }, { failure: 'caller.forbidden' }, { as: 'staff', do: { get: 'post', key: [id(12)], fields: ['title', 'version'] }, expect: { data: { title: 'beta', version: 1 } } }),
  fails('update denied by row, for everyone', 'staff', { update: 'post', key: [id(12)], body: { title: 'x' } }, { failure: 'caller.forbidden' }),
  fails('delete of no row', 'ann', { delete: 'post', key: [id(99)] }, { failure: 'row.missing' }),
  fails('delete of a row that may not be read', 'ann', { delete: 'post', key: [id(13)] }, { failure: 'row.missing' }),
  fails('delete denied by row', 'ann', { delete: 'post', key: [id(12)] }, { failure: 'caller.forbidden' }),
  fails('of another', 'ann', { update: 'person', key: [id(2)], body: { age: 1 } }, { failure: 'caller.forbidden' }),
  // Checks of the row it would be.
  fails('create in the name of another', 'ann', { create: 'post', body: { title: 'x', authorId: id(2) } }, { failure: 'caller.forbidden' }, posts(5)),
  fails('a refused create does not tell that a value is taken', 'ann', { create: 'post', body: { title: 'x', authorId: id(2), slug: 'alpha' } }, { failure: 'caller.forbidden' }),
  fails('one of many refused, none is made', 'ann', { create: 'post', body: [{ title: 'x' }, { title: 'y', authorId: id(2) }] }, { failure: 'caller.forbidden' }, posts(5)),
  // Fields that not everyone may set.
  fails('a field of others, at creation', 'ann', { create: 'post', body: { title: 'x', status: 'secret' } }, { failure: 'caller.forbidden', at: ['status'] }, posts(5)),
  fails('a field of others, with its default', 'ann', { create: 'post', body: { title: 'x', status: 'open' } }, { failure: 'caller.forbidden', at: ['status'] }),
  fails('a field of others, in a change', 'ann', { update: 'post', key: [id(11)], body: { status: 'locked' } }, { failure: 'caller.forbidden', at: ['status'] }),
  fails('a field hidden from the caller', 'ann', { update: 'person', key: [id(1)], body: { salary: '1' } }, { failure: 'caller.forbidden' }),
  fails('a field hidden in this row', 'staff', { update: 'post', key: [id(11)], body: { draft: 'x' } }, { failure: 'caller.forbidden' }),
  fails('a part’s field hidden in this row', 'ann', { update: 'comment', key: [1], body: { flag: 'x' } }, { failure: 'caller.forbidden' }),
  // Parts follow their whole.
  fails('a part of a whole that may not be read', 'ann', { update: 'comment', key: [3], body: { text: 'x' } }, { failure: 'row.missing' }),
  fails('a part of a whole that may not be changed', 'ann', { update: 'comment', key: [4], body: { text: 'x' } }, { failure: 'caller.forbidden' }),
  fails('a part of a denied whole, changed', 'ann', { update: 'comment', key: [5], body: { text: 'x' } }, { failure: 'caller.forbidden' }),
  fails('a part of a denied whole, taken away', 'staff', { delete: 'comment', key: [5] }, { failure: 'caller.forbidden' }),
  fails('a part of a denied whole, added', 'staff', { create: 'comment', body: { postId: id(12), text: 'x' } }, { failure: 'caller.forbidden' }, { as: 'staff', do: { find: 'comment', count: 'exact', filter: { postId: id(12) } }, expect: { total: 1 } }),
  fails('a part added to a whole that may not be read', 'ann', { create: 'comment', body: { postId: id(13), text: 'x' } }, { failure: 'caller.forbidden' }),
  fails('a part added to a whole that is not there', 'ann', { create: 'comment', body: { postId: id(99), text: 'x' } }, { failure: 'caller.forbidden' }),
  fails('a part with mistakes, added to a denied whole', 'staff', { create: 'comment', body: { postId: id(12), text: 1 } }, { failure: 'caller.forbidden' }),
  fails('a part with mistakes, added to a whole that may not be read', 'ann', { create: 'comment', body: { postId: id(13), txt: 'x' } }, { failure: 'caller.forbidden' }),
  fails('a part with mistakes, added to a whole that is not there', 'ann', { create: 'comment', body: { postId: id(99), txt: 'x' } }, { failure: 'caller.forbidden' }),
  fails('a part moved to another whole', 'ann', { update: 'comment', key: [1], body: { postId: id(15) } }, { failure: 'resolve.value', mistakes: [['postId']] }),
  fails('a replace that changes what only others may set', 'ann', { replace: 'post', key: [id(11)], body: { title: 'x', status: 'secret' } }, { failure: 'caller.forbidden', at: ['status'] }),
  fails('a replace that changes what never changes', 'staff', { replace: 'post', key: [id(11)], body: { title: 'x', authorId: id(2) } }, { failure: 'resolve.value', mistakes: [['authorId']] }),
  fails('a replace that chooses a key which the database counts', 'staff', { replace: 'team', key: [99], body: { name: 'x' } }, { failure: 'row.missing' }),
  // References.
  fails('a reference to no row', 'staff', { create: 'post', body: { title: 'x', authorId: id(99) } }, { failure: 'row.reference', at: ['author'] }, posts(5)),
  fails('a reference to a row that may not be read', 'ben', { create: 'comment', body: { postId: id(13), text: 'x', writerId: id(4) } }, { failure: 'row.reference', at: ['writer'] }),
  // A rule that looks through a reference tells no hidden target from a missing one.
  fails('a check through a reference to a hidden row that fulfils it', 'ann', { create: 'review', body: { text: 'x', postId: id(13) } }, { failure: 'row.reference', at: ['post'] }),
  fails('a check through a reference to no row', 'ann', { create: 'review', body: { text: 'x', postId: id(99) } }, { failure: 'row.reference', at: ['post'] }),
  fails('a check through a reference to a row that fails it', 'ann', { create: 'review', body: { text: 'x', postId: id(11) } }, { failure: 'caller.forbidden' }),
  fails('a check through a reference that is not set', 'ann', { create: 'review', body: { text: 'x' } }, { failure: 'caller.forbidden' }),
  fails('connect to no row', 'ben', { create: 'comment', body: { postId: id(13), text: 'x', writer: { connect: { email: 'none@world.example' } } } }, { failure: 'row.reference', at: ['writer'] }),
  fails('connect to a row that may not be read', 'ben', { create: 'comment', body: { postId: id(13), text: 'x', writer: { connect: { email: 'dot@world.example' } } } }, { failure: 'row.reference', at: ['writer'] }),
  fails('connect by a field that is hidden there', 'ann', { create: 'visit', body: { reason: 'x', hostId: id(1), pet: { connect: { chip: 'c2' } } } }, { failure: 'row.reference', at: ['pet'] }),
  fails('link to no row', 'ann', { create: 'post', body: { title: 'x', tags: { connect: [{ id: 'none' }] } } }, { failure: 'row.reference', at: ['tags', 'connect', 0] }, posts(5)),
  fails('a composite reference to no row', 'staff', { create: 'duty', body: { what: 'x', membershipId: { personId: id(1), teamId: 3 } } }, { failure: 'row.reference', at: ['membership'] }),
  fails('a reference in a change', 'staff', { update: 'person', key: [id(3)], body: { managerId: id(99) } }, { failure: 'row.reference', at: ['manager'] }),
  fails('a reference in a nested row', 'ann', { create: 'post', body: { title: 'x', comments: [{ text: 'a' }, { text: 'b', writerId: id(99) }] } }, { failure: 'row.reference', at: ['comments', 1, 'writer'] }, posts(5)),
  // Uniques.
  fails('a value that is taken', 'ann', { create: 'post', body: { title: 'x', slug: 'beta' } }, { failure: 'row.duplicate', fields: ['slug'] }, posts(5)),
  fails('a value that is taken, in a change', 'ann', { update: 'post', key: [id(11)], body: { slug: 'beta' } }, { failure: 'row.duplicate', fields: ['slug'] }),
  fails('a key that is taken', 'staff', { create: 'tag', body: { id: 'art', label: 'x' } }, { failure: 'row.duplicate', fields: ['id'] }),
  fails('a composite key that is taken', 'staff', { create: 'membership', body: { personId: id(1), teamId: 1 } }, { failure: 'row.duplicate', fields: ['personId', 'teamId'] }),
  fails('a second of a one-to-one', 'ann', { create: 'profile', body: { about: 'x', personId: id(1) } }, { failure: 'row.duplicate', fields: ['personId'] }),
  fails('twice the same within one request', 'staff', { create: 'tag', body: [{ id: 'd', label: '1' }, { id: 'd', label: '2' }] }, { failure: 'row.duplicate', fields: ['id'] }, { as: 'staff', do: { get: 'tag', key: ['d'] }, expect: { failure: 'row.missing' } }),
  // Depending rows and versions.
  fails('delete of a row that others refer to', 'staff', { delete: 'person', key: [id(2)] }, { failure: 'row.referenced' }, { as: 'staff', do: { get: 'person', key: [id(2)] }, expect: { has: { name: 'Ben' } } }),
  fails('delete of a composite key that is referred to', 'staff', { delete: 'membership', key: [id(2), 1] }, { failure: 'row.referenced' }),
  fails('a stale version', 'ann', { update: 'post', key: [id(11)], body: { title: 'x' }, expect: '7' }, { failure: 'row.stale' }),
  fails('a version that is none', 'ann', { update: 'post', key: [id(11)], body: { title: 'x' }, expect: 'abc' }, { failure: 'row.stale' }),
  fails('a stale version, deleted', 'ann', { delete: 'post', key: [id(11)], expect: '2' }, { failure: 'row.stale' }),
  // Values: all mistakes at once.
  fails('every mistake at once', 'ann', { create: 'post', body: { title: '', views: 'x', nonsense: 1, rating: 'abc' } }, { failure: 'resolve.value', mistakes: [['title'], ['views'], ['nonsense'], ['rating']] }),
  fails('what is required', 'staff', { create: 'person', body: { name: 'x' } }, { failure: 'resolve.value', mistakes: [['email']] }),
  fails('null where it is required', 'ann', { update: 'post', key: [id(11)], body: { title: null } }, { failure: 'resolve.value', mistakes: [['title']] }),
  fails('too long', 'ann', { create: 'post', body: { title: 'x'.repeat(81) } }, { failure: 'resolve.value', mistakes: [['title']] }),
  fails('out of bounds', 'ann', { update: 'person', key: [id(1)], body: { age: 151 } }, { failure: 'resolve.value', mistakes: [['age']] }),
  fails('too many decimals', 'staff', { update: 'person', key: [id(1)], body: { salary: '1.005' } }, { failure: 'resolve.value', mistakes: [['salary']] }),
  fails('a choice there is not', 'staff', { create: 'post', body: { title: 'x', authorId: id(1), status: 'shut' } }, { failure: 'resolve.value', mistakes: [['status']] }),
  fails('the null character', 'ann', { create: 'post', body: { title: 'a\0b' } }, { failure: 'resolve.value', mistakes: [['title']] }),
  fails('what the server keeps', 'ann', { update: 'post', key: [id(11)], body: { version: 9 } }, { failure: 'resolve.value', mistakes: [['version']] }),
  fails('a key in a change', 'ann', { update: 'post', key: [id(11)], body: { id: id(98) } }, { failure: 'resolve.value', mistakes: [['id']] }),
  fails('what never changes', 'ann', { update: 'post', key: [id(11)], body: { authorId: id(2) } }, { failure: 'resolve.value', mistakes: [['authorId']] }),
  fails('a reference by its key and by connect', 'staff', { create: 'comment', body: { text: 'x', postId: id(11), post: { connect: { id: id(12) } } } }, { failure: 'resolve.value', mistakes: [['post']] }),
  fails('a reference by connect and by its key, in a change', 'staff', { update: 'comment', key: [1], body: { writer: { connect: { id: id(1) } }, writerId: null } }, { failure: 'resolve.value', mistakes: [['writer']] }),
  fails('what never changes, by connect', 'ann', { update: 'post', key: [id(11)], body: { author: { connect: { id: id(1) } } } }, { failure: 'resolve.value', mistakes: [['author', 'connect']] }),
  fails('no caller to be the default', 'staff', { create: 'post', body: { title: 'x' } }, { failure: 'resolve.value', mistakes: [['authorId']] }),
  fails('an empty list', 'ann', { create: 'post', body: [] }, { failure: 'resolve.value', mistakes: [[]] }),
  fails('no object', 'ann', { create: 'post', body: 'text' }, { failure: 'resolve.value', mistakes: [[]] }),
  fails('in a nested row', 'ann', { create: 'post', body: { title: 'x', comments: [{ text: 'a' }, { text: '' }] } }, { failure: 'resolve.value', mistakes: [['comments', 1, 'text']] }, posts(5)),
  fails('a nested whole’s key given again', 'ann', { create: 'post', body: { title: 'x', comments: [{ text: 'a', postId: id(11) }] } }, { failure: 'resolve.value', mistakes: [['comments', 0, 'postId']] }),
  fails('a name of the prototype', 'ann', { create: 'post', body: { title: 'x', constructor: 1 } }, { failure: 'resolve.value', mistakes: [['constructor']] }),
  // The order among them.
  fails('401 before mistakes', 'nobody', { create: 'post', body: { title: '' } }, { failure: 'caller.unknown' }),
  fails('403 before mistakes', 'ann', { create: 'tag', body: { nonsense: 1 } }, { failure: 'caller.forbidden' }),
  fails('404 before mistakes', 'ann', { update: 'post', key: [id(13)], body: { title: '' } }, { failure: 'row.missing' }),
  fails('403 of the row before mistakes', 'ann', { update: 'post', key: [id(12)], body: { title: '' } }, { failure: 'caller.forbidden' }),
  fails('412 before mistakes', 'ann', { update: 'post', key: [id(11)], body: { title: '' }, expect: '9' }, { failure: 'row.stale' }),
  fails('404 before 412', 'ann', { update: 'post', key: [id(13)], body: { title: 'x' }, expect: '9' }, { failure: 'row.missing' }),
  fails('403 before 412', 'ann', { update: 'post', key: [id(12)], body: { title: 'x' }, expect: '9' }, { failure: 'caller.forbidden' }),
]
