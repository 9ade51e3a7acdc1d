// The base classes of entities: which key they have and which fields the server keeps for them.
import { calledFrom, declaredBase, type BaseDeclaration, type FieldDeclaration } from '../model/compile/index.ts'
import { fieldOf, type Field } from './field.ts'
import type { AnyField, brand, Ref as TenantRef } from './infer-kinds.ts'
import type { Class } from './infer.ts'
import { tenantRef } from './relation.ts'

type Id = Field<'id', 'default' | 'kept', string>
type CreatedAt = Field<'timestamp', 'default' | 'asked' | 'kept', string>
type Version = Field<'integer', 'default' | 'asked' | 'kept', number>

const keptId = (): Id => fieldOf('id', 'uuid', {}, keptId, { generated: 'key' })
const keptTime = (generated: 'createdAt' | 'updatedAt'): CreatedAt => fieldOf('timestamp', 'timestamp', {}, keptTime, { generated, asked: true, fixed: generated === 'createdAt' })
const keptVersion = (): Version => fieldOf('integer', 'integer', {}, keptVersion, { generated: 'version', asked: true })

const plain: BaseDeclaration = { key: null, readOnly: false, caller: false, id: null, createdAt: true, updatedAt: true, version: true, versionDemanded: false, tenant: false, unknown: [], at: null }

/** What things are: each entity is a class that extends this, its properties made by field builders. It has no instances. */
export abstract class Entity {
  declare readonly [brand]: { readonly key: 'id'; readonly caller: false }
  static readonly [declaredBase]: BaseDeclaration = plain
  /** UUIDv7, made by the server. */
  id: Id = keptId()
  createdAt: CreatedAt = keptTime('createdAt')
  updatedAt: CreatedAt = keptTime('updatedAt')
  version: Version = keptVersion()
}

/** A field of any kind: the shape, since modifiers of different kinds take different things. */
export type IdField = AnyField & { readonly '~declared': FieldDeclaration }
export interface EntityOptions {
  /** Fields and references that are the key together, in its order; there is no `id` then. `false`: rows cannot be told apart, so they are only read. */
  readonly key?: readonly [string, ...string[]] | false
  /** Another id: `text()`, `uuid()`, `sequence()`. */
  readonly id?: IdField
  /** A caller may be bound to a row of it, in `backend({ callers })`. */
  readonly caller?: boolean
  /** A view, say: rows are only read. */
  readonly readOnly?: true
  /** Only what the class declares: no createdAt, updatedAt and version. */
  readonly bare?: true
  readonly createdAt?: false
  readonly updatedAt?: false
  /** `required`: a change or delete of one row must say the version it was read at (`If-Match`), else 428. */
  readonly version?: false | 'required'
  /** Each row is of one tenant, `tenant: () => Company`: a reference `tenant` that the server fills in, which no query, rule or write can leave out. */
  readonly tenant?: () => Class
}
const known = ['key', 'id', 'caller', 'readOnly', 'bare', 'createdAt', 'updatedAt', 'version', 'tenant']

type KeyBrand<O> = O extends { readonly key: infer K } ? (K extends readonly string[] ? K : readonly []) : 'id'
type CallerBrand<O> = O extends { readonly caller: true } ? true : false
type Without<O, P extends string> = O extends { readonly bare: true } ? true : O extends { readonly [N in P]: false } ? true : false
type TenantOf<O> = O extends { readonly tenant: () => abstract new () => infer E } ? { tenant: TenantRef<E, 'fixed' | 'kept'> } : {}
type IdOf<O> = O extends { readonly key: unknown } ? {} : O extends { readonly id: infer F } ? { id: F } : { id: Id }
/** The fields a base class of these options has. */
export type Base<O> = { readonly [brand]: { readonly key: KeyBrand<O>; readonly caller: CallerBrand<O> } } & IdOf<O> & TenantOf<O>
  & (Without<O, 'createdAt'> extends true ? {} : { createdAt: CreatedAt }) & (Without<O, 'updatedAt'> extends true ? {} : { updatedAt: CreatedAt })
  & (Without<O, 'version'> extends true ? {} : { version: Version })

/** A base class with another key or without some built-in fields: `extends entity({ key: ['order', 'product'] })`, `extends entity({ id: text(), version: false })`, `extends entity({ id: sequence(), bare: true })`. */
export function entity<const O extends EntityOptions>(options: O & { readonly [P in Exclude<keyof O, keyof EntityOptions>]: never }): abstract new () => Base<O> {
  const { key, id, caller, readOnly, bare, createdAt, updatedAt, version, tenant } = options
  const keeps = (option: false | undefined): boolean => bare !== true && option !== false
  const declared: BaseDeclaration = {
    key: key === false ? [] : key ?? null, readOnly: readOnly === true || key === false, caller: caller === true, id: id ? id['~declared'] : null,
    createdAt: keeps(createdAt), updatedAt: keeps(updatedAt), version: bare !== true && version !== false, versionDemanded: version === 'required', tenant: tenant !== undefined,
    unknown: Object.keys(options).filter(name => !known.includes(name)), at: calledFrom(entity),
  }
  abstract class Chosen {
    static readonly [declaredBase]: BaseDeclaration = declared
    constructor() {
      if (key === undefined) Object.assign(this, { id: id ?? keptId() })
      if (tenant !== undefined) Object.assign(this, { tenant: tenantRef(tenant, declared.at ?? calledFrom(entity)) })
      if (declared.createdAt) Object.assign(this, { createdAt: keptTime('createdAt') })
      if (declared.updatedAt) Object.assign(this, { updatedAt: keptTime('updatedAt') })
      if (declared.version) Object.assign(this, { version: keptVersion() })
    }
  }
  return Chosen as unknown as abstract new () => Base<O>
}
