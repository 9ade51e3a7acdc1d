// Matching text: prefixes as ranges an index serves, parts by position, and case folded code point by code point.
import { fold, type Field, type Operand, type Predicate, type Value } from '../../../operation/index.ts'
import { ident, sql, type Sql } from '../../sql/index.ts'
import type { Context, Scope } from './context.ts'
import { modelOf, operand, scopeOf } from './operand.ts'
import { capitals } from './capitals.ts'

type Match = Predicate & { readonly kind: 'text' }

/** Full text: the expression a `search` index is over, one per field, and the predicate's left side. */
export const searchVector = (column: Sql): Sql => sql`to_tsvector('simple'::regconfig, ${column})`

export function match(p: Match, scopes: readonly Scope[], ctx: Context): Sql {
  const plain = column(p.of, scopes)
  if (p.how === 'search') return sql`${searchVector(scopeOf(p.of, scopes).column(p.of.name))} @@ websearch_to_tsquery('simple'::regconfig, ${operand(p.text, 'text', scopes, ctx)})`
  const whole = p.fold ? folded(plain, ctx) : plain
  const part = p.fold ? foldedPart(p.text, scopes, ctx) : partOf(p.text, scopes, ctx)
  switch (p.how) {
    case 'startsWith': {
      // A range on a column in code point order is served by its index; LIKE with a parameter and ^@ scan. Folded text has no index to serve it.
      const end = p.fold ? null : after(p.text, ctx)
      return end ? sql`(${plain} >= ${part} and ${plain} < ${end})` : sql`starts_with(${whole}, ${part})`
    }
    case 'endsWith': return sql`right(${whole}, length(${part})) = ${part}`
    case 'contains': return sql`strpos(${whole}, ${part}) > 0`
  }
}

/** The column in code point order; one that declares another collation is told so here. */
function column(f: Field, scopes: readonly Scope[]): Sql {
  const of = scopeOf(f, scopes).column(f.name)
  return modelOf(f, scopes).bounds.collation === undefined ? of : sql`${of} collate "C"`
}

/** The end of a prefix's range, where it is known beside the column. */
function after(o: Operand, ctx: Context): Sql | null {
  switch (o.kind) {
    case 'parameter': return ctx.parameters.derived(o.slot, 'after', 'text', false, afterPrefix)
    case 'value': return ctx.parameters.constant(afterPrefix(o.value), 'text')
    default: return null
  }
}

/**
 * The least text greater than all that start with `value`: its last code point raised by one, or the one before where that is the last there is. A prefix of
 * U+10FFFF only (or an empty one) has no such text; what stands for it is above all but texts of 256 more of that code point, which is no character.
 */
export function afterPrefix(value: Value): Value {
  if (typeof value !== 'string') return null
  const points = Array.from(value, c => c.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
  }
  return value + '\u{10ffff}'.repeat(256)
}

/**
 * Lower case by code point, as `fold`. The builtin provider's C.UTF-8 (17 and newer) folds by simple mappings, of the Unicode version it was built with; what
 * `fold` knows beyond that is translated. Older servers have no such collation (ICU's folds Σ and İ by context, libc's is the machine's): theirs is ASCII,
 * the rest is translated. Text of ASCII alone, the most of it, is spared both.
 */
export function folded(of: Sql, ctx: Context): Sql {
  const { from, to } = capitals(ctx.server.version)
  const low = ctx.server.version >= 17 ? sql`lower(${of} collate ${ident('pg_catalog', ctx.server.foldCollation)})` : sql`lower(${of} collate "C")`
  const all = from === '' ? low : sql`translate(${low}, ${ctx.parameters.constant(from, 'text')}, ${ctx.parameters.constant(to, 'text')})`
  return sql`(case when octet_length(${of}) = length(${of}) then ${low} else ${all} end) collate "C"`
}

const foldValue = (v: Value): Value => (typeof v === 'string' ? fold(v) : v)

const partOf = (o: Operand, scopes: readonly Scope[], ctx: Context): Sql => (o.kind === 'field' ? column(o, scopes) : operand(o, 'text', scopes, ctx))

function foldedPart(o: Operand, scopes: readonly Scope[], ctx: Context): Sql {
  switch (o.kind) {
    case 'parameter': return ctx.parameters.derived(o.slot, 'fold', 'text', false, foldValue)
    case 'value': return ctx.parameters.constant(foldValue(o.value), 'text')
    default: return folded(partOf(o, scopes, ctx), ctx)
  }
}
