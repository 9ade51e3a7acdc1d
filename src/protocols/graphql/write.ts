// A field of Mutation → a write of the engine, and what it answers.
import { GraphQLError, type VariableValues } from 'graphql'
import { Failure } from '../../failure/index.ts'
import type { Value } from '../../operation/index.ts'
import { idText, separate, type WriteRequest } from '../../wire/index.ts'
import type { WriteAnswer } from '../protocol.ts'
import { argumentsOf } from './arguments.ts'
import { keyParts, writtenMembers } from './ask.ts'
import type { Ready } from './once.ts'
import type { Bytes, Running } from './running.ts'
import { bodyOf } from './schema/index.ts'
import type { Chosen } from './structure.ts'

/** Throws Failure and GraphQLError; what it gives throws Failure. */
export function prepareWrite(r: Running, chosen: Chosen, variables: VariableValues): Ready {
  const m = chosen.meaning
  if (m.kind !== 'write') throw new Error(`${chosen.as} is no write`)
  const { entity, write: { kind, many } } = m
  const { id, input, version, where, expect } = argumentsOf(chosen, variables)
  const [first, second] = chosen.below().filter(x => x.meaning.kind === 'written')
  if (second) throw new GraphQLError('What was written can be asked for once.', { nodes: second.nodes, extensions: { code: 'resolve.limit', status: 400 } })
  const { members, carried } = writtenMembers(first?.below() ?? [], many && Array.isArray(input) ? input.length : 1, variables)
  if (carried.cost > r.limits.cost) {
    throw new Failure('resolve.limit', `the answer could come to ${carried.cost} rows; the budget is ${r.limits.cost}. Ask for smaller pages or fewer relations.`, { facts: { cost: carried.cost, budget: r.limits.cost } })
  }
  const key = many || kind === 'create' ? null : keyParts(entity, String(id))
  const request: WriteRequest = {
    kind, entity: entity.name, key, body: kind === 'delete' ? undefined : bodyAt(chosen, () => bodyOf(r.engine.model, entity, input)), origin: 'body',
    expect: typeof version === 'string' || typeof version === 'number' ? String(version) : null,
    ...(where === undefined || where === null ? {} : { filter: filterOf(where) }), ...(typeof expect === 'number' ? { count: expect } : {}),
    ...(kind === 'delete' || (many && kind === 'update') ? {} : { members, values: carried.values, cursors: carried.cursors }),
  }
  return { run: async on => {
    const answer = await on.write(request, r.caller, r.run)
    const keys: readonly (readonly Value[])[] = answer.keys.length > 0 ? answer.keys : key === null ? [] : [key]
    return payload(chosen, answer, keys, many, entity.name)
  } }
}

function filterOf(where: unknown): NonNullable<WriteRequest['filter']> {
  const values: unknown[] = []
  return { of: separate(where, values), values, origin: 'body' }
}

function bodyAt(chosen: Chosen, body: () => unknown): unknown {
  try { return body() } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new GraphQLError(error.message, { nodes: chosen.nodes, extensions: { code: 'resolve.value', status: 422 } })
  }
}

function payload(chosen: Chosen, answer: WriteAnswer, keys: readonly (readonly Value[])[], many: boolean, entity: string): Bytes {
  const member = (x: Chosen): Bytes => {
    const m = x.meaning
    switch (m.kind) {
      case 'typename': return [JSON.stringify(m.type)]
      case 'written': return many ? ['[', ...answer.bodies.flatMap((body, i) => [i === 0 ? '' : ',', body ?? 'null']), ']'] : [answer.bodies[0] ?? 'null']
      case 'made': return [String(answer.created)]
      case 'count': return [String(answer.count ?? 0)]
      case 'key': return [JSON.stringify(many ? keys.map(idText) : idText(keys[0] ?? []))]
      case 'key token': return [JSON.stringify(Buffer.from(JSON.stringify([entity, ...keys[0] ?? []])).toString('base64url'))]
      default: throw new Error(`${x.as} is no member of what a write answers`)
    }
  }
  return ['{', ...chosen.below().flatMap((x, i) => [`${i === 0 ? '' : ','}"${x.as}":`, ...member(x)]), '}']
}
