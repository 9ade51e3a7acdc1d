// A Model from a short description, as compiling a declaration would make it: for models that no one declared.
import type { Scalar } from '../../operation/index.ts'
import { systemEntities } from '../../model/compile/index.ts'
import type { Bounds, CallerBinding, Computed, Default, DerivedModel, EntityModel, FieldModel, Kind, Model, Place, RelationModel, Rule } from '../../model/index.ts'

export interface FieldDraft {
  readonly kind: Kind; readonly list?: boolean; readonly optional?: boolean; readonly unique?: boolean; readonly hidden?: boolean; readonly searchable?: boolean
  readonly fixed?: boolean; readonly by?: readonly string[]; readonly default?: Default; readonly bounds?: Bounds
}
export interface RefDraft {
  readonly target: string; readonly optional?: boolean; readonly fixed?: boolean
  /** Where its key comes from when no one says. */
  readonly default?: Default
  /** The relation seen from the other end; none: a hidden one. */
  readonly inverse?: string
  /** One-to-one. */
  readonly unique?: boolean
  /** This entity is an owned part of the target. */
  readonly part?: boolean
}
export interface EntityDraft {
  readonly name: string
  readonly key: { readonly kind: 'uuid' | 'identity' | 'text' } | { readonly kind: 'refs'; readonly refs: readonly string[] }
  readonly fields: Readonly<Record<string, FieldDraft>>
  readonly refs: Readonly<Record<string, RefDraft>>
  /** Many-to-many, short form. */
  readonly links: Readonly<Record<string, { readonly target: string; readonly inverse: string }>>
  /** The entity whose rows are the tenants, each of whose this one's are. */
  readonly tenant?: string
  readonly version: boolean
  readonly versionDemanded?: true
  /** `createdAt` and `updatedAt`. */
  readonly stamps?: boolean
  /** Stored totals over owned parts, and what is counted or asked of related rows when they are read. */
  readonly totals?: Readonly<Record<string, FieldDraft & { readonly total: Computed }>>
  readonly derived?: Readonly<Record<string, Pick<DerivedModel, 'fn' | 'relation' | 'where'>>>
  readonly rules: readonly Rule[]
}

const nowhere: Place = { file: 'generated', line: 1 }
const scalars: Readonly<Record<Kind, Scalar>> = {
  id: 'uuid', uuid: 'uuid', text: 'text', integer: 'integer', bigint: 'bigint', number: 'number', decimal: 'decimal', money: 'decimal', boolean: 'boolean',
  timestamp: 'timestamp', date: 'date', time: 'time', duration: 'duration', json: 'json', choice: 'text', email: 'text', url: 'text', slug: 'text', bytes: 'bytes', secret: 'text', range: 'text',
}
const snake = (name: string): string => name.replaceAll('.', '_').replace(/[A-Z]/g, c => `_${c.toLowerCase()}`)
const title = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** The field model of a draft. */
export function fieldModel(name: string, draft: FieldDraft, more: Partial<FieldModel> = {}): FieldModel {
  return {
    name, column: snake(name), kind: draft.kind, scalar: scalars[draft.kind], list: draft.list ?? false, optional: draft.optional ?? false, default: draft.default ?? null,
    fixed: draft.fixed ?? false, by: draft.by ?? null, hidden: draft.hidden ?? draft.kind === 'secret', searchable: draft.searchable ?? false, generated: null, reference: null,
    bounds: draft.bounds ?? {}, was: null, about: null, place: nowhere, ...more,
  }
}

const derivedModel = (name: string, of: Pick<DerivedModel, 'fn' | 'relation' | 'where'>): DerivedModel => {
  const kind = of.fn === 'count' ? 'integer' as const : 'boolean' as const
  return { ...of, name, kind, scalar: kind, about: null, place: nowhere }
}

