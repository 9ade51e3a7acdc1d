// What TypeScript infers of foreign contracts: names of fields in what is shown, taken, filtered and sorted.
import type { Action } from './infer-shapes.ts'
import type { Field } from './infer-kinds.ts'
import type { FieldName, Sort, Where } from './infer.ts'
import type { RouteDeclaration } from '../model/compile/index.ts'

/** What a route of a contract does. */
export interface Route { readonly '~declared': RouteDeclaration }
/** A resource as others show it. */
export interface Shown<E> { readonly '~resource': E }

/** The keys of the rows that the caller is bound to, by their bindings, whose names are checked at start: `caller.user`. */
export interface CallerKeys { readonly [binding: string]: any }
/** A fixed condition of a route. One that names the caller asks for a token. */
export type RouteWhere<E> = Where<E> | ((caller: CallerKeys) => Where<E>)

type Members<E> = FieldName<E> | Readonly<Record<string, FieldName<E> | Shown<any>>>
export interface ResourceOptions<E> {
  /** What stands around one in a body, and in braces in a path: `article`. */
  readonly as: string
  /** What stands around a list: the plural unless said. */
  readonly list?: string
  /** What stands beside a list, and says how many there are in all: nothing unless said. */
  readonly count?: string
  /** What finds one in an address: its key, or this unique field. */
  readonly by?: FieldName<E>
  /** What is shown, in this order: fields, under other names `{ revision: 'version' }`, rows they refer to `{ author: profile }`. */
  readonly fields: readonly Members<E>[]
  /** What of these a list leaves out. */
  readonly omit?: readonly string[]
  /** What bodies may give: all that is shown and can be written unless said. */
  readonly takes?: readonly (keyof E & string)[]
  readonly sort?: readonly Sort<E>[]
  /** A further member, with the token of the caller, or the one that an action has answered. */
  readonly token?: string
}

/** A failure in the words of the contract: of what, what is said, with which status. A text is what is said. */
export type FailureWords = string | { readonly at?: string; readonly says?: string; readonly status?: number; /** The row as it is now stands beside it. */ readonly current?: true }
/** By codes of the table and names of declared failures. `blank`: what is missing or empty; `invalid`: what does not fit. */
export interface ContractFailures { readonly [code: string]: FailureWords }
export interface RouteOptions {
  readonly status?: number
  readonly failures?: ContractFailures
  /** Whether a token is asked for before anything else. Reads ask for none unless a condition names the caller, writes for one unless an action is everyone's. */
  readonly signedIn?: boolean
}
export interface ListRoute<E> extends RouteOptions {
  readonly where?: RouteWhere<E>
  /** Parameters of the query string, and the path to the field that they choose by: `{ author: 'author.username' }`. */
  readonly filters?: Readonly<Record<string, string>>
  readonly sort?: readonly Sort<E>[]
  /** Every row, without pages. */
  readonly all?: true
}
/** The caller's own row instead of one in the address. */
export interface OneRoute extends RouteOptions { readonly own?: true }
export interface WriteRoute<E> extends OneRoute {
  /** Further fields that bodies may give. */
  readonly also?: readonly (keyof E & string)[]
}
export interface CallRoute extends RouteOptions { /** Of a transition: that it has been taken already is no failure. */ readonly again?: true }
export interface ValuesRoute<E> extends RouteOptions { readonly as?: string; readonly where?: RouteWhere<E> }
export type Groupable<E> = { [P in keyof E]: E[P] extends Field<any, any, any> ? P : never }[keyof E] & string
export type Called = string | Action<any, any, any, any, any, any>

export interface ContractOptions {
  readonly about?: string
  /** Where it is: `/api`. */
  readonly path: string
  /** What stands before a token in `Authorization`: `Bearer` unless said. */
  readonly scheme?: string
  /** How lists are paged: parameters `limit` and `offset`, 20 rows and 100 at most unless said. */
  readonly page?: { readonly limit?: string; readonly offset?: string; readonly size?: number; readonly max?: number }
  /** `null`: an empty text is null where that may stand. */
  readonly blank?: null
  /** `ignored`: members and parameters nobody asked for; they are refused unless said. */
  readonly extra?: 'ignored'
  readonly failures?: ContractFailures
  /** The body of a failure, its texts naming what stands there: `fields`, `messages`, `message`, `code`, `status`, `id`. `{ errors: 'fields' }` unless said. */
  readonly form?: Readonly<Record<string, unknown>>
  /** By method and path below the contract's: `'GET /articles/{article}': article.get()`. */
  readonly routes: Readonly<Record<string, Route>>
}
/** A contract, as it is put into `backend({ contracts })`. */
export interface Contracting {
  /** Somebody else's API, kept beside our own over the same rules: what its bodies look like, how failures are told, and what each route does. */
  contract(options: ContractOptions): ForeignApi
}
export interface ForeignApi { readonly '~declared': { readonly is: 'contract' } }
