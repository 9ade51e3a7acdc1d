// A list of values of another kind, in one column.
import { calledFrom } from '../../model/compile/index.ts'
import { Field, given } from '../field.ts'
import type { KindName } from '../infer-kinds.ts'

/** A list: `tags = list(text({ max: 40 }), { max: 10 })`. Rows of their own are `many(…)`. */
export function list<K extends KindName, O>(of: Field<K, never, O>, bounds: { readonly min?: number; readonly max?: number } = {}): Field<K, 'list', O> {
  const item = of['~declared']
  const wrong = item.list || item.kind === 'secret' || item.generated !== null ? [`There are no lists of ${item.list ? 'lists' : item.generated !== null ? 'keys' : 'secrets'}.`] : []
  return new Field({ ...item, list: true, bounds: { ...item.bounds, ...given({ minItems: bounds.min, maxItems: bounds.max }) }, wrong, at: calledFrom(list) })
}
