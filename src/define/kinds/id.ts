// Keys: UUIDs made by the server or given, and numbers counted up by the database.
import { fieldOf, type Field } from '../field.ts'
import type { Class } from '../infer.ts'
import { keyValue, type KeyValue } from '../shape.ts'

/** A UUIDv7 made by the server: what every entity has unless it says otherwise. */
export function id(): Field<'id', 'default' | 'kept', string>
/** The key of a row of another entity, in an action's input or output: `{ productId: id(Product) }`. */
export function id<E extends object>(entity: Class<E>): KeyValue<E>
export function id(entity?: Class): Field<'id', 'default' | 'kept', string> | KeyValue<object> {
  return entity === undefined ? fieldOf('id', 'uuid', {}, id, { generated: 'key' }) : keyValue(entity, id)
}
/** Any UUID, given by whoever writes the row. */
export function uuid(): Field<'uuid', never, string> { return fieldOf('uuid', 'uuid', {}, uuid) }
/** A number that the database counts up: `extends entity({ id: sequence() })`; of 64 bits: `sequence('bigint')`. */
export function sequence(): Field<'integer', 'default' | 'kept', number>
export function sequence(of: 'bigint'): Field<'bigint', 'default' | 'kept', bigint>
export function sequence(of: 'integer' | 'bigint' = 'integer'): Field<'integer', 'default' | 'kept', number> | Field<'bigint', 'default' | 'kept', bigint> {
  const counted = { generated: 'identity' } as const
  return of === 'bigint' ? fieldOf<'bigint', 'default' | 'kept', bigint>('bigint', 'bigint', {}, sequence, counted) : fieldOf<'integer', 'default' | 'kept', number>('integer', 'integer', {}, sequence, counted)
}
