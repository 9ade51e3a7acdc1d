// The driver of GraphQL: cases as documents with variables of the types that introspection tells, answers and errors as the cases judge them; and what no document can say.
import assert from 'node:assert/strict'
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql'
import type { At, Failure, Mistake } from '../../src/failure/index.ts'
import { actionsOf } from '../../src/model/index.ts'
import { callDocument, documentOf, neverDone, typed, unsaidOf, untyped, vocabularyOf, type Said, type Vocabulary } from '../../src/testkit/graphql/index.ts'
import { callers, world, type CallCase, type CallingDriver, type Case, type Expect, type Outcome, type Part, type Who } from '../../src/testkit/index.ts'

type Members = Readonly<Record<string, unknown>>

interface Answered { readonly data?: Readonly<Record<string, unknown>> | null; readonly errors?: readonly { message: string; path?: string[]; locations?: object[]; extensions: { code: string; status: number; pointer?: string; facts?: { fields?: string[] } } }[] }

export async function graphqlDriver(url: string, tokenOf: (as: Who) => Promise<string | null>): Promise<CallingDriver> {
  const send = async (query: string, variables: Members, as: Who): Promise<Answered> => {
    const token = await tokenOf(as)
    const response = await fetch(`${url}/graphql`, {
      method: 'POST', body: JSON.stringify({ query, variables }),
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    })
    return await response.json() as Answered
  }
  const { data } = await send(getIntrospectionQuery(), {}, 'nobody')
  const names = vocabularyOf(world, buildClientSchema(data as unknown as IntrospectionQuery))
  const ask = async (said: Said, as: Who, write: boolean): Promise<Outcome> => {
    const { query, variables, field, read, at = (x: At) => x } = said
    const { data: answer, errors } = await send(query, variables, as)
    const [first] = errors ?? []
    if (!first) return read(answer?.[field ?? ''])
    for (const e of errors ?? []) assert.ok(e.extensions.code && e.locations?.length, `every mistake has a code and a location: ${JSON.stringify(e)}\n${query}`)
    assert.notEqual(first.extensions.code, 'internal', JSON.stringify(first))
    const code = first.extensions.code === 'resolve.name' || first.extensions.code === 'request.malformed' ? 'resolve.value' : first.extensions.code
    const mistakes = errors?.every(e => e.extensions.pointer !== undefined) && write ? errors.map((e): Mistake => ({ at: at(place(e.extensions.pointer ?? '').slice(1)), detail: e.message })) : undefined
    const fields = first.extensions.facts?.fields
    return { refusal: { code: code as Failure['code'], ...(mistakes?.[0] ? { at: mistakes[0].at, mistakes } : {}), ...(fields === undefined ? {} : { fields }) } }
  }
  return {
    name: 'graphql', read: (part, as) => ask(documentOf(names, part, callers[as]), as, false), write: (part, as) => ask(documentOf(names, part, callers[as]), as, true),
    call: (part, as) => ask(callDocument(names, part, callers[as]), as, true),
  }
}
/** Why a call is not made through GraphQL; null: it is. */
export function uncalled(c: CallCase): string | null {
  const action = actionsOf(world).find(a => a.id === c.call.call)
  const said = action && known().calling(action) ? callDocument(known(), c.call, callers[c.as]) : null
  if (said === null) return neverDone
  return c.expect.failure !== 'resolve.value' && !typed(known().schema, said) ? untyped : null
}

const place = (pointer: string): At => pointer.split('/').slice(1).map(p => p.replaceAll('~1', '/').replaceAll('~0', '~')).map(p => (/^\d+$/.test(p) ? Number(p) : p))

/** Why a case is not asked through GraphQL; null: it is. */
export function undocumented(c: Case): string | null {
  if (Object.keys(c.expect).join() === 'lacks') return 'what is left out where nothing is named'
  const unsaid = (part: Part, as: Who, { failure }: Expect): string | null => {
    const never = unsaidOf(part)
    if (never !== null) return never
    const said = documentOf(known(), part, callers[as])
    if (said.field === null) return neverDone
    // Names and types are the document's: what is wrong with those is told before anybody is asked, whoever asks.
    return failure !== 'resolve.value' && !typed(known().schema, said) ? untyped : null
  }
  return unsaid(c.do, c.as, c.expect) ?? c.then?.map(step => unsaid(step.do, step.as, step.expect)).find(x => x !== null) ?? null
}
let made: Vocabulary | null = null
const known = (): Vocabulary => (made ??= vocabularyOf(world))
