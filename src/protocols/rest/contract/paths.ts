// Every address and what can be done there. What rules make impossible for everybody is not there.
import { entityOf, hookFailures, includable, keysAreGiven, may, measuresOf, partName, type EntityModel, type FailureModel, type Model } from '../../../model/index.ts'
import { actionPaths, declaredRefusals } from './actions.ts'
import { batchPath } from './batch.ts'
import { given, pascal, words, type Json, type Members } from './book.ts'
import { changeExample, createSchema, replaceSchema, updateSchema } from './changes.ts'
import { idempotencyKey, aggregateParameters, expectParameter, filterParameter, ifMatch, ifNoneMatch, keyParameter, listParameters, includedParameters, oneParameters, queryExample, querySchema, requestId, wireGroups } from './parameters.ts'
import { header, refusals, type Kind } from './problems.ts'
import { aboutOf, answerSchema, listExample, listSchema, rowExample, type Contract } from './rows.ts'
import { exampleOf, orNull, valueSchema } from './values.ts'

interface Said {
  readonly id: string; readonly summary: string; readonly description: string; readonly kind: Kind; readonly anonymous: boolean
  readonly parameters: readonly Members[]; readonly body?: Members; readonly responses: Members
}

/** Operations that may say which they are. */
const writing: ReadonlySet<Kind> = new Set<Kind>(['create', 'update', 'replace', 'delete', 'updateMany', 'deleteMany'])

/** The paths below the prefix, in the order of the declaration. */
export function pathsOf(c: Contract): Members {
  const paths: Record<string, Members> = {}
  for (const entity of Object.values(c.model.entities)) if (!entity.hidden) Object.assign(paths, entityPaths(c, entity))
  return { ...paths, ...actionPaths(c), ...batchPath(c) }
}

/** The entities that have any path. */
export const reachable = (model: Model, entity: EntityModel): boolean => !entity.hidden && (['read', 'create', 'update', 'delete'] as const).some(verb => may(model, entity, verb) !== 'never')

