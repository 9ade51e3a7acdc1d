// The survey with names: each entity as a class that a person would have written, not yet as text.
import { pathOf, pathProblem, snake, tableOf } from '../../model/compile/index.ts'
import { tableKey, type LiveSchema, type Table } from '../live.ts'
import { kindOf, type KindOf } from './kinds.ts'
import { camel, classNames, entityNames, fieldNames, one, pascal, usable, wordsOf, type Names } from './names.ts'
import { shownName, type LinkTable, type Referring, type Subject, type Surveyed } from './survey.ts'

export interface Shape {
  readonly subject: Subject
  /** `orderDetail`, `OrderDetail`, `order-detail.ts`. */
  readonly name: string
  readonly title: string
  readonly file: string
  /** Where the plural of the name will not do. */
  readonly path: string | null
  /** Fields and references in the order of the columns, then the other ends of others' references, then many-to-many. */
  readonly members: Member[]
  /** Columns by field, where the name does not say it. */
  readonly columns: Map<string, string>
  readonly types: Map<string, string>
  readonly links: Map<string, { readonly table: Table; readonly near: readonly string[]; readonly far: readonly string[] }>
}

export type Member =
  | { readonly is: 'field'; readonly name: string; readonly column: Table['columns'][number]; readonly kind: KindOf }
  | { readonly is: 'ref'; readonly name: string; readonly to: Shape; readonly by: Referring }
  | { readonly is: 'many' | 'one'; readonly name: string; readonly of: Shape; readonly field: string | null; readonly link: LinkTable | null }

interface Working extends Shape { readonly names: Names; readonly words: readonly string[] }

const idOf = (t: { readonly schema: string; readonly name: string }): string => tableKey(t.schema, t.name)

export function shape({ entities, links }: Surveyed, live: LiveSchema): readonly Shape[] {
  const shapes = named(entities, live)
  const byId = new Map(shapes.map(s => [idOf(s.subject.table), s]))
  const find = (id: string): Working => {
    const found = byId.get(id)
    if (!found) throw new Error(`${id} was surveyed and is not there`)
    return found
  }
  for (const s of shapes) members(s, find, live)
  // Only now is known what the key of each target is called.
  for (const s of shapes) for (const m of s.members) if (m.is === 'ref') {
    m.by.columns.forEach((c, i) => {
      const part = m.by.columns.length === 1 ? m.name : `${m.name}Id.${keyFieldOf(m.to, m.to.subject.key?.[i] ?? '')}`
      if (m.by.columns.length > 1) s.columns.set(part, c)
      // A reference has the type of the key, unless its own column has another.
      const own = s.subject.table.columns.find(x => x.name === c), there = m.to.subject.table.columns.find(x => x.name === m.to.subject.key?.[i])
      if (own && there && own.type !== there.type && [own, there].some(x => kindOf(x, [], live).type !== null)) s.types.set(part, own.type)
    })
  }
  for (const s of shapes) inverses(s)
  for (const link of links) linked(link, find)
  return shapes
}

/** Singular class names, apart from each other over all schemas; plain names of the current schema choose first. */
function named(entities: readonly Subject[], live: LiveSchema): readonly Working[] {
  const classes = classNames(), models = entityNames(), paths = new Set<string>(), files = new Set(['model', 'backend'])
  const odd = ({ table }: Subject): number => (table.schema === live.current ? 0 : 4) + (/^[a-z0-9_]+$/.test(table.name) ? 0 : 2) + (table.kind === 'table' || table.kind === 'partitioned' ? 0 : 1)
  const order = entities.toSorted((a, b) => odd(a) - odd(b))
  const done = new Map(order.map((subject): [Subject, Working] => {
    const { table } = subject
    const bare = wordsOf(table.name), plain = bare.length > 1 && ['tbl', 'tb', 't', 'table'].includes(bare[0] ?? '') ? bare.slice(1) : bare
    const all = usable(plain, 'table'), words = one(all), schema = wordsOf(table.schema)
    const title = classes.take([words, ...(table.schema === live.current ? [] : [[...schema, ...words]]), ...(words.join() === all.join() ? [] : [all]), [...words, 'record']].map(w => pascal(usable(w, 'table'))))
    const wanted = title.charAt(0).toLowerCase() + title.slice(1)
    const lower = /^[A-Z]+\d*$/.test(title) ? title.toLowerCase() : wanted
    const name = models.take([lower, `${lower}Record`])
    const natural = pathOf(name)
    const path = [pathOf(lower), natural, `${natural}-rows`, ...Array.from({ length: 99 }, (_, i) => `${natural}-${i + 2}`)].find(p => !paths.has(p) && pathProblem(p) === null) ?? natural
    paths.add(path)
    const kebab = snake(title).replaceAll('_', '-'), file = [kebab, `${kebab}-entity`, ...Array.from({ length: 99 }, (_, i) => `${kebab}-${i + 2}`)].find(f => !files.has(f)) ?? kebab
    files.add(file)
    return [subject, { subject, name, title, file: `${file}.ts`, path: path === natural ? null : path, members: [], columns: new Map(), types: new Map(), links: new Map(), names: fieldNames(), words }]
  }))
  return entities.flatMap(e => done.get(e) ?? [])
}

