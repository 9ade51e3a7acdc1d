// Drawings: entities in layers, what is referred to above what refers; states in a row. Each as Mermaid and as a finished SVG in the colours of its surroundings.
import type { EntityModel, FieldModel, Model, RelationModel } from '../model/index.ts'
import { words } from './words.ts'

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
interface Edge { readonly from: string; readonly to: string; readonly label: string; readonly relation: RelationModel }

/** Each relation once, from where its key is. */
function edgesOf(model: Model): readonly Edge[] {
  const shown = Object.values(model.entities).filter(e => !e.hidden)
  const linked = new Set<string>()
  return shown.flatMap(e => Object.values(e.relations).flatMap((relation): Edge[] => {
    if (relation.hidden || (!relation.owner && relation.through === null)) return []
    if (relation.through !== null) {
      if (linked.has(relation.through.entity)) return []
      linked.add(relation.through.entity)
    }
    return [{ from: e.name, to: relation.target, label: words(relation.name), relation }]
  }))
}

/** `order }o--|| customer`, and the words for it. */
export function drawEntities(model: Model): { readonly mermaid: string; readonly svg: string; readonly says: string } {
  const entities = Object.values(model.entities).filter(e => !e.hidden), edges = edgesOf(model)
  const end = (e: Edge): string => (e.relation.through !== null ? '}o--o{' : `${isOne(model, e) ? '|o' : '}o'}--${e.relation.optional ? 'o|' : '||'}`)
  const mermaid = ['erDiagram', ...entities.map(e => `  ${e.title}`), ...edges.map(e => `  ${titleOf(model, e.from)} ${end(e)} ${titleOf(model, e.to)} : "${e.label}${partOf(model, e) ? ' (part of)' : ''}"`)].join('\n')
  return { mermaid, svg: layered(model, entities, edges), says: `Entities and their references: ${edges.map(e => `${titleOf(model, e.from)} to ${titleOf(model, e.to)} by ${e.label}`).join('; ') || 'none'}` }
}
const titleOf = (model: Model, name: string): string => model.entities[name]?.title ?? name
const isOne = (model: Model, e: Edge): boolean => model.entities[e.to]?.relations[e.relation.inverse]?.one === true
const partOf = (model: Model, e: Edge): boolean => model.entities[e.from]?.whole === e.relation.name

const box = { height: 34, gapX: 40, gapY: 78 }
const widthOf = (title: string): number => Math.max(76, title.length * 8.6 + 26)

