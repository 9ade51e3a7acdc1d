// Who asks.
import type { Value } from '../operation/index.ts'

/**
 * `claims` are facts by name: those of the token (`sub`, `email`, `plan` …) in canonical values, and, where the caller is bound to a row, that row's key
 * fields as `@binding.field` (`@customer.id`). `id` is the token's subject and equals no row.
 */
export interface Caller {
  readonly id: string | null
  readonly roles: ReadonlySet<string>
  readonly claims: Readonly<Record<string, Value>>
  /** Seconds since 1970 after which the caller is no longer to be trusted; null: never ends. */
  readonly until: number | null
  /** It reads, and neither writes nor calls. Absent: it may do what its rights are. */
  readonly readOnly?: true
  /** It asks by a key of somebody's, and is not the person: the account that the key belongs to is not deleted by it. Absent: by anything else. */
  readonly key?: true
}

export const anonymous: Caller = Object.freeze({ id: null, roles: new Set<string>(), claims: Object.freeze({}), until: null })
