// Bodies of a contract: unwrapped, and with the fields' own names; and wrapped.
import { Failure } from '../../../failure/index.ts'
import type { ContractModel, EntityModel, ResourceModel } from '../../../model/index.ts'
import type { FieldName } from '../../../operation/index.ts'
import { Exact } from '../../../wire/index.ts'
import type { Exchange } from '../../protocol.ts'
import { readBody } from '../body.ts'
import { stranger } from './told.ts'

type Given = Readonly<Record<string, unknown>>
const isObject = (x: unknown): x is Given => typeof x === 'object' && x !== null && !Array.isArray(x) && !(x instanceof Exact)

/** What stands in a body under the resource's name. Throws `request.*`, `resolve.value`. */
export function unwrapped(exchange: Exchange, { as }: ResourceModel): Given {
  const body = readBody(exchange), inner = isObject(body) && Object.hasOwn(body, as) ? body[as] : undefined
  if (isObject(inner)) return inner
  throw new Failure('resolve.value', `${as} must be an object`, { at: [as], mistakes: [{ at: [as], detail: isObject(body) ? 'must be an object' : `must stand in an object: { "${as}": { … } }` }] })
}

/** With the fields' own names; what nobody takes is left out, or under a name that no field has. */
export function named(contract: ContractModel, entity: EntityModel | null, takes: Readonly<Record<string, FieldName>>, given: Given): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    const field = Object.hasOwn(takes, name) ? takes[name] : undefined
    if (field === undefined) return contract.extra === 'ignored' ? [] : [[stranger + name, value]]
    return [[field, contract.blank === 'null' && value === '' && entity?.fields[field]?.optional ? null : value]]
  }))
}

/** `{ "article": … }`, with the token as a further member where the resource has one. */
export function wrapped({ as, token: tokenAs }: ResourceModel, { body, token }: { readonly body: Uint8Array | string | null; readonly token: string | null }): readonly (Uint8Array | string)[] {
  const opening = `{${JSON.stringify(as)}:`
  if (body === null) return [`${opening}null}`]
  if (tokenAs === null) return [opening, body, '}']
  return [opening, typeof body === 'string' ? body.trimEnd().slice(0, -1) : body.subarray(0, -1), `,${JSON.stringify(tokenAs)}:${JSON.stringify(token)}}}`]
}
