// Bodies of writes, resolved: one mutation, and what more than that the body asks, as steps. Mistakes are collected, not thrown: 404, 403 and 412 come before them.
import type { EntityModel } from '../../model/index.ts'
import type { Create, Update, Value } from '../../operation/index.ts'
import { apart, begin, done, item, type ResolvedWrite, type WriteOptions } from './body.ts'
import { createLevel, readLevel } from './create.ts'
import type { Form } from './form.ts'
import { relate } from './relate.ts'
import type { CreateStep, Deed, Target } from './steps.ts'
import { changeRow } from './update.ts'
import { isPlain } from './words.ts'

/** A body that makes rows, read. */
export interface ReadCreate extends Omit<ResolvedWrite<Create>, 'mutation' | 'nested'> {
  /** What its one mutation is made of; null: there are steps instead. */
  readonly form: Form | null
  /** A step for each row, where the body nests more than rows made with it, and the relations that are then answered. */
  readonly steps: readonly CreateStep[]
  readonly nested: readonly string[]
}

/** `key`: what `PUT` creates. */
export function readCreate(options: WriteOptions, entity: EntityModel, body: unknown, many: boolean, key: readonly Value[] | null): ReadCreate {
  const w = begin(options)
  const bodies: readonly unknown[] = many && Array.isArray(body) ? body : [body]
  if (bodies.length === 0) w.mistakes.push({ at: [], detail: 'is an empty list: there is nothing to create' })
  const items = bodies.flatMap((b, i) => item(w, b, many ? [i] : [], null))
  const { values, mistakes, restricted } = w
  if (items.every(it => isPlain(w.model, entity, it.body))) return { values, mistakes, restricted, form: readLevel(w, entity, items, null, key, 0, null).form, steps: [], nested: [] }
  const nested = new Set<string>()
  const steps = items.map((it): CreateStep => {
    const own = apart(w), level = createLevel(own, entity, [it], null, key, 0, relate)
    for (const name of level.nested) nested.add(name)
    return { entity, create: level.create, values: own.values, rows: level.rows, places: [it.at], body: [it.body], targets: level.targets, deeds: level.deeds }
  })
  return { values: [...steps[0]?.values ?? []], mistakes, restricted, form: null, steps, nested: [...nested] }
}

export interface ResolvedUpdate extends ResolvedWrite<Update> {
  readonly fixed: Readonly<Record<string, Value>>
  readonly targets: readonly Target[]
  readonly deeds: readonly Deed[]
}

/** `many`: the rows of a filter, of which relations cannot be written. */
export function resolveUpdate(options: WriteOptions, entity: EntityModel, body: unknown, how: 'change' | 'replace' | 'many'): ResolvedUpdate {
  const w = begin(options)
  const [it = null] = item(w, body, [], null)
  const { update, fixed, steps } = changeRow(w, entity, it, { replace: how === 'replace', depth: 0, ties: [], relate: how === 'change' ? relate : null })
  return { ...done(w, update, [...new Set(steps.nested)]), fixed, targets: steps.targets, deeds: steps.deeds }
}
