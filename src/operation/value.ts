// Values and their scalars: what may stand in a row, a parameter or a claim, in one canonical, JSON-able form.

/**
 * How a value is stored and compared. Every field kind maps to one (a `money` is a `decimal`, an `email` a `text`).
 * Canonical forms: uuid lower case; integer and number a JS number; bigint and decimal plain digits as a string; timestamp as PostgreSQL
 * writes it in UTC (`2026-11-20T09:30:00.123456+00:00`, no trailing zeros of the fraction); date `YYYY-MM-DD`; time `HH:MM:SS[.ffffff]`;
 * duration ISO 8601 as PostgreSQL writes it; bytes base64url without padding; json any JSON value.
 */
export type Scalar =
  | 'uuid' | 'text' | 'integer' | 'bigint' | 'number' | 'decimal' | 'boolean'
  | 'timestamp' | 'date' | 'time' | 'duration' | 'json' | 'bytes'

/** A value in its canonical form. A list field holds an array of canonical values. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value }

export function absurd(x: never): never {
  throw new Error(`unhandled ${JSON.stringify(x)}`)
}
