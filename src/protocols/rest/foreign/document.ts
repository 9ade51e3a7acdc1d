// The contract of somebody else's API as an OpenAPI 3.1 document, made of what was declared.
import { actionsOf, entityOf, find, may, type ContractModel, type EntityModel, type FieldModel, type Member, type Model, type PathPart, type ResourceModel, type RouteModel } from '../../../model/index.ts'
import { absurd, type FieldName } from '../../../operation/index.ts'
import type { MemberAsk } from '../../../wire/index.ts'
import { book, given, pascal, words, type Book, type Json, type Members } from '../contract/book.ts'
import type { Document } from '../contract/index.ts'
import { orNull, valueSchema } from '../contract/values.ts'

interface Documenting { readonly model: Model; readonly contract: ContractModel; readonly book: Book }
type Schema = Members

/** The document of a contract. The same model, the same document. */
export function foreignDocument(model: Model, contract: ContractModel, mount = ''): Document {
  const parts = book(), d: Documenting = { model, contract, book: parts }
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of contract.routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(d, route)
  return {
    openapi: '3.1.1',
    info: { title: `${model.name}: ${contract.name}`, version: '1', description: contract.about ?? `The API ${contract.name} of ${model.name}.` },
    servers: [{ url: mount + contract.path }], security: [{ token: [] }], paths,
    components: {
      ...parts.components(),
      securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'Authorization', description: `\`${contract.scheme} \` and the token.` } },
    },
  }
}

function operation(d: Documenting, route: RouteModel): Members {
  const { resource } = route, body = bodyOf(d, route)
  return given({
    operationId: idOf(route), summary: summaryOf(d, route), tags: [pascal(resource.list)], security: route.signedIn ? [{ token: [] }] : [{ token: [] }, {}],
    parameters: [...route.parts.flatMap(part => pathParameter(d, part)), ...(route.do === 'list' ? listParameters(d, route) : [])],
    requestBody: body === null ? undefined : { required: true, content: { 'application/json': { schema: wrapped(resource.as, body) } } },
    responses: {
      [String(route.status)]: answerOf(d, route),
      default: d.book.ref('responses', 'refusal', 'Refusal', () => ({ description: 'Why it was refused.', content: { 'application/json': { schema: formSchema(d.contract.form) } } })),
    },
  })
}

const wrapped = (as: string, schema: Schema, more: Members = {}): Schema => ({ type: 'object', properties: { [as]: schema, ...more }, required: [as, ...Object.keys(more)] })

function answerOf(d: Documenting, route: RouteModel): Members {
  const { resource } = route
  const json = (schema: Schema): Members => ({ description: 'Done.', content: { 'application/json': { schema } } })
  switch (route.do) {
    case 'delete': return { description: 'Done.' }
    case 'list': return json(wrapped(resource.list, { type: 'array', items: rowSchema(d, resource, 'listed') }, resource.count === null ? {} : { [resource.count]: { type: 'integer', minimum: 0 } }))
    case 'values': return json(wrapped(route.as, { type: 'array', items: valueSchema({ ...fieldOf(d, resource, route.field), list: false }, 'read') }))
    case 'get': case 'create': case 'update': case 'link': case 'unlink': case 'call': return json(wrapped(resource.as, rowSchema(d, resource, 'members')))
    default: return absurd(route)
  }
}

function rowSchema(d: Documenting, resource: ResourceModel, which: 'members' | 'listed'): Schema {
  const alike = which === 'listed' && resource.listed.length === resource.members.length
  return d.book.ref('schemas', `${resource.as} ${alike ? 'members' : which}`, pascal(resource.as) + (which === 'listed' && !alike ? 'Listed' : ''), () => {
    const made = membersSchema(d, entityOf(d.model, resource.entity), resource[which])
    return resource.token === null ? made : { ...made, properties: { ...made['properties'] as Members, [resource.token]: { type: ['string', 'null'] } } }
  })
}

function membersSchema(d: Documenting, entity: EntityModel, members: readonly MemberAsk[]): Members {
  const properties = Object.fromEntries(members.flatMap((m): [string, Json][] => {
    switch (m.kind) {
      case 'field': {
        const field = find(entity.fields, m.field), derived = find(entity.derived ?? {}, m.field)
        if (field) return [[m.as, mayBeNull(entity, field) ? orNull(valueSchema(field, 'read')) : valueSchema(field, 'read')]]
        return [[m.as, derived?.kind === 'boolean' ? { type: 'boolean' } : { type: 'integer', minimum: 0 }]]
      }
      case 'relation': {
        const relation = find(entity.relations, m.relation), target = relation && entityOf(d.model, relation.target)
        if (!relation || !target) return []
        const inner = d.contract.resources.find(r => r.entity === target.name && r.members === m.rows.members)
        const schema = inner ? rowSchema(d, inner, 'members') : membersSchema(d, target, m.rows.members ?? [])
        return [[m.as, relation.optional || may(d.model, target, 'read') !== 'always' ? { anyOf: [schema, { type: 'null' }] } : schema]]
      }
      case 'constant': case 'token': return [[m.as, { type: 'string' }]]
      default: return absurd(m)
    }
  }))
  return { type: 'object', properties, required: Object.keys(properties) }
}

