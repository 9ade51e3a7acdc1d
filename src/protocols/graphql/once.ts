// A mutation with a key is carried out once: an equal one later gets the same answer, or the same refusal.
import { createHash } from 'node:crypto'
import { Failure, toFailure, type At, type Facts, type Mistake, type Row } from '../../failure/index.ts'
import type { Isolation } from '../../model/index.ts'
import type { Engine, Reply } from '../protocol.ts'
import type { Bytes, Running } from './running.ts'
import type { Chosen } from './structure.ts'

/** What carries a field of Mutation out, on the engine or on a transaction of it. Throws Failure. */
export interface Ready { readonly isolation?: Isolation; /** It is not given again, whatever its key. */ readonly unkept?: boolean; readonly run: (on: Engine) => Promise<Bytes> }
export interface Carried { readonly bytes: Bytes; readonly replayed: boolean }

/** The field's argument, else the request's header: of several fields each has a key of its own made of it. Null: there is none. Throws `request.malformed`. */
export function keyOf(r: Running, chosen: Chosen, alone: boolean, given: unknown): string | null {
  if (typeof given === 'string') return given
  const header = r.requested.headers['idempotency-key']
  if (header === undefined) return null
  const [, quoted, plain] = (typeof header === 'string' ? /^\s*(?:"([\x21\x23-\x5b\x5d-\x7e]+)"|([\x21\x23-\x7e]+))\s*$/.exec(header) : null) ?? []
  const key = quoted ?? plain
  if (key === undefined) throw new Failure('request.malformed', 'Idempotency-Key is one key of visible characters, plain or in double quotes; a UUID is a good one.')
  return alone ? key : `${key}.${chosen.as}`
}

/** Carries a field out, once where it has a key. `asked`: what makes it the same request: its arguments and what it answers. */
export async function carryOut(r: Running, key: string | null, asked: unknown, { isolation, unkept = false, run }: Ready): Promise<Carried> {
  if (key === null || unkept) return { bytes: await run(r.engine), replayed: false }
  const fingerprint = createHash('sha256').update('graphql ').update(JSON.stringify(asked)).digest('base64url')
  const { reply, replayed } = await r.engine.once(
    { key, fingerprint, ...(isolation === undefined ? {} : { isolation }) }, r.caller, r.run,
    async on => ({ status: 200, headers: {}, body: await run(on) }), kept,
  )
  if (replayed && reply.status !== 200) throw again(reply)
  return { bytes: reply.body, replayed }
}

interface Kept { readonly code: string; readonly row: Row; readonly message: string; readonly at: At; readonly mistakes: readonly Mistake[]; readonly facts: Facts }
/** A refusal as it is kept: not as an error of a document, which may have other places the next time. */
function kept(failure: Failure): Reply {
  const { code, row, message, at, mistakes, facts } = failure
  return { status: row.status, headers: {}, body: [JSON.stringify({ code, row, message, at, mistakes, facts } satisfies Kept)] }
}
function again(reply: Reply): Failure {
  try {
    const { code, row, message, at, mistakes, facts } = JSON.parse(reply.body.map(part => Buffer.from(part as Uint8Array).toString()).join('')) as Kept
    return new Failure({ code, row }, message, { at, mistakes, facts })
  } catch (error) {
    return toFailure(error)
  }
}
