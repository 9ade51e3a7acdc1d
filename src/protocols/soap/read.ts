// Elements of a message → values as JSON has them, by their types. What is not as the WSDL says is refused with its place; what is of rows and filters the engine judges.
import { suggest } from '../../failure/index.ts'
import { find, isRelationWord, type EntityModel } from '../../model/index.ts'
import { absurd, type Atomic, type Scalar } from '../../operation/index.ts'
import { parseExact } from '../../wire/index.ts'
import type { Complex, Particle, Type } from './contract/index.ts'
import { wsu, xmlNamespace, xsi } from './names.ts'
import { malformed, type Attribute, type Element } from './xml.ts'

export type Members = { [name: string]: unknown }

/** Something no JSON holds: the engine says of the field that it must be JSON. */
const noJson = Symbol('no JSON')
const named = (e: Element): string => `'${e.name.slice(0, 80)}' (${e.place})`

/** The content of an element of a complex type. Throws `request.malformed`. */
export function readComplex(element: Element, type: Complex, namespace: string): Members | readonly unknown[] {
  bare(element)
  if (element.text.trim() !== '') throw malformed(`${named(element)} has text where it has elements only.`)
  for (const child of element.children) if (child.namespace !== namespace) throw foreign(child, namespace)
  if (type.list !== null) return readList(element, type, type.list, namespace)
  const out = Object.create(null) as Members
  let last = -1
  for (const child of element.children) {
    const at = type.particles.findIndex(p => p.name === child.name)
    const particle = type.particles[at]
    if (particle === undefined) {
      if (type.open === null) throw malformed(`${named(child)} does not exist in ${element.name}.${suggest(child.name, type.particles.map(p => p.name))}${known(type)}`)
      if (child.name in out) throw twice(child)
      out[child.name] = readUnknown(child, type.open, namespace)
      continue
    }
    if (at < last) throw malformed(`${named(child)} must stand before '${type.particles[last]?.name ?? ''}': elements come in the order of the WSDL.${known(type)}`)
    if (at === last && !particle.many) throw twice(child)
    last = at
    const value = readNillable(child, particle, type.open !== null, namespace)
    if (value === undefined) continue
    const before = out[particle.name]
    if (!particle.many) out[particle.name] = value
    else if (Array.isArray(before)) before.push(value)
    else out[particle.name] = [value]
  }
  if (type.open === null) {
    for (const p of type.particles) if (p.required && !p.many && !(p.name in out)) throw malformed(`${named(element)} needs an element '${p.name}'.`)
  }
  return type.written ? lifted(element, out) : out
}

/** What may be done with a value that is there. No field is named as these words are. */
export const changing: readonly string[] = ['add', 'append', 'remove'] satisfies readonly Atomic[]

/** `<add><stock>-2</stock></add>` is `{ "stock": { "add": -2 } }`. */
function lifted(element: Element, out: Members): Members {
  for (const word of changing) {
    const of = out[word]
    if (!isMembers(of)) continue
    delete out[word]
    for (const [name, value] of Object.entries(of)) {
      const before = out[name]
      if (before !== undefined && !(isMembers(before) && changing.some(w => w in before))) throw malformed(`${named(element)} gives '${name}' a value and changes it, too: one of both.`)
      out[name] = Object.assign(Object.create(null) as Members, before, { [word]: value })
    }
  }
  return out
}

const isMembers = (x: unknown): x is Members => typeof x === 'object' && x !== null && !Array.isArray(x)

const known = (type: Complex): string => ` There ${type.particles.length === 1 ? 'is' : 'are'}: ${type.particles.map(p => p.name).join(', ') || 'none'}.`
const twice = (e: Element) => malformed(`${named(e)} is there twice.`)
const foreign = (e: Element, namespace: string) => malformed(`${named(e)} is of ${e.namespace === '' ? 'no namespace' : `the namespace '${e.namespace.slice(0, 80)}'`}; elements here are of '${namespace}'.`)

