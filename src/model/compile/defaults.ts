// Defaults that name other rows: the caller's own, or a field of a referenced row.
import { suggest } from '../../failure/index.ts'
import type { FieldName } from '../../operation/index.ts'
import type { CallerBinding, Default, EntityModel, FieldModel } from '../model.ts'
import { tenantClaim } from '../tenancy.ts'
import { show } from './canonical.ts'
import type { DefaultDeclaration, FieldDeclaration, ReferenceDeclaration } from './declaration.ts'
import type { Mistakes } from './mistakes.ts'
import type { Draft } from './read.ts'

/** Records `line => line.product.price` as ['product', 'price']. */
const steps: unique symbol = Symbol('backwright.steps')
function recorder(path: readonly string[]): object {
  return new Proxy(Object.create(null) as object, { get: (_, key) => (key === steps ? path : typeof key === 'string' ? recorder([...path, key]) : undefined) })
}
const pathOf = (read: (row: unknown) => unknown): readonly string[] | null => {
  const found = read(recorder([]))
  return typeof found === 'object' && found !== null ? ((Reflect.get(found, steps) as readonly string[] | undefined) ?? null) : null
}

/** The fields of `entity` with the defaults that need the whole model to be understood. */
export function withDefaults(draft: Draft, entity: EntityModel, entities: ReadonlyMap<string, EntityModel>, callers: readonly CallerBinding[], mistakes: Mistakes): EntityModel {
  const more = new Map<FieldName, Default>()
  for (const [name, member] of draft.members) {
    if (member.is !== 'field' && member.is !== 'reference') continue
    const chosen = member.default
    const mine = member.is === 'field' ? [entity.fields[name]] : (entity.relations[name]?.on ?? []).map(p => entity.fields[p.local])
    const say = (reason: string, hint = '') => mistakes.add(member.at(), { entity: draft.title, field: name }, reason, hint)
    if (!chosen || (member.is === 'field' && (chosen.kind === 'value' || chosen.kind === 'now' || chosen.kind === 'absent' || chosen.kind === 'expression'))) continue
    for (const [i, field] of mine.entries()) if (field) {
      const made = defaultOf(chosen, member, field, i, entity, entities, callers, say)
      if (made) more.set(field.name, made)
    }
  }
  if (!more.size) return entity
  return { ...entity, fields: Object.fromEntries(Object.entries(entity.fields).map(([n, f]) => [n, { ...f, default: more.get(n) ?? f.default }])) }
}

function defaultOf(
  chosen: DefaultDeclaration, member: FieldDeclaration | ReferenceDeclaration, field: FieldModel, i: number, entity: EntityModel,
  entities: ReadonlyMap<string, EntityModel>, callers: readonly CallerBinding[], say: (reason: string, hint?: string) => void,
): Default | null {
  switch (chosen.kind) {
    case 'caller': {
      const [first = '', second] = chosen.path
      if (first === 'claims' && second !== undefined) return { kind: 'claim', claim: second }
      if (first === 'id') return { kind: 'claim', claim: 'sub' }
      if (first === 'tenant' && second === undefined) return { kind: 'claim', claim: tenantClaim }
      const binding = callers.find(c => c.name === first)
      if (!binding) { say(`No caller is bound as '${first}'.`, suggest(first, callers.map(c => c.name)) || `Bind one: backend({ callers: { ${first}: { … } } }).`); return null }
      const target = member.is === 'reference' ? entity.relations[field.reference ?? '']?.target : undefined
      if (target !== binding.entity) { say(`caller.${first} is a row of ${entities.get(binding.entity)?.title ?? binding.entity}, which this is no reference to.`); return null }
      const key = entities.get(binding.entity)?.key[i]
      return key === undefined ? null : { kind: 'claim', claim: `@${first}.${key}` }
    }
    case 'path': {
      const path = pathOf(chosen.read)
      const [first, second] = path ?? []
      if (!path || first === undefined || second === undefined || path.length !== 2) {
        say(`A default through a reference names one field of one row it refers to${path ? `, not '${path.join('.')}'` : ''}.`, `Write .default(row => row.product.price).`)
        return null
      }
      const relation = Object.hasOwn(entity.relations, first) ? entity.relations[first] : undefined
      const owners = Object.values(entity.relations).filter(r => r.owner).map(r => r.name)
      if (!relation?.owner) { say(`'${first}' is no reference of ${entity.title}.`, suggest(first, owners)); return null }
      if (relation.name === field.reference) { say('A reference cannot take its default through itself.'); return null }
      const target = entities.get(relation.target)
      if (!target) return null
      const through = target.relations[second]?.owner ? target.relations[second]?.on[i]?.local : undefined
      const source = Object.hasOwn(target.fields, through ?? second) ? target.fields[through ?? second] : undefined
      if (!source) { say(`'${second}' does not exist on ${target.title}.`, suggest(second, Object.keys(target.fields))); return null }
      if (source.kind === 'secret') { say(`${target.title}.${second} is a secret, which is never read.`); return null }
      if (source.scalar !== field.scalar || source.list !== field.list) { say(`${target.title}.${second} is ${source.list ? 'a list' : source.kind}, this is ${field.list ? 'a list' : field.kind}.`); return null }
      return { kind: 'related', relation: first, field: source.name }
    }
    case 'expression': return { kind: 'expression', expression: chosen.expression }
    case 'absent': return null
    case 'value': case 'now':
      say(`A reference has no default of ${chosen.kind === 'now' ? 'now' : show(chosen.value)}.`, 'Write .default(caller.customer), or .default(row => row.order.customer).')
      return null
  }
}
