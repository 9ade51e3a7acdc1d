// Fields as types of XML Schema: as answered, as written, as compared with.
import type { EntityModel, FieldModel } from '../../../model/index.ts'
import { absurd, type Scalar, type Value } from '../../../operation/index.ts'
import { pascal, particle, type Book, type Complex, type Facets, type Simple, type Type } from './book.ts'

const bases: Readonly<Record<Scalar, string>> = {
  uuid: 'xs:string', text: 'xs:string', integer: 'xs:int', bigint: 'xs:long', number: 'xs:double', decimal: 'xs:decimal', boolean: 'xs:boolean',
  timestamp: 'xs:dateTime', date: 'xs:date', time: 'xs:time', duration: 'xs:duration', json: 'xs:string', bytes: 'xs:base64Binary',
}

/** A plain type of this scalar. */
export const plain = (scalar: Scalar, about: string | null = null): Simple => ({ kind: 'simple', name: null, base: bases[scalar], scalar, facets: {}, about })

/** Whose field it is: an enumeration is called after it. */
export type Owner = Pick<EntityModel, 'name' | 'title'>

/** One value of a field, never a list. `write`: with its bounds. */
export function scalarType(b: Book, entity: Owner, f: FieldModel, use: 'read' | 'write' | 'compare'): Simple {
  if (f.bounds.choices) {
    return b.simple(`choice ${entity.name}.${f.name}`, `${entity.title}${pascal(f.name)}`, { base: 'xs:string', scalar: f.scalar, facets: { enumeration: f.bounds.choices }, about: f.about })
  }
  if (f.scalar === 'uuid') {
    return b.simple('uuid', 'UUID', { base: 'xs:string', scalar: 'uuid', facets: { pattern: '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}' }, about: null })
  }
  return use === 'write' ? { ...plain(f.scalar), facets: facetsOf(f) } : plain(f.scalar)
}

/** A field's value: of a list the items, each in an element of its own, so that an empty list is not the same as none. */
export function fieldType(b: Book, entity: Owner, f: FieldModel, use: 'read' | 'write'): Type {
  const one = scalarType(b, entity, f, use)
  return f.list ? listType(b, one, 'item') : one
}

/** A list of values under the name of its items. */
export function listType(b: Book, of: Simple, item: 'item' | 'value'): Complex {
  const bare = { ...of, facets: of.name === null ? {} : of.facets }
  const name = of.name ?? pascal(of.base.slice(3))
  return b.complex(`${item}s ${name} ${of.scalar}`, `${name}${item === 'item' ? 'List' : 'Values'}`, () => ({ list: item, particles: [particle(item, bare, { many: true })] }))
}

const said = (v: Value | undefined): string | undefined => (typeof v === 'number' || typeof v === 'string' ? String(v) : undefined)

function facetsOf({ scalar, bounds: b, kind }: FieldModel): Facets {
  const given = (facets: { [N in keyof Facets]: Facets[N] | undefined }): Facets => Object.fromEntries(Object.entries(facets).filter(([, v]) => v !== undefined))
  const range = { minInclusive: said(b.min), maxInclusive: said(b.max) }
  switch (scalar) {
    case 'text': return given({ minLength: b.minLength ?? (kind === 'email' || kind === 'url' || kind === 'slug' ? 1 : undefined), maxLength: b.maxLength })
    case 'bytes': return given({ minLength: b.minLength, maxLength: b.maxLength })
    case 'integer': case 'bigint': case 'number': return given(range)
    case 'decimal': return given({ ...range, totalDigits: b.precision, fractionDigits: b.scale })
    case 'uuid': case 'boolean': case 'timestamp': case 'date': case 'time': case 'duration': case 'json': return {}
    default: return absurd(scalar)
  }
}

/** What is to be known of a field beside its type. */
export function fieldAbout(f: FieldModel, use: 'read' | 'write'): string | null {
  const { currency, pattern } = f.bounds
  const all = [
    f.about === null ? '' : /[.!?]$/.test(f.about.trim()) ? f.about.trim() : `${f.about.trim()}.`,
    currency === undefined ? '' : `In ${currency}.`,
    f.scalar === 'json' ? 'JSON as text.' : '',
    f.kind === 'range' ? 'A range: [ and ] with the end, ( and ) without it, nothing where it is open, or empty.' : '',
    use === 'read' && f.generated === 'column' ? 'Computed by the database.' : '',
    use === 'write' && pattern !== undefined ? `Fits ${pattern}.` : '',
    use === 'write' && f.by ? `Only ${f.by.join(' or ')} may set it.` : '',
    use === 'read' && f.asked === true ? 'Answered only when named in fields.' : '',
    use === 'read' && f.generated === 'version' ? 'Counts the changes of this row.' : '',
  ].filter(x => x !== '').join(' ')
  return all === '' ? null : all
}
