// Kinds with nothing to set: truth, JSON, bytes, secrets.
import { fieldOf, given, type Field } from '../field.ts'

/** True or false. */
export function boolean(): Field<'boolean', never, boolean> { return fieldOf('boolean', 'boolean', {}, boolean) }
/** Any JSON value, kept as it is; `json<Settings>()` types it, unchecked. */
export function json<T = unknown>(): Field<'json', never, T> { return fieldOf('json', 'json', {}, json) }
/** Bytes; base64url in JSON. */
export function bytes(bounds: { readonly min?: number; readonly max?: number } = {}): Field<'bytes', never, Uint8Array> {
  return fieldOf('bytes', 'bytes', given({ minLength: bounds.min, maxLength: bounds.max }), bytes)
}
/** Text that can be written but never read: not in an answer, a filter, a log or a change. */
export function secret(bounds: { readonly min?: number; readonly max?: number } = {}): Field<'secret', 'hidden', string> {
  return fieldOf('secret', 'text', given({ minLength: bounds.min, maxLength: bounds.max }), secret)
}