interface Spot { readonly x: number; readonly y: number; readonly w: number }
/** Boxes in rows, and between them a place for every row that a line crosses, so that no line runs through a box. */
function layered(model: Model, entities: readonly EntityModel[], edges: readonly Edge[]): string {
  const layer = new Map(layersOf(entities.map(e => e.name), edges.filter(e => e.relation.through === null)))
  const rowOf = (name: string): number => layer.get(name) ?? 0
  const rows: string[][] = Array.from({ length: Math.max(0, ...layer.values()) + 1 }, () => [])
  for (const e of entities) rows[rowOf(e.name)]?.push(e.name)
  // The way of each line, from box to box.
  const ways = edges.map((e, n) => {
    const down = rowOf(e.to) > rowOf(e.from), between = Math.abs(rowOf(e.to) - rowOf(e.from)) - 1
    const over = Array.from({ length: Math.max(0, between) }, (_, i) => {
      const name = `~${n}.${i}`, row = rowOf(e.from) + (down ? i + 1 : -i - 1)
      layer.set(name, row)
      rows[row]?.push(name)
      return name
    })
    return [e.from, ...over, e.to]
  })
  const joined = new Map<string, string[]>()
  for (const way of ways) way.forEach((name, i) => { for (const other of [way[i - 1], way[i + 1]]) if (other !== undefined && other !== name) joined.set(name, [...(joined.get(name) ?? []), other]) })
  const at = (name: string): number => { const row = rows[rowOf(name)] ?? []; return (row.indexOf(name) + 0.5) / row.length }
  // Each row in the order of the middle of what its boxes are joined to, so that few lines cross.
  for (let sweep = 0; sweep < 8; sweep++) for (const row of sweep % 2 === 0 ? rows : rows.toReversed()) {
    const middle = new Map(row.map(n => [n, mean((joined.get(n) ?? []).filter(x => !row.includes(x)).map(at)) ?? at(n)]))
    row.sort((x, y) => (middle.get(x) ?? 0) - (middle.get(y) ?? 0) || (x < y ? -1 : 1))
  }
  const wide = (name: string): number => (name.startsWith('~') ? 8 : widthOf(titleOf(model, name)))
  const total = (row: readonly string[]): number => row.reduce((sum, n) => sum + wide(n) + box.gapX, -box.gapX)
  const whole = Math.max(...rows.map(total)) + 80, place = new Map<string, Spot>()
  rows.forEach((row, i) => {
    const gap = row.length > 1 ? Math.min(110, (whole - 80 - total(row)) / (row.length - 1) * 0.6) : 0
    let x = (whole - total(row) - gap * (row.length - 1)) / 2
    for (const n of row) { place.set(n, { x, y: 12 + i * (box.height + box.gapY), w: wide(n) }); x += wide(n) + box.gapX + gap }
  })
  const of = (name: string): Spot => place.get(name) ?? { x: 0, y: 0, w: 0 }
  const centre = (name: string): number => of(name).x + of(name).w / 2
  const sides = (e: Edge): readonly ['top' | 'bottom', 'top' | 'bottom'] => (rowOf(e.from) === rowOf(e.to) ? ['bottom', 'bottom'] : rowOf(e.from) > rowOf(e.to) ? ['top', 'bottom'] : ['bottom', 'top'])
  // Where several lines meet a side of a box, they stand beside each other.
  const ends = new Map<string, { readonly end: string; readonly toward: number }[]>()
  edges.forEach((e, n) => {
    const [s, t] = sides(e), way = ways[n] ?? []
    for (const [name, side, end, other] of [[e.from, s, `${n} from`, way[1]], [e.to, t, `${n} to`, way.at(-2)]] as const) {
      ends.set(`${name} ${side}`, [...(ends.get(`${name} ${side}`) ?? []), { end, toward: centre(other ?? name) + (end.endsWith('to') ? 0.1 : 0) }])
    }
  })
  const spot = (name: string, side: string, end: string): number => {
    const all = (ends.get(`${name} ${side}`) ?? []).toSorted((x, y) => x.toward - y.toward)
    return of(name).x + of(name).w * (all.findIndex(x => x.end === end) + 1) / (all.length + 1)
  }
  const lines = edges.map((e, n) => {
    const [s, t] = sides(e), way = ways[n] ?? []
    const first = { x: spot(e.from, s, `${n} from`), y: of(e.from).y + (s === 'bottom' ? box.height : 0) }, last = { x: spot(e.to, t, `${n} to`), y: of(e.to).y + (t === 'bottom' ? box.height : 0) }
    const beside = s === t, bend = 46
    const points = [first, ...way.slice(1, -1).flatMap(name => { const p = of(name), x = centre(name); return s === 'top' ? [{ x, y: p.y + box.height }, { x, y: p.y }] : [{ x, y: p.y }, { x, y: p.y + box.height }] }), last]
    const d = beside ? `M${r(first.x)} ${r(first.y)}C${r(first.x)} ${r(first.y + bend)} ${r(last.x)} ${r(last.y + bend)} ${r(last.x)} ${r(last.y)}` : points.map((p, i) => {
      const before = points[i - 1]
      return before === undefined ? `M${r(p.x)} ${r(p.y)}` : i % 2 === 0 ? `L${r(p.x)} ${r(p.y)}` : `C${r(before.x)} ${r((before.y + p.y) / 2)} ${r(p.x)} ${r((before.y + p.y) / 2)} ${r(p.x)} ${r(p.y)}`
    }).join('')
    const label = partOf(model, e) ? `${e.label} (part of)` : e.label, next = points[1] ?? last
    // Nearer to where the line begins: lines part there and meet where they end.
    const text = beside ? { x: (first.x + last.x) / 2, y: first.y + 39 } : { x: first.x + (next.x - first.x) * 0.3, y: first.y + (next.y - first.y) * 0.38 + 4 }
    const dash = e.relation.optional && e.relation.through === null ? ' stroke-dasharray="5 4"' : ''
    return { line: `<path d="${d}" fill="none" stroke="currentColor"${dash}${e.relation.through === null ? ' marker-end="url(#refers)"' : ''} opacity=".7"/>`, label: `<text x="${r(text.x)}" y="${r(text.y)}" text-anchor="middle" font-size="12" class="on">${escaped(label)}</text>` }
  })
  const boxes = entities.map(e => {
    const p = of(e.name)
    return `<rect x="${r(p.x)}" y="${r(p.y)}" width="${r(p.w)}" height="${box.height}" rx="6" class="box"/><text x="${r(p.x + p.w / 2)}" y="${r(p.y + 22)}" text-anchor="middle" font-size="14" font-weight="600" fill="currentColor">${escaped(e.title)}</text>`
  })
  const bottom = edges.some(e => rowOf(e.from) === rowOf(e.to) && rowOf(e.from) === rows.length - 1) ? 44 : 0
  const height = 24 + rows.length * box.height + (rows.length - 1) * box.gapY + bottom
  return `<svg viewBox="0 0 ${r(whole)} ${height}" width="${r(whole)}" role="img" aria-label="LABEL"><defs><marker id="refers" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>${lines.map(l => l.line).join('')}${boxes.join('')}${lines.map(l => l.label).join('')}</svg>`
}
const r = (n: number): number => Math.round(n * 10) / 10
const mean = (of: readonly number[]): number | null => (of.length === 0 ? null : of.reduce((x, y) => x + y, 0) / of.length)

