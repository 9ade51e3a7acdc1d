// The n-th value of a field: within its bounds, as varied as real ones, and another one each time where it must be unique.
import type { FieldModel } from '../../model/index.ts'
import type { Value } from '../../operation/index.ts'
import { textsOf } from './pattern.ts'
import { candidates, fits, type Pick, type Spoken } from '../../testkit/proofs/index.ts'

/** Makes values; undefined: none is left. */
export type Maker = (n: number) => Value | undefined
export interface Making { readonly pick: Pick; readonly spoken: Spoken; /** When it is: times are before. */ readonly now: number }

const words = ('amber anchor apple arrow autumn basil beacon birch bridge bronze candle canyon cedar cherry cinder clover comet copper coral cotton crystal daisy delta dove ember falcon fern flint forest garden ginger '
  + 'granite harbor hazel heron indigo ivory jasmine juniper lagoon lantern lavender lemon lily linen maple marble meadow mint mirror moss nectar oak olive onyx opal orchid otter pebble pepper pine plum poppy quartz raven '
  + 'reed river robin rose saffron sage sand silver slate spruce stone sugar summer thistle thyme timber topaz tulip valley velvet violet walnut willow winter').split(' ')

/** `seen`: values of rows that are there. Null where no value is known: a pattern, say, that nothing fits. */
export function makerOf(field: FieldModel, unique: boolean, making: Making, seen: readonly Value[]): Maker | null {
  const { pick } = making
  const single = plain(field, unique, making), item: FieldModel = { ...field, list: false }
  const works = (make: Maker): boolean => [0, 1, 17, 4242].every(n => { const v = make(n); return v === undefined ? n > 1 && unique : v !== null && fits(item, v) })
  const known = candidates(field, making.spoken, seen), texts = field.bounds.pattern === undefined ? null : textsOf(field.bounds.pattern)
  const formed: Maker | null = texts === null ? null : unique ? texts : () => texts(pick.nat(2 ** 31))
  const one = works(single) ? mixed(single, item, unique, making) : formed !== null && works(formed) ? formed : known.length === 0 ? null : unique ? varied(item, known) : () => pick.of(known)
  if (!field.list) return one
  const { minItems = 0, maxItems = 3 } = field.bounds
  if (one === null) return minItems === 0 ? () => [] : null
  return n => {
    const items = Array.from({ length: Math.min(maxItems, minItems + pick.nat(3)) }, (_, i) => one(n + i))
    return items.some(v => v === undefined) ? undefined : items as Value[]
  }
}

/** What rules compare with comes up too: every other time, unless numbers come upon it by themselves. */
function mixed(make: Maker, field: FieldModel, unique: boolean, { spoken, pick }: Making): Maker {
  const said = unique || field.bounds.choices !== undefined || ['integer', 'bigint', 'number', 'decimal', 'boolean'].includes(field.scalar) ? [] : (spoken.fields.get(field.name) ?? []).filter(v => v !== null && fits(field, v))
  return said.length === 0 ? make : n => (pick.chance(50) ? pick.of(said) : make(n))
}

function plain(field: FieldModel, unique: boolean, { pick, now }: Making): Maker {
  const { bounds } = field, some = (): string => pick.of(words)
  switch (field.kind) {
    case 'choice': return () => pick.of(bounds.choices ?? [])
    case 'boolean': return () => pick.chance(50)
    case 'integer': case 'bigint': case 'number': case 'decimal': case 'money': return numbers(field, unique, pick)
    case 'timestamp': return n => moment(unique ? now - n * 60_000 : now - pick.nat(730 * 86_400) * 1000)
    case 'date': return n => moment(unique ? now - n * 86_400_000 : now - pick.nat(730) * 86_400_000).slice(0, 10)
    case 'time': return n => new Date((unique ? n : pick.nat(86_399)) * 1000).toISOString().slice(11, 19)
    case 'duration': return n => `PT${(unique ? n : pick.nat(600)) + 1}M`
    case 'email': return n => cut(`${some()}.${some()}`, `${unique ? n : pick.nat(99_999)}@example.com`, field)
    case 'url': return n => cut('https://example.com/', `${unique ? n : pick.nat(99_999)}`, field)
    case 'slug': return n => cut(`${some()}-${some()}`, unique ? `-${n}` : '', field)
    case 'id': case 'uuid': return n => (field.scalar === 'uuid' ? keyAt(n) : cut(some(), `-${n}`, field))
    case 'json': return n => ({ kind: some(), n })
    case 'bytes': return n => Buffer.from(String(n).padStart(bounds.minLength ?? 4, '0')).toString('base64url')
    case 'text': case 'secret': {
      const long = Math.min(bounds.maxLength ?? 60, 200)
      return n => {
        let text = some()
        const length = long > 40 ? 2 + pick.nat(3) : long > 15 ? 2 : 1
        for (let i = 1; i < length || text.length < (bounds.minLength ?? 0); i++) text += ` ${some()}`
        return cut(`${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`, unique ? ` ${n}` : '', field)
      }
    }
    case 'range': return () => undefined
    default: return field.kind satisfies never
  }
}