function entityPaths(c: Contract, entity: EntityModel): Members {
  const { title, path } = entity
  const can = (verb: 'read' | 'create' | 'update' | 'delete', who: 'anyone' | 'anonymous' = 'anyone'): boolean => may(c.model, entity, verb, who) !== 'never'
  const many = pascal(path), plural = words(path), one = words(entity.name), a = /^[aeiou]/i.test(one) ? 'an' : 'a'
  const declared = (said: Said): readonly FailureModel[] => (writing.has(said.kind) ? hookFailures(c.model, entity.name) : [])
  const operation = (said: Said): Members => ({
    operationId: said.id, summary: said.summary, description: said.description, tags: [title],
    security: said.anonymous ? [{ bearer: [] }, {}] : [{ bearer: [] }],
    parameters: [...said.parameters, ...(writing.has(said.kind) ? [idempotencyKey(c)] : []), requestId(c)],
    ...(said.body === undefined ? {} : { requestBody: said.body }),
    responses: { ...said.responses, ...refusals(c.book, said.kind, new Set(declared(said).map(f => f.status))), ...declaredRefusals(c, said.id, declared(said), pascal(said.id), said.kind) },
  })
  // Made only where something names them.
  const key = (): Members => keyParameter(c, entity)
  const out: Record<string, Record<string, Json>> = {}
  const at = (where: string): Record<string, Json> => (out[where] ??= {})
  const reads = can('read'), readsAnonymous = can('read', 'anonymous')
  const list = (): Members => listAnswer(c, entity)

  if (reads) {
    at(`/${path}`)['get'] = operation({
      id: `list${many}`, kind: 'list', anonymous: readsAnonymous, summary: `List ${plural}`, description: `${aboutOf(entity)} Those you may see, page by page.`,
      parameters: [...listParameters(c, entity), ifNoneMatch(c)], responses: list(),
    })
  }
  if (can('create')) {
    const body = createSchema(c, entity), example = changeExample(c, entity, 'create'), answer = rowExample(c, entity)
    at(`/${path}`)['post'] = operation({
      id: `create${title}`, kind: 'create', anonymous: can('create', 'anonymous'), summary: `Create ${a} ${one}`, description: `Creates one, or of an array all in one transaction. Answers what was made, as far as you may read it.`,
      parameters: oneParameters(c, entity),
      body: jsonBody(given({ schema: { anyOf: [body, { type: 'array', items: body, minItems: 1, maxItems: 2000 }] }, example }), ['application/json']),
      responses: { 201: answered(c, 'What was made; of an array `data` lists it, with null for what you may not read. Without a body where you may not read the one.', ['Location', 'ETag', 'Page-More'], given({
        schema: { anyOf: [answerSchema(c, entity), c.book.ref('schemas', `created ${entity.name}`, `${title}Created`, () => ({
          type: 'object', description: `The ${plural} that were made.`, required: ['data'], additionalProperties: false,
          properties: { data: { type: 'array', maxItems: 2000, items: { anyOf: [answerSchema(c, entity), { type: 'null' }] } } },
        }))] }, example: answer,
      })) },
    })
  }
  if (reads) {
    at(`/${path}/query`)['post'] = operation({
      id: `query${many}`, kind: 'query', anonymous: readsAnonymous, summary: `List ${plural}, asked by a body`, description: 'The same answer as the list, for filters that are long or nested.',
      parameters: [], body: jsonBody({ schema: querySchema(c, entity), example: queryExample(c, entity) }, ['application/json']), responses: { 200: list()['200'] as Members },
    })
    at(`/${path}/aggregate`)['get'] = operation({
      id: `aggregate${many}`, kind: 'aggregate', anonymous: readsAnonymous, summary: `Count and sum up ${plural}`, description: `Groups ${plural} that you may see, and measures each group.`,
      parameters: [...aggregateParameters(c, entity), ifNoneMatch(c)],
      responses: { 200: answered(c, 'The groups.', ['ETag'], { schema: aggregateSchema(c, entity), example: aggregateExample(c, entity) }), 304: notModified(c) },
    })
    if (entity.key.length > 0) at(`/${path}/{id}`)['get'] = operation({
      id: `get${title}`, kind: 'get', anonymous: readsAnonymous, summary: `Get ${a} ${one}`, description: aboutOf(entity),
      parameters: [key(), ...oneParameters(c, entity), ...includedParameters(c, entity), ifNoneMatch(c)], responses: { 200: oneAnswer(c, entity), 304: notModified(c) },
    })
  }
  if (can('update')) {
    at(`/${path}/{id}`)['patch'] = operation({
      id: `update${title}`, kind: 'update', anonymous: can('update', 'anonymous'), summary: `Change ${a} ${one}`, description: 'A JSON merge patch (RFC 7396): what is left out stays, null empties.',
      parameters: [key(), ...(reads ? [filterParameter(c, entity)] : []), ...oneParameters(c, entity), ifMatch(c)],
      body: jsonBody(given({ schema: updateSchema(c, entity), example: changeExample(c, entity, 'update') }), ['application/merge-patch+json', 'application/json']),
      responses: { 200: oneAnswer(c, entity), 204: bare(c, 'Changed, and now not yours to read.') },
    })
  }
  if (can('update') || can('create')) {
    const example = changeExample(c, entity, 'replace'), made = keysAreGiven(c.model, entity)
    at(`/${path}/{id}`)['put'] = operation({
      id: `replace${title}`, kind: 'replace', anonymous: can('update', 'anonymous') || can('create', 'anonymous'), summary: `Replace ${a} ${one}`, description: `Afterwards the object is exactly this.${made ? ' Makes it where there was none.' : ' There must be one: its key is the server\'s.'}`,
      parameters: [key(), ...oneParameters(c, entity), ifMatch(c)], body: jsonBody(given({ schema: replaceSchema(c, entity), example }), ['application/json']),
      responses: {
        200: oneAnswer(c, entity), ...(made ? { 201: answered(c, 'The object that was made. Without a body where you may not read it.', ['Location', 'ETag', 'Page-More'], given({ schema: answerSchema(c, entity), example: rowExample(c, entity) })) } : {}),
        204: bare(c, 'Changed, and now not yours to read.'),
      },
    })
  }
  if (can('delete')) {
    at(`/${path}/{id}`)['delete'] = operation({
      id: `delete${title}`, kind: 'delete', anonymous: can('delete', 'anonymous'), summary: `Delete ${a} ${one}`, description: 'Deletes it with all that is part of it.',
      parameters: [key(), ...(reads ? [filterParameter(c, entity)] : []), ifMatch(c)], responses: { 204: bare(c, 'Deleted.') },
    })
  }
  const counted = (): Members => ({ 200: c.book.ref('responses', 'counted', 'Counted', () => answered(c, 'How many it were.', [], { schema: {
    type: 'object', description: 'How many rows were written.', required: ['count'], additionalProperties: false, properties: { count: { ...count, description: 'As many as `expect` said.' } },
  }, example: { count: 12 } })) })
  if (reads && can('update')) {
    at(`/${path}`)['patch'] = operation({
      id: `update${many}`, kind: 'updateMany', anonymous: can('update', 'anonymous'), summary: `Change ${plural}`, description: `Changes every one of the ${plural} that \`filter\` names and you may change, if they are as many as \`expect\` says; else none.`,
      parameters: [filterParameter(c, entity), expectParameter(c)],
      body: jsonBody(given({ schema: updateSchema(c, entity), example: changeExample(c, entity, 'update') }), ['application/merge-patch+json', 'application/json']), responses: counted(),
    })
  }
  if (reads && can('delete')) {
    at(`/${path}`)['delete'] = operation({
      id: `delete${many}`, kind: 'deleteMany', anonymous: can('delete', 'anonymous'), summary: `Delete ${plural}`, description: `Deletes every one of the ${plural} that \`filter\` names and you may delete, if they are as many as \`expect\` says; else none.`,
      parameters: [filterParameter(c, entity), expectParameter(c)], responses: counted(),
    })
  }
  if (reads) {
    for (const relation of includable(c.model, entity).filter(r => !r.one && entity.key.length > 0)) {
      const target = entityOf(c.model, relation.target)
      at(`/${path}/{id}/${relation.name}`)['get'] = operation({
        id: `list${pascal(relation.name)}Of${title}`, kind: 'related', anonymous: readsAnonymous, summary: `List the ${words(relation.name)} of ${a} ${one}`, description: relation.about ?? `The ${words(target.path)} of one ${one} that you may see.`,
        parameters: [key(), ...listParameters(c, target), ifNoneMatch(c)], responses: listAnswer(c, target),
      })
    }
  }
  return out
}

