// Writes that succeed: what they leave, what they answer, and who sees it afterwards.
import type { Case, Expect, Step } from '../case.ts'
import type { ReadPart, WritePart } from '../request.ts'
import { id, type Who } from '../world.ts'

const write = (name: string, as: Who, part: WritePart, expect: Expect, ...then: readonly Step[]): Case => ({ name: `write: ${name}`, as, do: part, expect, then })
const see = (as: Who, part: ReadPart, expect: Expect): Step => ({ as, do: part, expect })
const postAt = (n: number, fields: readonly string[] = ['title', 'version']): ReadPart => ({ get: 'post', key: [id(n)], fields })

export const writes: readonly Case[] = [
  write('create with defaults', 'ann', { create: 'post', body: { title: 'New' } },
    { has: { title: 'New', status: 'open', views: 0, authorId: id(1), version: 1, draft: null, rating: null } },
    see('nobody', { find: 'post', filter: { title: 'New' }, count: 'exact' }, { total: 1 })),
  write('create answers the fields asked for', 'ann', { create: 'post', body: { title: 'New', views: 3 }, fields: ['views', 'title'] }, { data: { views: 3, title: 'New' } }),
  write('create with a sequence key', 'staff', { create: 'team', body: { name: 'green' } }, { data: { id: 4, name: 'green' } }),
  write('create with a text key', 'staff', { create: 'tag', body: { id: 'new', label: 'New' } }, { data: { id: 'new', label: 'New' } }),
  write('create with a composite key', 'staff', { create: 'membership', body: { personId: id(4), teamId: 2 } }, { data: { personId: id(4), teamId: 2, since: null, version: 1 } }),
  write('create with a composite reference', 'staff', { create: 'duty', body: { what: 'wash', membershipId: { personId: id(1), teamId: 1 } } }, { has: { what: 'wash', membershipId: { personId: id(1), teamId: 1 } } }),
  write('create with no composite reference', 'staff', { create: 'duty', body: { what: 'wash', membershipId: null } }, { has: { membershipId: null } }),
  write('create many in one', 'staff', { create: 'tag', body: [{ id: 'm1', label: '1' }, { id: 'm2', label: '2' }] }, { data: [{ id: 'm1', label: '1' }, { id: 'm2', label: '2' }] }),
  write('create with parts', 'ann', { create: 'post', body: { title: 'Whole', comments: [{ text: 'one' }, { text: 'two', writerId: id(2) }] }, fields: ['title'], include: { comments: { fields: ['text', 'signature'], sort: ['text'] } } },
    { data: { title: 'Whole', comments: [{ text: 'one', signature: null }, { text: 'two', signature: 'Ben' }] } },
    see('nobody', { find: 'comment', filter: { post: { title: 'Whole' } }, count: 'exact', fields: ['text'], sort: ['text'] }, { pluck: ['text', ['one', 'two']], total: 2 })),
  write('create answers what the body nested', 'ann', { create: 'post', body: { title: 'Whole', comments: [{ text: 'one' }], tags: { connect: [{ id: 'art' }] } } },
    { has: { title: 'Whole', tags: [{ id: 'art', label: 'Art' }] } }),
  write('a default through a reference', 'ben', { create: 'comment', body: { postId: id(13), text: 'x', writerId: id(1) } }, { has: { signature: 'Ann', postId: id(13) } }),
  write('a default through a reference gives way', 'ben', { create: 'comment', body: { postId: id(13), text: 'x', writerId: id(1), signature: 'me' } }, { has: { signature: 'me' } }),
  write('connect by a unique field', 'ben', { create: 'comment', body: { postId: id(13), text: 'x', writer: { connect: { email: 'cyd@world.example' } } } }, { has: { writerId: id(3), signature: 'Cyd' } }),
  write('one request names a target by its key, by a unique field, and not at all', 'ann', {
    create: 'post', fields: ['title'], include: { comments: { fields: ['text', 'writerId'], sort: ['text'] } },
    body: { title: 'M', comments: [{ text: 'a', writerId: id(1) }, { text: 'b', writer: { connect: { email: 'cyd@world.example' } } }, { text: 'c' }] },
  }, { data: { title: 'M', comments: [{ text: 'a', writerId: id(1) }, { text: 'b', writerId: id(3) }, { text: 'c', writerId: null }] } }),
  write('connect many-to-many', 'ann', { create: 'post', body: { title: 'T', tags: { connect: [{ id: 'art' }, { id: 'a,b' }] } }, fields: ['title'], include: { tags: { fields: ['id'], sort: ['id'] } } }, { data: { title: 'T', tags: [{ id: 'a,b' }, { id: 'art' }] } }),
  write('create through a many-to-many', 'staff', { create: 'post', body: { title: 'T', authorId: id(1), tags: { create: [{ id: 'fresh', label: 'Fresh' }] } }, fields: ['title'], include: { tags: {} } }, { data: { title: 'T', tags: [{ id: 'fresh', label: 'Fresh' }] } },
    see('nobody', { get: 'tag', key: ['fresh'], include: { posts: { fields: ['title'] } } }, { data: { id: 'fresh', label: 'Fresh', posts: [{ title: 'T' }] } })),
  write('create the target of a reference', 'staff', { create: 'post', body: { title: 'T', author: { create: { name: 'Eve', email: 'eve@world.example' } } }, fields: ['title'], include: { author: { fields: ['name', 'level'] } } }, { data: { title: 'T', author: { name: 'Eve', level: 1 } } }),
  write('create three levels', 'staff', { create: 'person', body: { name: 'Fay', email: 'fay@world.example', posts: [{ title: 'P1', comments: [{ text: 'c1' }, { text: 'c2' }] }, { title: 'P2' }] }, fields: ['name'], include: { posts: { fields: ['title'], sort: ['title'], include: { comments: { fields: ['text'], sort: ['text'] } } } } },
    { data: { name: 'Fay', posts: [{ title: 'P1', comments: [{ text: 'c1' }, { text: 'c2' }] }, { title: 'P2', comments: [] }] } }),
  write('create a one-to-one', 'cyd', { create: 'profile', body: { about: 'Cyd here', personId: id(3) } }, { has: { about: 'Cyd here', open: false } }, see('cyd', { get: 'person', key: [id(3)], fields: ['name'], include: { profile: { fields: ['about'] } } }, { data: { name: 'Cyd', profile: { about: 'Cyd here' } } })),
  write('every kind comes back as it went', 'staff', { create: 'sample', body: {
    name: 'five', uuidValue: id(5).toUpperCase(), textValue: '𝒳\n"', integerValue: -1, bigintValue: '-9223372036854775808', numberValue: 1e21, decimalValue: '0.10', moneyValue: '1.5', booleanValue: false,
    timestampValue: '2026-05-05T12:00:00+02:00', dateValue: '0001-01-01', timeValue: '12:00', durationValue: 'P1W', jsonValue: { z: 1, a: [null, 0.5] }, choiceValue: 'mid', emailValue: 'é@x.example', urlValue: 'https://x.example/ä',
    slugValue: 'x-1', bytesValue: 'AAEC', secretValue: 'hush', textList: ['', 'ä', '"'], integerList: [],
  } }, { has: {
    uuidValue: id(5), textValue: '𝒳\n"', integerValue: -1, bigintValue: '-9223372036854775808', numberValue: 1e21, decimalValue: '0.1', moneyValue: '1.50', booleanValue: false, timestampValue: '2026-05-05T10:00:00+00:00',
    dateValue: '0001-01-01', timeValue: '12:00:00', durationValue: 'P7D', jsonValue: { z: 1, a: [null, 0.5] }, choiceValue: 'mid', emailValue: 'é@x.example', urlValue: 'https://x.example/ä', slugValue: 'x-1', bytesValue: 'AAEC', textList: ['', 'ä', '"'], integerList: [],
  }, lacks: ['secretValue'] }),
  write('what may not be read back answers nothing', 'staff', { create: 'profile', body: { about: 'x', personId: id(3) } }, { failure: 'caller.forbidden' }),
  write('update one field', 'ann', { update: 'post', key: [id(11)], body: { title: 'Alef' } }, { has: { title: 'Alef', views: 10, version: 2 } }, see('nobody', postAt(11), { data: { title: 'Alef', version: 2 } })),
  write('update to null', 'ann', { update: 'post', key: [id(11)], body: { rating: null, draft: 'd2' } }, { has: { rating: null, draft: 'd2' } }),
  write('update nothing raises the version', 'ann', { update: 'post', key: [id(11)], body: {} }, { has: { version: 2 } }),
  write('update of the version one has seen', 'ann', { update: 'post', key: [id(11)], body: { title: 'Alef' }, expect: '1' }, { has: { version: 2 } }),
  write('update of whatever version', 'ann', { update: 'post', key: [id(11)], body: { title: 'Alef' }, expect: '*' }, { has: { version: 2 } }),
  write('update a reference', 'staff', { update: 'person', key: [id(3)], body: { managerId: id(1) } }, { has: { managerId: id(1) } }, see('staff', { find: 'person', filter: { managerId: id(1) }, count: 'exact' }, { total: 3 })),
  write('update a reference by connect', 'staff', { update: 'person', key: [id(3)], body: { manager: { connect: { email: 'dot@world.example' } } } }, { has: { managerId: id(4) } }),
  write('update a composite reference', 'staff', { update: 'duty', key: [id(31)], body: { membershipId: { personId: id(3), teamId: 2 } } }, { has: { membershipId: { personId: id(3), teamId: 2 } } }),
  write('update a composite key’s row', 'staff', { update: 'membership', key: [id(1), 1], body: { since: '2021-01-01' } }, { has: { since: '2021-01-01', version: 2 } }),
  write('one’s own row', 'ann', { update: 'person', key: [id(1)], body: { phone: '999', age: 31 } }, { has: { phone: '999', age: 31 }, lacks: ['salary', 'password'] }),
  write('a field only some may set', 'staff', { update: 'person', key: [id(1)], body: { level: 9 } }, { has: { level: 9 } }),
  write('a secret may be written and not read', 'ann', { update: 'person', key: [id(1)], body: { password: 'new' } }, { has: { name: 'Ann' }, lacks: ['password'] }),
  write('a part raises its whole', 'ann', { update: 'comment', key: [1], body: { text: 'nicer' } }, { has: { text: 'nicer', version: 2 } }, see('nobody', postAt(11), { data: { title: 'Alpha', version: 2 } })),
  write('a new part raises its whole', 'ann', { create: 'comment', body: { postId: id(11), text: 'new' } }, { has: { text: 'new', version: 1 } }, see('nobody', postAt(11), { data: { title: 'Alpha', version: 2 } })),
  write('a part taken away raises its whole', 'ann', { delete: 'comment', key: [1] }, { data: null }, see('nobody', postAt(11), { data: { title: 'Alpha', version: 2 } })),
  write('parts made with their whole do not raise it', 'ann', { create: 'post', body: { title: 'W', comments: [{ text: 'a' }] } }, { has: { version: 1 } }),
  write('delete takes parts and links with it', 'ann', { delete: 'post', key: [id(11)] }, { data: null },
    see('staff', { find: 'comment', filter: { postId: id(11) }, count: 'exact' }, { total: 0 }), see('nobody', { get: 'tag', key: ['bio'], include: { posts: {} } }, { data: { id: 'bio', label: 'Bio', posts: [] } })),
  write('delete of the far end of links', 'staff', { delete: 'tag', key: ['art'] }, { data: null }, see('nobody', { get: 'post', key: [id(11)], fields: ['title'], include: { tags: { fields: ['id'] } } }, { data: { title: 'Alpha', tags: [{ id: 'bio' }] } })),
  write('delete of the version one has seen', 'ann', { delete: 'post', key: [id(11)], expect: '1' }, { data: null }),
  write('replace changes a row to exactly this', 'ann', { replace: 'post', key: [id(11)], body: { title: 'Only' } }, { has: { title: 'Only', rating: null, views: 0, version: 2, slug: null, status: 'open', authorId: id(1) } }),
  write('replace makes a row with this key', 'staff', { replace: 'tag', key: ['put'], body: { label: 'Put' } }, { data: { id: 'put', label: 'Put' } }, see('nobody', { get: 'tag', key: ['put'] }, { has: { label: 'Put' } })),
  write('replace makes a row with a UUID', 'ann', { replace: 'post', key: [id(88)], body: { title: 'Chosen' } }, { has: { id: id(88), title: 'Chosen', authorId: id(1) } }),
  write('a null in a unique field is no duplicate', 'ann', { create: 'post', body: { title: 'No slug', slug: null } }, { has: { slug: null } }),
  write('an update that keeps its own unique value', 'ann', { update: 'post', key: [id(11)], body: { slug: 'alpha' } }, { has: { slug: 'alpha' } }),
]
