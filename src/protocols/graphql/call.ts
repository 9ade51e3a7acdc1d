// A field of Mutation → a call of an action: its output in the words of the document, and declared failures as data where they are asked for.
import { isObjectType, type VariableValues } from 'graphql'
import { Failure } from '../../failure/index.ts'
import type { ActionModel } from '../../model/index.ts'
import { parseExact } from '../../wire/index.ts'
import { argumentsOf, keyParts } from './ask.ts'
import type { Bytes, Running } from './running.ts'
import type { Chosen } from './structure.ts'

type Members = Readonly<Record<string, unknown>>
const isMap = (x: unknown): x is Members => typeof x === 'object' && x !== null && !Array.isArray(x)

/** Throws Failure: of those the action declares only where nobody asks for them. */
export async function runCall(r: Running, chosen: Chosen, variables: VariableValues): Promise<Bytes> {
  const m = chosen.meaning
  if (m.kind !== 'call') throw new Error(`${chosen.as} is no call`)
  const { action, entity } = m
  const { id, input, version } = argumentsOf(chosen, variables)
  const asked = chosen.below()
  try {
    const { body } = await r.engine.call({
      action: action.id, key: entity === null ? null : keyParts(entity, String(id)), input: input ?? undefined, origin: 'body',
      expect: typeof version === 'string' || typeof version === 'number' ? String(version) : null,
    }, r.caller, r.run, r.requested)
    // The application's own code made it, in this process: no bytes of the database are lost by reading it.
    return [object(asked.map(x => [x.as, answered(x, body === null ? null : parseExact(body))]))]
  } catch (error) {
    if (!(error instanceof Failure) || !action.failures.some(f => f.code === error.code) || !asked.some(x => x.meaning.kind === 'failure')) throw error
    return [object(asked.map(x => [x.as, failed(r, x, error, action)]))]
  }
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
