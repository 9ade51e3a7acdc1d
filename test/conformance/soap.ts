// The driver of SOAP: cases as messages by the WSDL's own schema, answers read back by it; and what of the cases no message can say.
import assert from 'node:assert/strict'
import { failures, type At, type Facts } from '../../src/failure/index.ts'
import { entityOf, find, isRelationWord, type EntityModel, type Member, type Model } from '../../src/model/index.ts'
import { isRead, world, type Aggregated, type CallCase, type CallingDriver, type CallPart, type Case, type Outcome, type Part, type RowsPart, type Who, type WritePart } from '../../src/testkit/index.ts'
import { content, read, schemaOf, tree, type Node, type Schema } from '../soap/schema.ts'

/** Characters that XML has no way to say. */
const unsayable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const holds = (value: unknown, test: (text: string) => boolean): boolean =>
  typeof value === 'string' ? test(value) : typeof value === 'object' && value !== null && Object.values(value).some(x => holds(x, test))

const changing = ['add', 'append', 'remove']
/** What no message can say of a request; null: all of it. */
function unsaid(part: Part): string | null {
  if (isRead(part)) return null
  const body = 'body' in part ? part.body : {}
  if (typeof body !== 'object' || body === null) return 'a body that is no object'
  if (holds(body, text => unsayable.test(text))) return 'characters that XML does not have'
  const entity = entityName(part)
  if (strange(entity, body)) return 'a change that there is not'
  if ('update' in part && Object.entries(body).some(([name, value]) => Array.isArray(value) && find(entityOf(world, entity).relations, name))) return 'a list in place of what is done with it'
  if (numberIn(entity, body)) return 'a number where there is text'
  return null
}
const entityName = (part: WritePart): string =>
  'create' in part ? part.create : 'update' in part ? part.update : 'replace' in part ? part.replace : 'delete' in part ? part.delete : 'updateMany' in part ? part.updateMany : part.deleteMany
/** `{ "stock": { "sub": 2 } }`: what is done to a field is an element around it, of which there are three; and lists have items. */
const strange = (entity: string, body: object): boolean => Object.entries(body).some(([name, value]) => {
  const field = find(entityOf(world, entity).fields, name)
  if (field === undefined || field.scalar === 'json' || !isObject(value)) return false
  return Object.entries(value).some(([word, of]) => !changing.includes(word) || (field.list && !Array.isArray(of)))
})
/** All is text in XML: a number for a text field is the text. */
function numberIn(entity: string, body: unknown): boolean {
  if (Array.isArray(body)) return body.some(b => numberIn(entity, b))
  if (typeof body !== 'object' || body === null) return false
  const e = entityOf(world, entity)
  return Object.entries(body).some(([name, value]) => {
    const field = find(e.fields, name), relation = find(e.relations, name)
    if (field) return field.scalar === 'text' && typeof value === 'number'
    return relation !== undefined && numberIn(relation.target, value)
  })
}
/** Why a case is not asked through SOAP. */
export const unsaidCase = (c: Case): string | null => unsaid(c.do) ?? c.then?.map(step => unsaid(step.do)).find(x => x !== null) ?? null

const pascal = (name: string): string => name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
const envelopes = { '1.1': ['http://schemas.xmlsoap.org/soap/envelope/', 'text/xml'], '1.2': ['http://www.w3.org/2003/05/soap-envelope', 'application/soap+xml'] } as const
type SoapVersion = keyof typeof envelopes

/** A driver for each version, over the WSDL as it is served. */
export async function soapDrivers(url: string, tokenOf: (as: Who) => Promise<string | null>): Promise<readonly [CallingDriver, CallingDriver]> {
  const schema = schemaOf(await (await fetch(`${url}/soap?wsdl`)).text())
  return [soapDriver(schema, url, '1.1', tokenOf), soapDriver(schema, url, '1.2', tokenOf)]
}

