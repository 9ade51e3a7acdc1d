// Computed fields: which rows they go over, what is made of each, and whether they are stored (totals of parts are) or asked when they are read.
import { suggest } from '../../failure/index.ts'
import { always, constant, field, type Expression, type FieldName, type Scalar } from '../../operation/index.ts'
import type { Bounds, DerivedModel, EntityModel, FieldModel, Kind } from '../model.ts'
import { canonical } from './canonical.ts'
import { inside, insideOf, isCondition, NotCompiled } from './condition.ts'
import type { ComputedDeclaration, InverseDeclaration } from './declaration.ts'
import type { Drafts } from './drafts.ts'
import type { Mistakes } from './mistakes.ts'
import { computedOf, type Draft } from './read.ts'
import { rowProxy, type Known } from './rows.ts'

/** What a value of a part is, and how it is made. */
interface Made { readonly kind: Kind; readonly scalar: Scalar; readonly bounds: Bounds; readonly of: Expression }

/** Its rows are parts, and no condition chooses among them: it is stored and kept up. */
export function isStored(draft: Draft, member: ComputedDeclaration): boolean {
  const over = draft.members.get(member.relation)
  return (over?.is === 'many' || over?.is === 'one') && over.owned && member.fn !== 'some' && !(member.fn === 'count' && member.of !== null)
}