/** What refers stands below what it refers to; where references go in a circle, the order of the declaration decides. */
function layersOf(names: readonly string[], edges: readonly Edge[]): ReadonlyMap<string, number> {
  const layer = new Map<string, number>()
  const visit = (name: string, trail: readonly string[]): number => {
    const found = layer.get(name)
    if (found !== undefined) return found
    const below = edges.filter(e => e.from === name && e.to !== name && !trail.includes(e.to)).map(e => visit(e.to, [...trail, name]))
    const made = below.length === 0 ? 0 : Math.max(...below) + 1
    layer.set(name, made)
    return made
  }
  for (const name of names) visit(name, [])
  return layer
}

/** The states of a field in a row, ways onward above it and ways back below. */
export function drawStates(entity: EntityModel, field: FieldModel): { readonly mermaid: string; readonly svg: string; readonly says: string } {
  const states = field.bounds.choices ?? [], begins = field.default?.kind === 'value' ? String(field.default.value) : null
  const ways = (field.transitions ?? []).flatMap(t => t.from.map(from => ({ name: t.by === null ? t.name : `${t.name} · ${t.by.join(', ')}`, from, to: t.to })))
  const mark = `${entity.name}-${field.name}`, id = (state: string): string => `s${states.indexOf(state)}`
  const mermaid = ['stateDiagram-v2', '  direction LR', ...states.map(s => `  state "${s.replaceAll('"', '\'')}" as ${id(s)}`), ...(begins === null ? [] : [`  [*] --> ${id(begins)}`]), ...ways.map(w => `  ${id(w.from)} --> ${id(w.to)}: ${w.name}`)].join('\n')
  const wide = Math.max(84, ...states.map(s => s.length * 8.2 + 24)), gap = 70, step = 34
  const x = (s: string): number => states.indexOf(s) * (wide + gap) + 10, far = (w: (typeof ways)[number]): number => states.indexOf(w.to) - states.indexOf(w.from)
  const reach = (of: readonly number[]): number => Math.max(0, ...of) * step + 26
  const above = reach(ways.map(far)), below = reach(ways.map(w => -far(w)))
  const paths = ways.map(w => {
    const on = far(w) > 0, edge = on ? above : above + 32, peak = on ? above - far(w) * step : above + 32 - far(w) * step, a = x(w.from) + wide / 2 + (on ? 18 : -18), b = x(w.to) + wide / 2 - (on ? 18 : -18)
    return `<path d="M${r(a)} ${edge}C${r(a)} ${peak} ${r(b)} ${peak} ${r(b)} ${edge}" fill="none" stroke="currentColor" marker-end="url(#goes-${mark})" opacity=".75"/><text x="${r((a + b) / 2)}" y="${r((peak * 3 + edge) / 4 + (on ? -4 : 13))}" text-anchor="middle" font-size="12" class="on">${escaped(w.name)}</text>`
  })
  const boxes = states.map(s => `<rect x="${r(x(s))}" y="${above}" width="${r(wide)}" height="32" rx="16" class="box"${s === begins ? ' stroke-width="2.5"' : ''}/><text x="${r(x(s) + wide / 2)}" y="${above + 21}" text-anchor="middle" font-size="14" fill="currentColor">${escaped(s)}</text>`)
  const whole = r(states.length * (wide + gap) - gap + 20)
  return {
    mermaid, says: `States of ${words(field.name)} of ${entity.title}${begins === null ? '' : `, first ${begins}`}: ${ways.map(w => `${w.from} to ${w.to} by ${w.name}`).join('; ')}`,
    svg: `<svg viewBox="0 0 ${whole} ${above + 32 + below}" width="${whole}" role="img" aria-label="LABEL"><defs><marker id="goes-${mark}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>${paths.join('')}${boxes.join('')}</svg>`,
  }
}
export { escaped }
