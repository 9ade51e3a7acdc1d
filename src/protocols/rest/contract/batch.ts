// The batch in the contract: what an operation is, what comes back, and that any failure of any operation may be its own.
import { declaredFailures } from '../../../model/index.ts'
import { mostOperations } from '../batch.ts'
import type { Json, Members } from './book.ts'
import { idempotencyKey, requestId } from './parameters.ts'
import { byStatusOf, header, problem, refusals } from './problems.ts'
import type { Contract } from './rows.ts'

const text = (description: string, pattern: string, maxLength: number): Members => ({ type: 'string', description, pattern, maxLength })

export function batchPath(c: Contract): Members {
  const headers = Object.fromEntries(['X-Request-Id', 'Cache-Control', 'Vary', 'Access-Control-Allow-Origin'].map(h => [h, header(c.book, h)]))
  const [entity] = Object.values(c.model.entities).filter(e => !e.hidden)
  const path = entity?.path ?? 'things'
  const declared = Map.groupBy(declaredFailures(c.model).map(d => d.failure), f => f.status)
  return { '/batch': { post: {
    operationId: 'batch', summary: 'Several requests in one transaction', tags: ['Batch'], security: [{ bearer: [] }, {}],
    description: 'Each operation is what the request would be alone. A later one may be made of an earlier answer: `{ "$ref": "name#/field" }` anywhere in a body, `{name#/field}` in a path. Where one is refused, none of them happened, and the failure names it.',
    parameters: [idempotencyKey(c), requestId(c)],
    requestBody: { required: true, content: { 'application/json': {
      schema: c.book.ref('schemas', 'batch', 'Batch', () => ({
        type: 'object', description: 'What is asked.', required: ['operations'], additionalProperties: false,
        properties: { operations: { type: 'array', minItems: 1, maxItems: mostOperations, items: c.book.ref('schemas', 'batch operation', 'BatchOperation', operation) } },
      })),
      example: { operations: [{ name: 'first', method: 'GET', path: `/${path}?page[size]=1` }, { method: 'GET', path: `/${path}/{first#/data/0/id}` }] },
    } } },
    responses: {
      200: { description: 'All of them, in their order.', headers, content: { 'application/json': {
        schema: c.book.ref('schemas', 'batch answer', 'BatchAnswer', () => ({
          type: 'object', description: 'What each operation answered.', required: ['data'], additionalProperties: false,
          properties: { data: { type: 'array', maxItems: mostOperations, items: c.book.ref('schemas', 'batch result', 'BatchResult', result) } },
        })),
        example: { data: [{ status: 200, headers: { etag: '"0cd1h1c6T4IFStn1HQ9PoXGQ2HM"' }, body: { data: [], page: { next: null, previous: null } } }] },
      } } },
      ...refusals(c.book, 'batch', new Set(declared.keys())),
      ...Object.fromEntries([...declared].map(([status, of]) => [String(status), refusal(c, status, of.map(f => f.code))])),
    },
  } } }
}

const operation = (): Members => ({
  type: 'object', description: 'One request.', required: ['method', 'path'], additionalProperties: false,
  properties: {
    name: text('What later operations refer to it by; its number does too.', '^[A-Za-z_][A-Za-z0-9_-]*$', 64),
    method: { type: 'string', enum: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] },
    path: text('The address with its query, below the prefix or with it.', '^/[^\\u0000]*$', 16_384),
    headers: { type: 'object', description: 'Conditions on the version.', properties: { 'If-Match': text('As in a request alone.', '^[^\\u0000]*$', 4096), 'If-None-Match': text('As in a request alone.', '^[^\\u0000]*$', 4096) }, additionalProperties: false },
    body: { description: 'JSON, as the request alone would have it.' },
  } satisfies Record<string, Json>,
})

const result = (): Members => ({
  type: 'object', description: 'One answer.', required: ['status', 'headers', 'body'], additionalProperties: false,
  properties: {
    status: { type: 'integer', format: 'int32', minimum: 200, maximum: 399, description: 'Its HTTP status.' },
    headers: { type: 'object', description: 'Its ETag, Location and Page-More.', additionalProperties: { type: 'string', maxLength: 16_384, pattern: '^[^\\u0000]*$' } },
    body: { description: 'Its JSON; null where there is none.' },
  } satisfies Record<string, Json>,
})

function refusal(c: Contract, status: number, declared: readonly string[]): Members {
  const codes = [...byStatusOf('batch').get(status) ?? [], ...declared]
  const [first = 'internal'] = codes
  return {
    description: `An operation was refused, and with it all. Codes: ${codes.map(code => `\`${code}\``).join(', ')}.`,
    headers: { 'X-Request-Id': header(c.book, 'X-Request-Id'), 'Access-Control-Allow-Origin': header(c.book, 'Access-Control-Allow-Origin'), ...(status === 412 ? { ETag: header(c.book, 'ETag') } : {}) },
    content: { 'application/problem+json': {
      schema: c.book.ref('schemas', `batch problem ${status}`, `BatchProblem${status}`, () => ({
        description: `What a batch is answered with status ${status}.`,
        allOf: [problem(c.book), { type: 'object', properties: { status: { const: status, type: 'integer', format: 'int32', minimum: status, maximum: status }, code: { type: 'string', enum: codes } } }],
      })),
      example: { type: `/docs/failures#${first}`, title: 'An operation was refused', status, detail: 'Operation 1, POST: it was refused.', instance: 'checkout-7f3a', code: first },
    } },
  }
}