/** What may be empty, and what rules hide. */
const mayBeNull = (entity: EntityModel, field: FieldModel): boolean => field.optional || entity.rules.some(r => r.effect === 'hide' && r.fields.includes(field.name))
const fieldOf = (d: Documenting, resource: ResourceModel, name: FieldName): FieldModel => {
  const field = find(entityOf(d.model, resource.entity).fields, name)
  if (!field) throw new Error(`no field ${name}`)
  return field
}

function bodyOf(d: Documenting, route: RouteModel): Schema | null {
  const { resource } = route
  switch (route.do) {
    case 'create': case 'update': {
      const make = route.do === 'create', fields = Object.entries(route.takes).map(([name, of]) => [name, fieldOf(d, resource, of)] as const)
      const properties = Object.fromEntries(fields.map(([name, f]) => [name, f.optional ? orNull(valueSchema(f, 'write')) : valueSchema(f, 'write')]))
      const required = make ? fields.filter(([, f]) => !f.optional && f.default === null).map(([name]) => name) : []
      const version = make || resource.version === null ? {} : { [resource.version]: { type: 'integer', description: 'The version it is believed to have.' } }
      return given({ type: 'object', properties: { ...properties, ...version }, required: required.length > 0 ? required : undefined, additionalProperties: d.contract.extra === 'refused' ? false : undefined })
    }
    case 'call': {
      const action = actionsOf(d.model).find(a => a.id === route.action)
      return action && action.input.length > 0 ? inputSchema(action.input) : null
    }
    case 'list': case 'get': case 'delete': case 'link': case 'unlink': case 'values': return null
    default: return absurd(route)
  }
}

function inputSchema(members: readonly Member[]): Schema {
  const one = (m: Member): Json => {
    if (m.kind === 'value') return m.field.optional ? orNull(valueSchema(m.field, 'write')) : valueSchema(m.field, 'write')
    const inner = inputSchema(m.members)
    return m.list === null ? inner : { type: 'array', items: inner }
  }
  const required = members.filter(m => (m.kind === 'object' ? !m.optional : !m.field.optional && m.field.default === null)).map(m => m.name)
  return given({ type: 'object', properties: Object.fromEntries(members.map(m => [m.name, one(m)])), required: required.length > 0 ? required : undefined })
}

function pathParameter(d: Documenting, part: PathPart): readonly Members[] {
  if (!part.resource) return []
  const { as, by, entity } = part.resource
  const [only] = by, field = by.length === 1 && only !== undefined ? find(entityOf(d.model, entity).fields, only) : undefined
  return [{ in: 'path', name: as, required: true, schema: field ? { type: field.scalar === 'integer' ? 'integer' : 'string' } : { type: 'string' }, description: field ? `The ${words(field.name)} of the ${words(as)}.` : `Which ${words(as)}.` }]
}

function listParameters(d: Documenting, route: Extract<RouteModel, { readonly do: 'list' }>): readonly Members[] {
  const { limit, offset, size } = d.contract.page
  const filters = Object.entries(route.filters).map(([name, path]): Members => ({ in: 'query', name, schema: { type: 'string' }, description: `Only those with this ${path.filter(p => p !== 'some' && p !== 'has').map(words).join(', ')}.` }))
  return route.all ? filters : [
    ...filters, { in: 'query', name: limit, schema: { type: 'integer', minimum: 1, default: size }, description: 'How many at most.' },
    { in: 'query', name: offset, schema: { type: 'integer', minimum: 0, default: 0 }, description: 'How many are left out before them.' },
  ]
}

/** The body of a failure, by what its texts name. */
function formSchema(form: unknown): Schema {
  if (form === 'fields') return { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } }
  if (form === 'messages') return { type: 'array', items: { type: 'string' } }
  if (form === 'status') return { type: 'integer' }
  if (typeof form === 'object' && form !== null && !Array.isArray(form)) return { type: 'object', properties: Object.fromEntries(Object.entries(form).map(([name, of]: [string, unknown]) => [name, formSchema(of)])), required: Object.keys(form) }
  return { type: 'string' }
}

const idOf = (route: RouteModel): string => `${route.method.toLowerCase()}${pascal(route.path.replaceAll(/[{}]/g, '').replaceAll('/', ' '))}`
function summaryOf(d: Documenting, route: RouteModel): string {
  const one = words(route.resource.as), many = words(route.resource.list), own = 'own' in route && route.own !== null ? 'your own ' : 'the '
  switch (route.do) {
    case 'list': return `List ${many}`
    case 'get': return `Read ${own}${one}`
    case 'create': return `Make one of the ${many}`
    case 'update': return `Change ${own}${one}`
    case 'delete': return `Delete ${own}${one}`
    case 'link': return `Become tied to the ${one}: ${words(route.entity)}`
    case 'unlink': return `Be tied to the ${one} no more: ${words(route.entity)}`
    case 'call': return actionsOf(d.model).find(a => a.id === route.action)?.about ?? `${words(route.action.split('.').at(-1) ?? route.action)}`
    case 'values': return `The different values of ${words(route.field)}`
    default: return absurd(route)
  }
}