const jsonBody = (content: Members, types: readonly string[]): Members => ({ required: true, content: Object.fromEntries(types.map(t => [t, content])) })

function answered(c: Contract, description: string, headers: readonly string[], content: Members | null): Members {
  const all = [...headers, 'X-Request-Id', 'Cache-Control', 'Vary', 'Access-Control-Allow-Origin']
  return { description, headers: Object.fromEntries(all.map(name => [name, header(c.book, name)])), ...(content === null ? {} : { content: { 'application/json': content } }) }
}
const bare = (c: Contract, description: string): Members =>
  c.book.ref('responses', `bare ${description}`, description.replace(/[^A-Za-z]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? ''), () => answered(c, description, [], null))
const notModified = (c: Contract): Members => c.book.ref('responses', 'not modified', 'NotModified', () => answered(c, 'What you have is still what is here.', ['ETag'], null))

function oneAnswer(c: Contract, entity: EntityModel): Members {
  return c.book.ref('responses', `one ${entity.name}`, entity.title, () => answered(c, 'The object, as it is now.', ['ETag', 'Page-More'], given({ schema: answerSchema(c, entity), example: rowExample(c, entity) })))
}

function listAnswer(c: Contract, entity: EntityModel): Members {
  return {
    200: c.book.ref('responses', `list ${entity.name}`, `${entity.title}List`, () => answered(c, 'A page.', ['ETag'], given({ schema: listSchema(c, entity), example: listExample(c, entity) }))),
    304: notModified(c),
  }
}

const count = { type: 'integer', format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const

function aggregateSchema(c: Contract, entity: EntityModel): Members {
  return c.book.ref('schemas', `aggregates ${entity.name}`, `${entity.title}Aggregates`, () => {
    const of = (fn: string): readonly string[] => measuresOf(entity).flatMap(m => (m.startsWith(`${fn}(`) ? [m.slice(fn.length + 1, -1)] : []))
    const measured = (fn: string, description: string, value: (name: string) => Json): Json | undefined => {
      const names = of(fn)
      return names.length === 0 ? undefined : { type: 'object', description, properties: Object.fromEntries(names.map(n => [n, value(n)])), additionalProperties: false }
    }
    const field = (name: string): Members => { const f = entity.fields[name]; return f === undefined ? {} : orNull(valueSchema(f, 'read')) }
    const sum = (name: string): Members => (entity.fields[name]?.scalar === 'number' ? { type: ['number', 'null'], format: 'double' } : { type: ['string', 'null'], format: 'decimal', pattern: '^-?[0-9]+(\\.[0-9]+)?$', maxLength: 140_000 })
    const groups = wireGroups(entity)
    const group = Object.fromEntries(groups.map(g => [g.name, g.one ? orNull(valueSchema(g.of[0] as never, 'read')) : {
      type: ['object', 'null'], properties: Object.fromEntries(g.of.map(f => [partName(f), orNull(valueSchema(f, 'read'))])), additionalProperties: false,
    }]))
    return {
      type: 'object', description: `Groups of ${words(entity.path)} and what was measured of each.`, required: ['data'], additionalProperties: false,
      properties: { data: { type: 'array', maxItems: 1000, items: { type: 'object', additionalProperties: false, description: 'One group.', properties: given({
        group: { type: 'object', description: 'What its rows have in common.', properties: group, additionalProperties: false },
        count: { ...count, description: 'How many rows.' },
        countDistinct: measured('countDistinct', 'How many different values.', () => count),
        sum: measured('sum', 'Sums; null of no values.', sum), avg: measured('avg', 'Averages; null of no values.', sum),
        min: measured('min', 'The least; null of no values.', field), max: measured('max', 'The greatest; null of no values.', field),
      }) } } },
    }
  })
}

function aggregateExample(c: Contract, entity: EntityModel): Members {
  const group = wireGroups(entity).find(g => g.one && g.of[0]?.bounds.choices !== undefined) ?? wireGroups(entity).find(g => g.one)
  const f = group?.of[0], value = f && exampleOf(c.model, entity, f)
  return { data: [given({ group: f === undefined || value === undefined ? undefined : { [f.name]: value }, count: 3 })] }
}
