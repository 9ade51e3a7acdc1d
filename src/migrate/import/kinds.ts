// Which kind of field serves a column: by its type, and by checks that say what a bound says.
import { conditions } from '../desired.ts'
import { conjuncts, normal } from '../expression.ts'
import type { Bounds } from '../../model/index.ts'
import type { Scalar } from '../../operation/index.ts'
import type { Check, Column, LiveSchema } from '../live.ts'
import { textLiteral } from './literal.ts'

/** The builder of a field, without modifiers: `text({ max: 40 })`. */
export interface KindOf {
  /** Its function's name, and what stands between the brackets. */
  readonly builder: string
  readonly scalar: Scalar
  readonly kind: 'plain' | 'choice' | 'range'
  readonly list: boolean
  readonly choices: readonly string[] | null
  readonly code: string
  /** For `static table.types`: the column's type, where it is not one that the kind fits. */
  readonly type: string | null
  /** Names to be imported. */
  readonly uses: readonly string[]
  /** Checks that the bounds say, by name. */
  readonly said: readonly string[]
}

interface Element { readonly builder: string; readonly scalar: Scalar; readonly bounds: Bounds; readonly native: boolean; readonly kind: KindOf['kind'] }

const element = (builder: string, scalar: Scalar, native = true, bounds: Bounds = {}, kind: KindOf['kind'] = 'plain'): Element => ({ builder, scalar, native, bounds, kind })
const ranges: Readonly<Record<string, readonly [NonNullable<Bounds['range']>, boolean]>> = {
  int4range: ['integer', true], int8range: ['bigint', true], numrange: ['decimal', true], daterange: ['date', true], tstzrange: ['timestamp', true], tsrange: ['timestamp', false],
}

/** `native`: a field of that kind fits the column without being told its type. */
function elementOf(type: string, inList: boolean): Element {
  const [, head = type, arguments_ = ''] = /^([a-z ]+?[a-z0-9]*)(?:\(([\d, -]+)\))?( with(?:out)? time zone)?$/.exec(type) ?? []
  const zoned = type.endsWith('with time zone'), length = Number(arguments_)
  const range = ranges[type]
  if (range) return element('range', 'text', range[1], { range: range[0] }, 'range')
  switch (head.trim()) {
    case 'text': return element('text', 'text')
    case 'character varying': return element('text', 'text', !inList, arguments_ === '' ? {} : { maxLength: length })
    case 'character': return element('text', 'text', false, { maxLength: length || 1 })
    case 'smallint': return element('integer', 'integer', !inList)
    case 'integer': return element('integer', 'integer')
    case 'bigint': return element('bigint', 'bigint')
    case 'numeric': {
      const [precision, scale] = arguments_.split(',').map(Number)
      if (arguments_ === '' || precision === undefined || scale === undefined) return element('decimal', 'decimal')
      return scale < 0 || scale > precision ? element('decimal', 'decimal', false) : element('decimal', 'decimal', true, { precision, scale })
    }
    case 'money': return element('decimal', 'decimal', false)
    case 'real': return element('number', 'number', false)
    case 'double precision': return element('number', 'number')
    case 'boolean': return element('boolean', 'boolean')
    case 'date': return element('date', 'date')
    case 'uuid': return element('uuid', 'uuid')
    case 'bytea': return element('bytes', 'bytes')
    case 'interval': return element('duration', 'duration', !inList || arguments_ === '')
    case 'json': return element('json', 'json', !inList)
    case 'jsonb': return element('json', 'json')
    case 'timestamp': return element('timestamp', 'timestamp', zoned && (!inList || arguments_ === ''))
    case 'time': return zoned ? element('text', 'text', false) : element('time', 'time', !inList || arguments_ === '')
    default: return element('text', 'text', false)
  }
}

const named = (schema: string, name: string, type: string): boolean => {
  const plain = type.replaceAll('"', '')
  return plain === `${schema}.${name}` || plain === name
}

/** The kind of a column. `checks` are those of its table. */
export function kindOf(column: Column, checks: readonly Check[], live: LiveSchema): KindOf {
  const list = /(\[\])+$/.test(column.type), bare = column.type.replace(/(\[\])+$/, '')
  const base = column.base ?? ''
  // Of the enum itself, or of a domain over it.
  const enumeration = column.sort === 'e' ? live.enums.find(e => named(e.schema, e.name, bare)) : column.sort === 'd' && !list ? live.enums.find(e => named(e.schema, e.name, base)) : undefined
  const domain = column.sort === 'd' ? live.domains.find(d => named(d.schema, d.name, bare)) : undefined
  if (enumeration && enumeration.labels.length > 0) return choiceOf(enumeration.labels, list, column.type, [])
  const choices = domain && !list ? choicesIn(domain.checks.flatMap(conjuncts), 'value') : null
  if (choices && elementOf(column.base ?? '', false).scalar === 'text') return choiceOf(choices, false, column.type, [])
  const of = elementOf(column.base ?? bare, list)
  // A domain is served as what it is of, where that needs no cast.
  const type = of.native && !(list && column.sort === 'd') ? null : column.base !== null && column.base !== undefined && !of.native ? column.type : column.type
  const own = checks.filter(c => c.valid && c.columns.length === 1 && c.columns[0] === column.name)
  const among = of.builder === 'text' && of.native && !list ? own.flatMap(c => { const found = choicesIn(conjuncts(c.expression), column.name); return found && conjuncts(c.expression).length === 1 ? [{ name: c.name, found }] : [] })[0] : undefined
  if (among) return choiceOf(among.found, false, type, [among.name])
  const { bounds, said } = list || type !== null ? { bounds: of.bounds, said: [] } : bounded(of, column, own)
  const inner = `${of.builder}(${argumentsOf(of, { ...bounds, ...(column.collation !== null && of.builder === 'text' && type === null ? { collation: column.collation } : {}) })})`
  return {
    builder: of.builder, scalar: of.scalar, kind: of.kind, list, choices: null, code: list ? `list(${inner})` : inner, type, uses: list ? [of.builder, 'list'] : [of.builder], said,
  }
}