/** `model` is only looked at for what the cases abbreviate. */
function soapDriver(schema: Schema, url: string, version: SoapVersion, tokenOf: (as: Who) => Promise<string | null>, model: Model = world): CallingDriver {
  const [namespace, media] = envelopes[version]
  const send = async (name: string, input: object, as: Who): Promise<{ readonly node: Node; readonly status: number }> => {
    const message = `<e:Envelope xmlns:e="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body><${name} xmlns="${schema.namespace}">${content(schema, schema.elements.get(name) ?? [], input)}</${name}></e:Body></e:Envelope>`
    const token = await tokenOf(as), action = `${schema.namespace}#${name}`
    const response = await fetch(`${url}/soap`, {
      method: 'POST', body: message,
      headers: { 'content-type': version === '1.1' ? media : `${media}; action="${action}"`, ...(version === '1.1' ? { soapaction: `"${action}"` } : {}), ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    })
    assert.ok(response.headers.get('content-type')?.startsWith(media), 'answered in the version asked')
    const envelope = tree(await response.text()), [body] = envelope.children.filter(c => c.name === 'Body')
    assert.equal(envelope.uri, namespace)
    assert.ok(body?.children.length === 1 && body.children[0])
    return { node: body.children[0], status: response.status }
  }
  const ask = async (name: string, input: object, as: Who, part: Part | CallPart, answer: (result: Record<string, unknown>) => Outcome): Promise<Outcome> => {
    const { node, status } = await send(name, input, as)
    if (node.name === 'Fault') return refusal(schema, node, status, version, part)
    assert.equal(status, 200)
    assert.equal(node.name, `${name}Response`)
    const [result] = schema.elements.get(`${name}Response`) ?? [], [first] = node.children
    return answer(result && first ? read(schema, first, result.type) as Record<string, unknown> : {})
  }
  return {
    name: `soap ${version}`,
    read(part, as) {
      const entity = entityOf(model, 'find' in part ? part.find : 'get' in part ? part.get : part.aggregate)
      if ('get' in part) return ask(`Get${entity.title}`, { id: idOf(part.key), ...asked(model, entity, part) }, as, part, r => one(model, entity, r))
      if ('aggregate' in part) return ask(`Aggregate${pascal(entity.path)}`, { ...asked(model, entity, part), ...aggregated(part) }, as, part, r => ({ answer: { data: (r['data'] as unknown[]).map(x => saidGroup(entity, x)), page: null, cut: [] } }))
      const target = part.of === undefined ? entity : entityOf(model, find(entity.relations, part.of.relation)?.target ?? '')
      const page = { ...(part.size === undefined ? {} : { size: part.size }), ...(part.number === undefined ? {} : { number: part.number }), ...(part.cursor ? { [part.cursor.toward === 'next' ? 'after' : 'before']: part.cursor.token } : {}) }
      const input = { ...asked(model, target, part), ...(Object.keys(page).length ? { page } : {}), ...(part.count ? { count: part.count } : {}), ...(part.of ? { id: idOf(part.of.key) } : {}) }
      return ask(part.of ? `Find${pascal(part.of.relation)}Of${entity.title}` : `Find${pascal(entity.path)}`, input, as, part, r => {
        const info = r['page'] as { next?: string; previous?: string; total?: string; totalIsAtLeast?: boolean; more: string[] }
        return { answer: {
          data: (r['data'] as unknown[]).map(x => said(model, target, x)), cut: info.more,
          page: { next: info.next ?? null, previous: info.previous ?? null, total: info.total === undefined ? null : Number(info.total), totalIsAtLeast: info.totalIsAtLeast ?? false },
        } }
      })
    },
    call(part, as) {
      const action = world.actions?.[part.call], entity = action?.entity == null ? null : entityOf(model, action.entity)
      if (!action) throw new Error(`there is no ${part.call}`)
      const input = spoken(action.input, part.input)
      return ask(`${pascal(action.name)}${entity?.title ?? ''}`, entity === null ? input as object : { id: idOf(part.key ?? []), ...(action.input.length > 0 ? { input } : {}) }, as, part, r => ({
        answer: { data: action.output === null ? JSON.parse(String(r['json'])) as unknown : Object.fromEntries(Object.entries(r).map(([n, v]) => [n, outcomeOf(action.output?.find(m => m.name === n), v)])), page: null, cut: [] },
      }))
    },
    write(part, as) {
      const entity = entityOf(model, entityName(part)), name = pascal(entity.path)
      const given = { ...('expect' in part && part.expect !== undefined ? { version: part.expect } : {}), ...('filter' in part && part.filter !== undefined ? { filter: filtered(model, entity, part.filter) } : {}) }
      const counted = (r: Record<string, unknown>): Outcome => ({ answer: { data: { count: Number(r['count']) }, page: null, cut: [] } })
      if ('deleteMany' in part) return ask(`Delete${name}`, { ...given, expect: part.count }, as, part, counted)
      if ('delete' in part) return ask(`Delete${entity.title}`, { id: idOf(part.key), ...given }, as, part, () => ({ answer: { data: null, page: null, cut: [] } }))
      const data = Array.isArray(part.body) ? part.body.map(b => written(model, entity, b)) : written(model, entity, part.body)
      if ('updateMany' in part) return ask(`Update${name}`, { ...given, expect: part.count, data }, as, part, counted)
      const answer = asked(model, entity, part)
      if ('update' in part) return ask(`Update${entity.title}`, { id: idOf(part.key), ...given, data, ...answer }, as, part, r => one(model, entity, r))
      if ('replace' in part) return ask(`Upsert${entity.title}`, { id: idOf(part.key), ...given, data, ...answer }, as, part, r => one(model, entity, r))
      if (!Array.isArray(data)) return ask(`Create${entity.title}`, { data, ...answer }, as, part, r => one(model, entity, r))
      return ask(`Create${name}`, { data, ...answer }, as, part, r => ({ answer: { data: (r['data'] as unknown[]).map(x => said(model, entity, x)), page: null, cut: r['more'] as string[] } }))
    },
  }
}

const one = (model: Model, entity: EntityModel, r: Record<string, unknown>): Outcome => ({ answer: { data: said(model, entity, r['data'] ?? null), page: null, cut: r['more'] as string[] } })
/** An input as the schema has it: JSON is text, bytes are base64. */
function spoken(members: readonly Member[], of: unknown): unknown {
  if (Array.isArray(of)) return of.map(x => spoken(members, x))
  if (!isObject(of)) return of
  return Object.fromEntries(Object.entries(of).map(([name, x]): [string, unknown] => {
    const m = members.find(y => y.name === name)
    if (!m || x === null) return [name, x]
    if (m.kind === 'object') return [name, spoken(m.members, x)]
    return [name, m.field.scalar === 'json' ? JSON.stringify(x) : m.field.scalar === 'bytes' ? Buffer.from(typeof x === 'string' ? x : '', 'base64url').toString('base64') : x]
  }))
}
const outcomeOf = (m: Member | undefined, value: unknown): unknown => (value === null || m?.kind !== 'value' ? value : saidValue(m.field.scalar, value))
/** All is text in XML, and a list is elements: a number for a text, a text for a list cannot be said. */
const oddly = (members: readonly Member[], of: unknown): boolean => (Array.isArray(of) ? of.some(x => oddly(members, x)) : isObject(of) && Object.entries(of).some(([name, x]) => {
  const m = members.find(y => y.name === name)
  return m?.kind === 'object' ? oddly(m.members, x) : m?.kind === 'value' && x !== null && ((m.field.list && !Array.isArray(x)) || (m.field.scalar === 'text' && typeof x === 'number'))
}))
/** Why a call is not made through SOAP. */
export const unsaidCall = (c: CallCase): string | null => (oddly(world.actions?.[c.call.call]?.input ?? [], c.call.input) ? 'a number where there is text, a text where there is a list' : null)

const idOf = (key: readonly unknown[]): unknown => (key.length === 1 ? key[0] : key.map(k => encodeURIComponent(String(k))).join(','))
const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)

