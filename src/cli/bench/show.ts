// A run as lines for people: the table, what is slow and what to write, what was left out, and what became of an earlier run.
import type { Model } from '../../model/index.ts'
import { paint, type Terminal } from '../command.ts'
import { shown } from '../locate.ts'
import { compared, grows, unlike, type Report } from './report.ts'

const columns = ['', 'as', 'per second', 'p50 ms', 'p99 ms', 'Node µs', 'PostgreSQL µs', 'statements'] as const

export function showReport(report: Report, model: Model, terminal: Terminal): string {
  const grown = report.operations.some(o => o.grown !== undefined), dim = (text: string): string => paint(terminal, 2, text)
  const cells = report.operations.map(o => [
    o.operation, o.as, o.perSecond.toLocaleString('en'), o.p50.toFixed(2), o.p99.toFixed(2), String(o.nodeCpu), o.postgresCpu === null ? '–' : String(o.postgresCpu), String(o.statements),
    ...(grown ? [o.grown === undefined ? '' : `${o.grown.ratio.toFixed(2)}×`] : []),
  ])
  const head = [...columns, ...(grown ? ['10× rows'] : [])]
  const widths = head.map((h, i) => Math.max(h.length, ...cells.map(c => c[i]?.length ?? 0)))
  const line = (of: readonly string[]): string => of.map((c, i) => (i < 2 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join('  ').trimEnd()
  const lines: string[] = []
  let entity = ''
  report.operations.forEach((o, i) => {
    if (o.entity !== entity) {
      entity = o.entity
      lines.push('', paint(terminal, 1, model.entities[entity]?.path ?? entity), `  ${dim(line(head))}`)
    }
    const grew = grows(o)
    lines.push(`  ${grew ? paint(terminal, 33, line(cells[i] ?? [])) : line(cells[i] ?? [])}${o.refused > 0 ? dim(`  ${o.refused} refused`) : ''}`)
  })
  return [...lines, '', dim(`The process that served held ${report.memory} MB at the end.`), ...slowLines(report, terminal), ...leftLines(report, terminal)].join('\n')
}

function slowLines({ operations, slow }: Report, terminal: Terminal): readonly string[] {
  // The same line of the declaration, or the same reason, once.
  const groups = [...Map.groupBy(slow, s => `${s.says} ${s.add}`).values()]
  const lines = groups.flatMap(of => {
    const [s] = of
    return s === undefined ? [] : [
      `  ${s.entity}: ${[...new Set(of.map(x => x.operation))].join(' · ')}`, `    ${s.says}`,
      `    ${paint(terminal, 36, `${shown(s.file, terminal.cwd)}:${s.line}`)}  ${s.add}`,
    ]
  })
  const grew = operations.filter(o => grows(o) && !slow.some(s => s.entity === o.entity && s.operation === o.operation))
  const counting = grew.filter(o => o.operation.startsWith('aggregate')), others = grew.filter(o => !counting.includes(o))
  const more = [
    ...others.flatMap(o => [`  ${o.entity}: ${o.operation} as ${o.as}`, `    costs ${o.grown?.ratio.toFixed(1) ?? ''}× as much over ten times the rows${o.grown?.by === undefined ? '' : `, by ${o.grown.by}`}`]),
    ...(counting.length === 0 ? [] : [`  ${counting.map(o => `${o.entity}: ${o.operation}`).join(' · ')}`, '    cost more with more rows, since they count all of them: with a filter on an indexed field they count fewer.']),
  ]
  return lines.length + more.length === 0 ? [] : ['', `${paint(terminal, 1, 'What is slow, and why')}${lines.length > 0 ? paint(terminal, 2, '  (an index costs every write a little: add those that your callers have a use for)') : ''}`, ...lines, ...more]
}

function leftLines({ left }: Report, terminal: Terminal): readonly string[] {
  return left.length === 0 ? [] : ['', paint(terminal, 1, 'Left out'), ...left.map(l => `  ${[l.entity, l.what === 'all' ? null : l.what].filter(part => part !== null).join(' ')}: ${l.why}`)]
}

export function showAgainst(now: Report, earlier: Report, said: string, terminal: Terminal): string {
  const differences = unlike(now, earlier)
  const rows = now.operations.flatMap(o => { const c = compared(o, earlier); return c === null ? [] : [{ o, c }] })
  const missing = earlier.operations.length - rows.length
  const names = rows.map(({ o }) => `${o.entity} ${o.operation} as ${o.as}`), width = Math.max(12, ...names.map(n => n.length))
  const lines = rows.map(({ o, c }, i) => {
    const ratio = c.cpu ?? 1 / c.rate
    const text = `  ${(names[i] ?? '').padEnd(width)}  ${`${c.rate.toFixed(2)}×`.padStart(9)}  ${`${c.p50.toFixed(2)}×`.padStart(7)}  ${(c.cpu === null ? '–' : `${c.cpu.toFixed(2)}×`).padStart(14)}  ${(o.statements === c.before.statements ? '' : `${c.before.statements} → ${o.statements} statements`)}`.trimEnd()
    return ratio > 1.15 ? paint(terminal, 31, text) : ratio < 0.87 ? paint(terminal, 32, text) : text
  })
  return [
    '', paint(terminal, 1, `Against ${said}, of ${earlier.when}`), `  ${''.padEnd(width)}  ${'rate'.padStart(9)}  ${'p50'.padStart(7)}  ${'processor time'.padStart(14)}`, ...lines,
    ...(missing > 0 ? [`  ${missing} of its operations were not measured now`] : []), ...(rows.length === 0 ? ['  nothing that both measured'] : []),
    ...differences.map(d => paint(terminal, 33, `  not alike: ${d}`)),
    paint(terminal, 2, '  Only ratios of runs on the same machine mean anything, and under 0.15 apart is noise.'),
  ].join('\n')
}
