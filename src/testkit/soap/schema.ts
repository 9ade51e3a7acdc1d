// What a client makes of a WSDL: its schema's elements and types; values written and read by them alone. Knows nothing of our own code, so that the WSDL must suffice.
import { SaxesParser } from 'saxes'

export interface Node { readonly name: string; readonly uri: string; readonly attributes: Readonly<Record<string, string>>; readonly children: Node[]; text: string }

/** Any document as a tree. Throws where it is not well-formed. */
export function tree(text: string): Node {
  const parser = new SaxesParser({ xmlns: true })
  const open: Node[] = []
  let root: Node | null = null
  parser.on('error', error => { throw error })
  parser.on('opentag', tag => {
    const node: Node = { name: tag.local, uri: tag.uri, attributes: Object.fromEntries(Object.values(tag.attributes).map(a => [a.prefix === '' || a.prefix === 'xmlns' ? a.local : `${a.prefix}:${a.local}`, a.value])), children: [], text: '' }
    open.at(-1)?.children.push(node)
    root ??= node
    open.push(node)
  })
  parser.on('text', t => { const at = open.at(-1); if (at) at.text += t })
  parser.on('closetag', () => { open.pop() })
  parser.write(text).close()
  if (root === null) throw new Error('empty document')
  return root
}

export interface Part { readonly name: string; readonly type: string; readonly many: boolean; readonly nillable: boolean; readonly required: boolean }
export interface Schema {
  readonly namespace: string
  readonly address: string
  /** Operations' elements and complex types by name. */
  readonly elements: ReadonlyMap<string, readonly Part[]>
  readonly types: ReadonlyMap<string, readonly Part[]>
  readonly simple: ReadonlySet<string>
  readonly actions: ReadonlyMap<string, string>
}

const under = (node: Node, ...path: readonly string[]): readonly Node[] => path.reduce<readonly Node[]>((nodes, name) => nodes.flatMap(n => n.children.filter(c => c.name === name)), [node])

export function schemaOf(wsdl: string): Schema {
  const root = tree(wsdl), [schema] = under(root, 'types', 'schema')
  if (!schema) throw new Error('no schema')
  const inline = new Map<string, readonly Part[]>()
  const parts = (type: Node): readonly Part[] => under(type, 'sequence', 'element').map(e => ({
    name: e.attributes['name'] ?? '', many: e.attributes['maxOccurs'] === 'unbounded', nillable: e.attributes['nillable'] === 'true', required: e.attributes['minOccurs'] !== '0',
    type: e.attributes['type'] ?? (under(e, 'simpleType', 'restriction')[0]?.attributes['base'] ?? anonymous(e)),
  }))
  const anonymous = (e: Node): string => {
    const [type] = under(e, 'complexType'), name = `anonymous ${inline.size}`
    if (type) inline.set(name, parts(type))
    return `tns:${name}`
  }
  const elements = new Map(under(schema, 'element').map(e => [e.attributes['name'] ?? '', under(e, 'complexType').flatMap(parts)]))
  const types = new Map(under(schema, 'complexType').map(t => [t.attributes['name'] ?? '', parts(t)] as const))
  for (const [name, of] of inline) types.set(name, of)
  const [binding] = under(root, 'binding')
  return {
    namespace: schema.attributes['targetNamespace'] ?? '', elements, types, simple: new Set(under(schema, 'simpleType').map(t => t.attributes['name'] ?? '')),
    address: under(root, 'service', 'port', 'address')[0]?.attributes['location'] ?? '',
    actions: new Map(under(binding ?? root, 'operation').map(o => [o.attributes['name'] ?? '', under(o, 'operation')[0]?.attributes['soapAction'] ?? ''])),
  }
}

const local = (type: string): string => (type.startsWith('tns:') ? type.slice(4) : type)
const escape = (text: string): string => text.replace(/[&<>\r]/g, c => `&#${c.charCodeAt(0)};`)
const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)

