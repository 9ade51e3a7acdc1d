// A field of Mutation → a write of the engine, and what it answers.
import { GraphQLError, type VariableValues } from 'graphql'
import { Failure } from '../../failure/index.ts'
import type { Value } from '../../operation/index.ts'
import { idText } from '../../wire/index.ts'
import type { WriteAnswer } from '../protocol.ts'
import { argumentsOf, keyParts, writtenMembers } from './ask.ts'
import type { Bytes, Running } from './running.ts'
import type { Chosen } from './structure.ts'

/** Throws Failure and GraphQLError. */
export async function runWrite(r: Running, chosen: Chosen, variables: VariableValues): Promise<Bytes> {
  const m = chosen.meaning
  if (m.kind !== 'write') throw new Error(`${chosen.as} is no mutation`)
  const { entity, write: { kind, many } } = m
  const args = argumentsOf(chosen, variables)
  const { id, input, version } = args
  const rows = many && Array.isArray(input) ? input.length : 1
  // Under several names the row is asked for several times over: all of it is brought, each part under a name of its own.
  const written = chosen.below().filter(x => x.meaning.kind === 'written')
  const [first, second] = written
  if (second) throw new GraphQLError('What was written can be asked for once.', { nodes: second.nodes, extensions: { code: 'resolve.limit' } })
  const { members, carried } = writtenMembers(first?.below() ?? [], rows, variables)
  if (carried.cost > r.limits.cost) {
    throw new Failure('resolve.limit', `the answer could come to ${carried.cost} rows; the budget is ${r.limits.cost}. Ask for smaller pages or fewer relations.`, { facts: { cost: carried.cost, budget: r.limits.cost } })
  }
  const key = kind === 'create' ? null : keyParts(entity, String(id))
  const answer = await r.engine.write({
    kind, entity: entity.name, key, body: kind === 'delete' ? undefined : input, origin: 'body', expect: typeof version === 'string' || typeof version === 'number' ? String(version) : null,
    ...(kind === 'delete' ? {} : { members, values: carried.values, cursors: carried.cursors }),
  }, r.caller, r.run)
  const keys: readonly (readonly Value[])[] = answer.keys.length > 0 ? answer.keys : key === null ? [] : [key]
  return payload(chosen, answer, keys, many, entity.name)
}

function payload(chosen: Chosen, answer: WriteAnswer, keys: readonly (readonly Value[])[], many: boolean, entity: string): Bytes {
  const member = (x: Chosen): Bytes => {
    const m = x.meaning
    switch (m.kind) {
      case 'typename': return [JSON.stringify(m.type)]
      case 'written': return many ? ['[', ...answer.bodies.flatMap((body, i) => [i === 0 ? '' : ',', body ?? 'null']), ']'] : [answer.bodies[0] ?? 'null']
      case 'made': return [String(answer.created)]
      case 'key': return [JSON.stringify(many ? keys.map(idText) : idText(keys[0] ?? []))]
      case 'key token': return [JSON.stringify(Buffer.from(JSON.stringify([entity, ...keys[0] ?? []])).toString('base64url'))]
      default: throw new Error(`${x.as} is no member of what a mutation answers`)
    }
  }
  return ['{', ...chosen.below().flatMap((x, i) => [`${i === 0 ? '' : ','}"${x.as}":`, ...member(x)]), '}']
}
