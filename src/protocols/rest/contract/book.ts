// The parts that a document refers to: made when first named, once each, and never there without somebody who names them.

export type Json = null | boolean | number | string | readonly Json[] | Members
export interface Members { readonly [name: string]: Json }
export type Schema = Members
export type Section = 'schemas' | 'parameters' | 'headers' | 'responses' | 'requestBodies'

export interface Book {
  /** A reference to a part. `wanted` is its name unless another part has it; `key` tells parts apart. Parts may name themselves. */
  ref(section: Section, key: string, wanted: string, make: () => Members): Members
  readonly components: () => Members
}

export function book(): Book {
  const names = new Map<string, string>()
  const parts = new Map<Section, Map<string, Members | null>>()
  return {
    ref(section, key, wanted, make) {
      const of = parts.get(section) ?? new Map<string, Members | null>()
      parts.set(section, of)
      const known = names.get(`${section} ${key}`)
      if (known !== undefined) return { $ref: `#/components/${section}/${known}` }
      const clean = wanted.replace(/[^A-Za-z0-9._-]/g, '_')
      let name = clean
      for (let n = 2; of.has(name); n++) name = `${clean}${/\d$/.test(clean) ? '_' : ''}${n}`
      names.set(`${section} ${key}`, name)
      of.set(name, null)
      of.set(name, make())
      return { $ref: `#/components/${section}/${name}` }
    },
    components: () => Object.fromEntries([...parts].map(([section, of]) => [section, Object.fromEntries([...of].flatMap(([name, part]) => (part === null ? [] : [[name, part]])))])),
  }
}

/** Members without those that are not there. */
export function given(members: { readonly [name: string]: Json | undefined }): Members {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined))
}

export const pascal = (name: string): string => name.replace(/(^|[^A-Za-z0-9])([A-Za-z0-9])/g, (_, __, letter: string) => letter.toUpperCase()).replace(/[^A-Za-z0-9]/g, '')
/** `orderItem`, `order-items` → `order item`, `order items`. */
export const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[-_.]+/g, ' ').toLowerCase()

/** One of these; of one alone, it. */
export function either(of: readonly Schema[], more: Members = {}): Schema {
  const [only] = of
  return of.length === 1 && only !== undefined ? { ...only, ...more } : { anyOf: of, ...more }
}
