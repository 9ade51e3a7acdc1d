// Requests that say which they are: carried out once, and answered again as they were answered. The record is written in the write's own transaction.
import { Failure, toFailure } from '../failure/index.ts'
import { anonymous, entityOf, tenantOf, type Caller, type Model } from '../model/index.ts'
import { always, and, field, parameter, type Create, type Delete, type Predicate, type Query, type Value } from '../operation/index.ts'
import type { Engine, Once, OnceAnswer, Reply } from '../protocols/protocol.ts'
import type { Authorized, Run, Store, Transaction } from '../stores/index.ts'
import { authorizeAs } from './authorize.ts'
import { together, type Entered } from './transaction.ts'

const name = '~idempotency'
/** The longest key; the shortest of somebody unknown, whose keys must not be guessed: they are all that tells strangers apart. */
export const longestKey = 255, shortestAnonymous = 16
const sweepEvery = 60_000

/** The operations on records, compiled once. */
interface Records { readonly find: Authorized<Query>; readonly keep: Authorized<Create>; readonly forget: Authorized<Delete>; readonly sweep: Authorized<Delete> }
interface Kept { readonly fingerprint: string; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly expiresAt: string }

export interface Onces {
  once(over: (entered: Entered) => Engine, asked: Once, caller: Caller, run: Run, work: (engine: Engine) => Promise<Reply>, refuse: (failure: Failure) => Reply): Promise<OnceAnswer>
}

export function onces(model: Model, store: Store): Onces {
  let made: Records | null = null
  const records = (): Records => (made ??= recordsOf(model))
  let swept = 0
  /** Records whose time is over, now and then, after an answer and waited for by nobody. */
  const sweep = (): void => {
    const now = performance.now()
    if (now - swept < sweepEvery && swept !== 0) return
    swept = now
    store.write(records().sweep, [moment(0)], { deadline: now + 10_000 }).catch(() => { /* The next one will. */ })
  }

  return {
    async once(over, asked, caller, run, work, refuse) {
      if (!Object.hasOwn(model.system ?? {}, name)) throw new Failure('store.unsupported', 'This application keeps no answers, so no Idempotency-Key is taken.')
      const { key, fingerprint, isolation = 'read committed' } = valid(asked, caller)
      // Who is in two tenants is two: what was answered in one is not answered in the other.
      const scope = tenantOf(caller) === null ? caller.id ?? '' : JSON.stringify([caller.id, tenantOf(caller)])
      const row = (reply: Reply): readonly Value[] => [[{
        caller: scope, key, fingerprint, status: reply.status, headers: reply.headers, body: bytesOf(reply).toString('base64url'), createdAt: moment(0), expiresAt: moment(model.idempotencySeconds ?? 86_400),
      }]]
      /** The record, and whether the lock is ours. Both are asked in one go: the read sees what was committed before the lock was had. */
      const look = async (session: Transaction): Promise<{ readonly kept: Kept | null; readonly expired: boolean; readonly mine: boolean }> => {
        const [mine, { body }] = await Promise.all([session.lock(`idempotency ${JSON.stringify([scope, key])}`, run), session.read(records().find, [scope, key], run)])
        const kept = body === null ? null : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Kept
        const expired = kept !== null && Date.parse(kept.expiresAt) <= Date.now()
        return { kept: expired ? null : kept, expired, mine }
      }
      const again = (kept: Kept): OnceAnswer => {
        if (kept.fingerprint !== fingerprint) throw new Failure('request.reused', 'This Idempotency-Key came with another request before. A new request needs a new key.')
        return { reply: { status: kept.status, headers: kept.headers, body: [Buffer.from(kept.body, 'base64url')] }, replayed: true }
      }
      const inFlight = (): Failure => new Failure('request.inFlight', 'A request with this Idempotency-Key is being carried out. Ask again in a moment: its answer will be given.')
      try {
        const answer = await together(store, null, run, async (entered): Promise<OnceAnswer> => {
          const { session } = entered
          const { kept, expired, mine } = await look(session)
          if (kept) return again(kept)
          if (!mine) throw inFlight()
          if (expired) await session.write(records().forget, [scope, key], run)
          const reply = await work(over(entered))
          // Not waited for: it travels with the commit, and where it fails so does that. A record that somebody else made in between is found when all is run again.
          entered.met.after = session.write(records().keep, row(reply), run).then(() => {}, (error: unknown) => { if (toFailure(error).code === 'row.duplicate') entered.met.contended = true })
          return { reply, replayed: false }
        }, isolation)
        sweep()
        return answer
      } catch (error) {
        const failure = toFailure(error)
        if (!keepable(failure)) throw failure
        // Told is only what is kept: a refusal that is not could be followed by a success of the same request. Where it cannot be kept, that is the answer, and says to ask again.
        const other = await store.within(run, async session => {
          const { kept, expired, mine } = await look(session)
          // Since the lock was given back a repeat has come to its own answer, or is about to.
          if (kept) return again(kept)
          if (!mine) throw inFlight()
          if (expired) await session.write(records().forget, [scope, key], run)
          await session.write(records().keep, row(refuse(failure)), run)
          return null
        }).catch((lost: unknown): never => {
          const { code, row: of, facts } = toFailure(lost)
          // What may or may not be there is the record. Of the write it is known that it was undone.
          throw facts['outcome'] === undefined ? lost : new Failure({ code, row: of }, 'Nothing was written, and the answer to that was lost. Ask again with the same Idempotency-Key.', { cause: lost })
        })
        if (other) return other
        throw failure
      }
    },
  }
}

