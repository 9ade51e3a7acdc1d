// What makes a request slow, read from PostgreSQL's plan of it: a table read from end to end, or sorted, because no index serves; with the line that would.
import type { EntityModel, FieldModel, Model } from '../../model/index.ts'
import type { EntityName, FieldName } from '../../operation/index.ts'
import type { Operation, Sort } from './questions.ts'

export interface Slow {
  readonly entity: string
  readonly operation: string
  readonly as: string
  readonly says: string
  /** A line of the declaration (of a table of links that was there before: of SQL). */
  readonly add: string
  readonly file: string
  readonly line: number
}

/** A table with fewer rows is read as fast as any index. */
const few = 500

interface Node { readonly says: string; readonly depth: number; readonly details: string[]; readonly above: Node | null }

/** The nodes of a plan as text. */
export function nodesOf(plan: string): readonly Node[] {
  const nodes: Node[] = []
  const open: Node[] = []
  for (const line of plan.split('\n')) {
    const found = /^(\s*)(?:->\s+)?(\S.*?\s\s?\(cost=.*)$/.exec(line)
    if (found === null) { open.at(-1)?.details.push(line.trim()); continue }
    const depth = line.length - line.trimStart().length
    while (open.length > 0 && (open.at(-1)?.depth ?? 0) >= depth) open.pop()
    const node: Node = { says: found[2] ?? '', depth, details: [], above: open.at(-1) ?? null }
    nodes.push(node)
    open.push(node)
  }
  return nodes
}

/** How a plan comes to the rows that were asked for: `Index Scan using products_pkey on public.products, Filter: …`. */
export function waysIn(plan: string): string {
  const scans = nodesOf(plan).filter(n => /^(Parallel )?(Seq|Index|Index Only|Bitmap Heap|Bitmap Index) Scan/.test(n.says))
  return scans.slice(0, 3).map(n => {
    const condition = n.details.find(d => /^(Index Cond|Filter|Recheck Cond):/.test(d)) ?? ''
    return `${n.says.replace(/\s*\(cost=.*$/, '').replace(/ t\d+(_\d+)?$/, '')}${condition === '' ? '' : `, ${condition.length > 120 ? `${condition.slice(0, 119)}…` : condition}`}`
  }).join(' · ')
}

/** What is slow in the plan of a request, as far as an index would help. `rows`: of each entity, in its table. */
export function slowIn(plan: string, operation: Operation, model: Model, rows: ReadonlyMap<EntityName, number>): readonly Slow[] {
  const found: Slow[] = []
  for (const node of nodesOf(plan)) {
    const [, schema, table, alias = ''] = /^(?:Parallel )?Seq Scan on (?:"?([\w$]+)"?\.)?"?([^"\s]+)"?(?: (t\d+(?:_\d+)?))?/.exec(node.says) ?? []
    const entity = table === undefined ? undefined : Object.values(model.entities).find(e => e.table.name === table && (e.table.schema === null || e.table.schema === schema))
    const count = rows.get(entity?.name ?? '') ?? 0, mine = entity === operation.entity && (alias === '' || /^t0(_\d+)?$/.test(alias))
    // Totals of all rows read all rows, which is no mistake of any index.
    if (entity === undefined || count < few || found.length > 0 || (mine && operation.kind === 'aggregate')) continue
    const near = [node, ...above(node).filter(n => /Join|Nested Loop/.test(n.says)).slice(0, 1)]
    const looked = columnsIn(near.flatMap(n => n.details.filter(d => /^(Filter|Hash Cond|Join Filter|Merge Cond):/.test(d))).join(' '), entity, alias)
    const filtered = columnsIn(node.details.filter(d => d.startsWith('Filter:')).join(' '), entity, alias), [first] = filtered.length > 0 ? filtered : looked
    const whole = `reads all ${count.toLocaleString('en')} rows of ${entity.table.name}`
    const say = (says: string, by: readonly Sort[]): void => {
      const add = addition(entity, by)
      // The planner has an index, and prefers to read all: it finds too many by it.
      if (add !== null) found.push({ entity: operation.entity.name, operation: operation.says, as: operation.as.name, says: `${whole} ${says}`, add, file: entity.place.file, line: entity.place.line })
    }
    if (mine && operation.by !== null && filtered.includes(operation.by)) say(`to find those by ${operation.by.name}: no index begins with it.`, [{ field: operation.by, dir: 'asc' }, ...operation.sort])
    else if (mine && operation.sort.length > 0 && above(node).some(n => /^(Incremental )?Sort/.test(n.says))) say(`and sorts them: no index has this order.`, operation.by === null ? operation.sort : [{ field: operation.by, dir: 'asc' }, ...operation.sort])
    else if (first !== undefined) say(mine ? `to look at ${filtered.map(f => f.name).join(', ')}, which its rule asks for.` : `to find what belongs to each row by ${first.name}: no index begins with it.`, [{ field: first, dir: 'asc' }])
  }
  return found
}

const above = (node: Node): readonly Node[] => (node.above === null ? [] : [node.above, ...above(node.above)])

/** Fields whose columns are named, of this occurrence of the table. */
function columnsIn(text: string, entity: EntityModel, alias: string): readonly FieldModel[] {
  const qualified = alias !== '' && text.includes(`${alias}.`)
  const named = new Set([...text.matchAll(qualified ? new RegExp(`\\b${alias}\\."?([\\w$]+)"?`, 'g') : /"?\b([a-z_][\w$]*)"?/gi)].map(m => m[1]))
  return Object.values(entity.fields).filter(f => named.has(f.column))
}

const begins = (entity: EntityModel, fields: readonly FieldName[]): boolean =>
  [entity.key, ...entity.uniques.map(u => u.fields), ...entity.indexes.filter(i => i.method === 'btree').map(i => i.fields.map(f => f.name))].some(index => fields.every((f, i) => index[i] === f))

/** The line of the declaration that adds an index; null: there is such an index already. */
function addition(entity: EntityModel, by: readonly Sort[]): string | null {
  const fields = by.filter((s, i) => by.findIndex(x => x.field === s.field) === i)
  if (begins(entity, fields.map(s => s.field.name))) return null
  // A table of links has no class.
  if (entity.hidden) return `create index on ${entity.table.name} (${fields.map(s => s.field.column).join(', ')})`
  // A reference goes by its name, and one of several fields has no index of this sort.
  const names = fields.map(({ field, dir }) => `'${dir === 'desc' ? '-' : ''}${field.reference ?? field.name}'`)
  const index = `index(${entity.title}, ${names.join(', ')})`
  return `static indexes = [${entity.indexes.some(i => i.fields.length > 1) ? '…, ' : ''}${index}]`
}