/** An element with this in it. Members that the type has no element for are written as they are. */
export function write(schema: Schema, name: string, type: string | null, value: unknown): string {
  if (value === null) return `<${name} xsi:nil="true"/>`
  const of = type === null ? undefined : schema.types.get(local(type))
  return `<${name}>${of === undefined ? text(schema, type, value) : content(schema, of, value)}</${name}>`
}

function text(schema: Schema, type: string | null, value: unknown): string {
  if (type === null && isObject(value)) return content(schema, [], value)
  return escape(typeof value === 'string' ? value : JSON.stringify(value))
}

export function content(schema: Schema, parts: readonly Part[], value: unknown): string {
  const [only] = parts
  if (Array.isArray(value)) return value.map(v => write(schema, only?.name ?? 'item', only?.type ?? null, v)).join('')
  if (!isObject(value)) throw new Error(`${JSON.stringify(value)} is no content`)
  // In the order of the schema; what it does not know stays behind what it stood behind.
  let last = -1
  const places = Object.entries(value).map(([n, inner]) => {
    const at = parts.findIndex(p => p.name === n)
    if (at >= 0) last = at
    return { n, inner, at: at >= 0 ? at : last, part: parts[at] }
  })
  return places.sort((a, b) => a.at - b.at).map(({ n, inner, part }) =>
    (part?.many === true && Array.isArray(inner) ? inner.map(v => write(schema, n, part.type, v)).join('') : write(schema, n, part?.type ?? null, inner))).join('')
}

/** The content of an element as JSON has it, by its type. Throws where it is not as the schema says. */
export function read(schema: Schema, node: Node, type: string): unknown {
  if (node.attributes['xsi:nil'] === 'true') return null
  const of = schema.types.get(local(type))
  if (of === undefined) return scalar(type, node.text)
  const [only] = of
  if (only && of.length === 1 && only.many && ['item', 'value', 'filter'].includes(only.name)) return node.children.map(c => read(schema, c, only.type))
  const out: Record<string, unknown> = {}
  let last = 0
  for (const child of node.children) {
    if (child.uri !== schema.namespace) throw new Error(`${child.name} is of '${child.uri}'`)
    const at = of.findIndex(p => p.name === child.name), part = of[at]
    if (!part) throw new Error(`${child.name} is not in ${type}`)
    if (at < last) throw new Error(`${child.name} comes too late in ${type}`)
    last = at
    if (!part.many && child.name in out) throw new Error(`${child.name} is there twice`)
    if (child.attributes['xsi:nil'] === 'true' && !part.nillable) throw new Error(`${child.name} of ${type} may not be nil`)
    const value = read(schema, child, part.type)
    out[child.name] = part.many ? [...(out[child.name] as unknown[] | undefined ?? []), value] : value
  }
  for (const part of of) {
    if (part.required && !(part.name in out)) throw new Error(`${part.name} of ${type} is missing`)
    if (part.many && !(part.name in out)) out[part.name] = []
  }
  return out
}

/** The lexical forms of XML Schema, strictly. */
function scalar(type: string, text: string): unknown {
  const fits = (form: RegExp): string => { if (!form.test(text)) throw new Error(`'${text}' is no ${type}`); return text }
  switch (type) {
    case 'xs:int': case 'xs:double': return Number(fits(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/))
    case 'xs:long': return fits(/^-?\d+$/)
    case 'xs:decimal': return fits(/^-?\d+(\.\d+)?$/)
    case 'xs:boolean': return fits(/^(true|false)$/) === 'true'
    case 'xs:dateTime': return fits(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)
    case 'xs:date': return fits(/^\d{4}-\d\d-\d\d$/)
    case 'xs:time': return fits(/^\d\d:\d\d:\d\d(\.\d+)?$/)
    case 'xs:duration': return fits(/^-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/)
    case 'xs:base64Binary': return Buffer.from(fits(/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/), 'base64')
    default: return text
  }
}
