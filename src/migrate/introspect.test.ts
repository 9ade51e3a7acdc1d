// Reading a schema nobody wrote for us: enums, domains, partitions, views, generated columns, odd indexes and names. PostgreSQL 18 and 15.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eachServer, type Database } from './database.fixture.ts'
import { readSchema, type LiveSchema } from './index.ts'

const strange = `
create schema "Odd ""one""";
create type mood as enum ('sad', 'it''s ok', 'happy');
create domain percent as numeric(5,2) not null check (value between 0 and 100);
create table "Odd ""one"""."Select" ("Group By" serial primary key, "é" varchar(40) collate "C" default 'x'::varchar, moods mood[] default '{sad}', share percent, span int4range, spans text[][],
  doubled int generated always as ("Group By" * 2) stored, always bigint generated always as identity, exclude using gist (span with &&));
comment on column "Odd ""one"""."Select"."é" is 'a comment';
create index on "Odd ""one"""."Select" (lower("é") desc nulls last, "Group By") include (always) where share > 50;
create unique index one_é on "Odd ""one"""."Select" ("é" text_pattern_ops);
create table logs (day date not null, at timestamptz default now(), n int references "Odd ""one"""."Select" on update cascade on delete set null deferrable, primary key (day, n)) partition by range (day);
create table logs_2026 partition of logs for values from ('2026-01-01') to ('2027-01-01');
create table keyless (a int unique nulls not distinct deferrable, b int, constraint ordered check (a < b or b is null));
create view seen as select * from keyless;
create materialized view counted as select count(*) from keyless;
create temp table passing (x int);
create table heir (c int) inherits (keyless);
`

eachServer((server, connect) => describe(`reading, on ${server}`, () => {
  let db: Database, live: LiveSchema
  const table = (name: string) => live.tables.find(t => t.name === name) ?? assert.fail(`no ${name}`)
  before(async () => {
    db = await connect()
    await db.client.query(strange)
    live = await readSchema(db.client)
  })
  after(() => db.end())

  it('finds schemas, kinds of tables, enums and domains', () => {
    assert.deepEqual(live.schemas, ['Odd "one"', 'public'])
    assert.deepEqual(Object.fromEntries(live.tables.map(t => [t.name, t.kind])),
      { Select: 'table', counted: 'materialized', heir: 'table', keyless: 'table', logs: 'partitioned', logs_2026: 'partition', seen: 'view' })
    assert.deepEqual(live.enums, [{ schema: 'public', name: 'mood', labels: ['sad', "it's ok", 'happy'] }])
    assert.deepEqual(live.domains.map(d => [d.name, d.type, d.notNull, d.checks.length]), [['percent', 'numeric(5,2)', true, 1]])
  })

  it('finds columns of every sort', () => {
    const columns = Object.fromEntries(table('Select').columns.map(c => [c.name, c]))
    assert.deepEqual([columns['Group By']?.type, columns['Group By']?.default], ['integer', `nextval('"Odd ""one"""."Select_Group By_seq"'::regclass)`])
    assert.deepEqual(columns['é'], { name: 'é', type: 'character varying(40)', sort: 'b', base: null, sequence: null, collation: 'C', notNull: false, default: `'x'::character varying`, identity: null, generated: null, comment: 'a comment' })
    assert.deepEqual([columns['moods']?.type, columns['moods']?.sort, columns['moods']?.default], ['mood[]', 'e', `'{sad}'::mood[]`])
    assert.deepEqual([columns['share']?.type, columns['share']?.sort, columns['span']?.sort, columns['always']?.identity], ['percent', 'd', 'r', 'always'])
    assert.deepEqual([columns['doubled']?.default, columns['doubled']?.generated], [null, '("Group By" * 2)'])
  })

  it('finds keys, uniques, references and checks as they are', () => {
    assert.deepEqual(table('logs').key?.columns, ['day', 'n'])
    assert.deepEqual(table('logs').references.map(r => [r.columns, r.target, r.onDelete, r.onUpdate]),
      [[['n'], { schema: 'Odd "one"', name: 'Select', columns: ['Group By'] }, 'set null', 'cascade']])
    assert.deepEqual(table('logs_2026').references, [])
    assert.deepEqual(table('keyless').uniques.map(u => [u.columns, u.nullsNotDistinct, u.deferrable]), [[['a'], true, true]])
    assert.deepEqual(table('keyless').checks, [{ name: 'ordered', columns: ['a', 'b'], expression: '((a < b) OR (b IS NULL))', valid: true }])
    assert.equal(table('keyless').key, null)
  })

  it('finds what indexes are over', () => {
    const [one, many] = table('Select').indexes.toSorted((a, b) => a.parts.length - b.parts.length)
    assert.deepEqual([one?.unique, one?.parts], [true, [{ column: 'é', expression: '"é"', desc: false, nulls: null, opclass: 'text_pattern_ops' }]])
    assert.deepEqual([many?.where, many?.parts], ['((share)::numeric > (50)::numeric)', [
      { column: null, expression: 'lower("é"::text)', desc: true, nulls: 'last', opclass: null }, { column: 'Group By', expression: '"Group By"', desc: false, nulls: null, opclass: null }]])
  })
}))