/** As long as it may be, and its end whole. */
function cut(text: string, end: string, { bounds }: FieldModel): string {
  const most = bounds.maxLength ?? 200
  return `${text.slice(0, Math.max(0, most - end.length))}${end.length > most ? end.trimStart() : end}`.trim()
}

function numbers({ kind, scalar, stored, bounds }: FieldModel, unique: boolean, pick: Pick): Maker {
  const whole = scalar === 'integer' || scalar === 'bigint', scale = whole ? 0 : bounds.scale ?? (kind === 'number' ? 0 : 2)
  const widest = Math.min(stored === 'smallint' ? 32_000 : 2_000_000_000, bounds.precision === undefined ? Infinity : 10 ** (bounds.precision - scale) - 1)
  const low = Number(bounds.min ?? Math.max(-widest, Math.min(0, Number(bounds.max ?? 0) - 1000)))
  const high = Math.min(widest, Number(bounds.max ?? Infinity), unique ? Infinity : low + 1000)
  const told = (x: number): Value => (whole && scalar === 'integer' ? x : kind === 'number' ? x : scalar === 'bigint' ? String(x) : x.toFixed(scale))
  const least = Math.ceil(low)
  if (unique) return n => (least + n > high ? undefined : told(least + n))
  return () => {
    const x = least + pick.nat(Math.max(0, Math.floor(high) - least))
    return told(scale > 0 && x + 1 <= high ? x + pick.nat(99) / 100 : x)
  }
}

/** Others like one that is known, with other digits and letters, or with other digits alone where letters stand for something: for texts of a form that is not known. */
function varied(field: FieldModel, known: readonly Value[]): Maker | null {
  const texts = known.filter(v => typeof v === 'string'), count = (text: string, of: RegExp): number => text.match(of)?.length ?? 0
  for (const signs of [/[\da-z]/gi, /\d/g]) {
    const [best] = texts.toSorted((a, b) => count(b, signs) - count(a, signs))
    if (best === undefined || count(best, signs) === 0) continue
    const make: Maker = n => {
      let left = n
      const out = Array.from(best).toReversed().map(c => {
        const [from, size] = /\d/.test(c) ? ['0', 10] : !signs.source.includes('a-z') ? ['', 0] : /[a-z]/.test(c) ? ['a', 26] : /[A-Z]/.test(c) ? ['A', 26] : ['', 0]
        if (size === 0) return c
        const digit = left % size
        left = Math.floor(left / size)
        return String.fromCharCode(from.charCodeAt(0) + digit)
      }).toReversed().join('')
      return left > 0 || !fits(field, out) ? undefined : out
    }
    if ([1, 5, 9].every(n => make(n) !== undefined)) return make
  }
  const different = [...new Map(known.map(v => [JSON.stringify(v), v])).values()]
  return n => different[n]
}

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0')
/** A UUIDv7, in the order of n, as keys made one after the other are. */
export const keyAt = (n: number): string => `0197${hex(n, 8).slice(0, 4)}-${hex(n, 8).slice(4)}-7${hex(n % 4096, 3)}-8000-${hex(n, 12)}`
export const moment = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00')
