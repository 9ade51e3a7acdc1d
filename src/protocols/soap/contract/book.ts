// What messages are made of: simple and complex types, in the order and with the names of the schema. The WSDL is written from them, requests are read and answers written by them.
import type { EntityModel, Model } from '../../../model/index.ts'
import type { Scalar } from '../../../operation/index.ts'

/** Restrictions that a schema can say. */
export interface Facets {
  readonly enumeration?: readonly string[]
  readonly minLength?: number; readonly maxLength?: number
  readonly minInclusive?: string; readonly maxInclusive?: string
  readonly totalDigits?: number; readonly fractionDigits?: number
  readonly pattern?: string
}

/** `base` is the type of XML Schema (`xs:int`); `name` is there where it has one of its own (an enumeration). `scalar` decides how text becomes a value and back. */
export interface Simple { readonly kind: 'simple'; readonly name: string | null; readonly base: string; readonly scalar: Scalar; readonly facets: Facets; readonly about: string | null }

/** A sequence of elements. */
export interface Complex {
  readonly kind: 'complex'
  readonly name: string
  readonly about: string | null
  readonly particles: readonly Particle[]
  /** The one child whose repetition is a list in JSON: `<in><value>1</value><value>2</value></in>` is `[1, 2]`. */
  readonly list: string | null
  /** Of rows, filters, inputs: names that do not exist are the engine's to refuse, together with whatever else is wrong. The fields say how their text is read. */
  readonly open: Pick<EntityModel, 'fields'> | null
  /** The body of a write: `<add><stock>-2</stock></add>` in it is `{ "stock": { "add": -2 } }`. */
  readonly written: boolean
}
export type Type = Simple | Complex

export interface Particle {
  readonly name: string
  readonly type: Type
  readonly required: boolean
  readonly many: boolean
  readonly nillable: boolean
  readonly about: string | null
}

export const particle = (name: string, type: Type, more: Partial<Omit<Particle, 'name' | 'type'>> = {}): Particle =>
  ({ name, type, required: false, many: false, nillable: false, about: null, ...more })

export interface Made { readonly particles: readonly Particle[]; readonly list?: string; readonly open?: Pick<EntityModel, 'fields'>; readonly written?: boolean; readonly about?: string | null }

/** What the types of a model are made with. */
export interface Contract { readonly model: Model; readonly book: Book }

export interface Book {
  /** The complex type of this key, made when first asked for. `wanted` is its name unless another has it. Types may name themselves. */
  complex(key: string, wanted: string, make: () => Made): Complex
  simple(key: string, wanted: string, of: Omit<Simple, 'kind' | 'name'>): Simple
  /** A name nobody has: for operations, which share the clients' names with types. */
  take(wanted: string): string
}

/** Names are unique whatever their capitals: clients make files of them. */
export function book(): Book {
  const taken = new Set<string>()
  const types = new Map<string, Type>()
  const take = (wanted: string): string => {
    let name = wanted
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}${/\d$/.test(wanted) ? '_' : ''}${n}`
    taken.add(name.toLowerCase())
    return name
  }
  return {
    take,
    complex(key, wanted, make) {
      const known = types.get(`complex ${key}`)
      if (known?.kind === 'complex') return known
      const type: { -readonly [K in keyof Complex]: Complex[K] } = { kind: 'complex', name: take(wanted), about: null, particles: [], list: null, open: null, written: false }
      types.set(`complex ${key}`, type)
      const { particles, list = null, open = null, about = null, written = false } = make()
      Object.assign(type, { particles, list, open, about, written })
      return type
    },
    simple(key, wanted, of) {
      const known = types.get(`simple ${key}`)
      if (known?.kind === 'simple') return known
      const type: Simple = { kind: 'simple', name: take(wanted), ...of }
      types.set(`simple ${key}`, type)
      return type
    },
  }
}

export const pascal = (name: string): string => name.replace(/(^|[^A-Za-z0-9])([A-Za-z0-9])/g, (_, __, letter: string) => letter.toUpperCase()).replace(/[^A-Za-z0-9]/g, '')
