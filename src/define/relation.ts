// References and their other sides: ref (holds the key), many, one.
import { calledFrom, type Declared, type EntityClass, type InverseDeclaration, type ReferenceDeclaration } from '../model/compile/index.ts'
import { defaultOf, type Expression } from './field.ts'
import type { RefTrait, ThroughReference } from './infer-kinds.ts'
import type { CallerRow } from './infer-rules.ts'
import type { Class } from './infer.ts'

/** A reference: `customer = ref(() => Customer)` stores `customerId`. */
export class Ref<E, T extends RefTrait = never> implements Declared {
  declare readonly '~ref': E
  declare readonly '~traits': T
  readonly '~declared': ReferenceDeclaration
  constructor(declared: ReferenceDeclaration) { this['~declared'] = declared }

  /** May be absent. */
  optional(): Ref<E, T | 'optional'> { return this.#with('optional()', { optional: true }) }
  /** At most one row refers to the same: a one-to-one. */
  unique(): Ref<E, T> { return this.#with('unique()', { unique: true }) }
  /** Set when the row is made, never changed. */
  fixed(): Ref<E, T | 'fixed'> { return this.#with('fixed()', { fixed: true }) }
  /** Only callers with one of these roles may set it themselves. */
  by(...roles: readonly string[]): Ref<E, T> { return this.#with('by()', { by: roles }) }
  /** The caller's own row (`caller.customer`), or a reference of a referenced row (`line => line.order.customer`). */
  default(value: CallerRow | ThroughReference | Expression): Ref<E, T | 'default'> { return this.#with('default()', { default: defaultOf(value) }) }
  /** Whoever refers goes along: a row is deleted with the one it refers to. */
  cascade(): Ref<E, T> { return this.#with('cascade()', { cascade: true }) }
  /** Its name before it was renamed. */
  was(name: string): Ref<E, T> { return this.#with('was()', { was: name }) }
  /** What it is, for contracts and people. */
  about(text: string): Ref<E, T> { return this.#with('about()', { about: text }) }
  /** Still served, but to be left alone: contracts say so, with the reason. */
  deprecated(reason: string): Ref<E, T> { return this.#with('deprecated()', { deprecated: reason }) }

  #with<U extends RefTrait>(modifier: string, more: Partial<ReferenceDeclaration>): Ref<E, U> {
    const before = this['~declared']
    const again = Object.keys(more).some(name => before[name as keyof ReferenceDeclaration] !== blank[name as keyof typeof blank])
    return new Ref({ ...before, ...more, wrong: again ? [...before.wrong, `.${modifier} is called twice.`] : before.wrong })
  }
}
const blank = { optional: false, unique: false, fixed: false, cascade: false, by: null, default: null, was: null, about: null, deprecated: null } as const

/** Whose a row is: set by the server, for good. */
export const tenantRef = (target: () => Class, at: ReferenceDeclaration['at']): Ref<object, 'fixed' | 'kept'> =>
  new Ref({ is: 'reference', target: target as () => EntityClass, ...blank, fixed: true, tenant: true, wrong: [], at })

/** The rows that refer to this one, or, without a field, a many-to-many. */
export class Many<E> implements Declared {
  declare readonly '~many': E
  readonly '~declared': InverseDeclaration
  constructor(declared: InverseDeclaration) { this['~declared'] = declared }
  /** They are parts of this row: read, written and deleted with it, under its rules. */
  owned(): Many<E> { return new Many({ ...this['~declared'], owned: true }) }
  about(text: string): Many<E> { return new Many({ ...this['~declared'], about: text }) }
  /** Still served, but to be left alone: contracts say so, with the reason. */
  deprecated(reason: string): Many<E> { return new Many({ ...this['~declared'], deprecated: reason }) }
}
/** The one row that refers to this one. */
export class One<E> implements Declared {
  declare readonly '~one': E
  readonly '~declared': InverseDeclaration
  constructor(declared: InverseDeclaration) { this['~declared'] = declared }
  owned(): One<E> { return new One({ ...this['~declared'], owned: true }) }
  about(text: string): One<E> { return new One({ ...this['~declared'], about: text }) }
  /** Still served, but to be left alone: contracts say so, with the reason. */
  deprecated(reason: string): One<E> { return new One({ ...this['~declared'], deprecated: reason }) }
}

/** A reference to one row of another entity (or of the same). */
export function ref<E extends object>(target: () => Class<E>): Ref<E> {
  return new Ref({ is: 'reference', target: target as () => EntityClass, ...blank, wrong: [], at: calledFrom(ref) })
}
/** The other side of `field`, a reference of the target; without `field` a many-to-many, whose links are kept for you. */
export function many<E extends object>(target: () => Class<E>, field?: keyof E & string): Many<E> {
  return new Many({ is: 'many', target: target as () => EntityClass, field: field ?? null, owned: false, about: null, deprecated: null, at: calledFrom(many) })
}
/** The other side of `field`, a unique reference of the target. */
export function one<E extends object>(target: () => Class<E>, field: keyof E & string): One<E> {
  return new One({ is: 'one', target: target as () => EntityClass, field, owned: false, about: null, deprecated: null, at: calledFrom(one) })
}
