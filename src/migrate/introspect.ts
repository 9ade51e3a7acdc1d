// Reads a database's schema from the catalog, PostgreSQL 15 and newer, in one statement that never waits for a table lock.
import type { LiveSchema, Made, Queryable } from './live.ts'

/** Where plans keep what they made: one row per model, in the schema unqualified names go to. */
export const bookkeeping = '_backwright'

// `set_config` first: the printed form of timestamps and of names depends on session settings. Local to the statement's transaction.
const statement = `
with settings as materialized (
  select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true), set_config('intervalstyle', 'iso_8601', true), set_config('extra_float_digits', '1', true)
), wanted as materialized (
  select n.oid, n.nspname::text as name from pg_namespace n, settings
  where case when $1::text[] is null then n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'backwright_system') else n.nspname::text = any ($1) end
), extension_owned as materialized (
  select objid from pg_depend where deptype = 'e' and classid = 'pg_class'::regclass
), relation as materialized (
  select c.oid, w.name as schema, c.relname::text as name, c.relkind, c.relispartition, c.relrowsecurity from pg_class c join wanted w on w.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and c.oid not in (select objid from extension_owned)
), columns as (
  select a.attrelid as oid, json_agg(json_build_object(
    'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'sort', coalesce(e.typtype, t.typtype),
    'base', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
    'sequence', case when a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval(%' then pg_get_serial_sequence(format('%I.%I', r.schema, r.name), a.attname) end,
    'collation', case when a.attcollation <> t.typcollation then l.collname end,
    'notNull', a.attnotnull, 'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
    'identity', case a.attidentity when 'a' then 'always' when 'd' then 'default' end,
    'generated', case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end,
    'comment', col_description(a.attrelid, a.attnum)) order by a.attnum) as list
  from pg_attribute a join relation r on r.oid = a.attrelid join pg_type t on t.oid = a.atttypid left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum left join pg_collation l on l.oid = a.attcollation
  where a.attnum > 0 and not a.attisdropped group by 1
), named as (
  select c.oid, c.conrelid, c.contype, c.conname, c.convalidated, c.condeferrable, c.confrelid, c.confdeltype, c.confupdtype, c.conbin, c.conindid,
    coalesce((select json_agg(a.attname order by k.n) from unnest(c.conkey) with ordinality k (num, n) join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num), '[]'::json) as columns,
    (select json_agg(a.attname order by k.n) from unnest(c.confkey) with ordinality k (num, n) join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num) as targets
  from pg_constraint c join relation r on r.oid = c.conrelid where c.contype in ('p', 'u', 'f', 'c') and (c.conparentid = 0 or c.contype <> 'f')
), keys as (
  select n.conrelid as oid, n.contype, json_agg(json_build_object('name', n.conname, 'columns', n.columns, 'nullsNotDistinct', i.indnullsnotdistinct,
    'deferrable', n.condeferrable) order by n.conname) as list
  from named n join pg_index i on i.indexrelid = n.conindid where n.contype in ('p', 'u') group by 1, 2
), checks as (
  select n.conrelid as oid, json_agg(json_build_object('name', n.conname, 'columns', n.columns, 'expression', pg_get_expr(n.conbin, n.conrelid),
    'valid', n.convalidated) order by n.conname) as list
  from named n where n.contype = 'c' group by 1
), actions (code, word) as (values ('a', 'no action'), ('r', 'restrict'), ('c', 'cascade'), ('n', 'set null'), ('d', 'set default')
), foreigns as (
  select n.conrelid as oid, json_agg(json_build_object('name', n.conname, 'columns', n.columns, 'target', json_build_object('schema', s.nspname, 'name', f.relname, 'columns', n.targets),
    'onDelete', (select word from actions where code = n.confdeltype::text), 'onUpdate', (select word from actions where code = n.confupdtype::text),
    'valid', n.convalidated) order by n.conname) as list
  from named n join pg_class f on f.oid = n.confrelid join pg_namespace s on s.oid = f.relnamespace where n.contype = 'f' group by 1
), indexes as (
  select i.indrelid as oid, json_agg(json_build_object('name', c.relname, 'unique', i.indisunique, 'method', m.amname, 'valid', i.indisvalid,
    'where', pg_get_expr(i.indpred, i.indrelid), 'parts', (
      select json_agg(json_build_object('column', a.attname, 'expression', pg_get_indexdef(i.indexrelid, k.n::int, true), 'desc', (k.option & 1) = 1,
        'nulls', case when (k.option & 1) = 1 and (k.option & 2) = 0 then 'last' when (k.option & 1) = 0 and (k.option & 2) = 2 then 'first' end,
        'opclass', case when not o.opcdefault then o.opcname end) order by k.n)
      from unnest(i.indkey::int2[], i.indoption::int2[], i.indclass::oid[]) with ordinality k (num, option, class, n)
      left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num and k.num > 0 left join pg_opclass o on o.oid = k.class
      where k.n <= i.indnkeyatts)) order by c.relname) as list
  from pg_index i join relation r on r.oid = i.indrelid join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam
  where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')) group by 1
)
select json_build_object(
  'version', current_setting('server_version_num')::int, 'current', current_schema(),
  'schemas', (select coalesce(json_agg(name order by name), '[]'::json) from wanted),
  'tables', (select coalesce(json_agg(json_build_object(
      'schema', r.schema, 'name', r.name, 'comment', obj_description(r.oid, 'pg_class'),
      'kind', case when r.relispartition then 'partition' else case r.relkind when 'r' then 'table' when 'p' then 'partitioned' when 'v' then 'view' when 'm' then 'materialized' else 'foreign' end end,
      'columns', coalesce(columns.list, '[]'::json), 'key', (select k.list -> 0 from keys k where k.oid = r.oid and k.contype = 'p'),
      'uniques', coalesce((select k.list from keys k where k.oid = r.oid and k.contype = 'u'), '[]'::json), 'indexes', coalesce(indexes.list, '[]'::json),
      'references', coalesce(foreigns.list, '[]'::json), 'checks', coalesce(checks.list, '[]'::json),
      'triggers', (select coalesce(json_agg(g.tgname order by g.tgname), '[]'::json) from pg_trigger g where g.tgrelid = r.oid and not g.tgisinternal),
      'exclusions', (select coalesce(json_agg(x.conname order by x.conname), '[]'::json) from pg_constraint x where x.conrelid = r.oid and x.contype = 'x'),
      'rowSecurity', r.relrowsecurity) order by r.schema, r.name), '[]'::json)
    from relation r left join columns using (oid) left join indexes using (oid) left join foreigns using (oid) left join checks using (oid)),
  'enums', (select coalesce(json_agg(json_build_object('schema', w.name, 'name', t.typname, 'labels',
      (select coalesce(json_agg(e.enumlabel order by e.enumsortorder), '[]'::json) from pg_enum e where e.enumtypid = t.oid)) order by w.name, t.typname), '[]'::json)
    from pg_type t join wanted w on w.oid = t.typnamespace where t.typtype = 'e'),
  'domains', (select coalesce(json_agg(json_build_object('schema', w.name, 'name', t.typname, 'type', format_type(t.typbasetype, t.typtypmod), 'notNull', t.typnotnull, 'checks',
      (select coalesce(json_agg(pg_get_expr(c.conbin, 0) order by c.conname), '[]'::json) from pg_constraint c where c.contypid = t.oid and c.contype = 'c')) order by w.name, t.typname), '[]'::json)
    from pg_type t join wanted w on w.oid = t.typnamespace where t.typtype = 'd'),
  'book', coalesce(has_table_privilege(to_regclass(quote_ident(current_schema()) || '.${bookkeeping}'), 'select'), false)
)::text as schema`

/**
 * The schema of a live database: every schema but the system's and that of our own tables, or only those named. Rights to the tables are not needed. Throws an Error where the
 * connection has no current schema, and whatever the connection throws.
 */
export async function readSchema(client: Queryable, schemas?: readonly string[]): Promise<LiveSchema> {
  const { rows: [row] } = await client.query(statement, [schemas ?? null])
  // The statement above is what gives this text its form.
  const read = JSON.parse((row as { schema: string }).schema) as Omit<LiveSchema, 'made' | 'current'> & { current: string | null; book: boolean }
  if (read.current === null) throw new Error('the connection has no current schema: its search_path names none that exists')
  const { book, current, ...rest } = read
  return { ...rest, current, tables: rest.tables.filter(t => t.name !== bookkeeping), made: book ? await readMade(client, current) : {} }
}

async function readMade(client: Queryable, schema: string): Promise<Record<string, Made>> {
  const { rows } = await client.query(`select model, made::text as made from "${schema.replaceAll('"', '""')}".${bookkeeping}`)
  return Object.fromEntries((rows as { model: string; made: string }[]).map(r => [r.model, JSON.parse(r.made) as Made]))
}
