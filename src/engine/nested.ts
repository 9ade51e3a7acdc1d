// Bodies that nest more than rows made together: their steps in one transaction, and the answer read at its end.
import type { EntityModel } from '../model/index.ts'
import type { Query } from '../operation/index.ts'
import type { WriteAnswer } from '../protocols/protocol.ts'
import type { WriteRequest } from '../wire/index.ts'
import { answered, checkRestricted, options, returning, type Writer } from './answer.ts'
import { change, prepareUpdate } from './change.ts'
import { authorized, filled, shapeOf } from './context.ts'
import { checkWhole } from './create.ts'
import { isHooked } from './hooks.ts'
import { keyIs, type Key } from './key.ts'
import { mistaken, type ReadCreate } from './resolve/index.ts'
import { foresee } from './foresee.ts'
import { changeRow, makeRows } from './steps.ts'
import { refuseTaken } from './taken.ts'
import { together } from './transaction.ts'

/** All of `work` or nothing: in a transaction, or, where there is one, a part of it. */
export const inTransaction = <T>(w: Writer, work: (w: Writer) => Promise<T>): Promise<T> =>
  together(w.c.store, w.c.entered, w.run, entered => work({ ...w, c: { ...w.c, session: entered.session, entered } }), 'read committed')

export async function update(w: Writer, entity: EntityModel, request: WriteRequest): Promise<WriteAnswer> {
  const p = prepareUpdate(w, entity, request, false), { steps } = p
  if (steps.targets.length === 0 && steps.deeds.length === 0 && !isHooked(w.c.model, entity, 'Update')) return { created: false, ...answered(await change(w, p)) }
  const { refusal, mistakes } = foresee(w, [{ entity, ...steps }])
  const all = { mistakes: [...(p.resolved?.mistakes ?? []), ...mistakes], restricted: p.resolved?.restricted ?? [] }
  return inTransaction(w, async x => {
    const written = await changeRow(x, { ...p, resolved: all, refusal, mutation: { ...p.mutation, returning: null } }, p.row, steps.targets, steps.deeds)
    const [key = []] = written.keys
    return { created: false, ...(await readBack(x, entity, [key], request, p.answers)) }
  })
}

/** Makes rows step by step. */
export async function createSteps(w: Writer, entity: EntityModel, request: WriteRequest, read: ReadCreate): Promise<WriteAnswer> {
  const { refusal, mistakes } = foresee(w, read.steps)
  if (refusal) throw refusal
  checkRestricted(w, read)
  if (read.mistakes.length || mistakes.length) {
    await checkWhole(w, entity, read.values)
    // What this caller has no default for is known to nobody.
    for (const { create, values, rows, places } of isHooked(w.c.model, entity, 'Create') || mistakes.length > 0 ? [] : read.steps) {
      const ready = authorized(w.c, shapeOf(create), create, values.length, w.caller)
      await refuseTaken(w, entity, ready, values, rows.map((row, i) => ({ row, at: places[i] ?? [] })), read.mistakes, null)
    }
    throw mistaken([...read.mistakes, ...mistakes])
  }
  return inTransaction(w, async x => {
    const keys: Key[] = []
    for (const step of read.steps) for (const key of await makeRows(x, step, null)) if (key) keys.push(key)
    return { created: true, ...(await readBack(x, entity, keys, request, read.nested)) }
  })
}

/** The rows as they are at the end, as far as the caller may read them. */
async function readBack(w: Writer, entity: EntityModel, keys: readonly Key[], request: WriteRequest, nested: readonly string[]): Promise<Omit<WriteAnswer, 'created'>> {
  const { c, caller, run } = w
  const bodies: (Uint8Array | string | null)[] = [], versions: (string | null)[] = [], cut = new Set<string>()
  for (const key of keys) {
    const values = [...key], back = returning(w, entity, request, nested, values)
    const query: Query = { kind: 'query', entity: entity.name, one: true, count: 'none', where: keyIs(entity), order: [], page: { kind: 'offset', skip: null, take: 1 }, select: back.select }
    const ready = authorized(c, shapeOf(query), query, values.length, caller)
    const found = await c.session.read(ready, filled(ready, values, caller), run)
    bodies.push(found.body)
    versions.push(found.version)
    for (const path of found.cut) cut.add(path)
  }
  return { bodies, keys, versions, cut: [...cut].sort() }
}
