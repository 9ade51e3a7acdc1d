// Addresses taken apart and put together: `/api/orders?filter[status]=paid&sort=-total`.
import type { Application, Entity } from '../application/contract.ts'

export interface Address { readonly path: string; /** Decoded, in order. */ readonly parameters: readonly (readonly [name: string, value: string])[] }

export function parse(address: string): Address {
  const at = address.indexOf('?')
  if (at === -1) return { path: address, parameters: [] }
  return { path: address.slice(0, at), parameters: [...new URLSearchParams(address.slice(at + 1))] }
}

/** Readable: brackets, commas and the like stay as they are. */
export function write({ path, parameters }: Address): string {
  const said = (text: string): string => encodeURIComponent(text).replace(/%(5B|5D|2C|3A|40|2F|24|3B)/g, code => decodeURIComponent(code))
  return parameters.length === 0 ? path : `${path}?${parameters.map(([name, value]) => `${said(name)}=${said(value)}`).join('&')}`
}

export const get = (address: Address, name: string): string | null => address.parameters.find(([n]) => n === name)?.[1] ?? null
/** With a parameter said anew, null: without it; and without those of paging, which belong to another list now. */
export function set(address: Address, name: string, value: string | null): Address {
  const kept = address.parameters.filter(([n]) => n !== name && !['page[after]', 'page[before]', 'page[number]'].includes(n))
  return { ...address, parameters: value === null ? kept : [...kept, [name, value]] }
}
export const without = (address: Address, index: number): Address => ({ ...address, parameters: address.parameters.filter(([n], i) => i !== index && !n.startsWith('page[')) })

/** What a path means: the rows of an entity, one of them, something of it, or an action. */
export interface Meaning { readonly entity: Entity | null; readonly id: string | null; readonly rest: string | null; readonly action: string | null }

export function meaningOf(path: string, { prefix, entities }: Application): Meaning {
  const nothing: Meaning = { entity: null, id: null, rest: null, action: null }
  if (!path.startsWith(`${prefix}/`)) return nothing
  const [collection = '', id, ...rest] = path.slice(prefix.length + 1).split('/')
  // A name may stand behind a tilde, as the typed client writes it.
  if (collection === 'actions') return { ...nothing, action: id?.replace(/^~/, '') ?? null }
  const entity = entities.find(e => e.path === collection || `~${e.name}` === collection) ?? null
  if (entity === null) return nothing
  // What a list of one row holds is another entity's rows.
  if (rest[0] !== undefined) {
    const relation = entity.relations.find(r => r.many && r.name === rest[0])
    const target = relation && entities.find(e => e.name === relation.to)
    return { entity: target ?? entity, id: id ?? null, rest: rest.join('/'), action: target ? null : rest[0].replace(/^~/, '') }
  }
  return { entity, id: id ?? null, rest: null, action: null }
}
