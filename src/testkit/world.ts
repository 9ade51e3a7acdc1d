// The world of the conformance suite: people, posts, comments, tags and what else it takes to have every kind of field, relation, key and rule.
import { and, claim, constant, field, not, or, type Comparison, type Predicate, type Scalar, type Value } from '../operation/index.ts'
import type { Caller, Kind, Model, Rule, Verb } from '../model/index.ts'
import { worldActions } from './actions.ts'
import { literal, type EntityDraft, type FieldDraft } from './arbitrary/literal.ts'

const everyone: Predicate = { kind: 'always' }
const signedIn: Predicate = { kind: 'caller', role: null }
const role = (name: string): Predicate => ({ kind: 'caller', role: name })
const is = (name: string, right: Value, as: Scalar = 'text', op: Comparison = 'eq'): Predicate => ({ kind: 'compare', op, as, left: field(name), right: constant(right) })
const mine = (name: string): Predicate => ({ kind: 'compare', op: 'eq', as: 'uuid', left: field(name), right: claim('@me.id') })
const claimed = (name: string, of: string, as: Scalar = 'text'): Predicate => ({ kind: 'compare', op: 'eq', as, left: field(name), right: claim(of) })
const some = (relation: string, where: Predicate): Predicate => ({ kind: 'some', relation, where })

type Clause = Omit<Rule, 'id' | 'place'>
const allow = (text: string, verbs: readonly Verb[], when: Predicate): Clause => ({ effect: 'allow', verbs, when, fields: [], text })
const deny = (text: string, verbs: readonly Verb[], when: Predicate): Clause => ({ effect: 'deny', verbs, when, fields: [], text })
const hide = (text: string, fields: readonly string[], when: Predicate): Clause => ({ effect: 'hide', verbs: ['read'], when, fields, text })
const all: readonly Verb[] = ['read', 'create', 'update', 'delete']

const entity = (name: string, rules: readonly Clause[], more: Partial<EntityDraft>): EntityDraft => ({
  name, key: { kind: 'uuid' }, fields: {}, refs: {}, links: {}, version: true,
  ...more,
  rules: rules.map((r, i) => ({ ...r, id: `${name.charAt(0).toUpperCase()}${name.slice(1)}.${i + 1}`, place: { file: 'src/testkit/world.ts', line: 1 } })),
})

const money = { precision: 12, scale: 2, currency: 'EUR' }
const everyKind: readonly Kind[] = [
  'uuid', 'text', 'integer', 'bigint', 'number', 'decimal', 'money', 'boolean', 'timestamp', 'date', 'time', 'duration', 'json', 'choice', 'email', 'url', 'slug', 'bytes', 'secret',
]
const kindField = (kind: Kind): FieldDraft => ({ kind, optional: true, ...(kind === 'choice' ? { bounds: { choices: ['low', 'mid', 'high'] } } : kind === 'money' ? { bounds: money } : {}) })

