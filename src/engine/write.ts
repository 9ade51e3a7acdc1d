// Writes: resolve the body, decide in the one order of failures, run, and try again what another write got in the way of.
import { Failure, toFailure } from '../failure/index.ts'
import { keysAreGiven, type Caller, type EntityModel } from '../model/index.ts'
import type { WriteAnswer } from '../protocols/protocol.ts'
import type { Run } from '../stores/index.ts'
import type { WriteRequest } from '../wire/index.ts'
import { answered, entityNamed, type Writer } from './answer.ts'
import { mayNot } from './authorize.ts'
import { change, prepareUpdate, remove } from './change.ts'
import { missing, rulesFor, type Context } from './context.ts'
import { create } from './create.ts'
import { keyOf } from './key.ts'
import { marked } from './mark.ts'
import { changeMany } from './many.ts'
import { isHooked } from './hooks.ts'
import { createSteps, inTransaction, update } from './nested.ts'

const attempts = 4

/** Retries what another write got in the way of; everything else is the caller's to know. */
export async function write(c: Context, request: WriteRequest, caller: Caller, given: Run): Promise<WriteAnswer> {
  const run = marked(c, caller, given)
  for (let attempt = 1; ; attempt++) {
    try {
      return await once({ c, caller, run }, request)
    } catch (e) {
      const failure = toFailure(e)
      // Inside somebody's transaction only the whole of it can be run again.
      if (failure.code !== 'row.contended' || attempt === attempts || c.session !== c.store || performance.now() > run.deadline) {
        // A PUT whose key is another row's that the caller may not read: that is no race, and stays taken.
        throw failure.cause instanceof Failure && failure.cause.code === 'row.duplicate' ? failure.cause : failure
      }
      await new Promise(go => setTimeout(go, attempt * attempt * 5 * (0.5 + Math.random())))
    }
  }
}

function once(w: Writer, request: WriteRequest): Promise<WriteAnswer> {
  const entity = entityNamed(w.c, request.entity)
  if (entity.readOnly) throw new Failure('caller.forbidden', `${entity.title} is only read.`)
  const hooked = isHooked(w.c.model, entity, 'Update') || isHooked(w.c.model, entity, 'Create') || isHooked(w.c.model, entity, 'Delete')
  if (hooked && (request.count !== undefined || request.kind === 'replace' || request.kind === 'delete')) return inTransaction(w, x => one(x, entity, request))
  return one(w, entity, request)
}

function one(w: Writer, entity: EntityModel, request: WriteRequest): Promise<WriteAnswer> {
  if (request.count !== undefined) return changeMany(w, entity, request)
  switch (request.kind) {
    case 'create': return create(w, entity, request, null, createSteps)
    case 'update': return update(w, entity, request)
    case 'replace': return replace(w, entity, request)
    case 'delete': return remove(w, entity, request)
  }
}

/** PUT: changes the row to exactly this, or makes it with this key. Whether a row that may not be read exists is not told: then it is created, or refused as a create is. */
async function replace(w: Writer, entity: EntityModel, request: WriteRequest): Promise<WriteAnswer> {
  const { c, caller } = w
  const { ruling } = rulesFor(c, caller)
  const chosen = c.known.systems.has(caller) || keysAreGiven(c.model, entity)
  const mayUpdate = ruling.may(entity, 'update').kind !== 'never', mayCreate = chosen && ruling.may(entity, 'create').kind !== 'never'
  if (!mayUpdate && !mayCreate) throw mayNot(c.model, ruling, entity, 'update', caller)
  if (mayUpdate) {
    try {
      return { created: false, ...answered(await change(w, prepareUpdate(w, entity, request, true))) }
    } catch (e) {
      if (!(e instanceof Failure) || e.code !== 'row.missing' || !mayCreate || request.expect !== null) throw e
    }
  }
  if (request.expect !== null) throw missing(c, entity.name)
  const key = keyOf(c, entity, request)
  const body = request.body
  const rest = typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.fromEntries(Object.entries(body).filter(([name]) => !entity.key.includes(name) || entity.fields[name]?.reference)) : body
  try {
    return await create(w, entity, { ...request, body: rest }, key, createSteps)
  } catch (e) {
    // Somebody made it in between: then it is a change after all.
    if (e instanceof Failure && e.code === 'row.duplicate' && mayUpdate && sameFields(e.facts['fields'], entity.key)) throw new Failure('row.contended', 'The row was made by another write just now; try again.', { cause: e })
    throw e
  }
}

const sameFields = (a: unknown, b: readonly string[]) => Array.isArray(a) && a.length === b.length && b.every(x => a.includes(x))
