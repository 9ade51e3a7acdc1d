// The same request in other words: curl, the typed client, the command line.
import type { Application, Entity } from '../application/contract.ts'
import type { Caller } from '../application/callers.ts'
import { takesBody, type Request } from './ask.ts'
import { meaningOf, parse } from './address.ts'

/** What `-H` takes for a caller: the file of a ready-made one, a variable for a token that was brought; null: nothing. */
export const headerOf = ({ name, brought }: Caller, application: string): string | null => (name === 'visitor' ? null : brought ? '"Authorization: Bearer $TOKEN"' : `@.backwright/${application}/as/${name}`)

/** `origin`: where the server is; `header`: what `-H` takes, null: nothing. */
export function curl({ method, address, body }: Request, origin: string, header: string | null): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
  const parts = ['curl', ...(/[[\]{}]/.test(address) ? ['-g'] : []), ...(method === 'GET' ? [] : ['-X', method]), ...(header === null ? [] : ['-H', header])]
  const sends = takesBody(method) && body.trim() !== ''
  return [`${parts.join(' ')} ${quoted(origin + address)}`, ...(sends ? [`  -H 'Content-Type: application/json' -d ${quoted(compact(body))}`] : [])].join(' \\\n')
}

export function commandLine({ method, address, body }: Request, caller: Caller, prefix: string): string {
  const name = method.toLowerCase()
  if (method === 'PUT') return '# PUT has no command: use curl'
  const at = address.replace(prefix.replace(/\/?$/, '/'), ''), quoted = (text: string): string => (/^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`)
  return `npx backwright ${name} ${quoted(at)}${caller.name === 'visitor' ? '' : caller.brought ? ' --token "$TOKEN"' : ` --as ${caller.name}`} --why${takesBody(method) ? ` ${quoted(compact(body) || '{}')}` : ''}`
}

const compact = (body: string): string => {
  try { return JSON.stringify(JSON.parse(body)) } catch { return body }
}

type Ask = { [name: string]: Ask | string | number | boolean | null | readonly (Ask | string)[] }

/** What the typed client says; null where it has no word for it. */
export function client({ method, address, body }: Request, application: Application): string | null {
  const { path, parameters } = parse(address)
  const { entity, id, rest, action } = meaningOf(path, application)
  const given = body.trim() === '' ? null : read(body)
  const input = given === null ? '' : typescript(given)
  if (entity === null) {
    if (action === null || method !== 'POST') return null
    return `const answer = await api.${nameOf(action)}(${input})`
  }
  const from = rest === null ? entity : application.entities.find(e => path.startsWith(`${application.prefix}/${e.path}/`)) ?? entity
  const asked = askOf(parameters, entity, application)
  if (asked === null) return null
  const key = id === null ? null : keyOf(id, entity.key)
  const more = Object.keys(asked).length === 0 ? '' : typescript(asked)
  const call = (name: string, ...args: readonly (string | null)[]): string => `api.${entity.name}.${name}(${args.filter(arg => arg !== null && arg !== '').join(', ')})`
  if (action !== null) return key === null || method !== 'POST' ? null : `const answer = await ${call(nameOf(action), key, input)}`
  if (rest !== null) {
    return method !== 'GET' || rest.includes('/') ? null : `const { data, page } = await api.${from.name}.related(${[keyOf(id ?? '', from.key), `'${rest}'`, more].filter(x => x !== '').join(', ')})`
  }
  switch (method) {
    case 'GET': return id === 'aggregate' || id === 'query' ? null : key === null ? `const { data, page } = await ${call('find', more)}` : `const row = await ${call('get', key, more)}`
    case 'POST': return id === 'query' || id === 'aggregate' ? null : key === null ? `const made = await ${call('create', input || '{}', more)}` : null
    case 'PATCH': return key === null ? `const { count } = await api.${entity.name}.updateMany(${whereAlone(asked)}, ${input || '{}'}, { expect: ${JSON.stringify(asked['expect'] ?? 0)} })` : `const changed = await ${call('update', key, input || '{}', more)}`
    case 'PUT': return key === null ? null : `const row = await ${call('upsert', key, input || '{}', more)}`
    case 'DELETE': return key === null ? `const { count } = await api.${entity.name}.deleteMany(${whereAlone(asked)}, { expect: ${JSON.stringify(asked['expect'] ?? 0)} })` : `await ${call('delete', key, more)}`
  }
}

const whereAlone = (asked: Ask): string => typescript({ where: asked['where'] ?? {} })
/** `takeBack` of `take-back`. */
export const nameOf = (path: string): string => path.replace(/^~/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
const keyOf = (id: string, key: readonly string[]): string => {
  const parts = id.split(',').map(part => decodeURIComponent(part))
  return parts.length === 1 || key.length === 1 ? typescript(parts[0] ?? '') : typescript(Object.fromEntries(key.map((name, i) => [name, parts[i] ?? ''])))
}

function read(body: string): unknown {
  try { return JSON.parse(body) } catch { return {} }
}

/** The words of the client for those of an address; null where one of them has none. */
function askOf(parameters: readonly (readonly [string, string])[], entity: Entity, application: Application): Ask | null {
  const ask: Ask = {}
  for (const [name, value] of parameters) {
    const [head = '', ...inner] = name.replaceAll(']', '').split('[')
    if (!say(ask, head, inner, value, entity, application)) return null
  }
  return ask
}

function say(ask: Ask, head: string, inner: readonly string[], value: string, entity: Entity | undefined, application: Application): boolean {
  const [first, ...rest] = inner
  switch (head) {
    case 'filter': filter(ask, inner, value, entity, application); return true
    case 'sort': case 'fields': case 'group': case 'measure': ask[head] = value.split(','); return true
    case 'page':
      if (first === 'size') ask['first'] = Number(value)
      else if (first === 'after' || first === 'before') ask[first] = value
      else return false
      return true
    case 'count': ask['count'] = value; return true
    case 'expect': ask['expect'] = Number(value); return true
    case 'include': {
      const include = (ask['include'] ??= {}) as Ask
      if (first === undefined) { for (const path of value.split(',')) nest(include, path.split('.')); return true }
      if (typeof include[first] !== 'object') include[first] = {}
      const target = application.entities.find(e => e.name === entity?.relations.find(r => r.name === first)?.to)
      return say(include[first] as Ask, rest[0] ?? '', rest.slice(1), value, target, application)
    }
    default: return false
  }
}

function nest(include: Ask, [name = '', ...rest]: readonly string[]): void {
  if (rest.length === 0) { include[name] ??= true; return }
  if (typeof include[name] !== 'object') include[name] = {}
  nest(((include[name] as Ask)['include'] ??= {}) as Ask, rest)
}

function filter(ask: Ask, path: readonly string[], value: string, entity: Entity | undefined, application: Application): void {
  let at = (ask['where'] ??= {}) as Ask
  path.slice(0, -1).forEach((name, i) => {
    // `or` and `and` have numbered parts.
    const list = /^\d+$/.test(path[i + 1] ?? '')
    at = (at[name] ??= (list ? [] : {}) as Ask) as Ask
  })
  const last = path.at(-1) ?? ''
  const typed = (text: string): string | number | boolean => valueOf(path, text, entity, application)
  // Said twice, each is one value as it is.
  const before = at[last]
  at[last] = last === 'in' ? (Array.isArray(before) ? [...before as string[], value] : value.split(',').map(typed) as string[]) : last === 'null' ? value === 'true' : typed(value)
}

/** A number or a truth where the field at the end of the path is one: the client's types want it so. */
function valueOf(path: readonly string[], text: string, entity: Entity | undefined, { entities }: Application): string | number | boolean {
  let at = entity
  for (const name of path) {
    const relation = at?.relations.find(r => r.name === name)
    if (relation !== undefined) { at = entities.find(e => e.name === relation.to); continue }
    const field = at?.fields.find(f => f.name === name)
    if (field === undefined) continue
    if (/^(integer|number)$/.test(field.kind) && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
    if (field.kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
    return text
  }
  return text
}

/** A value as one writes it, on one line where it is short. */
export function typescript(value: unknown, indent = ''): string {
  const line = flat(value)
  if (line.length + indent.length <= 84 || typeof value !== 'object' || value === null) return line
  const deeper = `${indent}  `
  if (Array.isArray(value)) return `[\n${value.map(item => `${deeper}${typescript(item, deeper)},\n`).join('')}${indent}]`
  return `{\n${Object.entries(value).map(([name, part]) => `${deeper}${bare(name)}: ${typescript(part, deeper)},\n`).join('')}${indent}}`
}
function flat(value: unknown): string {
  if (typeof value === 'string') return `'${JSON.stringify(value).slice(1, -1).replaceAll(String.raw`\"`, '"').replaceAll("'", String.raw`\'`)}'`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  if (Array.isArray(value)) return `[${value.map(flat).join(', ')}]`
  const parts = Object.entries(value).map(([name, part]) => `${bare(name)}: ${flat(part)}`)
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}
const bare = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`)
