// `npm run bench:charts`: a chart per workload from a result that was kept, for docs/explanation/performance.md: what a request costs of processor, Node's and PostgreSQL's part.
//   FILE  another result than bench/results/reference.json
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Measured, Side } from './report.ts'

const root = path.dirname(import.meta.dirname), folder = path.join(root, 'docs', 'explanation', 'charts')
const { workloads } = JSON.parse(readFileSync(process.argv[2] ?? path.join(root, 'bench', 'results', 'reference.json'), 'utf8')) as { readonly workloads: readonly Measured[] }
const width = 640, left = 110, bar = 22, gap = 8, top = 34

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const total = (s: Side): number => s.nodeCpu + (s.postgresCpu ?? 0)

function chart({ name, title, sides }: Measured): string {
  const most = Math.max(...sides.map(total)), scale = (width - left - 70) / most, ordered = sides.toSorted((a, b) => (a.name === 'ours' ? -1 : b.name === 'ours' ? 1 : total(a) - total(b)))
  const rows = ordered.map((s, i) => {
    const y = top + i * (bar + gap), node = s.nodeCpu * scale, postgres = (s.postgresCpu ?? 0) * scale, middle = y + bar / 2 + 4
    return `<text x="${left - 8}" y="${middle}" text-anchor="end"${s.name === 'ours' ? ' font-weight="bold"' : ''}>${escaped(s.name)}</text>`
      + `<rect x="${left}" y="${y}" width="${node.toFixed(1)}" height="${bar}" fill="#3a7d44"/><rect x="${(left + node).toFixed(1)}" y="${y}" width="${postgres.toFixed(1)}" height="${bar}" fill="#336791"/>`
      + `<text x="${(left + node + postgres + 6).toFixed(1)}" y="${middle}">${total(s).toFixed(0)} µs</text>`
  })
  const height = top + ordered.length * (bar + gap) + 24
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${escaped(`${name}: processor time of a request, by who answers it`)}">`
    + `<rect width="${width}" height="${height}" fill="#fff"/><text x="8" y="20" font-weight="bold">${escaped(`${name}: ${title}`)}</text>${rows.join('')}`
    + `<text x="${left}" y="${height - 8}" fill="#3a7d44">■ Node</text><text x="${left + 70}" y="${height - 8}" fill="#336791">■ PostgreSQL</text></svg>\n`
}

mkdirSync(folder, { recursive: true })
for (const w of workloads) {
  const file = path.join(folder, `${w.name}.svg`)
  writeFileSync(file, chart(w))
  console.log(path.relative(root, file))
}