function asked(model: Model, entity: EntityModel, { filter, sort, fields, include, size }: RowsPart): Record<string, unknown> {
  return {
    ...(filter === undefined ? {} : { filter: filtered(model, entity, filter) }), ...(sort ? { sort } : {}), ...(fields ? { fields } : {}), ...(size === undefined ? {} : { page: { size } }),
    ...(include ? { include: Object.fromEntries(Object.entries(include).map(([name, of]) => [name, asked(model, entityOf(model, find(entity.relations, name)?.target ?? entity.name), of)])) } : {}),
  }
}
const aggregated = ({ group, measure }: Aggregated): object => ({ ...(group ? { group } : {}), measure })

/** A filter with every operator by its name: a plain value is eq. */
function filtered(model: Model, entity: EntityModel, filter: unknown): unknown {
  if (!isObject(filter)) return filter
  return Object.fromEntries(Object.entries(filter).map(([name, of]): [string, unknown] => {
    if (name === 'and' || name === 'or') return [name, Array.isArray(of) ? of.map(x => filtered(model, entity, x)) : of]
    if (name === 'not') return [name, filtered(model, entity, of)]
    if (name === 'null') return [name, of]
    const relation = find(entity.relations, name)
    if (relation) {
      const target = entityOf(model, relation.target)
      if (of === null) return [name, { null: true }]
      if (isObject(of) && 'some' in of) return [name, { ...of, some: filtered(model, target, of['some']) }]
      return [name, filtered(model, target, of)]
    }
    return [name, matched(entity, name, of)]
  }))
}
function matched(entity: EntityModel, name: string, of: unknown): unknown {
  if (of === null) return { null: true }
  if (!isObject(of)) return Array.isArray(of) ? { in: of } : { eq: of }
  const composite = Object.keys(entity.fields).some(f => f.startsWith(`${name}.`))
  return Object.fromEntries(Object.entries(of).map(([op, x]) => [op, op === 'not' ? matched(entity, name, x) : composite && op !== 'null' ? matched(entity, op, x) : x]))
}

