// What cursors are bound to, and what connections need beside the values of their request.
import { mapOperands, parameter, type Order, type Predicate } from '../../operation/index.ts'

/** What a cursor is valid for: the text of a sort and a filter, and the slots of the filter's values in the order the text has them. */
export interface Bound { readonly text: string; readonly slots: readonly number[] }

export function boundTo(entity: string, order: readonly Order[], where: Predicate): Bound {
  const slots: number[] = []
  const sort = order.map(o => [...o.by.via.map(hop => hop.relation), o.by.name, o.dir])
  const text = JSON.stringify([entity, sort, mapOperands(where, o => (o.kind === 'parameter' ? parameter(slots.push(o.slot) - 1) : o))])
  return { text, slots }
}

/** What a connection needs beside the values of its request: the text its cursors begin with, then the values of the cursor it begins at. One slot each. */
export interface Around { readonly bound: Bound; readonly order: readonly Order[]; readonly cursor: number | null }
/** Where connections take their slots. `nulls`: of each cursor of the request, which of its values are null. */
export interface Surroundings { readonly all: Around[]; next: number; readonly nulls: readonly (readonly boolean[])[] }

/** How many slots they take. */
export const slotsAround = (around: readonly Around[]): number => around.reduce((n, a) => n + 1 + (a.cursor === null ? 0 : a.order.length), 0)
export const surroundings = (next: number, nulls: readonly (readonly boolean[])[] = []): Surroundings => ({ all: [], next, nulls })
