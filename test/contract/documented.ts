// What the contract says of a request and of its answer, checked with a JSON Schema validator: violations as sentences.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Document, Json, Members } from '../../src/protocols/rest/index.ts'

const members = (of: Json | undefined): Members => (typeof of === 'object' && of !== null && !Array.isArray(of) ? of as Members : {})
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

export interface Documented {
  /** What of an answer is not as documented. `path` is below the prefix, `body` as it came. */
  answer(method: string, path: string, status: number, headers: Headers, body: string): readonly string[]
  /** What of a body that is sent is not as documented. */
  body(method: string, path: string, type: string, body: unknown): readonly string[]
  /** Each example that is not valid against its schema. */
  examples(): readonly string[]
  /** The operation at an address, or null. */
  operation(method: string, path: string): Members | null
}

export function documented(document: Document): Documented {
  const ajv = new Ajv2020({ code: { optimize: false }, strict: false, allErrors: false, formats: { decimal: true, 'idn-email': true, iri: true, password: true } })
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  ajv.addSchema(document, 'contract:')
  const known = new Map<string, ValidateFunction>()
  const check = (pointer: string, value: unknown): readonly string[] => {
    const validate = known.get(pointer) ?? ajv.compile({ $ref: `contract:#${encodeURI(pointer)}` })
    known.set(pointer, validate)
    return validate(value) ? [] : (validate.errors ?? []).map(e => `${pointer} at '${e.instancePath}': ${e.message ?? ''} ${JSON.stringify(e.params)}`)
  }
  /** Follows references; with the pointer of where it ended. */
  const look = (of: Json | undefined, pointer: string): { readonly is: Members; readonly pointer: string } => {
    const { $ref } = members(of)
    if (typeof $ref !== 'string') return { is: members(of), pointer }
    const target = $ref.slice(2).split('/').reduce<Json | undefined>((at, name) => members(at)[name.replaceAll('~1', '/').replaceAll('~0', '~')], document)
    if (target === undefined) throw new Error(`${$ref} leads nowhere`)
    return look(target, $ref.slice(1))
  }
  const paths = Object.keys(document.paths).map(template => ({ template, pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`), variable: template.includes('{') }))
  const find = (method: string, path: string) => {
    const plain = path.split('?')[0] ?? ''
    const at = paths.filter(p => p.pattern.test(plain)).sort((a, b) => Number(a.variable) - Number(b.variable))[0]
    const item = at === undefined ? {} : members(document.paths[at.template])
    const verb = method.toLowerCase()
    return at === undefined || item[verb] === undefined ? null : { pointer: `/paths/${escaped(at.template)}/${verb}`, is: members(item[verb]) }
  }

  return {
    operation: (method, path) => find(method, path)?.is ?? null,
    answer(method, path, status, headers, body) {
      const operation = find(method, path)
      // What nobody may ever do is not in the contract, and is refused.
      if (operation === null) return status < 400 ? [`${method} ${path} is not documented, and answered ${status}`] : []
      const responses = members(operation.is['responses'])
      if (responses[String(status)] === undefined) return [`${method} ${path} answered ${status}, which is not documented`]
      const response = look(responses[String(status)], `${operation.pointer}/responses/${status}`)
      const wrong: string[] = []
      for (const [name, of] of Object.entries(members(response.is['headers']))) {
        const value = headers.get(name), header = look(of, '')
        if (value === null) continue
        const type = members(header.is['schema'])['type']
        wrong.push(...check(`${header.pointer}/schema`, type === 'integer' ? Number(value) : value))
      }
      if (!headers.has('x-request-id')) wrong.push('there is no X-Request-Id')
      const content = members(response.is['content']), type = headers.get('content-type')
      if (body === '') return type === null ? wrong : [...wrong, `a Content-Type of nothing: ${type}`]
      if (type === null || content[type] === undefined) return [...wrong, `${method} ${path} ${status} answered ${type}; documented: ${Object.keys(content).join(', ') || 'no body'}`]
      return [...wrong, ...check(`${response.pointer}/content/${escaped(type)}/schema`, JSON.parse(body))].map(w => `${method} ${path} ${status}: ${w}`)
    },
    body(method, path, type, body) {
      const operation = find(method, path)
      if (operation === null) return [`${method} ${path} is not documented`]
      const request = look(operation.is['requestBody'], `${operation.pointer}/requestBody`)
      if (members(request.is['content'])[type] === undefined) return [`${method} ${path} takes ${Object.keys(members(request.is['content'])).join(', ')}`]
      return check(`${request.pointer}/content/${escaped(type)}/schema`, body)
    },
    examples() {
      const wrong: string[] = []
      const visit = (of: Json | undefined, pointer: string): void => {
        if (Array.isArray(of)) return (of as readonly Json[]).forEach((x, i) => visit(x, `${pointer}/${i}`))
        const at = members(of)
        if ('example' in at && at['schema'] !== undefined) wrong.push(...check(`${pointer}/schema`, at['example']))
        if (Array.isArray(at['examples']) && !pointer.endsWith('/properties')) for (const x of at['examples'] as readonly Json[]) wrong.push(...check(pointer, x))
        if ('default' in at && !pointer.endsWith('/properties')) wrong.push(...check(pointer, at['default']))
        for (const [name, x] of Object.entries(at)) if (name !== 'example' && name !== 'examples' && name !== 'default') visit(x, `${pointer}/${escaped(name)}`)
      }
      visit(document.paths, '/paths')
      visit(document.components, '/components')
      return wrong
    },
  }
}
