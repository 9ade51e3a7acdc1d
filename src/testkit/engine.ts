// The driver without a protocol: requests as the engine takes them.
import { toFailure } from '../failure/index.ts'
import type { Engine } from '../protocols/protocol.ts'
import type { Run } from '../stores/index.ts'
import type { CallingDriver, Outcome } from './check.ts'
import { callRequest, readRequest, writeRequest } from './request.ts'
import { callers } from './world.ts'

const run = (): Run => ({ deadline: performance.now() + 10_000 })
const parse = (body: Uint8Array | string): unknown => JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'))

/** What was thrown, as a driver says it. */
export function refusal(error: unknown): Outcome {
  const f = toFailure(error)
  if (f.code === 'internal') throw f.cause ?? f
  const fields = f.facts['fields']
  return { refusal: { code: f.code, at: f.at, mistakes: f.mistakes, facts: f.facts, ...(Array.isArray(fields) ? { fields: fields.map(String) } : {}) } }
}

export function engineDriver(name: string, engine: Engine): CallingDriver {
  return {
    name,
    async read(part, as) {
      try {
        const a = await engine.read(readRequest(part), callers[as], run())
        return { answer: { data: parse(a.body), page: a.page, cut: a.cut } }
      } catch (e) { return refusal(e) }
    },
    async call(part, as) {
      try {
        const { body } = await engine.call(callRequest(part), callers[as], run())
        return { answer: { data: body === null ? null : parse(body), page: null, cut: [] } }
      } catch (e) { return refusal(e) }
    },
    async write(part, as) {
      try {
        const request = writeRequest(part)
        const a = await engine.write(request, callers[as], run())
        if (a.count !== undefined) return { answer: { data: { count: a.count }, page: null, cut: [] } }
        const bodies = a.bodies.map(b => (b === null ? null : parse(b)))
        return { answer: { data: Array.isArray(request.body) ? bodies : bodies[0] ?? null, page: null, cut: a.cut } }
      } catch (e) { return refusal(e) }
    },
  }
}
