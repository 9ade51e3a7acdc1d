// Bytes of a message → its elements, within limits, by a parser that knows no entities but the five of XML itself. Where every element stands is kept, for messages.
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { Failure } from '../../failure/index.ts'

/** An element; children and text as they came. */
export interface Element {
  readonly namespace: string
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly children: readonly Element[]
  /** All text directly in it, CDATA included. */
  readonly text: string
  /** `12:5`: line and column of where it begins. */
  readonly place: string
}
export interface Attribute { readonly namespace: string; readonly name: string; readonly value: string }

/** What a message may have at most, beside its bytes. */
const most = { depth: 64, elements: 100_000, attributes: 32 } as const

export const malformed = (detail: string): Failure => new Failure('request.malformed', detail)

/** Text, and how its bytes said it. */
export interface Said { readonly text: string; readonly encoding: 'utf-8' | 'utf-16' }

/** Text of the bytes. UTF-8, or UTF-16 with a byte order mark; whatever else is said to be is refused. Throws `request.malformed`. */
export function textOf(bytes: Uint8Array, charset: string | null): Said {
  if (bytes.byteLength === 0) throw malformed('A SOAP envelope is expected; there is none.')
  const mark = bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : null
  if (charset === 'utf-16' && mark === null) throw malformed('UTF-16 begins with a byte order mark; there is none.')
  if (charset === 'utf-8' && mark !== null) throw malformed('The Content-Type says UTF-8, the message begins as UTF-16.')
  try {
    return { text: new TextDecoder(mark ?? 'utf-8', { fatal: true }).decode(bytes), encoding: mark === null ? 'utf-8' : 'utf-16' }
  } catch {
    throw malformed(`The message is not ${mark === null ? 'UTF-8' : 'UTF-16'}.`)
  }
}

interface Open { readonly element: { -readonly [N in keyof Element]: Element[N] } & { children: Element[] } }

/** The root element. Throws `request.malformed` for what is not well-formed or not for messages (a DTD, processing instructions), `resolve.limit` for too much of it. */
export function parseXml({ text, encoding: actual }: Said): Element {
  const parser = new SaxesParser({ xmlns: true, position: true })
  const open: Open[] = []
  let root: Element | null = null
  let elements = 0
  let attributes = 0
  let begins = ''
  const place = (): string => `${parser.line}:${parser.columnIndex + 1}`
  const limit = (what: string, budget: number): Failure => new Failure('resolve.limit', `The message has more than ${budget} ${what} (${place()}).`, { facts: { limit: what, budget } })

  parser.on('error', error => { throw malformed(`The message is not well-formed XML: ${said(error.message)}.`) })
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== undefined && version !== '1.0') throw malformed(`The message is XML ${version.slice(0, 10)}; SOAP is XML 1.0.`)
    if (encoding !== undefined && !/^utf-(8|16)$/i.test(encoding)) throw malformed(`The message says it is ${encoding.slice(0, 40)}; it must be UTF-8 or UTF-16.`)
    if (encoding !== undefined && encoding.toLowerCase() !== actual) throw malformed(`The message says it is ${encoding.toUpperCase()}, and is ${actual.toUpperCase()}.`)
  })
  parser.on('doctype', () => { throw malformed('The message has a DOCTYPE. SOAP has none: no entities, no external subsets.') })
  parser.on('processinginstruction', () => { throw malformed(`The message has a processing instruction (${place()}). SOAP has none.`) })
  parser.on('opentagstart', () => {
    attributes = 0
    begins = place()
    if (++elements > most.elements) throw limit('elements', most.elements)
    if (open.length >= most.depth) throw limit('elements in one another', most.depth)
  })
  parser.on('attribute', () => { if (++attributes > most.attributes) throw limit('attributes of one element', most.attributes) })
  parser.on('opentag', (tag: SaxesTagNS) => {
    const element: Open['element'] = {
      namespace: tag.uri, name: tag.local, children: [], text: '', place: begins,
      attributes: Object.values(tag.attributes).filter(a => a.uri !== 'http://www.w3.org/2000/xmlns/').map(a => ({ namespace: a.uri, name: a.local, value: a.value })),
    }
    const parent = open.at(-1)
    if (parent === undefined) root = element
    else parent.element.children.push(element)
    open.push({ element })
  })
  const add = (more: string): void => {
    const parent = open.at(-1)
    if (parent !== undefined) parent.element.text += more
  }
  parser.on('text', add)
  parser.on('cdata', add)
  parser.on('closetag', () => { open.pop() })
  parser.write(text).close()
  if (root === null) throw malformed('A SOAP envelope is expected; there is none.')
  return root
}

/** The parser's message without what it quotes. */
const said = (message: string): string => message.replace(/\.$/, '').slice(0, 200)
