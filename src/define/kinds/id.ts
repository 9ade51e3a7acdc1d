// Keys: UUIDs made by the server or given, and numbers counted up by the database.
import { fieldOf, type Field } from '../field.ts'

/** A UUIDv7 made by the server: what every entity has unless it says otherwise. */
export function id(): Field<'id', 'default' | 'kept', string> { return fieldOf('id', 'uuid', {}, id, { generated: 'key' }) }
/** Any UUID, given by whoever writes the row. */
export function uuid(): Field<'uuid', never, string> { return fieldOf('uuid', 'uuid', {}, uuid) }
/** A number that the database counts up: `extends entity({ id: sequence() })`; of 64 bits: `sequence('bigint')`. */
export function sequence(): Field<'integer', 'default' | 'kept', number>
export function sequence(of: 'bigint'): Field<'bigint', 'default' | 'kept', bigint>
export function sequence(of: 'integer' | 'bigint' = 'integer'): Field<'integer', 'default' | 'kept', number> | Field<'bigint', 'default' | 'kept', bigint> {
  const counted = { generated: 'identity' } as const
  return of === 'bigint' ? fieldOf<'bigint', 'default' | 'kept', bigint>('bigint', 'bigint', {}, sequence, counted) : fieldOf<'integer', 'default' | 'kept', number>('integer', 'integer', {}, sequence, counted)
}
