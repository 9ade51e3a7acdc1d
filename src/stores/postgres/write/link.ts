// Rows of the link entity of a many-to-many: connected by key or unique fields, or to rows that were just made at the far end.
import { entityOf, fieldOf, relationOf, type EntityModel, type FieldModel, type RelationModel } from '../../../model/index.ts'
import type { Link, Parameter, Value } from '../../../operation/index.ts'
import { ident, integer, join, output, sql, type Sql } from '../../sql/index.ts'
import { conditions, operand, predicate, stored, tableOf, type Context } from '../compile/index.ts'
import { collation, columnType, inJson, intake, madeByDatabase, madeKeys, nextOf, overriding, parentKeys, type Given, type Intake } from './intake.ts'
import { told } from './log.ts'
import { verdict } from './proposal.ts'

/** The slot's rows carry their parent's key. What a link names is found or missing as a reference is; a link that is there already stays. */
export function connect(near: EntityModel, relation: RelationModel, link: Link, ctx: Context): Sql {
  const take = intake(), target = entityOf(ctx.model, relation.target), t = ctx.alias(), scope = stored(target, t)
  const by = link.by.map(name => {
    const field = fieldOf(target, name)
    return sql`${scope.raw(name)} = ${take.column(`by ${name}`, typed(field), row => inJson(row[name] ?? null, field.scalar))}`
  })
  const { entity, far } = ends(relation, ctx)
  const keys = far.on.map((pair, i) => sql`${scope.raw(pair.foreign)} as k${integer(i)}`)
  const found = sql` left join lateral (select ${join([...keys, sql`true as found`])} from ${tableOf(target)} ${t} where ${conditions([...by, predicate(link.where, [scope], ctx)])}) as l on true`
  return joining(near, relation, entity, link.rows, take, far.on.map((_, i) => sql`l.k${integer(i)}`), found, sql`l.found is true`, ctx)
}

/** The slot's rows carry their parent's key and that of the row made at the far end. */
export function attach(near: EntityModel, relation: RelationModel, rows: Parameter, ctx: Context): Sql {
  const take = intake(), target = entityOf(ctx.model, relation.target)
  const { entity, far } = ends(relation, ctx)
  const keys = far.on.map(pair => keyColumn(take, 'made', target, pair.foreign, madeKeys(relation.name)))
  return joining(near, relation, entity, rows, take, keys, sql``, sql`true`, ctx)
}

function joining(
  near: EntityModel, relation: RelationModel, entity: EntityModel, rows: Parameter, take: Intake, farKeys: readonly Sql[], lookup: Sql, found: Sql, ctx: Context,
): Sql {
  const { near: back, far } = ends(relation, ctx)
  const values = new Map<string, Sql>()
  back.on.forEach(pair => values.set(pair.local, keyColumn(take, 'near', near, pair.foreign, parentKeys)))
  far.on.forEach((pair, i) => { const key = farKeys[i]; if (key) values.set(pair.local, key) })
  for (const f of Object.values(entity.fields)) if (!values.has(f.name)) values.set(f.name, made(entity, f, ctx))
  const columns = [...values.keys()].map(name => ident(fieldOf(entity, name).column))
  const given = sql`select ${join([sql`g.ordinality as "#n"`, sql`${found} as "#found"`, ...[...values].map(([name, value]) => output(value, fieldOf(entity, name).column))])} from ${take.from(ctx.parameters, rows)}${lookup}`
  const bad = sql`case when j."#found" then ${integer(verdict.good)} else ${integer(verdict.reference)} end`
  const nothing = sql`null::text`
  const telling = told(entity, { from: sql`from "#made" as m`, verb: 'create', old: null, now: column => sql`m.${ident(column)}` }, ctx)
  return sql`with "#judged" as materialized (${given}), "#made" as (insert into ${tableOf(entity)} (${join(columns)})${overriding(entity)} select ${join(columns.map(c => sql`j.${c}`))} from "#judged" as j where not exists (select from "#judged" where not "#found") order by j."#n" on conflict do nothing${telling.length > 0 ? sql` returning *` : sql``})${telling.length > 0 ? sql`, ${join(telling)}` : sql``} select ${join([bad, nothing, nothing, nothing, nothing, nothing])} from "#judged" as j order by j."#n"`
}

function ends(relation: RelationModel, ctx: Context): { entity: EntityModel; near: RelationModel; far: RelationModel } {
  if (!relation.through) throw new Error(`${relation.name} is no many-to-many`)
  const entity = entityOf(ctx.model, relation.through.entity)
  return { entity, near: relationOf(entity, relation.through.near), far: relationOf(entity, relation.through.far) }
}

const typed = (field: FieldModel): Sql => sql`${columnType(field)}${collation(field)}`

/** A key field of a row known by now, out of the list under `place`. */
function keyColumn(take: Intake, what: string, entity: EntityModel, name: string, place: string): Sql {
  const field = fieldOf(entity, name), at = entity.key.indexOf(name)
  if (at < 0) throw new Error(`${entity.name}.${name} is no part of a key`)
  return take.column(`${what} ${name}`, typed(field), (row: Given) => {
    const key: Value = row[place] ?? null
    return inJson(Array.isArray(key) ? (key[at] as Value | undefined) ?? null : null, field.scalar)
  })
}

/** What a field of a link has that nobody gives: made by the server, its default, or nothing. */
function made(entity: EntityModel, f: FieldModel, ctx: Context): Sql {
  const type = columnType(f)
  switch (f.generated) {
    case 'key': return sql`gen_random_uuid()`
    case 'identity': return nextOf(entity, f)
    case 'version': return sql`1`
    case 'computed': return f.optional ? sql`null::${type}` : sql`0::${type}`
    case 'createdAt': case 'updatedAt': return operand({ kind: 'now' }, f.scalar, [], ctx)
    case 'column': case 'tenant': throw new Error(`${entity.name}.${f.name} cannot be made for a link`)
    case null: return f.default?.kind === 'expression' ? madeByDatabase(entity, f) : f.default?.kind === 'value' ? sql`${ctx.parameters.constant(f.default.value, f.scalar, f.list)}::${type}`
      : f.default?.kind === 'now' ? operand({ kind: 'now' }, f.scalar, [], ctx) : sql`null::${type}`
  }
}