function choiceOf(choices: readonly string[], list: boolean, type: string | null, said: readonly string[]): KindOf {
  const inner = `choice(${choices.map(textLiteral).join(', ')})`
  return { builder: 'choice', scalar: 'text', kind: 'choice', list, choices, code: list ? `list(${inner})` : inner, type, uses: list ? ['choice', 'list'] : ['choice'], said }
}

function argumentsOf(of: Element, bounds: Bounds & { readonly collation?: string }): string {
  if (of.kind === 'range') return textLiteral(of.bounds.range ?? 'integer')
  const exact = of.scalar === 'decimal' || of.scalar === 'bigint'
  const bound = (value: unknown): string => (exact && of.scalar === 'bigint' ? `${String(value)}n` : exact ? textLiteral(String(value)) : String(value))
  const all = [
    ...(bounds.min === undefined ? [] : [`min: ${bound(bounds.min)}`]), ...(bounds.max === undefined ? [] : [`max: ${bound(bounds.max)}`]),
    ...(bounds.minLength === undefined ? [] : [`min: ${bounds.minLength}`]), ...(bounds.maxLength === undefined ? [] : [`max: ${bounds.maxLength}`]),
    ...(bounds.precision === undefined ? [] : [`precision: ${bounds.precision}`, `scale: ${bounds.scale ?? 0}`]),
    ...(bounds.collation === undefined ? [] : [`collation: ${textLiteral(bounds.collation)}`]),
  ]
  return all.length === 0 ? '' : `{ ${all.join(', ')} }`
}

type Token = readonly [string, string]
const tokensOf = (expression: string): readonly Token[] => JSON.parse(normal(expression)) as Token[]

/** `column = any (array['a', 'b'])`. */
function choicesIn(parts: readonly string[], column: string): readonly string[] | null {
  for (const part of parts) {
    const tokens = tokensOf(part), words = tokens.map(t => t[1])
    const begins = words[0] === column && words[1] === '=' && words[2] === 'any' && words[3] === 'array' && words[4] === '[' && words.at(-1) === ']'
    if (!begins) continue
    // In the order they were written: to compare them sorts them.
    const values = [...part.matchAll(/'((?:[^']|'')*)'(?=::|\s*[,\])])/g)].map(m => (m[1] ?? '').replaceAll("''", "'"))
    const sorted = tokens.slice(5, -1).filter(t => t[0] === 'text').map(t => t[1])
    if (values.length > 0 && new Set(values).size === values.length && values.length === sorted.length && values.every(v => sorted.includes(v))) return values
  }
  return null
}

/** The bounds that checks of this one column say, where ours would say the same. */
function bounded(of: Element, column: Column, own: readonly Check[]): { bounds: Bounds; said: readonly string[] } {
  let bounds: Bounds = { ...of.bounds }
  const numeric = ['integer', 'bigint', 'decimal', 'number'].includes(of.scalar), said: string[] = []
  for (const check of own) {
    const parts = conjuncts(check.expression)
    const found = parts.map((part): Bounds | null => {
      const tokens = tokensOf(part), [a, b, c] = tokens
      const value = c?.[1] ?? ''
      if (numeric && tokens.length === 3 && a?.[1] === column.name && c?.[0] === 'number' && (b?.[1] === '>=' || b?.[1] === '<=')) {
        const exact = of.scalar === 'decimal' || of.scalar === 'bigint' ? value : Number(value)
        return { [b[1] === '>=' ? 'min' : 'max']: exact }
      }
      const [, , sign, length] = tokens
      if (of.builder === 'text' && tokens.length === 4 && a?.[1] === 'char_length' && b?.[1] === column.name && length?.[0] === 'number') {
        return sign?.[1] === '<=' ? { maxLength: Math.min(bounds.maxLength ?? Infinity, Number(length[1])) } : sign?.[1] === '>=' ? { minLength: Number(length[1]) } : null
      }
      return null
    })
    if (found.some(f => f === null) || (of.scalar === 'integer' && found.some(f => f && Object.values(f).some(v => !Number.isInteger(v))))) continue
    const next = Object.assign({}, bounds, ...found) as Bounds
    // Ours must come out as theirs, or a step would be planned.
    const ours = conditions({ bounds: next, scalar: of.scalar, list: false }, `"${column.name.replaceAll('"', '""')}"`).map(c => normal(c))
    if (parts.every(part => ours.includes(normal(part)))) {
      bounds = next
      said.push(check.name)
    }
  }
  return { bounds, said }
}