/** One entity per way a claim that is not there, null or of the wrong sort can stand in a rule (fine print 2). All have the same four rows. */
const gone = claimed('owner', 'gone'), odd = claimed('code', 'sub', 'uuid')
export const polarities: Readonly<Record<string, readonly Clause[]>> = {
  grantOfUnknown: [allow('read where owner is a missing claim', ['read'], gone)],
  grantOfNotUnknown: [allow('read where owner is not a missing claim', ['read'], not(gone))],
  grantOfNotOr: [allow('read unless owner is a missing claim or kind is x', ['read'], not(or(gone, is('kind', 'x'))))],
  grantOfNotAnd: [allow('read unless owner is a missing claim and kind is x', ['read'], not(and(gone, is('kind', 'x'))))],
  grantOfOr: [allow('read where owner is a missing claim or kind is x', ['read'], or(gone, is('kind', 'x')))],
  grantOfAnd: [allow('read where owner is a missing claim and kind is x', ['read'], and(gone, is('kind', 'x')))],
  grantOfNotNot: [allow('read where not not owner is a missing claim', ['read'], { kind: 'not', of: { kind: 'not', of: gone } })],
  denyOfUnknown: [allow('read', ['read'], everyone), deny('read where owner is a missing claim', ['read'], gone)],
  denyOfNotUnknown: [allow('read', ['read'], everyone), deny('read where owner is not a missing claim', ['read'], not(gone))],
  denyOfOr: [allow('read', ['read'], everyone), deny('read where owner is a missing claim or kind is x', ['read'], or(gone, is('kind', 'x')))],
  denyOfAnd: [allow('read', ['read'], everyone), deny('read where owner is a missing claim and kind is x', ['read'], and(gone, is('kind', 'x')))],
  denyOfNotOr: [allow('read', ['read'], everyone), deny('read unless owner is a missing claim or kind is x', ['read'], not(or(gone, is('kind', 'x'))))],
  denyOfNotAnd: [allow('read', ['read'], everyone), deny('read unless owner is a missing claim and kind is x', ['read'], not(and(gone, is('kind', 'x'))))],
  hideOfUnknown: [allow('read', ['read'], everyone), hide('note where owner is a missing claim', ['note'], gone)],
  hideOfNotUnknown: [allow('read', ['read'], everyone), hide('note where owner is not a missing claim', ['note'], not(gone))],
  hideOfAnd: [allow('read', ['read'], everyone), hide('note where owner is a missing claim and kind is x', ['note'], and(gone, is('kind', 'x')))],
  hideOfNotOr: [allow('read', ['read'], everyone), hide('note unless owner is a missing claim or kind is x', ['note'], not(or(gone, is('kind', 'x'))))],
  grantOfIllTyped: [allow('read where code is the subject', ['read'], odd)],
  grantOfNotIllTyped: [allow('read where code is not the subject', ['read'], not(odd))],
  denyOfIllTyped: [allow('read', ['read'], everyone), deny('read where code is the subject', ['read'], odd)],
  denyOfNotIllTyped: [allow('read', ['read'], everyone), deny('read where code is not the subject', ['read'], not(odd))],
}
const polarity = (name: string, rules: readonly Clause[]): EntityDraft => entity(name, rules, {
  key: { kind: 'text' }, version: false, fields: { owner: { kind: 'text', optional: true }, kind: { kind: 'text', optional: true }, code: { kind: 'uuid', optional: true }, note: { kind: 'text', optional: true } },
})

