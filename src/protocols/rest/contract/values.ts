// Fields as schemas: as answered, as written, as compared with; and a value of each for examples.
import { createHash } from 'node:crypto'
import { entityOf, relationOf, type EntityModel, type FieldModel, type Model } from '../../../model/index.ts'
import { absurd, type Value } from '../../../operation/index.ts'
import { given, words, type Json, type Schema } from './book.ts'

/** What a text can be at most: in the database (1 GB), and in a body (1 MiB). */
export const mostStored = 1_073_741_823
export const mostSent = 1_048_576
/** No text has a null character. */
export const anyText = '^[^\\u0000]*$'

export type Use = 'read' | 'write' | 'compare'

/** The schema of a field's value, null aside. `compare`: as a filter's operand, without the field's bounds. */
export function valueSchema(f: FieldModel, use: Use): Schema {
  const one = scalarSchema(f, use)
  if (!f.list || use === 'compare') return one
  const { minItems, maxItems } = f.bounds
  return given({ type: 'array', items: one, minItems, maxItems: maxItems ?? (use === 'read' ? 134_217_727 : mostSent / 2) })
}

function scalarSchema(f: FieldModel, use: Use): Schema {
  const b = use === 'compare' ? {} : f.bounds
  const most = use === 'read' ? mostStored : mostSent
  switch (f.scalar) {
    case 'uuid': return { type: 'string', format: 'uuid', minLength: 36, maxLength: 36 }
    case 'text': return textSchema(f, use, most)
    case 'integer': return { type: 'integer', format: 'int32', minimum: bound(b.min, -2_147_483_648), maximum: bound(b.max, 2_147_483_647) }
    case 'bigint': return digits({ type: 'string', pattern: '^-?[0-9]{1,19}$', maxLength: 20 }, use, { type: 'integer', format: 'int64', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
    case 'number': return given({ type: 'number', format: 'double', minimum: numeric(b.min), maximum: numeric(b.max) })
    case 'decimal': return digits({ type: 'string', format: 'decimal', pattern: use === 'read' ? decimalPattern(f) : '^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?$', maxLength: use === 'read' ? 140_000 : 2000 }, use, { type: 'number' })
    case 'boolean': return { type: 'boolean' }
    case 'timestamp': return { type: 'string', format: 'date-time', maxLength: 40 }
    case 'date': return { type: 'string', format: 'date', maxLength: 10 }
    case 'time': return { type: 'string', pattern: `^([01][0-9]|2[0-4]):[0-5][0-9]${use === 'read' ? ':[0-5][0-9](\\.[0-9]{1,6})?' : '(:[0-5][0-9](\\.[0-9]{1,6})?)?'}$`, maxLength: 15 }
    case 'duration': return { type: 'string', pattern: '^[+-]?P(?=.)(-?[0-9]+Y)?(-?[0-9]+M)?(-?[0-9]+W)?(-?[0-9]+D)?(T(?=.)(-?[0-9]+H)?(-?[0-9]+M)?(-?[0-9]+(\\.[0-9]{1,6})?S)?)?$', maxLength: 100 }
    case 'json': return { description: 'Any JSON.' }
    case 'bytes': return given({
      type: 'string', contentEncoding: 'base64url', pattern: use === 'read' ? '^[A-Za-z0-9_-]*$' : '^[A-Za-z0-9_+/-]*={0,2}$',
      minLength: b.minLength === undefined ? undefined : base64Length(b.minLength), maxLength: b.maxLength === undefined ? most : base64Length(b.maxLength) + (use === 'read' ? 0 : 2),
    })
    default: return absurd(f.scalar)
  }
}

function textSchema(f: FieldModel, use: Use, most: number): Schema {
  const b = f.bounds
  if (b.choices) return { type: 'string', enum: b.choices }
  if (use === 'compare') return { type: 'string', pattern: anyText, maxLength: most }
  const size = { minLength: b.minLength, maxLength: b.maxLength ?? most }
  switch (f.kind) {
    case 'email': return given({ type: 'string', format: 'idn-email', ...size, pattern: b.pattern })
    case 'url': return given({ type: 'string', format: 'iri', ...size, pattern: b.pattern })
    case 'slug': return given({ type: 'string', ...size, pattern: b.pattern ?? '^[^\\s-]+(-[^\\s-]+)*$' })
    case 'secret': return given({ type: 'string', format: 'password', writeOnly: true, ...size, pattern: b.pattern })
    default: return given({ type: 'string', ...size, pattern: b.pattern ?? anyText })
  }
}

/** Exact numbers: text, and where they are sent also a JSON number. */
const digits = (text: Schema, use: Use, number: Schema): Schema => (use === 'read' ? text : { anyOf: [text, number] })
const base64Length = (bytes: number): number => Math.ceil((bytes * 4) / 3)
const numeric = (v: Value | undefined): number | undefined => (typeof v === 'number' ? v : undefined)
const bound = (v: Value | undefined, otherwise: number): number => numeric(v) ?? otherwise

function decimalPattern({ bounds: { precision, scale, min } }: FieldModel): string {
  const minus = min !== undefined && Number(min) >= 0 ? '' : '-?'
  if (precision === undefined) return `^${minus}[0-9]+(\\.[0-9]+)?$`
  const whole = precision - (scale ?? 0)
  return `^${minus}[0-9]{1,${Math.max(1, whole)}}${scale === undefined || scale === 0 ? '' : `(\\.[0-9]{1,${scale}})?`}$`
}

/** The schema, or null. */
export function orNull(schema: Schema): Schema {
  if (typeof schema['type'] !== 'string') return '$ref' in schema || 'anyOf' in schema ? { anyOf: [...(Array.isArray(schema['anyOf']) ? schema['anyOf'] as Json[] : [schema]), { type: 'null' }] } : schema
  return { ...schema, type: [schema['type'], 'null'], ...(Array.isArray(schema['enum']) ? { enum: [...schema['enum'] as Json[], null] } : {}) }
}

/** What is to be known of a field beside its type. */
export function fieldAbout(f: FieldModel, use: Use): string {
  const { min, max, scale, currency } = f.bounds
  const exact = f.scalar === 'decimal' || f.scalar === 'bigint'
  return [
    f.about === null ? '' : sentence(f.about), f.deprecated === undefined ? '' : `Deprecated: ${sentence(f.deprecated)}`,
    currency === undefined ? '' : `In ${currency}.`,
    exact && min !== undefined ? `At least ${String(min)}.` : '', exact && max !== undefined ? `At most ${String(max)}.` : '',
    exact && use === 'write' ? 'As text, to keep every digit.' : '', f.scalar === 'decimal' && scale !== undefined && use === 'write' ? `At most ${scale} decimal places.` : '',
    f.kind === 'range' ? 'A range: `[` and `]` with the end, `(` and `)` without it, nothing where it is open, or `empty`.' : '',
    use === 'read' && f.generated === 'column' ? 'Computed by the database.' : '',
    f.kind === 'slug' ? 'Lower-case words joined by hyphens.' : '',
    f.kind === 'url' ? 'An http or https address.' : '',
    f.scalar === 'duration' ? 'An ISO 8601 duration.' : '', f.scalar === 'time' ? 'A time of day.' : '',
    use === 'write' && f.by ? `Only ${f.by.join(' or ')} may set it.` : '',
    f.transitions ? `It changes in these ways only: ${f.transitions.map(t => `${t.from.join(' or ')} → ${t.to} by ${t.name}${t.by ? ` (${t.by.join(' or ')})` : ''}`).join('; ')}.` : '',
    use === 'read' && f.asked === true ? 'Answered only when named in `fields`.' : '',
    use === 'read' && f.generated === 'version' ? 'Counts the changes of this object.' : '',
    use === 'read' && f.computed ? `Computed from its ${f.computed.relation}.` : '',
  ].filter(x => x !== '').join(' ')
}
/** Said in words: generators make what has a `default` required, in bodies too. */
export function defaultAbout({ default: d }: FieldModel): string {
  switch (d?.kind) {
    case undefined: case 'absent': return ''
    case 'value': return d.value === null ? '' : `${JSON.stringify(d.value)} unless given.`
    case 'now': return 'The time of the request unless given.'
    case 'expression': return 'Worked out by the database unless given.'
    case 'claim': return 'The caller’s own unless given.'
    case 'related': return `The ${d.field} of its ${d.relation} unless given.`
    default: return absurd(d)
  }
}

export const sentence = (text: string): string => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`)

/** A value that fits the field; undefined where its pattern is too much to think of one. The same for the same field, always. */
export function exampleOf(model: Model, entity: EntityModel, f: FieldModel): Json | undefined {
  if (f.reference !== null) {
    const relation = relationOf(entity, f.reference), target = entityOf(model, relation.target)
    const foreign = target.fields[relation.on.find(x => x.local === f.name)?.foreign ?? '']
    if (foreign !== undefined && foreign !== f && (target !== entity || foreign.reference === null)) return exampleOf(model, target, foreign)
  }
  const one = f.default?.kind === 'value' && f.default.value !== null && !f.list ? json(f.default.value) : scalarExample(entity, f)
  if (one === undefined || !f.list) return one
  return Array.from({ length: Math.max(1, f.bounds.minItems ?? 1) }, () => one)
}

const json = (v: Value): Json => v as Json

function scalarExample(entity: EntityModel, f: FieldModel): Json | undefined {
  const { min, max, minLength = 0, maxLength = Infinity, pattern, choices, scale = 2, precision } = f.bounds
  const within = (n: number): number => Math.min(typeof max === 'number' ? max : max === undefined ? Infinity : Number(max), Math.max(n, min === undefined ? -Infinity : Number(min)))
  switch (f.scalar) {
    case 'uuid': {
      const hash = createHash('sha256').update(`${entity.name}.${f.name}`).digest('hex')
      return `0198a3f0-${hash.slice(0, 4)}-7${hash.slice(4, 7)}-8${hash.slice(7, 10)}-${hash.slice(10, 22)}`
    }
    case 'integer': return Math.trunc(within(f.generated === 'identity' || f.generated === 'version' ? 1 : 3))
    case 'number': return within(1.5)
    case 'bigint': return String(Math.trunc(within(42)))
    case 'decimal': {
      const n = within(12.5), whole = precision === undefined ? 9 : precision - scale
      return (Math.abs(n) < 10 ** whole ? n : whole > 0 ? 1 : 0).toFixed(Math.min(scale, 20))
    }
    case 'boolean': return true
    case 'timestamp': return '2026-11-20T09:30:00+00:00'
    case 'date': return '2026-11-20'
    case 'time': return '09:30:00'
    case 'duration': return 'PT1H30M'
    case 'json': return { any: 'JSON' }
    case 'bytes': return Buffer.from('bytes'.repeat(Math.ceil(Math.max(1, minLength) / 5))).subarray(0, Math.max(minLength, Math.min(5, maxLength))).toString('base64url')
    case 'text': break
    default: return absurd(f.scalar)
  }
  if (choices) return choices[0]
  const label = words(f.name)
  const wish = f.kind === 'email' ? ['ann@example.com'] : f.kind === 'url' ? ['https://example.com/'] : f.kind === 'slug' ? [label.replaceAll(' ', '-')]
    : f.kind === 'secret' ? ['correct horse battery staple'] : [label.charAt(0).toUpperCase() + label.slice(1)]
  const sized = wish.map(text => (text.length >= minLength ? text : text.padEnd(minLength, 'x'))).map(text => (text.length <= maxLength ? text : text.slice(0, maxLength)))
  if (pattern === undefined) return sized[0]
  const fits = (text: string): boolean => text.length >= minLength && text.length <= maxLength && new RegExp(pattern, 'u').test(text)
  return [...sized, label, label.toUpperCase(), 'A', 'a', 'AB', 'ab', 'ABC', 'abc', 'A1', 'A-1', 'AB-12', 'ABC-123', '1', '12', '123', '1234', '12345', '123456', 'DE', 'DE123', '+491234567', '#a1b2c3'].find(fits)
}
