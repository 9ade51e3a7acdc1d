// Sorting and where a page begins: order keys, hops through to-one relations, and the condition of a cursor.
import { fieldOf, relationOf } from '../../../model/index.ts'
import type { FieldName, Order, Page, Scalar, Seen } from '../../../operation/index.ts'
import { allOf, anyOf, join, sql, type Sql } from '../../sql/index.ts'
import { cursorCast, sortsRaw } from './column.ts'
import { reach, type Context, type Scope } from './context.ts'
import { conditions, predicate } from './predicate.ts'

export interface Key {
  readonly value: Sql
  readonly as: Scalar
  readonly dir: 'asc' | 'desc'
  readonly nullable: boolean
  /** What a cursor's value is cast to before it is compared. */
  readonly cast: Sql | null
  /** The row's own field where the key is nothing else. */
  readonly field: FieldName | null
}

/** The keys of an order and the joins they are read through. */
export interface Ordered { readonly joins: readonly Sql[]; readonly keys: readonly Key[] }

/** A field as it is seen: null where its row does not show it. */
export function seen(s: Seen, scope: Scope, ctx: Context): Sql {
  const column = scope.column(s.name)
  return s.shown.kind === 'always' ? column : sql`case when ${predicate(s.shown, [scope], ctx)} then ${column} end`
}

/** Compiles an order; equal hops share a join. */
export function orderKeys(order: readonly Order[], row: Scope, ctx: Context): Ordered {
  const joins: Sql[] = []
  const hopped = new Map<string, Scope>()
  const keys = order.map((o): Key => {
    let at = row, path = '', sure = true
    for (const hop of o.by.via) {
      const relation = relationOf(at.entity, hop.relation)
      path += ` ${hop.relation} ${JSON.stringify(hop.where)}`
      sure &&= relation.owner && !relation.optional && hop.where.kind === 'always'
      let next = hopped.get(path)
      if (!next) {
        const there = reach(relation, at, ctx)
        next = { ...there.scope, nullable: true }
        joins.push(sql` left join ${there.from} on ${conditions([...there.on, predicate(hop.where, [there.scope, at], ctx)])}`)
        hopped.set(path, next)
      }
      at = next
    }
    const plain = o.by.via.length === 0 && o.by.shown.kind === 'always', raw = plain && sortsRaw(fieldOf(at.entity, o.by.name))
    return {
      value: raw ? at.raw(o.by.name) : seen(o.by, at, ctx), as: o.by.as, dir: o.dir, cast: cursorCast(fieldOf(at.entity, o.by.name), raw), field: plain ? o.by.name : null,
      nullable: !sure || o.by.shown.kind !== 'always' || fieldOf(at.entity, o.by.name).optional,
    }
  })
  return { joins, keys }
}

/** The keys the other way round: with PostgreSQL's own placing of nulls (as greatest) that is the exact opposite. */
export const opposite = (keys: readonly Key[]): readonly Key[] => keys.map(k => ({ ...k, dir: k.dir === 'asc' ? 'desc' : 'asc' }))

/** `order by …`, or nothing. No NULLS clause: PostgreSQL's default is ours, and a clause would keep an index from serving. `sorted`: no index is to serve it. */
export const orderBy = (keys: readonly Key[], sorted = false): Sql =>
  keys.length === 0 ? sql`` : sql` order by ${join(keys.map(k => sql`${sorted ? sql`(select ${k.value})` : k.value}${k.dir === 'desc' ? sql` desc` : sql``}`))}`

/** What holds of the rows after a cursor, in the direction of `keys`; null where the page begins at the start. */
export function afterCursor(page: Page, keys: readonly Key[], ctx: Context): Sql | null {
  if (page.kind !== 'keyset' || page.from === null) return null
  const from = keys.map((k, i) => {
    const p = page.from?.[i]
    const value = p && ctx.parameters.slot(p.slot, k.as)
    return value && k.cast ? sql`${value}::${k.cast}` : value ?? null
  })
  const [first] = keys, [start] = from
  if (!first || start === undefined) return null
  const values = from.filter(v => v !== null)
  if (values.length === keys.length && keys.every(k => !k.nullable && k.dir === first.dir)) {
    const sign = first.dir === 'asc' ? sql`>` : sql`<`
    // A comparison of rows is one bound of an index over them.
    return keys.length === 1 ? sql`${first.value} ${sign} ${join(values)}` : sql`(${join(keys.map(k => k.value))}) ${sign} (${join(values)})`
  }
  // The first key's bound says nothing new, but an index can begin at it: 0.04 ms against 15 ms deep in a list.
  const bound = start === null ? (first.dir === 'asc' ? sql`${first.value} is null` : null)
    : first.dir === 'desc' ? sql`${first.value} <= ${start}` : first.nullable ? null : sql`${first.value} >= ${start}`
  const rest = beyond(keys, from)
  return bound && keys.length > 1 ? allOf([bound, rest]) : rest
}

function beyond(keys: readonly Key[], from: readonly (Sql | null)[]): Sql {
  const [key, ...keysLeft] = keys, [value = null, ...valuesLeft] = from
  if (!key) return sql`false`
  const further: Sql[] = []
  if (value === null) {
    if (key.dir === 'desc') further.push(sql`${key.value} is not null`)
  } else if (key.dir === 'desc') further.push(sql`${key.value} < ${value}`)
  else {
    further.push(sql`${key.value} > ${value}`)
    if (key.nullable) further.push(sql`${key.value} is null`)
  }
  if (keysLeft.length) further.push(allOf([value === null ? sql`${key.value} is null` : sql`${key.value} = ${value}`, beyond(keysLeft, valuesLeft)]))
  return anyOf(further)
}
