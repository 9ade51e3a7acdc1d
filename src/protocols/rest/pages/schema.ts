// Schemas for people: a type in a few words, the members of an object in a table.
import type { Json, Members } from '../contract/index.ts'
import { html, join, type Html } from './html.ts'

const members = (of: Json | undefined): Members => (typeof of === 'object' && of !== null && !Array.isArray(of) ? of as Members : {})
const list = (of: Json | undefined): readonly Json[] => (Array.isArray(of) ? of as readonly Json[] : [])
const most = 24

/** `text, 1 to 60 characters`; named schemas are links. */
export function typeText(schema: Members): Html {
  const { $ref, enum: choices, anyOf, allOf, type, items, prefixItems, const: only, format } = schema
  if (typeof $ref === 'string') { const name = $ref.split('/').at(-1) ?? ''; return html`<a href="#schema-${name}"><code>${name}</code></a>` }
  if (Array.isArray(choices)) {
    const shown = list(choices).slice(0, most).map(c => JSON.stringify(c))
    return html`${shown.join(' | ')}${choices.length > most ? ' | …' : ''}`
  }
  if (Array.isArray(anyOf)) return separated(list(anyOf).map(x => typeText(members(x))), ' or ')
  if (Array.isArray(allOf)) return separated(list(allOf).map(x => typeText(members(x))), ' and ')
  if (only !== undefined) return html`${JSON.stringify(only)}`
  const kinds = Array.isArray(type) ? list(type).map(String) : type === undefined ? [] : [String(type)]
  const nullable = kinds.includes('null') ? ' or null' : ''
  const kind = kinds.find(k => k !== 'null')
  if (Array.isArray(prefixItems)) return html`[${separated(list(prefixItems).map(x => typeText(members(x))), ', ')}]`
  if (kind === 'array') return html`list of ${typeText(members(items))}${nullable}`
  if (kind === undefined) return html`${kinds.includes('null') ? 'null' : 'any JSON'}`
  const name = typeof format === 'string' ? format : kind === 'object' ? `{ ${Object.keys(members(schema['properties'])).slice(0, 6).join(', ')} }` : kind === 'string' ? 'text' : kind
  return html`${name}${bounds(schema)}${nullable}`
}

function separated(parts: readonly Html[], by: string): Html {
  return join(parts.flatMap((p, i) => (i === 0 ? [p] : [html`${by}`, p])))
}

function bounds({ minLength, maxLength, minimum, maximum, format }: Members): string {
  const said: string[] = []
  const plain = format !== 'uuid' && format !== 'date' && format !== 'date-time' && format !== 'decimal'
  if (plain && typeof minLength === 'number') said.push(`from ${minLength} characters`)
  if (plain && typeof maxLength === 'number' && maxLength < 1_000_000) said.push(`to ${maxLength} characters`)
  if (typeof minimum === 'number' && minimum > -2_147_483_648) said.push(`from ${minimum}`)
  if (typeof maximum === 'number' && maximum < 2_147_483_647) said.push(`to ${maximum}`)
  return said.length === 0 ? '' : `, ${said.join(' ')}`
}

/** The members of an object, or what else the schema is. */
export function schemaView(schema: Members): Html {
  const properties = Object.entries(members(schema['properties']))
  if (properties.length === 0) return html`<p>${typeText(schema)}</p>`
  const required = new Set(list(schema['required']))
  /** What must be there unless another is, by name. */
  const instead = new Map([schema, ...list(schema['allOf']).map(members)].flatMap(x => {
    const names = list(x['oneOf']).map(way => String(list(members(way)['required'])[0]))
    return names.map(name => [name, names.filter(n => n !== name).join(', ')] as const)
  }))
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${join(properties.map(([name, of]) => {
    const { description, examples, default: initial } = members(of)
    const value = initial ?? list(examples)[0]
    return html`<tr><th scope="row"><code>${name}</code>${required.has(name) ? html`<span class="quiet"> required</span>` : instead.has(name) ? html`<span class="quiet"> this or ${instead.get(name) ?? ''}</span>` : html``}</th><td>${typeText(members(of))}</td><td>${typeof description === 'string' ? description : ''}${
      value === undefined ? html`` : html` <span class="quiet">${initial === undefined ? 'e.g.' : 'default'} <code>${JSON.stringify(value)}</code></span>`}</td></tr>`
  }))}</tbody></table>`
}
