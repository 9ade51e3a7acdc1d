// Faults of either version read as refusals, their places counted as in the plain request.
import type { At, Fact, Facts } from '../../failure/index.ts'
import { actionsOf, type FailureModel, type Model } from '../../model/index.ts'
import type { Refusal } from '../check.ts'
import { isRead, type CallPart, type Part } from '../request.ts'
import type { SoapVersion } from './message.ts'
import { outcomeOf } from './rows.ts'
import { read, type Node, type Schema } from './schema.ts'

export const childOf = (of: Node | undefined, name: string): Node | undefined => of?.children.find(c => c.name === name)
/** What of a field is changed by what is there. */
export const changing = ['add', 'append', 'remove']

export interface Faulted { readonly refusal: Refusal; /** The status that HTTP would have without SOAP. */ readonly status: number }
/** What a fault tells in its detail, which must be one element of the schema. */
export function readFault(schema: Schema, model: Model, node: Node, version: SoapVersion, part: Part | CallPart): Faulted {
  const details = childOf(node, version === '1.1' ? 'detail' : 'Detail')?.children ?? [], [detail] = details
  if (detail === undefined || details.length !== 1 || detail.uri !== schema.namespace) throw new Error(`a fault without typed detail: ${version === '1.1' ? childOf(node, 'faultstring')?.text : childOf(childOf(node, 'Reason'), 'Text')?.text}`)
  const failure = read({ ...schema, types: new Map([...schema.types, [detail.name, schema.elements.get(detail.name) ?? []]]) }, detail, `tns:${detail.name}`) as {
    code: string; facts?: unknown; status: number; mistake: { pointer: string; detail: string }[]; fact: { name: string; value: string[] }[]
  }
  const declared = failureCoded(model, failure.code)
  const facts: Facts = failure.facts !== undefined ? outcomeOf(declared?.facts ?? [], failure.facts) as Facts : Object.fromEntries(failure.fact.map(f => [f.name, factOf(declared, f.name, f.value)]))
  const fields = failure.fact.find(f => f.name === 'fields')?.value
  const mistakes = failure.mistake.map(m => ({ at: placeOf(m.pointer, part), detail: m.detail }))
  const message = (version === '1.1' ? childOf(node, 'faultstring') : childOf(childOf(node, 'Reason'), 'Text'))?.text
  return {
    status: failure.status,
    refusal: {
      code: failure.code, mistakes, ...(message === undefined ? {} : { message }), ...(mistakes[0] ? { at: mistakes[0].at } : {}),
      ...(failure.facts !== undefined || failure.fact.length > 0 ? { facts } : {}), ...(fields ? { fields } : {}),
    },
  }
}

/** A failure that an action or a hook declares; undefined: it is one of the table. */
export function failureCoded(model: Model, code: string): FailureModel | undefined {
  return [...actionsOf(model).flatMap(a => a.failures), ...Object.values(model.hooks ?? {}).flatMap(hooks => hooks.flatMap(h => h.failures))].find(f => f.code === code)
}

/** Facts of the table travel as text: those that are lists, and those that are numbers. */
const lists = ['fields'], numbers = ['count', 'cost', 'budget', 'operation', 'retryAfter']
function factOf(declared: FailureModel | undefined, name: string, values: readonly string[]): Fact {
  const member = declared?.facts.find(m => m.name === name)
  const list = member === undefined ? lists.includes(name) || values.length > 1 : member.kind === 'object' ? member.list !== null : member.field.list
  const scalar = member === undefined ? (numbers.includes(name) ? 'number' : 'text') : member.kind === 'object' ? 'json' : member.field.scalar
  const one = (text: string): Fact => (scalar === 'integer' || scalar === 'number' ? Number(text) : scalar === 'boolean' ? text === 'true' : scalar === 'json' ? JSON.parse(text) as Fact : text)
  return list ? values.map(one) : values[0] === undefined ? null : one(values[0])
}

/** The place as the request counts it: from the body on, without the words that only messages say. */
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