/** Compiles drafts; those a reference's key comes from must stand before it (or be itself). */
export function literal(name: string, drafts: readonly EntityDraft[], callers: readonly CallerBinding[], roles: readonly string[]): Model {
  const entities: Record<string, EntityModel> = {}
  const relations: Record<string, Record<string, RelationModel>> = {}
  const relate = (entity: string, relation: Omit<RelationModel, 'hidden' | 'fixed' | 'by' | 'about' | 'place'> & Partial<RelationModel>): void => {
    (relations[entity] ??= {})[relation.name] = { hidden: relation.name.startsWith('~'), fixed: false, by: null, about: null, place: nowhere, ...relation }
  }
  const define = (d: EntityDraft, hidden: boolean): void => {
    const fields: Record<string, FieldModel> = {}
    const keyField = (): FieldModel | null => {
      switch (d.key.kind) {
        case 'uuid': return fieldModel('id', { kind: 'id' }, { generated: 'key', fixed: true })
        case 'identity': return fieldModel('id', { kind: 'integer' }, { generated: 'identity', fixed: true })
        case 'text': return fieldModel('id', { kind: 'text' }, { fixed: true })
        case 'refs': return null
      }
    }
    const own = keyField()
    if (own) fields[own.name] = own
    const parts = (ref: string, target: string): readonly { readonly local: string; readonly foreign: string }[] => {
      const key = target === d.name ? ['id'] : entities[target]?.key ?? []
      return key.map(k => ({ local: key.length === 1 ? `${ref}${title(k)}` : `${ref}Id.${k}`, foreign: k }))
    }
    const uniques: { name: string; fields: readonly string[]; within?: string }[] = [], within = d.tenant === undefined ? {} : { within: 'tenantId' }
    if (d.tenant !== undefined) {
      const inverse = `~${d.name}.tenant`, common = { one: true, optional: false, through: null, owned: false }
      fields['tenantId'] = fieldModel('tenantId', { kind: 'uuid', fixed: true }, { reference: 'tenant', generated: 'tenant' })
      relate(d.name, { ...common, name: 'tenant', target: d.tenant, owner: true, on: [{ local: 'tenantId', foreign: 'id' }], inverse, fixed: true })
      relate(d.tenant, { ...common, name: inverse, target: d.name, one: false, owner: false, on: [{ local: 'id', foreign: 'tenantId' }], inverse: 'tenant' })
    }
    for (const [ref, r] of Object.entries(d.refs)) {
      const on = parts(ref, r.target)
      for (const p of on) {
        const foreign = r.target === d.name ? own : entities[r.target]?.fields[p.foreign]
        if (!foreign) throw new Error(`${d.name}.${ref} points at ${r.target}.${p.foreign}, which is not there`)
        const fixed = (r.fixed ?? false) || (d.key.kind === 'refs' && d.key.refs.includes(ref))
        fields[p.local] = fieldModel(p.local, { kind: foreign.kind === 'id' ? 'uuid' : foreign.kind, optional: r.optional ?? false, fixed, ...(r.default ? { default: r.default } : {}) }, { reference: ref })
      }
      const inverse = r.inverse ?? `~${d.name}.${ref}`
      relate(d.name, { name: ref, target: r.target, one: true, owner: true, optional: r.optional ?? false, on, through: null, owned: false, inverse, fixed: r.fixed ?? false })
      relate(r.target, {
        name: inverse, target: d.name, one: r.unique ?? false, owner: false, optional: r.unique ?? false, on: on.map(p => ({ local: p.foreign, foreign: p.local })),
        through: null, owned: r.part ?? false, inverse: ref,
      })
      if (r.unique) uniques.push({ name: `${snake(d.name)}s_${snake(ref)}_key`, fields: on.map(p => p.local), ...within })
    }
    for (const [n, f] of Object.entries(d.fields)) {
      fields[n] = fieldModel(n, f)
      if (f.unique) uniques.push({ name: `${snake(d.name)}s_${snake(n)}_key`, fields: [n], ...within })
    }
    for (const [n, { total, ...f }] of Object.entries(d.totals ?? {})) fields[n] = fieldModel(n, f, { generated: 'computed', computed: total })
    if (d.stamps) {
      for (const n of ['createdAt', 'updatedAt'] as const) fields[n] = fieldModel(n, { kind: 'timestamp' }, { generated: n, asked: true })
    }
    if (d.version) fields['version'] = fieldModel('version', { kind: 'integer' }, { generated: 'version' })
    entities[d.name] = {
      name: d.name, title: title(d.name), path: `${snake(d.name).replaceAll('_', '-')}s`, about: null, hidden, table: { schema: null, name: `${snake(d.name)}s`, was: null },
      key: d.key.kind === 'refs' ? d.key.refs.flatMap(r => parts(r, d.refs[r]?.target ?? '').map(p => p.local)) : ['id'],
      fields, ...(d.derived ? { derived: Object.fromEntries(Object.entries(d.derived).map(([n, x]) => [n, derivedModel(n, x)])) } : {}), relations: (relations[d.name] ??= {}), uniques, indexes: [], ...(d.tenant === undefined ? {} : { tenant: 'tenantId' }),
      version: d.version ? 'version' : null, ...(d.versionDemanded ? { versionDemanded: true as const } : {}),
      whole: Object.entries(d.refs).find(([, r]) => r.part)?.[0] ?? null, rules: d.rules, page: { size: 20, max: 100 }, place: nowhere,
    }
  }
  for (const d of drafts) define(d, false)
  for (const d of drafts) {
    for (const [link, l] of Object.entries(d.links)) {
      const between = `${d.name}${title(link)}`
      define({
        name: between, key: { kind: 'refs', refs: ['near', 'far'] }, fields: {}, links: {}, version: false, rules: [],
        refs: { near: { target: d.name, inverse: `~${between}.near` }, far: { target: l.target, inverse: `~${between}.far` } },
      }, true)
      const on = (end: 'near' | 'far') => relations[between]?.[end]?.on.map(p => ({ local: p.foreign, foreign: p.local })) ?? []
      const common = { one: false, owner: false, optional: false, owned: false }
      relate(d.name, { ...common, name: link, target: l.target, on: on('near'), through: { entity: between, near: 'near', far: 'far' }, inverse: l.inverse })
      relate(l.target, { ...common, name: l.inverse, target: d.name, on: on('far'), through: { entity: between, near: 'far', far: 'near' }, inverse: link })
    }
  }
  const tenant = drafts.find(d => d.tenant !== undefined)?.tenant
  return { name, entities, ...(tenant === undefined ? {} : { tenant: { entity: tenant, scalar: 'uuid' as const } }), callers: Object.fromEntries(callers.map(c => [c.name, c])), roles, system: systemEntities }
}
