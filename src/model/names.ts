// Names of constraints in the database: deterministic, so that a violated one can be traced back to its fields.
import type { RelationName } from '../operation/index.ts'
import type { EntityModel } from './model.ts'

/** PostgreSQL cuts names at 63 bytes; ours are cut before, with a check sum of the whole to stay apart. */
export function databaseName(...parts: readonly string[]): string {
  const whole = parts.join('_')
  if (Buffer.byteLength(whole) <= 63) return whole
  let sum = 5381
  for (const c of Buffer.from(whole)) sum = ((sum * 33) ^ c) >>> 0
  return `${Buffer.from(whole).subarray(0, 54).toString('utf8').replace(/�+$/, '')}_${sum.toString(36).padStart(7, '0')}`
}

export const primaryKeyName = (entity: EntityModel): string => databaseName(entity.table.name, 'pkey')
export const foreignKeyName = (entity: EntityModel, relation: RelationName): string => databaseName(entity.table.name, relation, 'fkey')
export const checkName = (entity: EntityModel, field: string): string => databaseName(entity.table.name, field, 'check')
