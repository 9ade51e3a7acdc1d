// A list of values of another kind, in one column.
import { calledFrom } from '../../model/compile/index.ts'
import { Field, given } from '../field.ts'
import type { Shape } from '../infer-shapes.ts'
import type { KindName } from '../infer-kinds.ts'
import { KeyValue, Shaped, shaped } from '../shape.ts'

type Size = { readonly min?: number; readonly max?: number }

/** A list: `tags = list(text({ max: 40 }), { max: 10 })`. Rows of their own are `many(…)`. */
export function list<K extends KindName, O>(of: Field<K, never, O>, bounds?: Size): Field<K, 'list', O>
/** A list of keys, in an action's input or output: `list(id(Product))`. */
export function list<E>(of: KeyValue<E>, bounds?: Size): KeyValue<E, 'list'>
/** A list of objects, in an action's input or output: `list({ productId: id(Product), quantity: integer() }, { min: 1 })`. */
export function list<const S extends Shape>(of: S, bounds?: Size): Shaped<S, 'list'>
export function list(of: Field<KindName, never> | KeyValue<object> | Shape, bounds: Size = {}): Field<KindName, 'list'> | KeyValue<object, 'list'> | Shaped<Shape, 'list'> {
  const size = { min: bounds.min ?? null, max: bounds.max ?? null }
  if (of instanceof KeyValue) return new KeyValue({ ...of['~declared'], list: size, at: calledFrom(list) })
  if (!(of instanceof Field)) return shaped(of, size, list)
  const item = of['~declared']
  const wrong = item.list || item.kind === 'secret' || item.generated !== null ? [`There are no lists of ${item.list ? 'lists' : item.generated !== null ? 'keys' : 'secrets'}.`] : []
  return new Field({ ...item, list: true, bounds: { ...item.bounds, ...given({ minItems: bounds.min, maxItems: bounds.max }) }, wrong, at: calledFrom(list) })
}
