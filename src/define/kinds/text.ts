// Text.
import { fieldOf, given, type Field } from '../field.ts'

export interface TextBounds {
  /** Length in code points. */
  readonly min?: number
  readonly max?: number
  /** What all of it must match: `/^[A-Z]{2}-\d+$/`. */
  readonly pattern?: RegExp | string
  /** Compares by this collation of the database instead of by code point. */
  readonly collation?: string
}

/** Text of any length. It sorts and compares by code point. */
export function text(bounds: TextBounds = {}): Field<'text', never, string> {
  return fieldOf('text', 'text', given({
    minLength: bounds.min, maxLength: bounds.max, pattern: bounds.pattern instanceof RegExp ? bounds.pattern.source : bounds.pattern, collation: bounds.collation,
  }), text)
}
