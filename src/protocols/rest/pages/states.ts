// The drawing of a state machine: its states in a row, ways onward above it, ways back below.
import type { Json, Members } from '../contract/index.ts'
import { html, join, type Html } from './html.ts'

interface Way { readonly name: string; readonly from: number; readonly to: number; readonly who: string }
const members = (of: Json | undefined): Members => (typeof of === 'object' && of !== null && !Array.isArray(of) ? of as Members : {})
const texts = (of: Json | undefined): readonly string[] => (Array.isArray(of) ? of.map(String) : [])
const width = 96, gap = 64, height = 30, step = 30

/** One figure for each field with states (`x-states` of a schema). */
export function statesView(schema: Members): Html {
  return join(Object.entries(members(schema['x-states'])).map(([field, of]) => drawing(field, members(of))))
}

function drawing(field: string, of: Members): Html {
  const states = texts(of['states']), begins = of['begins']
  const ways = (Array.isArray(of['transitions']) ? of['transitions'] as readonly Json[] : []).map(members).flatMap(t => texts(t['from']).map((from): Way => ({
    name: String(t['name']), from: states.indexOf(from), to: states.indexOf(String(t['to'])), who: texts(t['by']).join(', '),
  })))
  const reach = (list: readonly Way[]): number => list.reduce((most, w) => Math.max(most, Math.abs(w.to - w.from)), 0)
  const above = reach(ways.filter(w => w.to > w.from)) * step + 24, below = reach(ways.filter(w => w.to < w.from)) * step + 24
  const x = (i: number): number => i * (width + gap) + 8
  const all = x(states.length - 1) + width + 8
  const said = ways.map(w => `${states[w.from] ?? ''} to ${states[w.to] ?? ''} by ${w.name}${w.who === '' ? '' : ` (${w.who})`}`).join('; ')
  return html`<figure class="states"><svg viewBox="0 0 ${all} ${above + height + below}" width="${all}" role="img" aria-label="${`States of ${field}: ${said}`}">
<defs><marker id="to-${field}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>
${join(states.map((s, i) => html`<rect x="${x(i)}" y="${above}" width="${width}" height="${height}" rx="15" fill="none" stroke="currentColor" stroke-width="${s === begins ? 2.5 : 1}"/><text x="${x(i) + width / 2}" y="${above + 20}" text-anchor="middle" font-size="13" fill="currentColor">${s}</text>`))}
${join(ways.map(w => {
    const on = w.to > w.from, far = Math.abs(w.to - w.from), edge = on ? above : above + height
    const peak = on ? above - far * step : above + height + far * step
    // Beside the middle, so that ways there and back do not meet.
    const a = x(w.from) + width / 2 + (on ? 16 : -16), b = x(w.to) + width / 2 - (on ? 16 : -16)
    return html`<path d="M${a} ${edge}C${a} ${peak} ${b} ${peak} ${b} ${edge}" fill="none" stroke="currentColor" stroke-width="1" marker-end="url(#to-${field})"/><text x="${(a + b) / 2}" y="${(peak * 3 + edge) / 4 + (on ? -4 : 13)}" text-anchor="middle" font-size="12" fill="currentColor">${w.name}${w.who === '' ? '' : ` · ${w.who}`}</text>`
  }))}
</svg><figcaption>States of <code>${field}</code>${typeof begins === 'string' ? html`, which begins as ${begins}` : html``}.</figcaption></figure>`
}