const drafts: readonly EntityDraft[] = [
  entity('person', [
    allow("allow('read').to(signedIn)", ['read'], signedIn),
    allow("allow('update').when(row.is(caller))", ['update'], mine('id')),
    allow("allow(all).to('staff')", all, role('staff')),
    deny('deny(all).when(row.banned)', ['read', 'update'], and(is('banned', true, 'boolean'), not(role('staff')))),
    hide("hide('salary').unless(caller.is('staff'))", ['salary'], not(role('staff'))),
    hide("hide('phone').unless(row.is(caller).or(caller.is('staff')))", ['phone'], not(or(mine('id'), role('staff')))),
  ], {
    stamps: true,
    fields: {
      name: { kind: 'text', bounds: { minLength: 1, maxLength: 40 } }, email: { kind: 'email', unique: true }, plan: { kind: 'text', optional: true },
      salary: { kind: 'money', optional: true, bounds: money }, phone: { kind: 'text', optional: true }, banned: { kind: 'boolean', default: { kind: 'value', value: false } },
      age: { kind: 'integer', optional: true, bounds: { min: 0, max: 150 } }, password: { kind: 'secret', optional: true }, level: { kind: 'integer', default: { kind: 'value', value: 1 }, by: ['staff'] },
    },
    refs: { manager: { target: 'person', optional: true, inverse: 'reports' } },
  }),
  entity('profile', [
    allow("allow('read', 'create', 'update').when(row.person.is(caller))", ['read', 'create', 'update'], mine('personId')),
    allow("allow('read').when(row.open)", ['read'], is('open', true, 'boolean')),
  ], { fields: { about: { kind: 'text' }, open: { kind: 'boolean', default: { kind: 'value', value: false } } }, refs: { person: { target: 'person', unique: true, inverse: 'profile', fixed: true } } }),
  entity('tag', [allow("allow('read')", ['read'], everyone), allow("allow(…).to('staff')", ['create', 'update', 'delete'], role('staff'))], {
    key: { kind: 'text' }, fields: { label: { kind: 'text' } }, version: false,
  }),
  entity('post', [
    allow("allow('read').when(row.status.in('open', 'locked'))", ['read'], { kind: 'in', as: 'text', left: field('status'), right: constant(['open', 'locked']) }),
    allow("allow(all).when(row.author.is(caller))", all, mine('authorId')),
    allow("allow(all).to('staff')", all, role('staff')),
    deny("deny('update', 'delete').when(row.status.eq('locked'))", ['update', 'delete'], is('status', 'locked')),
    hide("hide('draft').unless(row.author.is(caller))", ['draft'], not(mine('authorId'))),
  ], {
    fields: {
      title: { kind: 'text', searchable: true, bounds: { minLength: 1, maxLength: 80 } }, status: { kind: 'choice', bounds: { choices: ['secret', 'open', 'locked'] }, default: { kind: 'value', value: 'open' }, by: ['staff'] },
      draft: { kind: 'text', optional: true }, views: { kind: 'integer', default: { kind: 'value', value: 0 } }, rating: { kind: 'decimal', optional: true }, published: { kind: 'timestamp', optional: true },
      slug: { kind: 'slug', unique: true, optional: true },
    },
    refs: { author: { target: 'person', inverse: 'posts', fixed: true, default: { kind: 'claim', claim: '@me.id' } } },
    links: { tags: { target: 'tag', inverse: 'posts' } },
  }),
  entity('comment', [hide("hide('flag').unless(row.writer.is(caller).or(caller.is('staff')))", ['flag'], not(or(mine('writerId'), role('staff'))))], {
    key: { kind: 'identity' },
    fields: { text: { kind: 'text', bounds: { minLength: 1 } }, flag: { kind: 'text', optional: true }, signature: { kind: 'text', optional: true, default: { kind: 'related', relation: 'writer', field: 'name' } } },
    refs: { post: { target: 'post', part: true, inverse: 'comments', fixed: true }, writer: { target: 'person', optional: true, inverse: 'comments' } },
  }),
  entity('team', [
    allow('allow(read).when(row.members.some(m => m.person.is(caller)))', ['read'], some('members', mine('personId'))),
    allow("allow(all).to('staff')", all, role('staff')),
  ], { key: { kind: 'identity' }, version: false, fields: { name: { kind: 'text', unique: true } } }),
  entity('membership', [
    allow('allow(read).when(row.team.members.some(m => m.person.is(caller)))', ['read'], some('team', some('members', mine('personId')))),
    allow("allow(all).to('staff')", all, role('staff')),
  ], {
    key: { kind: 'refs', refs: ['person', 'team'] }, fields: { since: { kind: 'date', optional: true } },
    refs: { person: { target: 'person', inverse: 'memberships' }, team: { target: 'team', inverse: 'members' } },
  }),
  entity('duty', [
    allow('allow(read).when(row.membership.person.manager.is(caller))', ['read'], some('membership', some('person', mine('managerId')))),
    allow("allow(all).to('staff')", all, role('staff')),
  ], { fields: { what: { kind: 'text' } }, refs: { membership: { target: 'membership', optional: true, inverse: 'duties' } } }),
  entity('review', [
    allow("allow('create').when(row.post.status.eq('secret'))", ['create'], some('post', is('status', 'secret'))), allow("allow('read')", ['read'], everyone),
  ], { fields: { text: { kind: 'text' } }, refs: { post: { target: 'post', optional: true, inverse: 'reviews' } } }),
  entity('pet', [
    allow("allow('read').to(signedIn)", ['read'], signedIn),
    allow("allow(all).to('staff')", all, role('staff')),
    hide("hide('keeper', 'chip').unless(row.tame.or(caller.is('staff')))", ['keeperId', 'chip'], not(or(is('tame', true, 'boolean'), role('staff')))),
  ], {
    fields: { name: { kind: 'text' }, tame: { kind: 'boolean', default: { kind: 'value', value: true } }, chip: { kind: 'text', unique: true, optional: true } },
    refs: { keeper: { target: 'person', optional: true, inverse: 'pets' } },
  }),
  entity('visit', [
    allow("allow('read', 'create').to(signedIn)", ['read', 'create'], signedIn),
    hide("hide('pet').unless(row.host.plan.eq('gold').or(caller.is('staff')))", ['petId'], not(or(some('host', is('plan', 'gold')), role('staff')))),
  ], { fields: { reason: { kind: 'text' } }, refs: { pet: { target: 'pet', inverse: 'visits' }, host: { target: 'person', optional: true, inverse: 'visits' } } }),
  entity('bill', [
    allow("allow('read', 'create', 'update').to(signedIn)", ['read', 'create', 'update'], and(signedIn, not(is('total', '1000', 'decimal', 'gt')))),
    allow("allow('delete').to('staff')", ['delete'], role('staff')),
  ], {
    fields: { title: { kind: 'text' } }, links: { fans: { target: 'person', inverse: 'bills' } },
    totals: {
      total: { kind: 'money', bounds: { precision: 38, scale: 2, currency: 'EUR' }, total: { fn: 'sum', relation: 'rows', of: { kind: 'plus', as: 'decimal', left: { kind: 'times', as: 'decimal', left: field('price'), right: field('quantity') }, right: field('extra') } } },
      size: { kind: 'integer', total: { fn: 'count', relation: 'rows', of: null } },
      pieces: { kind: 'bigint', total: { fn: 'sum', relation: 'rows', of: field('quantity') } },
      least: { kind: 'money', optional: true, bounds: { precision: 38, scale: 2, currency: 'EUR' }, total: { fn: 'min', relation: 'rows', of: field('price') } },
      last: { kind: 'text', optional: true, total: { fn: 'max', relation: 'rows', of: field('label') } },
    },
    derived: {
      fanCount: { fn: 'count', relation: 'fans', where: everyone }, liked: { fn: 'some', relation: 'fans', where: mine('id') },
      dear: { fn: 'count', relation: 'rows', where: is('price', '5', 'decimal', 'gte') },
    },
  }),
  entity('row', [], {
    fields: { label: { kind: 'text' }, price: { kind: 'money', bounds: money }, quantity: { kind: 'integer', default: { kind: 'value', value: 1 }, bounds: { min: 1 } } },
    refs: { bill: { target: 'bill', part: true, inverse: 'rows' } },
    totals: { extra: { kind: 'money', bounds: { precision: 38, scale: 2, currency: 'EUR' }, total: { fn: 'sum', relation: 'extras', of: field('price') } } },
  }),
  entity('extra', [], { version: false, fields: { what: { kind: 'text' }, price: { kind: 'money', bounds: money } }, refs: { row: { target: 'row', part: true, inverse: 'extras', fixed: true } } }),
  entity('sample', [allow("allow('read')", ['read'], everyone), allow("allow(…).to('staff')", ['create', 'update', 'delete'], role('staff'))], {
    key: { kind: 'identity' }, version: false,
    fields: {
      name: { kind: 'text' }, ...Object.fromEntries(everyKind.map(k => [`${k}Value`, kindField(k)])),
      textList: { kind: 'text', list: true, optional: true }, integerList: { kind: 'integer', list: true, optional: true },
    },
  }),
  entity('wide', [allow("allow('read')", ['read'], everyone)], {
    key: { kind: 'text' }, version: false, fields: Object.fromEntries(Array.from({ length: 119 }, (_, i) => [`f${i + 1}`, { kind: 'integer', optional: true }])),
  }),
  entity('ledger', [allow("allow('read')", ['read'], everyone), allow('allow(…).to(signedIn)', ['create', 'update', 'delete'], signedIn)], { key: { kind: 'text' }, fields: { amount: { kind: 'integer' } }, versionDemanded: true }),
  entity('vault', [], { key: { kind: 'text' }, fields: { gold: { kind: 'integer' } } }),
  ...Object.entries(polarities).map(([name, rules]) => polarity(name, rules)),
]