/** A body as the schema has it: a list of new rows is `create`; JSON is text. */
function written(model: Model, entity: EntityModel, body: unknown): unknown {
  if (!isObject(body)) return body
  const groups: Record<string, Record<string, unknown>> = {}
  const atomic = ([name, value]: [string, unknown]): boolean => {
    const field = find(entity.fields, name)
    if (field === undefined || field.scalar === 'json' || !isObject(value)) return false
    for (const [word, of] of Object.entries(value)) (groups[word] ??= {})[name] = of
    return true
  }
  return Object.fromEntries([...Object.entries(body).filter(entry => !atomic(entry)), ...Object.entries(groups)].map(([name, value]): [string, unknown] => {
    const field = find(entity.fields, name), relation = find(entity.relations, name)
    if (field?.scalar === 'json' && value !== null) return [name, JSON.stringify(value)]
    if (field?.scalar === 'bytes' && typeof value === 'string') return [name, Buffer.from(value, 'base64url').toString('base64')]
    if (!relation || value === null) return [name, value]
    const target = entityOf(model, relation.target)
    const below = (of: unknown): unknown => (Array.isArray(of) ? of.map(below) : written(model, target, of))
    if (Array.isArray(value)) return [name, { create: below(value) }]
    if (!isObject(value)) return [name, value]
    return [name, Object.keys(value).some(isRelationWord) ? Object.fromEntries(Object.entries(value).map(([word, of]) => [word, done(word, of, below)])) : { create: below(value) }]
  }))
}
/** `{ where, create, update }` of a word that has them. */
function done(word: string, of: unknown, below: (row: unknown) => unknown): unknown {
  if (word !== 'connectOrCreate' && word !== 'upsert') return below(of)
  if (Array.isArray(of)) return of.map(x => done(word, x, below))
  return isObject(of) ? Object.fromEntries(Object.entries(of).map(([part, row]) => [part, below(row)])) : of
}

/** A row as JSON has it: bytes and JSON as REST writes them. */
function said(model: Model, entity: EntityModel, row: unknown): unknown {
  if (!isObject(row)) return row
  return Object.fromEntries(Object.entries(row).map(([name, value]): [string, unknown] => {
    const field = find(entity.fields, name), relation = find(entity.relations, name)
    if (field && value !== null) return [name, saidValue(field.scalar, value)]
    if (!relation) return [name, value]
    const target = entityOf(model, relation.target)
    return [name, Array.isArray(value) ? value.map(x => said(model, target, x)) : said(model, target, value)]
  }))
}
const saidValue = (scalar: string, value: unknown): unknown => (value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : scalar === 'json' ? JSON.parse(String(value)) as unknown : value)

