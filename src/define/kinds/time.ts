// Moments, days, times of day and lengths of time. All are strings in TypeScript: a JavaScript Date would lose microseconds.
import { fieldOf, given, type Field } from '../field.ts'
import type { Range } from './numbers.ts'

/** A moment, kept in UTC to the microsecond. Written also as a Date. */
export function timestamp(bounds: Range<string | Date> = {}): Field<'timestamp', never, string> {
  return fieldOf('timestamp', 'timestamp', given({ min: moment(bounds.min), max: moment(bounds.max) }), timestamp)
}
/** A day: `2026-11-20`. */
export function date(bounds: Range<string> = {}): Field<'date', never, string> { return fieldOf('date', 'date', given({ min: bounds.min, max: bounds.max }), date) }
/** A time of day: `09:30`. */
export function time(bounds: Range<string> = {}): Field<'time', never, string> { return fieldOf('time', 'time', given({ min: bounds.min, max: bounds.max }), time) }
/** A length of time, ISO 8601: `PT30M`. */
export function duration(): Field<'duration', never, string> { return fieldOf('duration', 'duration', {}, duration) }

const moment = (x: string | Date | undefined): string | undefined => (x instanceof Date ? (Number.isNaN(x.getTime()) ? 'an invalid Date' : x.toISOString()) : x)