/** Fields and references. Their names are taken in the order of need: the key, references, then the rest. */
function members(s: Working, find: (id: string) => Working, live: LiveSchema): void {
  const { subject: { table, key, references }, names } = s
  const made = new Map<string, Member>()
  const column = (name: string) => table.columns.find(c => c.name === name)
  const field = (name: string, columnName: string): void => {
    const found = column(columnName)
    if (found === undefined) return
    const kind = kindOf(found, table.checks, live)
    made.set(columnName, { is: 'field', name, column: found, kind })
    if (snake(name) !== columnName) s.columns.set(name, columnName)
    if (kind.type !== null) s.types.set(name, kind.type)
  }
  const [only] = key?.length === 1 ? key : []
  const byKey = only !== undefined && !references.some(r => r.columns.includes(only)) && isId(only, s.words) && !table.columns.some(c => c.name !== only && camel(wordsOf(c.name)) === 'id')
  if (only !== undefined && byKey) {
    names.take(['id'])
    field('id', only)
  }
  const several = (r: Referring): boolean => references.filter(o => o.target === r.target).length > 1
  for (const r of references) {
    const to = find(r.target)
    const name = names.take(referenceNames(r, to, s, several(r)), n => [`${n}Id`])
    made.set(r.columns[0] ?? '', { is: 'ref', name, to, by: r })
    if (r.columns.length === 1) {
      if (r.columns[0] !== `${snake(name)}_id`) s.columns.set(name, r.columns[0] ?? '')
    }
  }
  const referring = new Set(references.flatMap(r => r.columns))
  for (const c of table.columns) {
    if (made.has(c.name) || referring.has(c.name)) continue
    const words = usable(wordsOf(c.name), 'column')
    field(names.take([camel(words), `${camel(words)}Value`]), c.name)
  }
  s.members.push(...table.columns.flatMap(c => made.get(c.name) ?? []))
}

/** What the field of a key's column is called; of a key that is a reference, its `customerId`, whatever is in it. */
function keyFieldOf(to: Shape, columnName: string): string {
  const own = to.members.find(m => m.is === 'field' && m.column.name === columnName)
  if (own) return own.name
  for (const m of to.members) {
    if (m.is !== 'ref' || !m.by.columns.includes(columnName)) continue
    const at = m.to.subject.key?.[m.by.columns.indexOf(columnName)] ?? ''
    return m.by.columns.length === 1 ? `${m.name}Id` : `${m.name}Id.${keyFieldOf(m.to, at)}`
  }
  throw new Error(`${to.title} has no field for ${columnName}`)
}

const endings = ['id', 'no', 'nr', 'num', 'number', 'key', 'pk', 'fk', 'uuid', 'guid', 'ref', 'code', 'sk']

/** `customer_id`, `CustNo`, `id`, `pk` in customers. */
function isId(column: string, entity: readonly string[]): boolean {
  const words = wordsOf(column), ending = words.at(-1) ?? ''
  if (words.length === 1) {
    const glued = /^(.{3,})id$/.exec(ending)?.[1]
    return ['id', 'pk', 'uuid', 'guid', 'oid'].includes(ending) || entity.some(w => ending === `${w}id` || ending === `id${w}`) || (glued !== undefined && entity.join('').startsWith(glued))
  }
  if (words[0] === 'id' && words.slice(1).join('') === entity.join('')) return true
  if (!endings.includes(ending) || ending === 'code') return false
  const rest = words.slice(0, -1).join(''), whole = entity.join('')
  return rest === whole || one(words.slice(0, -1)).join('') === whole || (rest.length > 1 && whole.startsWith(rest)) || entity.at(-1) === rest
}

/** Without what only says that it is a key: `customer_id` → customer; `salespersonid` where the key it refers to is written so too. */
function stripped(column: string, key = ''): readonly string[] {
  const words = wordsOf(column), [glued = ''] = words
  if (words.length === 1 && /^[a-z]{3,}id$/.test(glued) && /^[a-z]{3,}id$/.test(key)) return [glued.slice(0, -2)]
  const front = words.length > 1 && ['fk', 'id'].includes(words[0] ?? '') ? words.slice(1) : words
  return front.length > 1 && endings.includes(front.at(-1) ?? '') ? front.slice(0, -1) : front
}

