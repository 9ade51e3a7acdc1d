// The statements themselves, in one file to read in review: statements.sql. `UPDATE_STATEMENTS=1` writes it anew.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { and, not, or, type Predicate, type Read } from '../../../operation/index.ts'
import { aggregate, constant, eq, field, include, one, parameter, query, seen, some } from './build.fixture.ts'
import { compileRead } from './index.ts'
import { authorized, world } from './world.fixture.ts'

const status = eq('status', parameter(0), 'text'), key = eq('id', parameter(0))
const rating = (op: 'lt' | 'gte'): Predicate => ({ kind: 'compare', op, as: 'integer', left: field('rating'), right: constant(3) })
const text = (how: 'startsWith' | 'endsWith' | 'contains' | 'search', fold = false): Predicate => ({ kind: 'text', how, of: field('title'), text: parameter(0), fold })
const comments = include('post', 'comments', ['id', 'text'], { related: [include('comment', 'author', ['id', 'name'])] })

const cases: Readonly<Record<string, Read>> = {
  'one row by its key': one('post', ['id', 'title', 'status', 'price', 'createdAt'], key),
  'one row and its parts': one('post', ['id'], key, [comments]),
  'a page': query('post', ['id', 'title', 'price'], { where: status, order: 'price id', page: { kind: 'offset', skip: parameter(1), take: 20 } }),
  'own rows, their parts, and each part\'s reference': query('post', ['id', 'status', 'price', 'createdAt'], { where: eq('authorId', parameter(0)), order: '-createdAt -id', related: [comments] }),
  'many-to-many, self reference, one-to-one': query('person', ['name'], { related: [include('person', 'manager', ['name']), include('person', 'profile', ['bio']), include('person', 'posts', ['id'], { related: [include('post', 'tags', ['label'])] })] }),
  'a composite key': query('booking', ['seat.row', 'seat.number'], { related: [include('booking', 'seat', ['label'])] }),
  'after a cursor, one direction': query('post', ['id'], { order: '-createdAt -id', page: { kind: 'keyset', from: [parameter(0), parameter(1)], toward: 'next', take: 20 } }),
  'before a cursor, mixed directions, nulls possible': query('post', ['id'], { order: 'rating -createdAt id', page: { kind: 'keyset', from: [parameter(0), parameter(1), parameter(2)], toward: 'previous', take: 20 } }),
  'after a cursor at a null': query('post', ['id'], { order: 'rating -id', page: { kind: 'keyset', from: [null, parameter(0)], toward: 'next', take: 20 } }),
  'ordered through a reference': query('comment', ['id'], { order: 'author/name post/author/name -id' }),
  'counted': query('post', ['id'], { where: status, count: 'exact' }),
  'counted to a thousand': query('post', ['id'], { where: status, count: 'capped' }),
  'hidden by row': query('post', ['id', seen('price', or(status, eq('authorId', parameter(1))))], { order: [{ by: { ...seen('price', status), as: 'decimal', via: [] }, dir: 'desc' }, { by: { ...seen('id'), as: 'uuid', via: [] }, dir: 'asc' }] }),
  'not: plain where required': query('post', ['id'], { where: and(not(eq('status', constant('draft'), 'text')), not({ kind: 'compare', op: 'gte', as: 'timestamp', left: field('createdAt'), right: { kind: 'now' } })) }),
  'not: wrapped where null could be': query('post', ['id'], { where: and(not(rating('lt')), not(or(rating('gte'), some('comments', eq('authorId', parameter(0)))))) }),
  'in, null, has': query('thing', ['id'], { where: or({ kind: 'in', as: 'uuid', left: field('bUuid'), right: parameter(0) }, not({ kind: 'null', of: field('bText') }), { kind: 'has', as: 'text', of: field('cText'), value: parameter(1) }) }),
  'starts with': query('post', ['id'], { where: text('startsWith') }),
  'ends with, folded': query('post', ['id'], { where: text('endsWith', true) }),
  'contains': query('post', ['id'], { where: text('contains') }),
  'full text': query('post', ['id'], { where: text('search') }),
  'some to-many, seeing the row around it': query('post', ['id'], { where: some('comments', { kind: 'compare', op: 'eq', as: 'uuid', left: field('authorId'), right: field('authorId', 1) }) }),
  'some through a reference, asked of the reference': query('comment', ['id'], { where: some('author', key) }),
  'grants through several relations': query('post', ['id'], { where: or(some('author', eq('managerId', parameter(0))), some('comments', eq('authorId', parameter(0))), eq('authorId', parameter(0)), eq('status', constant('open'), 'text')) }),
  'count and sum by group': aggregate('post', {
    where: eq('authorId', parameter(0)), group: [{ ...seen('status'), as: 'text' }], measures: [{ fn: 'count', of: null }, { fn: 'sum', of: { ...seen('price'), as: 'decimal' } }], order: [{ by: { measure: 1 }, dir: 'desc' }],
  }),
  'wider than a function takes': query('wide', Object.keys(world.entities['wide']!.fields).slice(0, 52)),
}

/** A line per part; nothing but white space is changed. */
const laid = (statement: string): string => statement.replace(/ (from|where|order by|limit|left join|union all|group by) /g, '\n  $1 ')
const file = path.join(import.meta.dirname, 'statements.sql')

test('the statements are those of statements.sql', () => {
  const made = Object.entries(cases).map(([name, read]) => {
    const { statement } = compileRead(authorized(read), world, { version: 18, foldCollation: 'pg_c_utf8' })
    return `-- ${name}  [${statement.lane}, ${statement.plan}]\n${laid(statement.text)};\n`
  }).join('\n')
  const whole = `-- Made by statements.test.ts from PostgreSQL 18's point of view; read what changes.\n\n${made}`
  if (process.env['UPDATE_STATEMENTS']) writeFileSync(file, whole)
  assert.equal(readFileSync(file, 'utf8'), whole)
})
