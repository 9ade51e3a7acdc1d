// Messages of plain requests: the operation, what is in its element, and how what comes back is read.
import { actionsOf, entityOf, find, type ActionModel, type EntityModel, type Model } from '../../model/index.ts'
import { contractOf, type Operation } from '../../protocols/soap/contract/index.ts'
import type { Outcome } from '../check.ts'
import { isRead, writeRequest, type Aggregated, type CallPart, type Part, type ReadPart, type WritePart } from '../request.ts'
import { asked, filtered, outcomeOf, said, saidGroup, spoken, written } from './rows.ts'
import { content, read, type Node, type Schema } from './schema.ts'

/** `schema`: of the WSDL as it is served. */
export interface Wording { readonly model: Model; readonly schema: Schema; operation(does: (of: Operation['does']) => boolean): string }
/** A request as the content of an operation's element. */
export interface Message { readonly name: string; readonly input: object; readonly read: (result: Readonly<Record<string, unknown>>) => Outcome }

/** What there is no operation for is called so. */
export const nothing = 'Nothing'
/** What operations are called is known of the model's own contract. */
export function wordingOf(model: Model, schema: Schema): Wording {
  const operations = [...contractOf(model).operations.values()]
  return { model, schema, operation: does => operations.find(o => does(o.does))?.name ?? nothing }
}

const idOf = (key: readonly unknown[]): unknown => (key.length === 1 ? key[0] : key.map(k => encodeURIComponent(String(k))).join(','))

export const messageOf = (w: Wording, part: Part): Message => (isRead(part) ? reading(w, part) : writing(w, part))

function reading(w: Wording, part: ReadPart): Message {
  const { model } = w, entity = entityOf(model, 'find' in part ? part.find : 'get' in part ? part.get : part.aggregate)
  const name = (kind: 'find' | 'get' | 'aggregate', of?: string): string => w.operation(d => d.kind === kind && d.entity.name === entity.name && d.of?.name === of)
  if ('get' in part) return { name: name('get'), input: { id: idOf(part.key), ...asked(model, entity, part) }, read: r => one(model, entity, r) }
  if ('aggregate' in part) {
    return { name: name('aggregate'), input: { ...asked(model, entity, part), ...aggregated(part) }, read: r => ({ answer: { data: (r['data'] as unknown[]).map(x => saidGroup(model, entity, x)), page: null, cut: [] } }) }
  }
  const target = part.of === undefined ? entity : entityOf(model, find(entity.relations, part.of.relation)?.target ?? '')
  const page = { ...(part.size === undefined ? {} : { size: part.size }), ...(part.number === undefined ? {} : { number: part.number }), ...(part.cursor ? { [part.cursor.toward === 'next' ? 'after' : 'before']: part.cursor.token } : {}) }
  const input = { ...asked(model, target, part), ...(Object.keys(page).length ? { page } : {}), ...(part.count ? { count: part.count } : {}), ...(part.of ? { id: idOf(part.of.key) } : {}) }
  return {
    name: name('find', part.of?.relation), input,
    read: r => {
      const info = r['page'] as { next?: string; previous?: string; total?: string; totalIsAtLeast?: boolean; more: string[] }
      return { answer: {
        data: (r['data'] as unknown[]).map(x => said(model, target, x)), cut: info.more,
        page: { next: info.next ?? null, previous: info.previous ?? null, total: info.total === undefined ? null : Number(info.total), totalIsAtLeast: info.totalIsAtLeast ?? false },
      } }
    },
  }
}
const aggregated = ({ group, measure }: Aggregated): object => ({ ...(group ? { group } : {}), measure })

