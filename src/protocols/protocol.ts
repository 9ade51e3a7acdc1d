// The port of protocols: bytes in, bytes out, and in between the engine as they see it.
import type { Failure } from '../failure/index.ts'
import type { ActionModel, ActsIn, Caller, CallRequested, HookModel, HookMoment, Isolation, Model, Rule } from '../model/index.ts'
import type { Comparison, Value } from '../operation/index.ts'
import type { Run, SqlPiece, SqlRows } from '../stores/index.ts'
import type { CallRequest, ReadRequest, WriteRequest } from '../wire/index.ts'

/** One request. Header names are lower case. */
export interface Exchange {
  readonly id: string
  readonly method: string
  /** Undecoded, without the query, from the root (`/api/orders`). */
  readonly path: string
  /** What stands before all paths where the application is mounted in another server: `/backend`. */
  readonly mount?: string
  /** Undecoded, without `?`. */
  readonly query: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Read within the limits of the server; empty where there is none. */
  readonly body: Uint8Array
  /** Why the body is not there although there is one: too large, or of a media type that cannot be read. Only for protocols that say `tellsBodies`; else it is refused before they are asked. */
  readonly early?: Failure | undefined
  readonly run: Run
  /** The address of the machine it came from, where that is known. */
  readonly from?: string | undefined
  /**
   * Who asks: by the `Authorization` header (of this scheme, `Bearer` unless said), else by the cookie of a session. Asked for at most once a request. Throws `caller.token`, and
   * `caller.forbidden` where a cookie comes with a write that another site may have sent.
   */
  readonly caller: (scheme?: string) => Promise<Caller>
  /** Filled in by the protocol for the log line. `route`: the address without the values in it, `/api/orders/{id}`. */
  readonly note: (facts: { readonly operation?: string; readonly entity?: string; readonly route?: string; readonly caller?: string | null }) => void
}

/** An answer; the parts of `body` are sent one after the other as they are. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: readonly (Uint8Array | string)[]
}

export interface Protocol {
  readonly name: string
  /** Who may comes before what is wrong with a body, even one that was not read: it throws `Exchange.early` itself, wherever it reads a body, and where it reads none. */
  readonly tellsBodies?: true
  /** Where it is found, for messages: `/api`. */
  readonly root?: string | undefined
  /** Where else: `/docs`. All that it owns is at or below these and `root`. */
  readonly beside?: readonly string[]
  /** Whether this path is the protocol's (`/api`, `/api/…`). */
  owns(path: string): boolean
  answer(exchange: Exchange): Promise<Reply>
  /** A failure in the protocol's own form; also for failures that the server finds before the protocol sees the request. */
  refuse(failure: Failure, exchange: Pick<Exchange, 'id' | 'method' | 'path' | 'headers'>): Reply
}

/** The engine as protocols see it. */
export interface Engine {
  readonly model: Model
  /** A bearer token's caller, bound to its row; null: anonymous. Throws `caller.token`. */
  identify(token: string | null, run: Run): Promise<Caller>
  read(request: ReadRequest, caller: Caller, run: Run): Promise<ReadAnswer>
  write(request: WriteRequest, caller: Caller, run: Run): Promise<WriteAnswer>
  /** Calls an action. `requested`: what came in over a protocol. Throws Failure: those the action declares too. */
  call(request: CallRequest, caller: Caller, run: Run, requested?: CallRequested | null): Promise<CallAnswer>
  /**
   * All of `work` in one transaction, tried again from the beginning where another write got in its way: so it must do nothing but ask `engine`. Within a transaction it is a part of that.
   */
  together<T>(run: Run, work: (engine: Engine) => Promise<T>, isolation?: Isolation): Promise<T>
  /**
   * Carries `work` out once for a caller and a key, in one transaction with the record of its reply; an equal request later gets that reply again, bytes and all.
   * Throws `request.reused` (the key came with another request), `request.inFlight` (at once), and what `work` throws: where it would be the same again, after it was kept as `refuse` renders it.
   * To be called when the body was read and the caller is known.
   */
  once(asked: Once, caller: Caller, run: Run, work: (engine: Engine) => Promise<Reply>, refuse: (failure: Failure) => Reply): Promise<OnceAnswer>
  /** Development only: why a read answers as it does. */
  explain(request: ReadRequest, caller: Caller, run: Run): Promise<Why>
  /** Why a write is allowed or refused, without writing. */
  explainWrite(request: WriteRequest, caller: Caller, run: Run): Promise<Why>
  /** Who may call an action, and take a transition: what comes of it then is code. */
  explainCall(request: CallRequest, caller: Caller, run: Run): Promise<Why>
  ready(): Promise<void>
}

/** `body`: finished JSON; for a get an object, else an array. A get of no row throws `row.missing`. */
export interface ReadAnswer {
  readonly body: Uint8Array | string
  readonly version: string | null
  /** Lists only. */
  readonly page: { readonly next: string | null; readonly previous: string | null; readonly total: number | null; readonly totalIsAtLeast: boolean } | null
  readonly cut: readonly string[]
}

