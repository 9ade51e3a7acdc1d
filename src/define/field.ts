// A field under construction: a kind, and modifiers that each give a new one. It describes; compile checks.
import { calledFrom, claimInside, type Declared, type DefaultDeclaration, type FieldDeclaration } from '../model/compile/index.ts'
import type { Bounds, Kind } from '../model/index.ts'
import type { Scalar } from '../operation/index.ts'
import type { TextExpression } from './infer-rules.ts'
import type { In, KindName, ThroughReference, Trait } from './infer-kinds.ts'

/** The time of the write: `timestamp().default(now)`. */
export const now: unique symbol = Symbol.for('backwright.now')
/** A default that the database works out. */
export interface Expression { readonly '~expression': string }
/** An expression of the database, as its column's default has it: `.default(expression("nextval('order_no'::regclass)"))`. Your own text, never a caller's. */
export function expression(text: string): Expression { return { '~expression': text } }
type DefaultOf<K extends KindName, T extends Trait, O> = 'list' extends T ? readonly In<K, O>[] : In<K, O>

export class Field<K extends KindName, T extends Trait = never, O = unknown> implements Declared {
  declare readonly '~kind': K
  declare readonly '~traits': T
  declare readonly '~out': O
  readonly '~declared': FieldDeclaration
  constructor(declared: FieldDeclaration) { this['~declared'] = declared }

  /** May be null, and left out. */
  optional(): Field<K, T | 'optional', O> { return this.#with('optional()', { optional: true }) }
  /** What stands there when nothing is given: a value, `now`, a claim of the caller, or a field of a referenced row. */
  default(value: DefaultOf<K, T, O> | typeof now | Expression | ThroughReference | TextExpression<string>): Field<K, T | 'default', O> { return this.#with('default()', { default: defaultOf(value) }) }
  /** Of an action's input: it may be left out, and is then not there. Null does not fit, unless it is `.optional()` too. */
  omittable(): Field<K, T | 'absent', O> { return this.#with('omittable()', { default: { kind: 'absent' } }) }
  /** No two rows have the same. */
  unique(): Field<K, T, O> { return this.#with('unique()', { unique: true }) }
  /** Set when the row is made, never changed. */
  fixed(): Field<K, T | 'fixed', O> { return this.#with('fixed()', { fixed: true }) }
  /** Computed by the database from other columns of the row: read, never written. */
  generated(): Field<K, T | 'kept', O> { return this.#with('generated()', { generated: 'column' }) }
  /** Set to the time of each write by the server. */
  touched(): Field<K, T | 'kept' | 'default', O> { return this.#with('touched()', { generated: 'updatedAt' }) }
  /** Only callers with one of these roles may set it themselves. */
  by(...roles: readonly string[]): Field<K, T, O> { return this.#with('by()', { by: roles }) }
  /** Indexed for filters and sorting. */
  index(): Field<K, T, O> { return this.#with('index()', { index: true }) }
  /** Indexed for full text search. */
  searchable(): Field<K, T, O> { return this.#with('searchable()', { searchable: true }) }
  /** Stored, and used by rules, but never in an answer, filter, sort or contract. */
  hidden(): Field<K, T | 'hidden', O> { return this.#with('hidden()', { hidden: true }) }
  /** Tells of a person: in logs, the change log among them, its value is masked. */
  pii(): Field<K, T, O> { return this.#with('pii()', { classified: 'pii' }) }
  /** Tells of somebody's health: masked as `pii` is. */
  phi(): Field<K, T, O> { return this.#with('phi()', { classified: 'phi' }) }
  /** Its name before it was renamed, so that its values are kept. */
  was(name: string): Field<K, T, O> { return this.#with('was()', { was: name }) }
  /** What it is, for contracts and people. */
  about(text: string): Field<K, T, O> { return this.#with('about()', { about: text }) }
  /** Still served, but to be left alone: contracts say so, with the reason. */
  deprecated(reason: string): Field<K, T, O> { return this.#with('deprecated()', { deprecated: reason }) }

  #with<U extends Trait>(modifier: string, more: Partial<FieldDeclaration>): Field<K, U, O> {
    const before = this['~declared']
    const again = Object.keys(more).some(name => before[name as keyof FieldDeclaration] !== blank[name as keyof typeof blank])
    return new Field({ ...before, ...more, wrong: again ? [...before.wrong, `.${modifier} is called twice.`] : before.wrong })
  }
}

const blank = {
  optional: false, default: null, unique: false, fixed: false, by: null, index: false, searchable: false, hidden: false, asked: false, generated: null, was: null, about: null, deprecated: null, classified: null,
} as const

/** A field of a kind; `builder` is the public function that was called, whose caller's line is the field's place. */
export function fieldOf<K extends KindName, T extends Trait, O>(kind: Kind, scalar: Scalar, bounds: Bounds, builder: (...given: never[]) => unknown, more: Partial<FieldDeclaration> = {}): Field<K, T, O> {
  return new Field({ is: 'field', kind, scalar, list: false, ...blank, bounds, wrong: [], at: calledFrom(builder), ...more })
}

export function defaultOf(value: unknown): DefaultDeclaration {
  const claimed = claimInside(value)
  if (claimed) return { kind: 'caller', path: claimed.path }
  if (typeof value === 'object' && value !== null && '~expression' in value && typeof value['~expression'] === 'string') return { kind: 'expression', expression: value['~expression'] }
  if (value === now) return { kind: 'now' }
  if (typeof value === 'function') return { kind: 'path', read: value as (row: unknown) => unknown }
  return { kind: 'value', value }
}

/** Only what was given, with the names compile knows. */
export function given(bounds: { readonly [name in keyof Bounds]: Bounds[name] | undefined }): Bounds {
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined))
}
