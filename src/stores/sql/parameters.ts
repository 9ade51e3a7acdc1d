// The parameters of one statement: a slot of the operation stands once per type it is used as, however often it is named.
import type { Scalar, Value } from '../../operation/index.ts'
import { Sql } from './fragment.ts'

/** How a database writes typed placeholders, typed constants, and values for its wire protocol. */
export interface Notation {
  readonly typed: (placeholder: Sql, scalar: Scalar, list: boolean) => Sql
  readonly constant: (value: Value, scalar: Scalar, list: boolean) => Sql
  readonly encode: (value: Value, scalar: Scalar, list: boolean) => string | null
}

export class Parameters {
  readonly #notation: Notation
  readonly #made = new Map<string, Sql>()
  readonly #from: ((values: readonly Value[]) => string | null)[] = []
  constructor(notation: Notation) { this.#notation = notation }

  /** The value of a slot, cast to its type: `$1::uuid`. `list`: the slot holds a list of them. */
  slot(slot: number, scalar: Scalar, list = false): Sql { return this.derived(slot, '', scalar, list, value => value) }

  /** As `slot`, of a value made from the slot's: `how` names the making, so that the same one stands once. */
  derived(slot: number, how: string, scalar: Scalar, list: boolean, make: (value: Value) => Value): Sql {
    const key = `${slot} ${scalar}${list ? '[]' : ''} ${how}`
    const found = this.#made.get(key)
    if (found) return found
    this.#from.push(values => this.#notation.encode(make(values[slot] ?? null), scalar, list))
    const made = this.#notation.typed(Sql.placeholder(this.#from.length), scalar, list)
    this.#made.set(key, made)
    return made
  }

  /** A constant of the declaration stands in the text, so that the planner knows it (statistics, partial indexes). */
  constant(value: Value, scalar: Scalar, list = false): Sql { return this.#notation.constant(value, scalar, list) }

  /** From the values of the operation's slots to those of the statement. */
  readonly bind = (values: readonly Value[]): readonly (string | null)[] => this.#from.map(f => f(values))
}
