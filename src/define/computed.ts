// Fields made of related rows: sum, min, max and count over the parts of a row, stored with it; count and some over any relation, asked when it is read.
import { calledFrom, type ComputedDeclaration, type Declared, type EntityClass } from '../model/compile/index.ts'
import type { Amount, Comparable, Numeric, PartOf, SumOf, ValueOf } from './infer-computed.ts'
import type { KindName, Kinds, Trait } from './infer-kinds.ts'
import type { Condition, RowProxy } from './infer-rules.ts'
import type { Class, TargetOf } from './infer.ts'

/** A field whose value the server makes. Nobody writes it. */
export class Computed<K extends KindName, T extends Trait, O> implements Declared {
  declare readonly '~kind': K
  declare readonly '~traits': T
  declare readonly '~out': O
  readonly '~declared': ComputedDeclaration
  constructor(declared: ComputedDeclaration) { this['~declared'] = declared }

  /** Indexed for filters and sorting; stored ones only. */
  index(): Computed<K, T, O> { return new Computed({ ...this['~declared'], index: true }) }
  /** Stored, and used by rules, but never in an answer, filter, sort or contract. */
  hidden(): Computed<K, T | 'hidden', O> { return new Computed({ ...this['~declared'], hidden: true }) }
  /** Its name before it was renamed. */
  was(name: string): Computed<K, T, O> { return new Computed({ ...this['~declared'], was: name }) }
  /** What it is, for contracts and people. */
  about(text: string): Computed<K, T, O> { return new Computed({ ...this['~declared'], about: text }) }
}

type Relation<E> = keyof E & string

/** The sum over the owned parts of a row, zero where there are none: `total = sum(Order, 'items', item => item.price.times(item.quantity))`. Whole numbers come to a bigint. */
export function sum<E extends object, R extends Relation<E>, N extends Numeric>(entity: Class<E>, relation: R, of: (part: PartOf<E[R]>) => Amount<N>): Computed<SumOf<N>, 'kept', Kinds[SumOf<N>]['out']> {
  return computed('sum', entity, relation, of, sum)
}
/** The least value among the owned parts of a row, null where there are none. */
export function min<E extends object, R extends Relation<E>, C extends Comparable>(entity: Class<E>, relation: R, of: (part: PartOf<E[R]>) => ValueOf<C>): Computed<C, 'kept' | 'optional', Kinds[C]['out']> {
  return computed('min', entity, relation, of, min)
}
/** The greatest value among the owned parts of a row, null where there are none. */
export function max<E extends object, R extends Relation<E>, C extends Comparable>(entity: Class<E>, relation: R, of: (part: PartOf<E[R]>) => ValueOf<C>): Computed<C, 'kept' | 'optional', Kinds[C]['out']> {
  return computed('max', entity, relation, of, max)
}
/**
 * How many rows there are at the other end of a relation. Of owned parts it is stored; of other rows, or of those for which `of` holds, it is counted when it is read, as
 * far as the caller may read them, and nothing is filtered or sorted by it.
 */
export function count<E extends object, R extends Relation<E>>(entity: Class<E>, relation: R, of?: (row: RowProxy<TargetOf<E[R]>>) => Condition): Computed<'integer', 'kept', number> {
  return computed('count', entity, relation, of ?? null, count)
}
/** Whether there is a row at the other end for which `of` holds, which the caller may read: `favorited = some(Article, 'fans', fan => fan.is(caller))`. Asked when it is read. */
export function some<E extends object, R extends Relation<E>>(entity: Class<E>, relation: R, of?: (row: RowProxy<TargetOf<E[R]>>) => Condition): Computed<'boolean', 'kept' | 'derived', boolean> {
  return computed('some', entity, relation, of ?? null, some)
}

function computed<K extends KindName, T extends Trait, O>(
  fn: ComputedDeclaration['fn'], entity: Class, relation: string, of: ((row: never) => unknown) | null, builder: (...given: never[]) => unknown,
): Computed<K, T, O> {
  return new Computed({ is: 'computed', fn, entity: entity as EntityClass, relation, of, index: false, hidden: false, was: null, about: null, at: calledFrom(builder) })
}
