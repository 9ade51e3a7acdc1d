// Actions in the contract: their addresses, inputs, outputs, and the failures they declare beside those of every write.
import { actionsOf, entityOf, type ActionModel, type EntityModel, type FailureModel, type Member, type Model } from '../../../model/index.ts'
import type { Predicate } from '../../../operation/index.ts'
import { visitPredicate } from '../../../operation/index.ts'
import { either, given, pascal, words, type Json, type Members, type Schema } from './book.ts'
import { idempotencyKey, ifMatch, keyParameter, requestId } from './parameters.ts'
import { byStatusOf, header, problem, reasons, refusals, type Kind } from './problems.ts'
import type { Contract } from './rows.ts'
import { exampleOf, fieldAbout, orNull, sentence, valueSchema, type Use } from './values.ts'

/** Actions that anybody may ever call, by the address below the prefix. Contracts of somebody else's are at paths of their own, which that somebody describes. */
export function actionPaths(c: Contract): Members {
  const paths: Record<string, Members> = {}
  for (const action of actionsOf(c.model)) {
    if (action.contract !== null || action.allow.kind === 'never') continue
    const entity = action.entity === null ? null : entityOf(c.model, action.entity)
    paths[entity === null ? `/actions/${action.path}` : `/${entity.path}/{id}/${action.path}`] = { post: operation(c, action, entity) }
  }
  return paths
}
export const hasPlainActions = (model: Model): boolean => actionsOf(model).some(a => a.entity === null && a.contract === null && a.allow.kind !== 'never')

/** Where nobody who is not signed in could ever be allowed, a token is needed. */
function anonymous(allow: Predicate): boolean {
  let asks = false
  visitPredicate(allow, p => { asks ||= p.kind === 'caller' })
  return !asks
}

function operation(c: Contract, action: ActionModel, entity: EntityModel | null): Members {
  const name = pascal(`${action.name}${entity === null ? '' : ` ${entity.name}`}`)
  const input = action.input.length === 0 ? null : c.book.ref('schemas', `input ${action.id}`, `${name}Input`, () => objectSchema(action.input, 'write', `What ${action.name} takes.`))
  const about = action.about === null ? `${entity === null ? 'Calls' : `Of one ${words(entity.name)}: calls`} ${action.name}.` : sentence(action.about)
  const kind = action.prepare === undefined ? 'call' : 'identity'
  const id = entity === null ? action.name : `${action.name}${entity.title}`
  return {
    operationId: id, summary: words(action.name).replace(/^./, x => x.toUpperCase()), description: `${about} In one transaction: all of it or nothing.`, tags: [entity?.title ?? 'Actions'],
    security: anonymous(action.allow) ? [{ bearer: [] }, {}] : [{ bearer: [] }],
    parameters: [...(entity === null ? [] : [keyParameter(c, entity), ifMatch(c)]), ...(action.unkept || action.prepare ? [] : [idempotencyKey(c)]), requestId(c)],
    ...(input === null ? {} : { requestBody: { required: action.input.some(required), content: { 'application/json': given({ schema: input, example: exampleIn(c, action.id, action.input) }) } } }),
    responses: { ...answers(c, action, name), ...refusals(c.book, kind, new Set(action.failures.map(f => f.status))), ...declaredRefusals(c, action.id, action.failures, name, kind) },
  }
}

function answers(c: Contract, action: ActionModel, name: string): Members {
  const headers = Object.fromEntries(['X-Request-Id', 'Cache-Control', 'Vary', 'Access-Control-Allow-Origin'].map(h => [h, header(c.book, h)]))
  const done: Members = { description: 'Done.', headers }
  const { output } = action
  if (output === null) return { 200: { description: 'Done; whatever it answers.', headers, content: { 'application/json': { schema: { description: 'Any JSON.' }, example: {} } } }, 204: done }
  const schema = c.book.ref('schemas', `output ${action.id}`, `${name}Output`, () => objectSchema(output, 'read', `What ${action.name} answers.`))
  return { 200: { description: 'Done.', headers, content: { 'application/json': given({ schema, example: exampleIn(c, action.id, output) }) } } }
}

const required = (m: Member): boolean => (m.kind === 'object' ? !m.optional : !m.field.optional && m.field.default === null)

function objectSchema(members: readonly Member[], use: Use, description: string): Schema {
  const must = members.filter(m => use === 'read' || required(m)).map(m => m.name)
  return given({ type: 'object', description, properties: Object.fromEntries(members.map(m => [m.name, memberSchema(m, use)])), required: must.length === 0 ? undefined : must, additionalProperties: false })
}