function writing(w: Wording, part: WritePart): Message {
  const { model } = w, entity = entityOf(model, writeRequest(part).entity)
  const name = (kind: 'create' | 'createMany' | 'update' | 'updateMany' | 'upsert' | 'delete' | 'deleteMany'): string => w.operation(d => d.kind === kind && d.entity.name === entity.name)
  const given = { ...('expect' in part && part.expect !== undefined ? { version: part.expect } : {}), ...('filter' in part && part.filter !== undefined ? { filter: filtered(model, entity, part.filter) } : {}) }
  const counted = (r: Readonly<Record<string, unknown>>): Outcome => ({ answer: { data: { count: Number(r['count']) }, page: null, cut: [] } })
  if ('deleteMany' in part) return { name: name('deleteMany'), input: { ...given, expect: part.count }, read: counted }
  if ('delete' in part) return { name: name('delete'), input: { id: idOf(part.key), ...given }, read: () => ({ answer: { data: null, page: null, cut: [] } }) }
  const data = Array.isArray(part.body) ? part.body.map(b => written(model, entity, b)) : written(model, entity, part.body)
  if ('updateMany' in part) return { name: name('updateMany'), input: { ...given, expect: part.count, data }, read: counted }
  const answer = asked(model, entity, part), row = (r: Readonly<Record<string, unknown>>): Outcome => one(model, entity, r)
  if ('update' in part) return { name: name('update'), input: { id: idOf(part.key), ...given, data, ...answer }, read: row }
  if ('replace' in part) return { name: name('upsert'), input: { id: idOf(part.key), ...given, data, ...answer }, read: row }
  if (!Array.isArray(data)) return { name: name('create'), input: { data, ...answer }, read: row }
  return { name: name('createMany'), input: { data, ...answer }, read: r => ({ answer: { data: (r['data'] as unknown[]).map(x => said(model, entity, x)), page: null, cut: r['more'] as string[] } }) }
}

const one = (model: Model, entity: EntityModel, r: Readonly<Record<string, unknown>>): Outcome =>
  ({ answer: { data: said(model, entity, r['data'] ?? null), page: null, cut: r['more'] as string[], ...(typeof r['id'] === 'string' ? { ids: [r['id']] } : {}) } })

export function callMessage(w: Wording, part: CallPart): Message {
  const action: ActionModel | undefined = actionsOf(w.model).find(a => a.id === part.call)
  if (!action) throw new Error(`there is no ${part.call}`)
  const input = spoken(action.input, part.input)
  return {
    name: w.operation(d => d.kind === 'call' && d.action.id === action.id),
    input: action.entity === null ? input as object ?? {} : { id: idOf(part.key ?? []), ...(action.input.length > 0 && input !== undefined ? { input } : {}) },
    read: r => ({ answer: { data: action.output === null ? (r['json'] === undefined ? null : JSON.parse(String(r['json'])) as unknown) : outcomeOf(action.output, r), page: null, cut: [] } }),
  }
}

export const versions = { '1.1': ['http://schemas.xmlsoap.org/soap/envelope/', 'text/xml'], '1.2': ['http://www.w3.org/2003/05/soap-envelope', 'application/soap+xml'] } as const
export type SoapVersion = keyof typeof versions

/** The element of a message, as XML. */
export const elementOf = (schema: Schema, { name, input }: Message): string => `<${name} xmlns="${schema.namespace}">${content(schema, schema.elements.get(name) ?? [], input)}</${name}>`
export function envelopeOf(schema: Schema, message: Message, version: SoapVersion): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const [namespace, media] = versions[version], action = `${schema.namespace}#${message.name}`
  return {
    body: `<e:Envelope xmlns:e="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body>${elementOf(schema, message)}</e:Body></e:Envelope>`,
    headers: { 'content-type': version === '1.1' ? media : `${media}; action="${action}"`, ...(version === '1.1' ? { soapaction: `"${action}"` } : {}) },
  }
}
/** The answer to a message, from the element in the body. Throws where it is not as the schema says. */
export function readAnswer(schema: Schema, message: Message, node: Node): Outcome {
  const [result] = schema.elements.get(`${message.name}Response`) ?? [], [first] = node.children
  return message.read(result && first ? read(schema, first, result.type) as Record<string, unknown> : {})
}