function readList(element: Element, type: Complex, item: string, namespace: string): readonly unknown[] {
  const [particle] = type.particles
  if (particle === undefined) return []
  return element.children.map(child => {
    if (child.name !== item) throw malformed(`${named(child)} does not exist in ${element.name}: its elements are '${item}'.`)
    return readNillable(child, particle, true, namespace) ?? null
  })
}

/** A child; nil is null where null may be said or refused, else the same as not there. */
function readNillable(element: Element, particle: Particle, open: boolean, namespace: string): unknown {
  if (isNil(element)) return particle.nillable || open ? null : undefined
  return readType(element, particle.type, namespace)
}

function readType(element: Element, type: Type, namespace: string): unknown {
  if (type.kind === 'complex') return readComplex(element, type, namespace)
  bare(element)
  return readValue(type.scalar, textIn(element))
}

function textIn(element: Element): string {
  const [child] = element.children
  if (child !== undefined) throw malformed(`${named(child)} stands within '${element.name}', which is text.`)
  return element.text
}

/** A name that does not exist here: its content as far as it can be understood, for the engine to refuse it, or to refuse something that comes before. */
function readUnknown(element: Element, entity: Pick<EntityModel, 'fields'>, namespace: string): unknown {
  if (isNil(element)) return null
  bare(element)
  if (element.children.length === 0) {
    const field = find(entity.fields, element.name)
    if (field === undefined && isRelationWord(element.name)) return readValue('boolean', element.text)
    return field === undefined || field.list ? element.text : readValue(field.scalar, element.text)
  }
  if (element.text.trim() !== '') throw malformed(`${named(element)} has text beside its elements.`)
  const out = Object.create(null) as Members
  for (const child of element.children) {
    if (child.namespace !== namespace) throw foreign(child, namespace)
    if (child.name in out) throw twice(child)
    out[child.name] = readUnknown(child, entity, namespace)
  }
  return out
}

/** Whether xsi:nil says that there is no value. */
function isNil(element: Element): boolean {
  const nil = element.attributes.find(a => a.namespace === xsi && a.name === 'nil')?.value.trim()
  if (nil === undefined || nil === 'false' || nil === '0') return false
  if (nil !== 'true' && nil !== '1') throw malformed(`xsi:nil of ${named(element)} is true or false.`)
  bare(element)
  if (element.children.length > 0 || element.text.trim() !== '') throw malformed(`${named(element)} is nil and has content.`)
  return true
}

/** Attributes that mean nothing to us and do no harm; all others are refused, `href` and encodings among them. */
function bare(element: Element): void {
  const harmless = (a: Attribute): boolean => a.namespace === xsi || a.namespace === xmlNamespace || (a.namespace === wsu && a.name === 'Id')
  const other = element.attributes.find(a => !harmless(a))
  if (other !== undefined) throw malformed(`${named(element)} has an attribute '${other.name.slice(0, 80)}'; messages here have elements only.`)
}

/** Text of a value as JSON would have it. What does not fit its type stays text, for the engine to refuse with the others. */
export function readValue(scalar: Scalar, raw: string): unknown {
  const text = scalar === 'text' ? raw : raw.trim()
  switch (scalar) {
    case 'text': case 'uuid': case 'time': case 'duration': return text
    case 'integer': return /^[+-]?\d{1,30}$/.test(text) ? Number(text) : text
    case 'number': return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
    case 'bigint': case 'decimal': return text
    case 'boolean': return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text
    // Some clients write more digits than there are; zeros say nothing.
    case 'timestamp': return text.replace(/(\.\d{6})0+(?=\D|$)/, '$1')
    // A day is a day in every zone.
    case 'date': return text.replace(/^(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)$/, '$1')
    case 'bytes': return text.replace(/\s+/g, '')
    case 'json':
      try { return parseExact(text) } catch { return noJson }
    default: return absurd(scalar)
  }
}
