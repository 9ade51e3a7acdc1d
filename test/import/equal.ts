// Answers held against what PostgreSQL itself says: every row of every table, read page by page through REST, and every relation included.
import assert from 'node:assert/strict'
import type pg from 'pg'
import type { EntityModel, FieldModel, Model } from '../../src/model/index.ts'

export type Json = Record<string, unknown>
export type Ask = (path: string) => Promise<Json>

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
const from = (e: EntityModel): string => `${e.table.schema === null ? '' : `${quote(e.table.schema)}.`}${quote(e.table.name)}`
/** As PostgreSQL writes it, not as a driver reads it. */
const asText = { getTypeParser: () => (text: string) => text }

export async function texts(client: pg.Client, sql: string): Promise<Record<string, string | null>[]> {
  return (await client.query({ text: sql, types: asText })).rows as Record<string, string | null>[]
}

/** What JSON has for a value that PostgreSQL writes so. */
function expected(f: FieldModel, text: string | null): unknown {
  if (text === null) return null
  switch (f.scalar) {
    case 'integer': case 'number': return Number(text)
    case 'boolean': return text === 't'
    case 'json': return JSON.parse(text)
    case 'bytes': return Buffer.from(text.slice(2), 'hex').toString('base64url')
    case 'timestamp': return `${text.replace(' ', 'T').replace(/[+-]\d\d$/, '')}+00:00`
    case 'text': return f.stored?.startsWith('character(') === true ? text.trimEnd() : text
    default: return text
  }
}

const at = (row: unknown, name: string): unknown => name.split('.').reduce<unknown>((o, part) => (typeof o === 'object' && o !== null ? (o as Json)[part] : undefined), row)

async function all(ask: Ask, e: EntityModel, include: string): Promise<Json[]> {
  const rows: Json[] = []
  for (let next = ''; ;) {
    const { data, page } = await ask(`/api/${e.path}?page[size]=100${include}${next}`) as { data: Json[]; page: { next: string | null } }
    rows.push(...data)
    if (page.next === null) return rows
    next = `&page[after]=${page.next}`
  }
}

/** Reads all there is; answers how many rows were compared. */
export async function answersEqualSql(ask: Ask, client: pg.Client, model: Model): Promise<number> {
  let compared = 0
  await client.query(`set timezone = 'UTC'; set intervalstyle = 'iso_8601'; set bytea_output = 'hex'`)
  for (const e of Object.values(model.entities).filter(x => !x.hidden)) {
    const related = Object.values(e.relations).filter(r => !r.hidden && r.one)
    const rows = await all(ask, e, related.length > 0 ? `&include=${related.map(r => r.name).join(',')}` : '')
    const fields = Object.values(e.fields).filter(f => !f.list && !f.hidden && !f.asked && f.stored !== 'money')
    const wanted = await texts(client, `select * from ${from(e)}`)
    const counted = await ask(`/api/${e.path}?count=exact&page[size]=1`) as { page: { total: number } }
    assert.deepEqual([rows.length, counted.page.total], [wanted.length, wanted.length], e.title)
    const text = (row: (f: FieldModel) => unknown): string => JSON.stringify(fields.map(f => row(f) ?? null))
    assert.deepEqual(rows.map(r => text(f => at(r, f.name))).toSorted(), wanted.map(r => text(f => expected(f, r[f.column] ?? null))).toSorted(), e.title)
    for (const r of related) {
      const target = model.entities[r.target]
      for (const row of rows) for (const { local, foreign } of r.on) {
        const there = row[r.name]
        if (r.owner) assert.deepEqual(at(there, foreign) ?? null, at(row, local) ?? null, `${e.title}.${r.name} of ${target?.title}`)
        else if (there !== null) assert.deepEqual(at(there, foreign), at(row, local))
      }
    }
    for (const r of Object.values(e.relations).filter(x => !x.hidden && !x.one)) {
      const included = await all(ask, e, `&include[${r.name}][page][size]=100`)
      const target = model.entities[r.target], link = r.through ? model.entities[r.through.entity] : undefined
      const table = link ?? target
      if (!table) assert.fail(r.target)
      const columns = r.on.map(p => quote(table.fields[p.foreign]?.column ?? ''))
      const counts = await texts(client, `select ${columns.join(', ')}, count(*) as n from ${from(table)} group by ${columns.map((_, i) => i + 1).join(', ')}`)
      const here = r.on.map(p => e.fields[p.local] ?? assert.fail(p.local))
      const known = new Map(counts.map(c => [JSON.stringify(here.map((f, i) => expected(f, Object.values(c)[i] ?? null))), Number(c['n'])]))
      for (const row of included) {
        const list = row[r.name] as unknown[]
        assert.equal(list.length, Math.min(100, known.get(JSON.stringify(here.map(f => at(row, f.name)))) ?? 0), `${e.title}.${r.name}`)
      }
    }
    compared += rows.length
  }
  return compared
}
