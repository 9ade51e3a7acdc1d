// What is known of the application: its contract (/openapi.json), read into entities, fields, relations, states and actions. Nothing here comes from anywhere else.

export interface Field {
  readonly name: string
  /** For people: `uuid`, `money EUR`, `choice`. */
  readonly kind: string
  readonly nullable: boolean
  readonly list: boolean
  readonly choices: readonly string[]
  readonly about: string
  /** Answered only where `fields` names it. */
  readonly asked: boolean
  readonly key: boolean
  readonly deprecated: boolean
  /** Operators it can be compared with, `eq` first; empty: it cannot. */
  readonly operators: readonly string[]
  readonly sortable: boolean
  /** The relation whose key it is (part of). */
  readonly reference: Relation | null
}
export interface Relation {
  readonly name: string
  /** Name of the entity at the other end. */
  readonly to: string
  readonly many: boolean
  readonly optional: boolean
  /** The fields that hold the other row's key; empty: the other end holds them. */
  readonly by: readonly string[]
  readonly inverse: string | null
  /** Whether one row over there may have several here. */
  readonly manyBack: boolean
  /** The rows at the other end are parts of this one. */
  readonly owned: boolean
}
export interface Transition { readonly name: string; readonly from: readonly string[]; readonly to: string; readonly by: readonly string[] | null; readonly when: string | null }
export interface States { readonly field: string; readonly states: readonly string[]; readonly begins: string | null; readonly transitions: readonly Transition[] }
export interface Action { readonly name: string; readonly path: string; readonly method: string; readonly about: string; readonly example: unknown }
export interface Entity {
  readonly name: string
  readonly title: string
  readonly path: string
  readonly about: string
  readonly key: readonly string[]
  /** The entity it is a part of. */
  readonly partOf: string | null
  readonly fields: readonly Field[]
  readonly relations: readonly Relation[]
  readonly states: readonly States[]
  /** Of one row: `/orders/{id}/cancel`. */
  readonly actions: readonly Action[]
  readonly examples: Readonly<Record<'POST' | 'PATCH' | 'PUT', unknown>>
}
export interface Application {
  readonly name: string
  readonly version: string
  /** Where the API begins: `/api`. */
  readonly prefix: string
  readonly entities: readonly Entity[]
  readonly actions: readonly Action[]
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
type Members = { readonly [name: string]: Json }
const members = (of: Json | undefined): Members => (typeof of === 'object' && of !== null && !Array.isArray(of) ? of as Members : {})
const items = (of: Json | undefined): readonly Json[] => (Array.isArray(of) ? of as readonly Json[] : [])
const text = (of: Json | undefined): string => (typeof of === 'string' ? of : '')
const texts = (of: Json | undefined): readonly string[] => items(of).filter(x => typeof x === 'string')

/** Reads a contract. Throws where it is none of ours. */
export function applicationOf(contract: unknown): Application {
  const document = members(contract as Json)
  const schemas = members(members(document['components'])['schemas']), paths = members(document['paths'])
  const at = (ref: Json | undefined): Members => members(schemas[text(ref).replace(/^.*\//, '')])
  const info = members(document['info'])
  if (!('openapi' in document) || text(info['title']) === '') throw new Error('What came is no contract of an application.')

  // In the order of the declaration, which is that of the tags.
  const order = items(document['tags']).map(tag => text(members(tag)['name']))
  const entities = Object.entries(schemas).toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b)).flatMap(([title, schema]): Entity[] => {
    const standing = members(members(schema)['x-entity'])
    return text(standing['name']) === '' ? [] : [entityOf(title, members(schema), standing, schemas, paths, at)]
  })
  return {
    name: text(info['title']), version: text(info['version']), prefix: text(members(items(document['servers'])[0])['url']) || '/api', entities,
    actions: Object.entries(paths).flatMap(([path, item]) => (path.startsWith('/actions/') ? [actionOf(path, members(members(item)['post']), path.slice(9))] : [])),
  }
}

function entityOf(title: string, schema: Members, standing: Members, schemas: Members, paths: Members, at: (ref: Json | undefined) => Members): Entity {
  const path = text(standing['path']), key = texts(standing['key'])
  const relations = Object.entries(members(standing['relations'])).map(([name, of]): Relation => {
    const r = members(of)
    return {
      name, to: text(r['to']), many: r['many'] === true, optional: r['optional'] === true, by: texts(r['by']), inverse: text(r['inverse']) || null,
      manyBack: r['manyBack'] === true, owned: r['owned'] === true,
    }
  })
  const filters = members(members(schemas[`${title}Filter`])['properties']), sorts = texts(members(schemas[`${title}Sort`])['enum'])
  const related = new Set(relations.map(r => r.name))
  const fields = Object.entries(members(schema['properties'])).filter(([name]) => !related.has(name)).map(([name, of]): Field => {
    const own = members(of), types = [...texts(own['type']), text(own['type'])]
    const list = types.includes('array'), inner = list ? members(own['items']) : own
    const match = items(members(filters[name])['anyOf']).map(part => members(part)['$ref']).find(ref => text(ref).endsWith('Match'))
    const about = text(own['description'])
    return {
      name, list, about: about.replace(/^Answered only when named in `fields`\. ?/, ''), asked: about.startsWith('Answered only when named'), kind: kindOf(inner, about), nullable: types.includes('null'),
      choices: texts(inner['enum']), deprecated: own['deprecated'] === true, key: key.includes(name) || key.some(part => part.startsWith(`${name}.`)), sortable: sorts.includes(name),
      operators: match === undefined ? [] : Object.keys(members(at(match)['properties'])).filter(op => op !== 'not'),
      reference: relations.find(r => r.by.some(by => by === name || by.startsWith(`${name}.`))) ?? null,
    }
  })
  const states = Object.entries(members(schema['x-states'])).map(([field, of]): States => {
    const s = members(of)
    return {
      field, states: texts(s['states']), begins: text(s['begins']) || null,
      transitions: items(s['transitions']).map(members).map(t => ({ name: text(t['name']), from: texts(t['from']), to: text(t['to']), by: t['by'] === null ? null : texts(t['by']), when: text(t['when']) || null })),
    }
  })
  const item = `/${path}/{id}`
  const actions = Object.entries(paths).flatMap(([place, of]) => {
    const post = members(of)['post']
    return place.startsWith(`${item}/`) && post !== undefined ? [actionOf(place, members(post), place.slice(item.length + 1))] : []
  })
  const example = (place: string, method: string): unknown => exampleOf(members(members(paths[place])[method]))
  return {
    name: text(standing['name']), title, path, about: text(schema['description']), key, partOf: text(standing['partOf']) || null, fields, relations, states, actions,
    examples: { POST: example(`/${path}`, 'post'), PATCH: example(item, 'patch'), PUT: example(item, 'put') },
  }
}

const actionOf = (path: string, post: Members, name: string): Action => ({ name, path, method: 'POST', about: text(post['description']), example: exampleOf(post) })
const exampleOf = (operation: Members): unknown => members(members(members(operation['requestBody'])['content'])['application/json'])['example']

function kindOf(schema: Members, about: string): string {
  const types = [text(schema['type']), ...texts(schema['type'])].filter(t => t !== '' && t !== 'null')
  if (schema['enum'] !== undefined) return 'choice'
  switch (text(schema['format'])) {
    case 'uuid': return 'uuid'
    case 'date-time': return 'timestamp'
    case 'decimal': { const currency = /\bIn ([A-Z]{3})\b/.exec(about)?.[1]; return currency === undefined ? 'decimal' : `money ${currency}` }
    case 'int32': return 'integer'
    case 'int64': return types[0] === 'string' ? 'bigint' : 'integer'
    case 'double': return 'number'
    case 'idn-email': return 'email'
    case 'uri': return 'url'
    case '': return types[0] === 'string' ? 'text' : types[0] === 'object' ? (schema['properties'] === undefined ? 'json' : 'key') : types[0] ?? 'json'
    default: return text(schema['format'])
  }
}
