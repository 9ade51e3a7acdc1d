// Values of an answer → elements, by their types.
import type { Scalar } from '../../operation/index.ts'
import { absurd } from '../../operation/index.ts'
import type { Complex, Particle } from './contract/index.ts'
import { escaped } from './names.ts'

/** The particles of a complex type as elements, in their order; what is not there is left out, null is nil. */
export function renderContent(type: Complex, value: unknown, out: string[]): void {
  if (type.list !== null) {
    const [particle] = type.particles
    if (particle !== undefined && Array.isArray(value)) for (const item of value as readonly unknown[]) renderElement(particle, item, out)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const particle of type.particles) {
    if (!Object.hasOwn(value, particle.name)) continue
    const inner = Reflect.get(value, particle.name) as unknown
    if (particle.many) {
      if (Array.isArray(inner)) for (const item of inner as readonly unknown[]) renderElement(particle, item, out)
    } else renderElement(particle, inner, out)
  }
}

function renderElement({ name, type, nillable }: Particle, value: unknown, out: string[]): void {
  if (value === undefined) return
  if (value === null) {
    if (nillable) out.push(`<${name} xsi:nil="true"/>`)
    return
  }
  if (type.kind === 'simple') { out.push(`<${name}>${escaped(textOf(type.scalar, value))}</${name}>`); return }
  out.push(`<${name}>`)
  renderContent(type, value, out)
  out.push(`</${name}>`)
}

/** A value in the lexical form of its type. */
function textOf(scalar: Scalar, value: unknown): string {
  switch (scalar) {
    case 'json': return JSON.stringify(value)
    case 'bytes': return Buffer.from(String(value), 'base64url').toString('base64')
    case 'duration': return durationOf(String(value))
    case 'uuid': case 'text': case 'integer': case 'bigint': case 'number': case 'decimal': case 'boolean': case 'timestamp': case 'date': case 'time': return String(value)
    default: return absurd(scalar)
  }
}

/** PostgreSQL has a sign at every part, XML Schema one before them all. What has both is left as it is: XML Schema has no such duration. */
function durationOf(text: string): string {
  const signs = text.match(/-?\d+(?:\.\d+)?/g) ?? []
  return signs.length > 0 && signs.every(part => part.startsWith('-')) ? `-${text.replaceAll('-', '')}` : text
}