export const world: Model = { ...literal('world', drafts, [{ name: 'me', entity: 'person', match: 'email', claim: 'email' }], ['staff']), actions: worldActions }

/** The n-th key. */
export const id = (n: number): string => `0198a000-0000-7000-8000-${String(n).padStart(12, '0')}`
const person = (name: string, n: number): Caller => ({ id: `subject-${n}`, roles: new Set(), claims: { sub: `auth0|${n}`, email: `${name}@world.example`, '@me.id': id(n) }, until: null })

export type Who = 'nobody' | 'ann' | 'ben' | 'cyd' | 'staff' | 'stranger' | 'fit'
export const callers: Readonly<Record<Who, Caller>> = {
  nobody: { id: null, roles: new Set(), claims: {}, until: null },
  ann: person('ann', 1), ben: person('ben', 2), cyd: person('cyd', 3),
  staff: { id: 'staff', roles: new Set(['staff']), claims: { sub: id(77) }, until: null },
  /** Signed in, bound to no row, a null claim. */
  stranger: { id: 'stranger', roles: new Set(), claims: { sub: 'auth0|9', gone: null }, until: null },
  /** Signed in, bound to no row, with every claim that the rules of `polarities` ask for. */
  fit: { id: 'fit', roles: new Set(), claims: { sub: id(1), gone: 'o' }, until: null },
}

