// `npm run bench:charts`: two charts per workload from a result that was kept, for docs/explanation/performance.md: what a request costs of processor, Node's and PostgreSQL's part; and how long its caller waits, half of the time and one time in a hundred.
//   FILE  another result than bench/results/reference.json
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Measured, Side } from './report.ts'

const root = path.dirname(import.meta.dirname), folder = path.join(root, 'docs', 'explanation', 'charts')
const { workloads } = JSON.parse(readFileSync(process.argv[2] ?? path.join(root, 'bench', 'results', 'reference.json'), 'utf8')) as { readonly workloads: readonly Measured[] }
const width = 640, left = 110, right = 70, bar = 22, gap = 8, top = 34

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
/** Ours first, the others by what is shown of them. */
const ordered = (sides: readonly Side[], by: (s: Side) => number): readonly Side[] => sides.toSorted((a, b) => (a.name === 'ours' ? -1 : b.name === 'ours' ? 1 : by(a) - by(b)))
const rowAt = (i: number): { readonly y: number; readonly middle: number } => ({ y: top + i * (bar + gap), middle: top + i * (bar + gap) + bar / 2 })
const label = (s: Side, i: number): string => `<text x="${left - 8}" y="${rowAt(i).middle + 4}" text-anchor="end"${s.name === 'ours' ? ' font-weight="bold"' : ''}>${escaped(s.name)}</text>`

function drawn({ name, title }: Measured, shows: string, height: number, inside: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${escaped(`${name}: ${shows}, by who answers it`)}">`
    + `<rect width="${width}" height="${height}" fill="#fff"/><text x="8" y="20" font-weight="bold"${title.length > 75 ? ' font-size="11"' : ''}>${escaped(`${name}: ${title}`)}</text>${inside}</svg>\n`
}

function processor(of: Measured): string {
  const total = (s: Side): number => s.nodeCpu + (s.postgresCpu ?? 0)
  const sides = ordered(of.sides, total), scale = (width - left - right) / Math.max(...sides.map(total)), height = top + sides.length * (bar + gap) + 24
  const rows = sides.map((s, i) => {
    const { y, middle } = rowAt(i), node = s.nodeCpu * scale, postgres = (s.postgresCpu ?? 0) * scale
    return `${label(s, i)}<rect x="${left}" y="${y}" width="${node.toFixed(1)}" height="${bar}" fill="#3a7d44"/><rect x="${(left + node).toFixed(1)}" y="${y}" width="${postgres.toFixed(1)}" height="${bar}" fill="#336791"/>`
      + `<text x="${(left + node + postgres + 6).toFixed(1)}" y="${middle + 4}">${total(s).toFixed(0)} µs</text>`
  })
  return drawn(of, 'processor time of a request', height, `${rows.join('')}<text x="${left}" y="${height - 8}" fill="#3a7d44">■ Node</text><text x="${left + 70}" y="${height - 8}" fill="#336791">■ PostgreSQL</text>`)
}

/** Logarithmic: what is seen is how many times as long. */
function latency(of: Measured): string {
  const sides = ordered(of.sides, s => s.p50), height = top + sides.length * (bar + gap) + 40, bottom = top + sides.length * (bar + gap)
  const decades = Array.from({ length: 8 }, (_, i) => 10 ** (i - 2)), marks = decades.flatMap(d => [d, 2 * d, 5 * d].map(n => Number(n.toPrecision(1))))
  const low = Math.min(...sides.map(s => s.p50)), high = Math.max(...sides.map(s => s.p99))
  const from = marks.findLast(m => m <= low) ?? low, to = marks.find(m => m >= high) ?? high
  const x = (ms: number): number => left + 4 + Math.log(ms / from) / Math.log(to / from) * (width - left - right - 4)
  const grid = marks.filter(m => m >= from && m <= to).map(m => `<line x1="${x(m).toFixed(1)}" y1="${top - 4}" x2="${x(m).toFixed(1)}" y2="${bottom}" stroke="#ddd"/><text x="${x(m).toFixed(1)}" y="${bottom + 12}" text-anchor="middle" font-size="11" fill="#666">${m}</text>`)
  const rows = sides.map((s, i) => {
    const { middle } = rowAt(i), [a, b] = [x(s.p50), x(s.p99)]
    return `${label(s, i)}<line x1="${a.toFixed(1)}" y1="${middle}" x2="${b.toFixed(1)}" y2="${middle}" stroke="#888" stroke-width="3"/><circle cx="${a.toFixed(1)}" cy="${middle}" r="6" fill="#336791"/><circle cx="${b.toFixed(1)}" cy="${middle}" r="6" fill="#b5541c"/>`
      + `<text x="${(b + 10).toFixed(1)}" y="${middle + 4}" font-size="11">${short(s.p50)} / ${short(s.p99)}</text>`
  })
  const legend = `<text x="${left}" y="${height - 8}" fill="#336791">● half of the answers within</text><text x="${left + 190}" y="${height - 8}" fill="#b5541c">● 99 in 100 within</text><text x="${left + 330}" y="${height - 8}" fill="#666">milliseconds, 16 at a time</text>`
  return drawn(of, 'how long an answer takes', height, `${grid.join('')}${rows.join('')}${legend}`)
}

const short = (ms: number): string => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0))

mkdirSync(folder, { recursive: true })
for (const w of workloads) {
  for (const [name, text] of [[`${w.name}.svg`, processor(w)], [`${w.name}-latency.svg`, latency(w)]] as const) {
    writeFileSync(path.join(folder, name), text)
    console.log(path.relative(root, path.join(folder, name)))
  }
}
