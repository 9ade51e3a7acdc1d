// Expressions compared by meaning, as far as ours go: what PostgreSQL prints of a check or a default is not what was written (casts, parentheses, `in`).

interface Token { readonly kind: 'name' | 'text' | 'number' | 'sign'; readonly text: string }

const numeric = new Set(['integer', 'bigint', 'smallint', 'numeric', 'real', 'double precision'])
const pattern = /\s+|[eE]'((?:[^'\\]|''|\\.)*)'|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|::\s*((?:double precision|character varying|bit varying|(?:timestamp|time)(?:\(\d\))? (?:with|without) time zone|(?:"(?:[^"]|"")+"|\w+)(?:\.(?:"(?:[^"]|"")+"|\w+))?)(?:\(\d+(?:,\s*-?\d+)?\))?(?:\[\])*)|([[\],()])|([-+*/<>=~!@#%^&|`?]+|.)/gsu

/** The same for expressions that mean the same; `renamed` tells what columns are called by now. Casts and parentheses are left out: ours need neither to be told apart. */
export function normal(expression: string, renamed: ReadonlyMap<string, string> = new Map()): string {
  const tokens: Token[] = []
  for (const match of expression.matchAll(pattern)) {
    const [, escaped, text, quoted, word, number, cast, bracket, sign] = match
    const last = tokens.at(-1)
    if (escaped !== undefined) tokens.push({ kind: 'text', text: escaped.replaceAll("''", "'").replace(/\\(.)/gs, '$1') })
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replaceAll("''", "'") })
    else if (quoted !== undefined) tokens.push(name(quoted.replaceAll('""', '"'), renamed))
    else if (word !== undefined) tokens.push(name(word.toLowerCase(), renamed))
    else if (number !== undefined) {
      const before = tokens.at(-2)
      const negative = last?.kind === 'sign' && last.text === '-' && (before === undefined || before.kind === 'sign')
      if (negative) tokens.pop()
      tokens.push({ kind: 'number', text: canonicalNumber(`${negative ? '-' : ''}${number}`) })
    } else if (cast !== undefined && last?.kind === 'text') {
      if (numeric.has(cast.replace(/\(.*/, ''))) tokens.splice(-1, 1, { kind: 'number', text: canonicalNumber(last.text) })
      else if (cast.startsWith('timestamp')) tokens.splice(-1, 1, { kind: 'text', text: last.text.replace(/^(\d+-\d\d-\d\d)T/, '$1 ').replace(/([+-]\d\d):00$/, '$1') })
    } else if (bracket === '[' || bracket === ']' || bracket === ',') tokens.push({ kind: 'sign', text: bracket })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
  }
  return JSON.stringify(sortLists(tokens).map(t => [t.kind, t.text]))
}

const name = (text: string, renamed: ReadonlyMap<string, string>): Token => ({ kind: 'name', text: renamed.get(text) ?? text })

function canonicalNumber(text: string): string {
  const plain = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(text)
  if (plain === null) return /^-?[\d.]+e[+-]?\d+$/i.test(text) ? String(Number(text)) : text.toLowerCase()
  const [, minus = '', whole = '', fraction = ''] = plain
  return `${minus}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** The order of the values of a choice is no difference. */
function sortLists(tokens: readonly Token[]): Token[] {
  const out: Token[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]
    if (token === undefined) break
    out.push(token)
    if (token.kind !== 'sign' || token.text !== '[') continue
    const end = tokens.findIndex((t, j) => j > i && t.kind === 'sign' && t.text === ']')
    const inside = tokens.slice(i + 1, end)
    if (end < 0 || !inside.every((t, j) => (j % 2 === 0 ? t.kind === 'text' || t.kind === 'number' : t.kind === 'sign' && t.text === ','))) continue
    const comma: Token = { kind: 'sign', text: ',' }
    const values = inside.filter((_, j) => j % 2 === 0).sort((a, b) => (a.text < b.text ? -1 : 1))
    out.push(...values.flatMap((t, j) => (j === 0 ? [t] : [comma, t])))
    i = end - 1
  }
  return out
}

/** Whether a column's default, as the database prints it, means the wanted one. */
export function sameDefault(live: string | null, wanted: string | null, type: string): boolean {
  if (live === null || wanted === null) return live === wanted
  if (normal(live) === normal(wanted)) return true
  const a = onlyText(live), b = onlyText(wanted)
  if (a === null || b === null) return false
  const ofNumbers = numeric.has(type.replace(/[[(].*/, ''))
  if (type.endsWith('[]')) return JSON.stringify(items(a, ofNumbers)) === JSON.stringify(items(b, ofNumbers))
  if (type === 'jsonb') return sorted(a) === sorted(b)
  return false
}

function onlyText(expression: string): string | null {
  const tokens = JSON.parse(normal(expression)) as [string, string][]
  const [first] = tokens
  return tokens.length === 1 && first !== undefined && first[0] === 'text' ? first[1] : null
}

/** The items of an array's text form (one dimension). */
function items(text: string, ofNumbers: boolean): (string | null)[] {
  return [...text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs)].map(([, quoted, bare]) => {
    if (quoted === undefined && (bare === undefined || bare === 'NULL')) return null
    const item = quoted?.replace(/\\(.)/gs, '$1') ?? bare ?? ''
    return ofNumbers ? canonicalNumber(item) : item
  })
}

function sorted(json: string): string {
  const order = (v: unknown): unknown => Array.isArray(v) ? v.map(order)
    : typeof v === 'object' && v !== null ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, x]) => [k, order(x)])) : v
  return JSON.stringify(order(JSON.parse(json)))
}

/** What an expression joins by `and`, outermost. */
export function conjuncts(expression: string): readonly string[] {
  const text = bare(expression.trim())
  const parts: string[] = []
  let depth = 0, from = 0
  for (const m of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|\band\b/gi)) {
    if (m[0] === '(') depth++
    else if (m[0] === ')') depth--
    else if (depth === 0 && /^and$/i.test(m[0])) { parts.push(text.slice(from, m.index)); from = m.index + m[0].length }
  }
  parts.push(text.slice(from))
  return parts.length === 1 ? [text] : parts.flatMap(conjuncts)
}

/** Without parentheses around all of it. */
function bare(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text
  let depth = 0
  for (const m of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    depth += m[0] === '(' ? 1 : m[0] === ')' ? -1 : 0
    if (depth === 0 && m.index < text.length - 1) return text
  }
  return bare(text.slice(1, -1).trim())
}