/** A refusal that would be the same again: of what the caller asked, and not because of a version, a token, or what others did at that moment. */
const keepable = ({ code, row }: Failure): boolean =>
  row.retry === 'never' && row.blame === 'caller' && ![401, 412, 428, 429].includes(row.status) && code !== 'request.reused' && code !== 'request.malformed'

function valid(asked: Once, caller: Caller): Once {
  const { key } = asked
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > longestKey) throw new Failure('request.malformed', `An Idempotency-Key has 1 to ${longestKey} visible characters of ASCII; a UUID is a good one.`)
  if (caller.id === null && key.length < shortestAnonymous) throw new Failure('request.malformed', `Without a token, an Idempotency-Key has at least ${shortestAnonymous} characters that nobody can guess; a UUID is a good one.`)
  return asked
}

const moment = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString().replace('Z', '+00:00')
const bytesOf = (reply: Reply): Buffer => Buffer.concat(reply.body.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))

function recordsOf(model: Model): Records {
  const entity = entityOf(model, name)
  const equal = (of: string, slot: number): Predicate => ({ kind: 'compare', op: 'eq', as: 'text', left: field(of), right: parameter(slot) })
  const where = and(equal('caller', 0), equal('key', 1))
  const find: Query = {
    kind: 'query', entity: name, one: true, count: 'none', where, order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: { fields: ['fingerprint', 'status', 'headers', 'body', 'expiresAt'].map(of => ({ name: of, shown: always })), related: [], probes: [] },
  }
  const keep: Create = {
    kind: 'create', entity: name, rows: parameter(0), set: Object.keys(entity.fields).map(of => ({ field: of, from: { kind: 'given', otherwise: null } })), references: [], check: always,
    whole: null, before: [], after: [], links: [], returning: null,
  }
  const remove = (of: Predicate): Delete => ({ kind: 'delete', entity: name, where: of, expect: null, whole: null })
  const old = remove({ kind: 'compare', op: 'lt', as: 'timestamp', left: field('expiresAt'), right: parameter(0) })
  const as = (slots: number) => ({ model, caller: anonymous, slots })
  return {
    find: authorizeAs.system(find, 'finds the answer to a repeated request', as(2)), keep: authorizeAs.system(keep, 'keeps an answer for a repeated request', as(1)),
    forget: authorizeAs.system(remove(where), 'forgets an answer whose time is over', as(2)), sweep: authorizeAs.system(old, 'forgets answers whose time is over', as(1)),
  }
}