function saidGroup(entity: EntityModel, row: unknown): unknown {
  if (!isObject(row)) return row
  const numbers = (of: unknown): unknown => Object.fromEntries(Object.entries(of as object).map(([n, v]) => [n, Number(v)]))
  return Object.fromEntries(Object.entries(row).map(([part, of]) => [part, part === 'count' ? Number(of) : part === 'countDistinct' ? numbers(of) : said(world, entity, of)]))
}

const rows: Readonly<Record<string, { readonly status: number; readonly blame: string }>> = { ...failures, ...Object.fromEntries(Object.values(world.actions ?? {}).flatMap(a => a.failures.map(f => [f.code, { ...f, blame: 'caller' }]))) }
/** A fault of either version: its codes, its status, its typed detail. */
function refusal(schema: Schema, node: Node, status: number, version: SoapVersion, part: Part | CallPart): Outcome {
  const child = (of: Node | undefined, name: string): Node | undefined => of?.children.find(c => c.name === name)
  const details = child(node, version === '1.1' ? 'detail' : 'Detail')?.children ?? [], [detail] = details
  assert.equal(details.length, 1)
  assert.ok(detail?.uri === schema.namespace, 'a fault has typed detail')
  const failure = read({ ...schema, types: new Map([...schema.types, [detail.name, schema.elements.get(detail.name) ?? []]]) }, detail, `tns:${detail.name}`) as { code: string; facts?: Facts; status: number; mistake: { pointer: string; detail: string }[]; fact: { name: string; value: string[] }[] }
  const row = rows[failure.code]
  assert.ok(row, failure.code)
  const sender = row.blame === 'caller'
  assert.notEqual(failure.code, 'internal')
  assert.equal(failure.status, row.status)
  if (version === '1.1') {
    assert.equal(status, 500)
    assert.match(child(node, 'faultcode')?.text ?? '', sender ? /:Client$/ : /:Server$/)
  } else {
    assert.equal(status, sender ? 400 : 500)
    assert.match(child(child(node, 'Code'), 'Value')?.text ?? '', sender ? /:Sender$/ : /:Receiver$/)
    assert.equal(child(child(child(node, 'Code'), 'Subcode'), 'Value')?.text.split(':')[1], failure.code)
  }
  const fields = failure.fact.find(f => f.name === 'fields')?.value
  const mistakes = failure.mistake.map(m => ({ at: placeOf(m.pointer, part), detail: m.detail }))
  return { refusal: { code: failure.code, mistakes, ...(mistakes[0] ? { at: mistakes[0].at } : {}), ...(failure.facts ? { facts: failure.facts } : {}), ...(fields ? { fields } : {}) } }
}

/** The place as the case counts it: from the body on, without the words that only messages say. */
function placeOf(pointer: string, part: Part | CallPart): At {
  const path = pointer.split('/').slice(1).map(p => p.replaceAll('~1', '/').replaceAll('~0', '~')).map(p => (/^\d+$/.test(p) ? Number(p) : p))
  if ('call' in part) return part.key ? path.slice(1) : path
  const of = isRead(part) ? part : 'body' in part ? part.body : {}
  if (!isRead(part) && path[0] === 'data') path.shift()
  const i = path.findIndex(p => changing.includes(String(p))), word = path[i], name = path[i + 1]
  if (word !== undefined && name !== undefined) path.splice(i, 2, name, word)
  const out: (string | number)[] = []
  let at: unknown = of
  for (const step of path) {
    const there: unknown = typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined
    // Words and places that only messages have: what may be repeated is a list of one, too.
    if (there === undefined && at !== undefined && (step === 'eq' || step === 'create' || (step === 0 && !Array.isArray(at)))) continue
    out.push(step)
    at = there
  }
  return out
}
