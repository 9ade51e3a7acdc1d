// Reads an answer back in the write's transaction, where the statement that wrote could not see all of it.
import { fieldOf, type EntityModel } from '../../../model/index.ts'
import type { Parameter, Returning } from '../../../operation/index.ts'
import { ident, integer, join, sql, type Sql } from '../../sql/index.ts'
import { stored, tableOf, type Context } from '../compile/index.ts'
import { allColumns, bodyOf, keyOf, versionOf, wholesOf } from './answer.ts'
import { collation, columnType, inJson, intake } from './intake.ts'
import { verdict, written } from './proposal.ts'

/** One row per key in the slot, in their order: the version as it is by now, and the body where the caller may read it. */
export function readBack(entity: EntityModel, returning: Returning, keys: Parameter, ctx: Context): Sql {
  const take = intake(), m = sql`m`
  const same = entity.key.map((name, i) => {
    const field = fieldOf(entity, name)
    return sql`t.${ident(field.column)} = ${take.column(`key ${i}`, sql`${columnType(field)}${collation(field)}`, row => inJson(row[String(i)] ?? null, field.scalar))}`
  })
  const body = bodyOf(returning, stored(entity, m), written(entity), ctx)
  const row = sql`left join lateral (select ${allColumns(entity, sql`t`)} from ${tableOf(entity)} as t where ${join(same, sql` and `)}) as m on true`
  const answer = join([integer(verdict.good), keyOf(entity, m), versionOf(entity, m), wholesOf(entity, null, m), ...body.columns])
  return sql`select ${answer} from ${take.from(ctx.parameters, keys)} ${row}${body.joins} order by g.ordinality`
}