function referenceNames(r: Referring, to: Working, from: Working, several: boolean): readonly string[] {
  const target = camel(to.words)
  if (r.columns.length > 1) {
    // What the columns share, else the target's name.
    const parts = r.columns.map(c => wordsOf(c)), [first = []] = parts
    let shared = 0
    while (first[shared] !== undefined && parts.every(p => p[shared] === first[shared]) && parts.every(p => p.length > shared + 1)) shared++
    const common = shared > 0 && several ? [camel(first.slice(0, shared))] : []
    return [...common, target, ...r.columns.toReversed().map(c => camel(usable(stripped(c), target))), `${target}Row`]
  }
  const [column = ''] = r.columns, words = usable(stripped(column, to.subject.key?.[0]), target), plain = camel(words)
  const self = to === from
  if (self && /^reports?_?to/i.test(column)) return ['manager', plain, `${plain}Row`]
  const abbreviated = !several && words.length === 1 && to.words.join('').startsWith(words[0] ?? '') && !self
  const says = wordsOf(column).length === words.length && words.at(-1) === 'via'
  const keyOfTarget = !several && !self && (column === to.subject.key?.[0] && !endings.includes(plain))
  const first = abbreviated || says ? [target, plain] : keyOfTarget && plain !== target && isId(column, to.words) ? [target, plain] : [plain, ...(several ? [] : [target])]
  return [...(plain === 'id' ? [target] : first), `${plain === 'id' ? target : plain}Row`]
}

const plural = (words: readonly string[]): string => camel(tableOf(camel(words)).split('_'))

/** The other end of each reference: `customer.orders`, `manager.reports`, `category.children`. */
function inverses(s: Working): void {
  // A table that refers to itself gets members meanwhile.
  for (const m of s.members.slice()) {
    if (m.is !== 'ref') continue
    const to = m.to as Working, { unique } = m.by
    const several = s.members.filter(o => o.is === 'ref' && o.to === to).length > 1
    // An order's order_details are its details; of two tables of one application its name says nothing.
    const full = s.words, shorter = full.length > to.words.length && to.words.every((w, i) => full[i] === w) ? full.slice(to.words.length)
      : full.length > 1 && to.words.length > 1 && full[0] === to.words[0] ? full.slice(1) : full
    const said = (w: readonly string[]): string => (unique ? camel(w) : plural(w))
    // An order's order_products are no products.
    const mistaken = s.members.some(o => o.is === 'ref' && o.to !== to && said((o.to as Working).words) === said(shorter))
    const words = said(mistaken ? full : shorter)
    const capital = words.charAt(0).toUpperCase() + words.slice(1)
    const role = m.name.endsWith(pascal(to.words)) && m.name !== camel(to.words) ? m.name.slice(0, -pascal(to.words).length) : m.name === camel(to.words) ? '' : m.name
    const roled = role === '' ? words : `${role.replace(/By$/, '')}${capital}`
    const self = to === s ? (m.name === 'manager' || m.name === 'boss' || m.name === 'supervisor' ? ['reports'] : m.name.startsWith('parent') ? ['children'] : [roled]) : []
    const name = to.names.take([...(unique ? self.filter(n => n !== 'reports' && n !== 'children') : self), ...(several ? [roled] : []), words, said(full), roled, `${m.name}${capital}`])
    to.members.push({ is: unique ? 'one' : 'many', name, of: s, field: m.name, link: null })
  }
}

/** `film.actors`, and `actor.films` where the ends differ. */
function linked(link: LinkTable, find: (id: string) => Working): void {
  const near = find(link.near.target), far = find(link.far.target)
  const role = (r: Referring, target: Working): readonly string[] => (r.columns.length === 1 ? one(usable(stripped(r.columns[0] ?? '', target.subject.key?.[0]), camel(target.words))) : target.words)
  const farWords = role(link.far, far), nearWords = role(link.near, near), table = camel(usable(wordsOf(link.table.name), 'links'))
  const short = (words: readonly string[], target: Working): readonly string[] => (words.length === 1 && ((words[0] ?? '').length <= 3 || target.words.join('').startsWith(words[0] ?? '')) ? target.words : words)
  const forward = near.names.take([plural(short(farWords, far)), `${plural(short(farWords, far))}Linked`, table])
  near.members.push({ is: 'many', name: forward, of: far, field: null, link })
  near.links.set(forward, { table: link.table, near: link.near.columns, far: link.far.columns })
  if (near === far) return
  const back = plural(short(nearWords, near))
  const name = far.names.take([back, `${camel(one(farWords))}${back.charAt(0).toUpperCase()}${back.slice(1)}`, `${table}${back.charAt(0).toUpperCase()}${back.slice(1)}`])
  far.members.push({ is: 'many', name, of: near, field: forward, link })
}

export const tableName = (s: Shape, current: string): string => shownName(s.subject.table, current)
