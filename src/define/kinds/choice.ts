// One of a few words.
import { fieldOf, type Field } from '../field.ts'

/** One of these values: `choice('open', 'paid')`. */
export function choice<const V extends string>(...values: readonly V[]): Field<'choice', never, V> {
  return fieldOf('choice', 'text', { choices: values }, choice)
}