type Row = Readonly<Record<string, Value>>
const people: readonly Row[] = [
  { id: id(1), name: 'Ann', email: 'ann@world.example', plan: 'gold', salary: '100.50', phone: '111', age: 30, managerId: null, password: 'pa' },
  { id: id(2), name: 'Ben', email: 'ben@world.example', plan: null, salary: '90.00', phone: '222', age: null, managerId: id(1), password: 'pb' },
  { id: id(3), name: 'Cyd', email: 'cyd@world.example', plan: 'gold', salary: null, phone: null, age: 20, managerId: id(2), password: null },
  { id: id(4), name: 'Dot', email: 'dot@world.example', plan: 'tin', salary: '1.10', phone: '444', age: 40, managerId: id(1), password: null, banned: true },
].map(p => ({ banned: false, level: 1, version: 1, createdAt: '2026-01-01T00:00:00+00:00', updatedAt: '2026-01-02T00:00:00.5+00:00', ...p }))
const posts: readonly Row[] = [
  { id: id(11), title: 'Alpha', status: 'open', draft: 'first', views: 10, rating: '9.5', published: '2026-01-01T10:00:00+00:00', slug: 'alpha', authorId: id(1) },
  { id: id(12), title: 'beta', status: 'locked', draft: null, views: 0, rating: '10.2', published: null, slug: 'beta', authorId: id(1) },
  { id: id(13), title: 'Ähre', status: 'secret', draft: 'hush', views: 5, rating: null, published: '2026-02-01T10:00:00.000001+00:00', slug: null, authorId: id(2) },
  { id: id(14), title: 'delta', status: 'open', draft: 'dd', views: 5, rating: '-0.01', published: '2026-01-01T10:00:00.5+00:00', slug: 'delta', authorId: id(4) },
  { id: id(15), title: '𝒳-ray', status: 'secret', draft: null, views: 7, rating: '9.5', published: null, slug: 'x-ray', authorId: id(1) },
].map(p => ({ version: 1, ...p }))
/** Rows by entity. */
export const rows: Readonly<Record<string, readonly Row[]>> = {
  person: people,
  profile: [
    { id: id(21), about: 'I am Ann', open: false, personId: id(1), version: 1 },
    { id: id(22), about: 'I am Ben', open: true, personId: id(2), version: 1 },
  ],
  tag: [{ id: 'art', label: 'Art' }, { id: 'a,b', label: 'A, b' }, { id: 'bio', label: 'Bio' }, { id: 'äö/ü', label: 'Umlauts' }],
  post: posts,
  postTags: [
    { nearId: id(11), farId: 'art' }, { nearId: id(11), farId: 'bio' }, { nearId: id(13), farId: 'art' }, { nearId: id(14), farId: 'äö/ü' },
  ],
  comment: [
    { id: 1, text: 'nice', flag: 'f1', signature: 'Ben', postId: id(11), writerId: id(2), version: 1 },
    { id: 2, text: 'well', flag: 'f2', signature: null, postId: id(11), writerId: null, version: 1 },
    { id: 3, text: 'hm', flag: null, signature: 'Ann', postId: id(13), writerId: id(1), version: 1 },
    { id: 4, text: 'ok', flag: 'f4', signature: 'Dot', postId: id(14), writerId: id(4), version: 1 },
    { id: 5, text: 'late', flag: null, signature: null, postId: id(12), writerId: id(2), version: 1 },
    { id: 6, text: 'more', flag: null, signature: null, postId: id(11), writerId: id(1), version: 1 },
  ],
  team: [{ id: 1, name: 'red' }, { id: 2, name: 'blue' }, { id: 3, name: 'empty' }],
  membership: [
    { personId: id(1), teamId: 1, since: '2020-02-29', version: 1 }, { personId: id(2), teamId: 1, since: null, version: 1 }, { personId: id(3), teamId: 2, since: '2026-01-01', version: 1 },
    { personId: id(2), teamId: 2, since: '2019-12-31', version: 1 },
  ],
  duty: [
    { id: id(31), what: 'sweep', 'membershipId.personId': id(2), 'membershipId.teamId': 1, version: 1 },
    { id: id(32), what: 'cook', 'membershipId.personId': id(3), 'membershipId.teamId': 2, version: 1 },
    { id: id(33), what: 'rest', 'membershipId.personId': null, 'membershipId.teamId': null, version: 1 },
  ],
  pet: [
    { id: id(41), name: 'Rex', tame: true, chip: 'c1', keeperId: id(1), version: 1 }, { id: id(42), name: 'Tiger', tame: false, chip: 'c2', keeperId: id(1), version: 1 },
    { id: id(43), name: 'Ula', tame: false, keeperId: id(2), version: 1 }, { id: id(44), name: 'Stray', tame: true, keeperId: null, version: 1 },
  ],
  visit: [{ id: id(51), reason: 'ears', petId: id(41), hostId: id(1), version: 1 }, { id: id(52), reason: 'teeth', petId: id(41), hostId: id(2), version: 1 }],
  bill: [
    { id: id(61), title: 'First', total: '26.50', size: 2, pieces: '3', least: '2.50', last: 'tea', version: 1 },
    { id: id(62), title: 'Second', total: '0.00', size: 0, pieces: '0', least: null, last: null, version: 1 },
  ],
  billFans: [{ nearId: id(61), farId: id(1) }, { nearId: id(61), farId: id(4) }],
  row: [
    { id: id(63), label: 'cake', price: '10.00', quantity: 2, extra: '4.00', billId: id(61), version: 1 }, { id: id(64), label: 'tea', price: '2.50', quantity: 1, extra: '0.00', billId: id(61), version: 1 },
  ],
  extra: [{ id: id(65), what: 'cream', price: '1.50', rowId: id(63) }, { id: id(66), what: 'candle', price: '2.50', rowId: id(63) }],
  sample: [
    {
      id: 1, name: 'one', uuidValue: id(1), textValue: 'abc', integerValue: -2147483648, bigintValue: '9007199254740993', numberValue: 0.1, decimalValue: '9.5', moneyValue: '9.50', booleanValue: true,
      timestampValue: '2026-01-01T00:00:00.123456+00:00', dateValue: '2024-02-29', timeValue: '09:30:00.5', durationValue: 'P1Y2M3DT4H5M6S', jsonValue: { a: [1, null, 'x'], b: { c: true } },
      choiceValue: 'low', emailValue: 'a@x.example', urlValue: 'https://x.example/', slugValue: 'a-b', bytesValue: 'AP8', secretValue: 'hidden', textList: ['a', 'b', ''], integerList: [1, 2],
    },
    {
      id: 2, name: 'two', uuidValue: id(2), textValue: 'ABC', integerValue: 0, bigintValue: '-1', numberValue: -1.5, decimalValue: '10.2', moneyValue: '10.20', booleanValue: false,
      timestampValue: '2026-01-01T00:00:00+00:00', dateValue: '1999-12-31', timeValue: '00:00:00', durationValue: 'PT1H', jsonValue: [], choiceValue: 'mid', emailValue: 'b@x.example',
      urlValue: 'https://y.example/?q=1', slugValue: 'b', bytesValue: '', secretValue: null, textList: [], integerList: [2, 2],
    },
    { id: 3, name: 'three' },
    {
      id: 4, name: 'four', uuidValue: id(3), textValue: 'Äb_%', integerValue: 2147483647, bigintValue: '9007199254740992', numberValue: 2.5e-7, decimalValue: '1000000000000000000000000.000000000000000000000000000001',
      moneyValue: '-0.01', booleanValue: false, timestampValue: '1999-12-31T23:59:59.999999+00:00', dateValue: '2026-01-01', timeValue: '23:59:59.999999', durationValue: 'P1D', jsonValue: 'text',
      choiceValue: 'high', emailValue: 'c@y.example', urlValue: 'http://z.example/', slugValue: 'c', bytesValue: '_w', secretValue: null, textList: ['c'], integerList: [],
    },
  ],
  wide: [{ id: 'w', ...Object.fromEntries(Array.from({ length: 119 }, (_, i) => [`f${i + 1}`, i + 1])) }, { id: 'x' }],
  ledger: [{ id: 'a', amount: 7, version: 1 }],
  vault: [{ id: 'main', gold: 7, version: 1 }],
  ...Object.fromEntries(Object.keys(polarities).map(name => [name, [
    { id: 'ox', owner: 'o', kind: 'x', code: id(1), note: 'n1' }, { id: 'oy', owner: 'o', kind: 'y', code: id(2), note: 'n2' },
    { id: 'nx', owner: null, kind: 'x', code: null, note: 'n3' }, { id: 'ny', owner: null, kind: 'y', code: id(3), note: 'n4' },
  ]])),
}