/** One entry per row written; delete: none. `created`: false when a `replace` changed a row that was there. */
export interface WriteAnswer {
  readonly created: boolean
  readonly bodies: readonly (Uint8Array | string | null)[]
  readonly keys: readonly (readonly Value[])[]
  readonly versions: readonly (string | null)[]
  readonly cut: readonly string[]
  /** Of many: how many were changed or deleted. */
  readonly count?: number
}

/** A request that says which it is. `fingerprint`: equal for equal requests. `isolation`: what `work` needs. */
export interface Once { readonly key: string; readonly fingerprint: string; readonly isolation?: Isolation }
export interface OnceAnswer { readonly reply: Reply; /** It is the answer to an earlier request. */ readonly replayed: boolean }

/** What an action answered. */
export interface CallAnswer {
  /** What its code said the answer carries. Absent: nothing. */
  readonly headers?: Readonly<Record<string, string>>
  /** Finished JSON; null where nothing is answered. */
  readonly body: string | null
  /** With a declared output its canonical values; else what `run` returned, as it is. */
  readonly output: unknown
}

/** What the application's own code is given by the protocol it is spoken to in: everything as TypeScript has it. */
export interface Speaking {
  readonly engine: Engine
  readonly caller: Caller
  readonly run: Run
  readonly action: ActionModel
  /** Canonical values, by name. */
  readonly input: unknown
  /** JSON, parsed, of the row of an entity's own action. */
  readonly row: unknown
  readonly requested: CallRequested | null
  /** What its `prepare` returned. */
  readonly prepared: unknown
  readonly reply: { header(name: string, value: string): void }
  /** Rows of system entities, for code of our own. */
  readonly records: Records
  /** The system as a caller, in the tenant of whoever calls unless said, and the run of what it does: recorded with its reason. */
  readonly system: (reason: string, scope?: ActsIn) => { readonly caller: Caller; readonly run: Run }
  readonly sql: (pieces: readonly SqlPiece[]) => Promise<SqlRows>
  readonly call: (action: ActionModel, request: Omit<CallRequest, 'action'>) => Promise<CallAnswer>
  /** The facts of a declared failure in canonical form; throws where they do not fit. */
  readonly fail: (name: string, facts: unknown, detail: string | undefined) => Failure
}
/** What a hook's code is given beside what an action's is: the row before, and the row as it is to be or has become, by stored field, as JSON has values. */
export interface HookSpeaking extends Omit<Speaking, 'action' | 'input' | 'requested' | 'prepared' | 'reply' | 'records'> {
  readonly hook: HookModel
  readonly moment: HookMoment
  readonly before: Readonly<Record<string, Value>> | null
  readonly row: Readonly<Record<string, Value>> | null
}
/** The way to the application's own code. `hook` answers what takes the place of values of the row, or undefined. */
export interface Speak {
  action(speaking: Speaking): Promise<unknown>
  /** What of an action comes before its transaction. */
  prepare(speaking: Speaking): Promise<unknown>
  /** What an action conflicts with. Its input has the members only that could be read. */
  conflicts(speaking: Speaking): Promise<unknown>
  hook(speaking: HookSpeaking): Promise<unknown>
}

export type OwnRow = Readonly<Record<string, Value>>
/** All must hold. `null`: whether there is no value. */
export type Where = readonly (readonly [field: string, op: Comparison | 'null', value: Value])[]
export interface Page { readonly order: readonly (readonly [field: string, dir: 'asc' | 'desc'])[]; readonly take: number }
/** Rows of the system's own entities: outside all rules, and of no other entity. */
export interface Records {
  find(entity: string, where: Where, page: Page, run: Run): Promise<readonly OwnRow[]>
  count(entity: string, where: Where, run: Run): Promise<number>
  create(entity: string, rows: readonly OwnRow[], run: Run): Promise<void>
  /** Answers how many. */
  update(entity: string, where: Where, set: OwnRow, run: Run): Promise<number>
  remove(entity: string, where: Where, run: Run): Promise<number>
}

/** A rule, or a part of one, as it turned out for one row. */
export interface Clause { readonly text: string; readonly holds: boolean; readonly of?: readonly Clause[] }
export interface WhyRule { readonly rule: Rule['id']; readonly text: string; readonly effect: Rule['effect']; readonly holds: boolean; readonly clause: Clause; readonly place: Rule['place'] }
export interface WhyRow {
  readonly key: readonly Value[]
  /** Whether the row is in the answer as far as rules go. */
  readonly granted: boolean
  /** The rule that decided: the first deny that holds, else the first allow that holds, else null (nothing allows it). */
  readonly decidedBy: string | null
  readonly rules: readonly WhyRule[]
  /** Fields this caller sees as null or not at all, and the rule that hides each. */
  readonly hidden: Readonly<Record<string, string>>
}
export interface Why {
  readonly caller: { readonly id: string | null; readonly roles: readonly string[]; readonly claims: Readonly<Record<string, Value>> }
  readonly entity: string
  readonly verb: string
  /** Decided without looking at a row: refused whatever the data, with the reason. */
  readonly refused: string | null
  readonly rows: readonly WhyRow[]
  readonly statement: string | null
  readonly plan: string | null
}