/** The kind and bounds of a stored computed field and its total; null where it cannot be made, which is told unless `mistakes` is null. */
export function totalOf(draft: Draft, name: FieldName, member: ComputedDeclaration, drafts: Drafts, mistakes: Mistakes | null): Pick<FieldModel, 'kind' | 'scalar' | 'bounds' | 'optional' | 'computed'> | null {
  const { fn, relation } = member
  const over = overOf(draft, name, member, mistakes)
  if (!over || fn === 'some') return null
  if (fn === 'count') return { kind: 'integer', scalar: 'integer', bounds: {}, optional: false, computed: { fn, relation, of: null } }
  const say = (reason: string, hint = ''): null => { mistakes?.add(member.at(), { entity: draft.title, field: name }, reason, hint); return null }
  const part = drafts.targetOf(draft, relation, over.target, over.at)
  if (!part || !member.of) return null
  try {
    const made = madeInside(member.of(partProxy(part, drafts) as never))
    if (!made) return say(`${fn}(${draft.title}, '${relation}', …) gives no field of ${part.title}.`, `Write ${fn}(${draft.title}, '${relation}', part => part.…).`)
    if (!(fn === 'sum' ? amounts : ordered).includes(made.scalar)) return say(`There is no ${fn === 'sum' ? 'sum' : 'order'} of ${made.kind}.`)
    const computed = { fn, relation, of: made.of }
    if (fn !== 'sum') return { kind: made.kind, scalar: made.scalar, bounds: shapeOf(made.bounds), optional: true, computed }
    const wide = made.scalar === 'integer' ? 'bigint' as const : null
    return { kind: wide ?? made.kind, scalar: wide ?? made.scalar, bounds: shapeOf(made.bounds), optional: false, computed }
  } catch (error) {
    return error instanceof NotCompiled ? say(error.message, error.suggestion) : say(`It could not be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}
const amounts: readonly Scalar[] = ['integer', 'bigint', 'decimal', 'number']
const ordered: readonly Scalar[] = [...amounts, 'timestamp', 'date', 'time', 'text']

/** What of a part's bounds its totals keep: how a value is written, not which are allowed. A total has room for as many digits as parts can come to. */
const shapeOf = (b: Bounds): Bounds => ({
  ...(b.scale !== undefined ? { precision: 38, scale: b.scale } : {}), ...(b.currency !== undefined ? { currency: b.currency } : {}), ...(b.collation !== undefined ? { collation: b.collation } : {}),
})

function overOf(draft: Draft, name: FieldName, member: ComputedDeclaration, mistakes: Mistakes | null): InverseDeclaration | null {
  const say = (reason: string, hint = ''): null => { mistakes?.add(member.at(), { entity: draft.title, field: name }, reason, hint); return null }
  if (member.entity !== draft.entity) return say(`${member.fn}(${member.entity.name}, …) is of another entity.`, `Write ${member.fn}(${draft.title}, …).`)
  const over = draft.members.get(member.relation)
  const lists = [...draft.members].filter(([, m]) => m.is === 'many' || m.is === 'one').map(([n]) => n)
  if (over?.is !== 'many' && over?.is !== 'one') return say(`'${member.relation}' is no list of ${draft.title}.`, suggest(member.relation, lists))
  const plain = member.fn === 'count' || member.fn === 'some'
  if (!plain && !over.owned) return say(`${member.fn}() goes over owned parts only, and '${member.relation}' are none.`, `Write ${member.relation} = many(…).owned(), or ask for an aggregate when reading.`)
  return over
}

/** A part as the functions of `sum`, `min` and `max` see it. */
function partProxy(part: Draft, drafts: Drafts): object {
  return new Proxy(Object.create(null) as object, {
    get: (_, name) => {
      if (typeof name !== 'string') return undefined
      const member = part.members.get(name)
      if (member?.is === 'field') {
        if (member.list || member.kind === 'secret') throw new NotCompiled(`${part.title}.${name} is ${member.list ? 'a list' : 'a secret'}.`)
        return amount({ kind: member.kind, scalar: member.scalar, bounds: member.bounds, of: field(name) })
      }
      if (member?.is === 'computed' && isStored(part, member)) {
        const made = totalOf(part, name, member, drafts, null)
        if (made) return amount({ ...made, of: field(name) })
      }
      const names = [...part.members].filter(([, m]) => m.is === 'field').map(([n]) => n)
      throw new NotCompiled(member ? `${part.title}.${name} is no field of the part itself.` : `'${name}' does not exist on ${part.title}.`, suggest(name, names))
    },
  })
}

const madeInside = (x: unknown): Made | null => {
  const found = insideOf(x)
  return typeof found === 'object' && found !== null && Reflect.get(found, 'is') === 'amount' ? (found as Made & { is: 'amount' }) : null
}

function amount(left: Made): object {
  const reckoned = (kind: 'plus' | 'minus' | 'times') => (raw: unknown): object => {
    const right = madeInside(raw) ?? constantOf(raw, left)
    for (const m of [left, right]) if (!amounts.includes(m.scalar)) throw new NotCompiled(`A ${m.kind} cannot be reckoned with.`)
    if ((left.scalar === 'number') !== (right.scalar === 'number')) throw new NotCompiled('A floating number does not mix with an exact one.', 'Declare it as decimal(…).')
    const currencies = [left, right].flatMap(m => (m.kind === 'money' ? [m.bounds.currency] : []))
    if (kind === 'times' && currencies.length === 2) throw new NotCompiled('Money times money is nothing.')
    if (new Set(currencies).size > 1) throw new NotCompiled(`${currencies.join(' and ')} do not add up.`)
    const scalar: Scalar = left.scalar === 'number' ? 'number' : [left, right].some(m => m.scalar === 'decimal') ? 'decimal' : 'bigint'
    const [a, b] = [scaleOf(left), scaleOf(right)]
    const scale = a === null || b === null || scalar !== 'decimal' ? null : kind === 'times' ? a + b : Math.max(a, b)
    return amount({
      kind: currencies.length ? 'money' : scalar, scalar, of: { kind, as: scalar, left: left.of, right: right.of },
      bounds: { ...(scale === null ? {} : { scale }), ...(currencies[0] === undefined ? {} : { currency: currencies[0] }) },
    })
  }
  return { [inside]: { ...left, is: 'amount' }, times: reckoned('times'), plus: reckoned('plus'), minus: reckoned('minus') }
}

/** Digits after the point; null: any number of them. */
const scaleOf = (m: Made): number | null => (m.scalar === 'decimal' ? m.bounds.scale ?? null : 0)

function constantOf(raw: unknown, beside: Made): Made {
  const scalar: Scalar = beside.scalar === 'number' ? 'number' : typeof raw === 'number' && Number.isInteger(raw) ? 'integer' : 'decimal'
  const made = canonical(scalar, raw)
  if ('problem' in made) throw new NotCompiled(`${made.problem}.`)
  const scale = String(made.value).split('.')[1]?.length ?? 0
  return { kind: scalar === 'integer' ? 'integer' : scalar === 'number' ? 'number' : 'decimal', scalar, bounds: scalar === 'decimal' ? { scale } : {}, of: constant(made.value) }
}

/** The fields of a class that are asked when they are read. */
export function derivedOf(draft: Draft, entity: EntityModel, known: Omit<Known, 'mistake'>, mistakes: Mistakes): Readonly<Record<FieldName, DerivedModel>> {
  return Object.fromEntries(computedOf(draft).filter(([, member]) => !isStored(draft, member)).flatMap(([name, member]): [FieldName, DerivedModel][] => {
    const subject = { entity: draft.title, field: name }
    const say = (reason: string, hint = ''): [] => { mistakes.add(member.at(), subject, reason, hint); return [] }
    if (member.index) say('.index() has no effect: it is computed when it is read.')
    if (member.hidden) say('.hidden() has no effect: it is in answers only.')
    if (member.was !== null) say('.was() has no effect: nothing of it is stored.')
    if (Object.hasOwn(entity.relations, name)) say(`'${name}' is both a relation and a field.`, 'Rename one of them.')
    const over = overOf(draft, name, member, mistakes), relation = over && entity.relations[member.relation], target = relation && known.entity(relation.target)
    if (!target || (member.fn !== 'count' && member.fn !== 'some')) return []
    const base = { name, fn: member.fn, relation: member.relation, about: member.about, place: member.at() }
    const typed = member.fn === 'count' ? { kind: 'integer', scalar: 'integer' } as const : { kind: 'boolean', scalar: 'boolean' } as const
    if (!member.of) return [[name, { ...base, ...typed, where: always }]]
    const full: Known = { ...known, mistake: (at, reason, hint) => mistakes.add(at.line === 0 ? member.at() : at, subject, reason, hint) }
    try {
      const made = member.of(rowProxy(full, target, 'row') as never)
      if (!isCondition(made)) return say(`${member.fn}(${draft.title}, '${member.relation}', …) gives no condition.`, `Write row => row.… .eq(…).`)
      return [[name, { ...base, ...typed, where: made.build(0) }]]
    } catch (error) {
      return error instanceof NotCompiled ? say(error.message, error.suggestion) : say(`It could not be read: ${error instanceof Error ? error.message : String(error)}.`)
    }
  }))
}
