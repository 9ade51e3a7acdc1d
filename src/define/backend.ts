// Putting it together: model() declares what things are, backend() adds the rest; nothing is run or checked before it is compiled.
import { backendOptions, calledFrom, compileDeclaration, type BackendDeclaration, type EntityClass, type ModelDeclaration } from '../model/compile/index.ts'
import type { Model } from '../model/index.ts'
import type { Class, FieldName, InstanceOf } from './infer.ts'

export type Entities = Readonly<Record<string, Class>>
/** What things are. */
export interface ModelOf<M extends Entities> { readonly entities: M; readonly '~declared': ModelDeclaration }

/** Names the entities: `model({ customer: Customer, orderItem: OrderItem })`. The names are those of bodies and of `db`; URLs have their plurals. */
export function model<const M extends Entities>(entities: M): ModelOf<M> {
  return { entities, '~declared': { entities: entities as Readonly<Record<string, EntityClass>>, at: calledFrom(model) } }
}

/** Who a caller is among the rows: the row of `entity` whose `match` equals the token's `claim`. */
export interface Binding<E> { readonly entity: Class<E>; readonly match: FieldName<E>; readonly claim: string }
export interface BackendOptions<M extends Entities, C extends Bindings<M>> {
  readonly model: ModelOf<M>
  /** Where files and messages say which application it is; the folder's name unless given. */
  readonly name?: string
  readonly callers?: C
  /** A folder with one JSON file per entity, loaded idempotently. */
  readonly data?: string
  /** Ready-made callers of development, by name: `as: { anna: { email: 'anna@example.com' } }`. Each role that rules mention has one anyway, and so has the visitor. */
  readonly as?: Readonly<Record<string, ReadyPerson>>
}
/** What the token of a ready-made caller says: its e-mail (as verified), its roles, and further claims. */
export interface ReadyPerson { readonly email?: string; readonly roles?: readonly string[]; readonly claims?: Readonly<Record<string, unknown>> }
export type Bindings<M extends Entities> = Readonly<Record<string, { [N in keyof M]: Binding<InstanceOf<M[N]>> }[keyof M]>>

/** An application: the default export of the file that the command line loads. */
export interface Backend<M extends Entities = Entities> {
  readonly '~entities': M
  readonly name: string | null
  /** As written, relative to the folder of the file. */
  readonly data: string | null
  readonly as: Readonly<Record<string, ReadyPerson>>
  readonly '~declared': BackendDeclaration
}

export function backend<const M extends Entities, const C extends Bindings<M>>(options: BackendOptions<M, C>): Backend<M> {
  const { name = null, data = null, as = {} } = options
  return {
    '~entities': options.model.entities, name, data, as,
    '~declared': {
      name, model: options.model['~declared'], callers: (options.callers ?? {}) as unknown as BackendDeclaration['callers'],
      unknown: Object.keys(options).filter(option => !backendOptions.includes(option)), at: calledFrom(backend),
    },
  }
}

/** The compiled, frozen application. Throws DeclarationErrors with every mistake of the declaration. */
export function compileModel(of: Pick<Backend, '~declared'>): { readonly model: Model } {
  return { model: compileDeclaration(of['~declared']) }
}
/** Whether a module's export is what `backend()` makes. */
export function isBackend(x: unknown): x is Backend {
  return typeof x === 'object' && x !== null && '~declared' in x && '~entities' in x
}