function memberSchema(m: Member, use: Use): Schema {
  if (m.kind === 'value') {
    const { field } = m
    const schema = valueSchema(field, use), about = [fieldAbout(field, use), m.keyOf === null ? '' : `The key of one ${words(m.keyOf)}.`, use === 'write' && field.default?.kind === 'value' ? `${JSON.stringify(field.default.value)} unless given.` : ''].filter(x => x !== '').join(' ')
    return { ...(field.optional ? orNull(schema) : schema), ...(about === '' ? {} : { description: about }) }
  }
  const one = objectSchema(m.members, use, m.about === null ? `One of ${words(m.name)}.` : sentence(m.about))
  const schema: Schema = m.list === null ? one : given({ type: 'array', items: one, minItems: m.list.min ?? undefined, maxItems: m.list.max ?? 100_000, description: m.about === null ? undefined : sentence(m.about) })
  return m.optional ? orNull(schema) : schema
}

/** Undefined where no value can be thought of for something that is required. */
function exampleIn(c: Contract, id: string, members: readonly Member[]): Members | undefined {
  const out: Record<string, Json> = {}
  for (const m of members) {
    const value = m.kind === 'value' ? exampleOf(c.model, ownerOf(c, id, m.keyOf), m.field) : within(c, id, m)
    if (value !== undefined) out[m.name] = value
    else if (required(m)) return undefined
    else out[m.name] = null
  }
  return out
}
function within(c: Contract, id: string, m: Extract<Member, { readonly kind: 'object' }>): Json | undefined {
  const one = exampleIn(c, id, m.members)
  return one === undefined || m.list === null ? one : Array.from({ length: Math.max(1, m.list.min ?? 1) }, () => one)
}
/** Examples of keys are those of their entity. */
const ownerOf = (c: Contract, id: string, keyOf: string | null): EntityModel => {
  const found = keyOf === null ? undefined : c.model.entities[keyOf]
  if (found) return found
  const [any] = Object.values(c.model.entities)
  if (!any) throw new Error('a model has entities')
  return { ...any, name: id, relations: {} }
}

/** For each status that declared failures have, one response that knows them beside the codes of the table. */
export function declaredRefusals(c: Contract, id: string, failures: readonly FailureModel[], name: string, kind: Kind): Members {
  const byStatus = Map.groupBy(failures, f => f.status)
  return Object.fromEntries([...byStatus].map(([status, of]) => {
    const codes = byStatusOf(kind).get(status) ?? []
    const told = [...codes, ...of.map(f => f.code)].map(code => `\`${code}\``).join(', ')
    const [first] = of
    return [String(status), {
      description: `${[...of.map(f => sentence(titleOf(f))), ...(codes.length > 0 ? [reasons[Number(status)] ?? ''] : [])].filter(x => x !== '').join(' ')} Codes: ${told}.`,
      headers: { 'X-Request-Id': header(c.book, 'X-Request-Id'), 'Access-Control-Allow-Origin': header(c.book, 'Access-Control-Allow-Origin'), ...(status === 412 ? { ETag: header(c.book, 'ETag') } : {}) },
      content: { 'application/problem+json': given({
        schema: c.book.ref('schemas', `declared ${id} ${status}`, `${name}Problem${status}`, () => either([
          ...of.map(f => declaredSchema(c, f)),
          ...(codes.length === 0 ? [] : [{ allOf: [problem(c.book), { type: 'object', properties: { code: { type: 'string', enum: [...codes] } } }] }]),
        ], { description: `What is answered with status ${status}.` })),
        example: first && declaredExample(c, id, first),
      }) },
    }]
  }))
}

const titleOf = (f: FailureModel): string => f.about ?? words(f.name).replace(/^./, x => x.toUpperCase())

function declaredSchema(c: Contract, f: FailureModel): Schema {
  return c.book.ref('schemas', `failure ${f.code}`, pascal(`${f.name} failure`), () => ({
    description: sentence(titleOf(f)),
    allOf: [problem(c.book), { type: 'object', required: f.facts.length === 0 ? ['code'] : ['code', 'facts'], properties: given({
      status: { const: f.status, type: 'integer', format: 'int32', minimum: f.status, maximum: f.status }, code: { type: 'string', const: f.code, enum: [f.code] },
      facts: f.facts.length === 0 ? undefined : objectSchema(f.facts, 'read', 'What is known of it.'),
    }) }],
  }))
}

function declaredExample(c: Contract, id: string, f: FailureModel): Members {
  const facts = f.facts.length === 0 ? undefined : exampleIn(c, id, f.facts)
  return given({ type: `/docs/failures#${f.code}`, title: titleOf(f), status: f.status, detail: titleOf(f), instance: 'checkout-7f3a', code: f.code, facts })
}
