// Creates: rows and what the body nests in them, made in one mutation.
import { Failure, type Mistake } from '../failure/index.ts'
import { entityOf, relationOf, type EntityModel } from '../model/index.ts'
import { and, type Create, type Query, type Value } from '../operation/index.ts'
import type { WriteAnswer } from '../protocols/protocol.ts'
import type { Authorized } from '../stores/index.ts'
import type { WriteRequest } from '../wire/index.ts'
import { answered, checkRestricted, options, returning, speak, type Writer } from './answer.ts'
import { authorizeAs, refused } from './authorize.ts'
import { authorized, filled, rulesFor, shapeOf, shortened, type Shaped } from './context.ts'
import { keyIs } from './key.ts'
import { placed } from './placed.ts'
import { madeOf, mistaken, nameOfForm, readCreate, type Form, type ReadCreate, type Row } from './resolve/index.ts'
import { refuseTaken } from './taken.ts'

/** Makes rows whose body nests more than rows made with them. */
export type BySteps = (w: Writer, entity: EntityModel, request: WriteRequest, read: ReadCreate) => Promise<WriteAnswer>

/** `key`: what `PUT` creates. */
export async function create(w: Writer, entity: EntityModel, request: WriteRequest, key: readonly Value[] | null, bySteps: BySteps): Promise<WriteAnswer> {
  const { c, caller, run } = w
  const many = key === null && Array.isArray(request.body)
  const read = readCreate(options(w, request, []), entity, request.body, many, key)
  if (read.form === null) return bySteps(w, entity, request, read)
  const { shape, mutation } = shaped(w, entity, request, read.form, read.values)
  let ready: Authorized<Create>
  try {
    ready = authorized(c, shape, mutation, read.values.length, caller)
  } catch (e) {
    // A default that this caller does not have is one more mistake of the body.
    if (!(e instanceof Failure) || e.code !== 'resolve.value') throw e
    checkRestricted(w, read)
    throw mistaken([...read.mistakes, ...e.mistakes])
  }
  const taken = async (mistakes: readonly Mistake[]): Promise<void> => {
    const rows = (read.values[mutation.rows.slot] ?? []) as readonly Row[]
    // Where something is no row at all, nobody knows which is which.
    if (!many || rows.length === (request.body as readonly unknown[]).length) await refuseTaken(w, entity, ready, read.values, rows.map((row, i) => ({ row, at: many ? [i] : [] })), mistakes, null)
  }
  checkRestricted(w, read)
  if (read.mistakes.length) {
    await checkWhole(w, entity, read.values)
    await taken(read.mistakes)
    throw mistaken(read.mistakes)
  }
  try {
    const written = await c.session.write(ready, filled(ready, read.values, caller), run)
    return { created: true, ...answered(written) }
  } catch (e) {
    // Rows of a single body have no index.
    const bodies: readonly unknown[] = many && Array.isArray(request.body) ? request.body : [request.body]
    const said = speak(w, entity, e, at => {
      const [i, ...rest] = at
      if (typeof i !== 'number') return at
      return [...(many ? [i] : []), ...placed(c.model, entity, bodies[i], rest)]
    })
    // What the store finds that does not fit comes after what is taken too; in a transaction nothing can be asked any more.
    if (said.row.status === 422 && c.entered === null) await taken(said.mistakes)
    throw said
  }
}

/** The mutation of a body with its answer, made once for all bodies of a form. `values`: the answer's own come behind. */
function shaped(w: Writer, entity: EntityModel, request: WriteRequest, form: Form, values: Value[]): Shaped<Create> {
  const { fields, include, members } = request
  // Members have values of their own, and their names are anybody's.
  const name = members ? null : shortened(`${nameOfForm(form)}${fields || include ? JSON.stringify([fields ?? null, include ?? null]) : ''}`)
  const found = name === null ? undefined : w.c.known.creates.get(name)
  if (found) return found
  const { create, nested } = madeOf(form)
  const mutation: Create = { ...create, returning: returning(w, entity, request, [...new Set(nested)], values) }
  // Forms that differ in the order of names alone are one shape.
  const made = { mutation, shape: shortened(shapeOf(mutation)) }
  if (name !== null) w.c.known.creates.set(name, made)
  return made
}

/** A new part with mistakes is refused first where its whole may not be changed, as it is without them: one read, by the first row's whole. */
export async function checkWhole({ c, caller, run }: Writer, part: EntityModel, values: readonly Value[]): Promise<void> {
  if (part.whole === null) return
  const relation = relationOf(part, part.whole), entity = entityOf(c.model, relation.target)
  const [row] = (values[0] ?? []) as readonly Readonly<Record<string, Value>>[]
  const key = entity.key.map(name => row?.[relation.on.find(pair => pair.foreign === name)?.local ?? ''] ?? null)
  if (key.includes(null)) return
  const { ruling } = rulesFor(c, caller)
  const query: Query = {
    kind: 'query', entity: entity.name, one: true, count: 'none', where: keyIs(entity), order: [], page: { kind: 'offset', skip: null, take: 1 },
    select: { fields: [], related: [], probes: [{ as: 'allowed', of: and(ruling.may(entity, 'read'), ruling.may(entity, 'update')) }] },
  }
  const ready = authorizeAs.system(query, 'finds out whether a part may be added', { model: c.model, caller, slots: key.length })
  const { body } = await c.session.read(ready, filled(ready, key, caller), run)
  const found = body === null ? null : JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as { probes: { allowed: boolean } }
  if (found?.probes.allowed !== true) throw refused(caller, `You may not write this to ${part.path}.`)
}
