// A field of Mutation → a call of an action: its output in the words of the document, and declared failures as data where they are asked for.
import { isObjectType, type VariableValues } from 'graphql'
import { Failure } from '../../failure/index.ts'
import type { ActionModel } from '../../model/index.ts'
import { parseExact, type CallRequest } from '../../wire/index.ts'
import { argumentsOf } from './arguments.ts'
import { keyParts } from './ask.ts'
import type { Ready } from './once.ts'
import type { Bytes, Running } from './running.ts'
import type { Chosen } from './structure.ts'

type Members = Readonly<Record<string, unknown>>
const isMap = (x: unknown): x is Members => typeof x === 'object' && x !== null && !Array.isArray(x)

/** What it gives throws Failure, declared ones too. */
export function prepareCall(r: Running, chosen: Chosen, variables: VariableValues): Ready {
  const m = chosen.meaning
  if (m.kind !== 'call') throw new Error(`${chosen.as} is no call`)
  const { action, entity } = m
  const { id, input, version } = argumentsOf(chosen, variables)
  const request: CallRequest = {
    action: action.id, key: entity === null ? null : keyParts(entity, String(id)), input: input ?? undefined, origin: 'body',
    expect: typeof version === 'string' || typeof version === 'number' ? String(version) : null,
  }
  return { isolation: action.isolation, unkept: action.unkept === true || action.prepare !== undefined, run: async on => {
    const { body, headers = {} } = await on.call(request, r.caller, r.run, r.requested)
    for (const [name, value] of Object.entries(headers)) r.said.set(name, value)
    // The application's own code made it, in this process: no bytes of the database are lost by reading it.
    return [object(chosen.below().map(x => [x.as, answered(x, body === null ? null : parseExact(body))]))]
  } }
}

/** A failure that the action declares, as data; null: it is another, or nobody asks for it. */
export function declared(r: Running, chosen: Chosen, error: unknown): Bytes | null {
  const m = chosen.meaning, asked = chosen.below()
  if (m.kind !== 'call' || !(error instanceof Failure) || !m.action.failures.some(f => f.code === error.code) || !asked.some(x => x.meaning.kind === 'failure')) return null
  return [object(asked.map(x => [x.as, failed(r, x, error, m.action)]))]
}

const object = (members: readonly (readonly [string, unknown])[]): string => JSON.stringify(Object.fromEntries(members))

function answered(x: Chosen, output: unknown): unknown {
  switch (x.meaning.kind) {
    case 'typename': return x.meaning.type
    case 'done': return true
    case 'failure': return null
    case 'output': return x.below().length === 0 ? output : within(x.below(), output)
    default: throw new Error(`${x.as} is no member of what an action answers`)
  }
}

function failed(r: Running, x: Chosen, failure: Failure, action: ActionModel): unknown {
  switch (x.meaning.kind) {
    case 'typename': return x.meaning.type
    case 'done': return false
    case 'output': return null
    case 'failure': {
      const type = Object.values(r.schema.getTypeMap()).find(t => t.extensions['failure'] === failure.code)
      if (!isObjectType(type)) throw new Error(`${action.id} failed with ${failure.code}, which has no type`)
      return within(x.below(type), failure.facts, failure)
    }
    default: throw new Error(`${x.as} is no member of what an action answers`)
  }
}

/** Members of an object, or of each of a list, under the names of the document. */
function within(below: readonly Chosen[], of: unknown, failure: Failure | null = null): unknown {
  if (Array.isArray(of)) return of.map(item => within(below, item))
  if (!isMap(of)) return null
  return Object.fromEntries(below.map(x => [x.as, one(x, of, failure)]))
}

function one(x: Chosen, of: Members, failure: Failure | null): unknown {
  const m = x.meaning
  switch (m.kind) {
    case 'typename': return m.type
    case 'code': return failure?.code ?? null
    case 'message': return failure?.message ?? null
    case 'member': {
      const value = of[m.name] ?? null
      return x.below().length === 0 ? value : within(x.below(), value)
    }
    default: throw new Error(`${x.as} is no member of an output`)
  }
}
