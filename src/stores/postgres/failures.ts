// What PostgreSQL reports, as failures: by SQLSTATE, with the fields of a violated constraint found through the model.
import { Failure, type Code } from '../../failure/index.ts'
import { checkName, foreignKeyName, primaryKeyName, type EntityModel, type Model, type Verb } from '../../model/index.ts'

/** The parts of an error report of the wire protocol that are read here; drivers' error objects have them. */
export interface Report {
  readonly code: string
  readonly message: string
  readonly table?: string | undefined
  readonly column?: string | undefined
  readonly constraint?: string | undefined
  readonly schema?: string | undefined
  readonly detail?: string | undefined
}

/** An error that carries a SQLSTATE. (`EPIPE` and its kin have five letters too, but no class of SQLSTATEs begins with an E.) */
export const isReport = (error: unknown): error is Report =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9FHPX][0-9A-Z]{4}$/.test(error.code)

/**
 * Anything thrown while a statement was prepared, sent or run, as a Failure whose cause is the error itself. With the model, violated constraints are named by
 * their fields (`facts.fields`) and references by their relation (`at`); `verb` tells apart the two sides of a foreign key. A Failure made here before without the
 * model is made again with it; any other Failure is returned as it is.
 */
export function failureOf(error: unknown, model: Model | null = null, verb: Verb | null = null): Failure {
  if (error instanceof Failure) return model && error.code.startsWith('row.') && isReport(error.cause) ? failureOf(error.cause, model, verb) : error
  if (isReport(error)) return reported(error, model, verb)
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && unreachable.has(error.code))
    return new Failure('store.down', undefined, { cause: error })
  return new Failure('internal', undefined, { cause: error })
}

/** What sockets say when there is nobody at the other end, or not any more. */
const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOENT', 'EACCES', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN',
])

function reported(report: Report, model: Model | null, verb: Verb | null): Failure {
  const plain = (code: Code, detail?: string) => new Failure(code, detail, { cause: report })
  switch (report.code) {
    case '23505': case '23P01': {
      const fields = violated(report, model)?.fields ?? []
      return new Failure('row.duplicate', fields.length ? `A row with this ${list(fields)} exists already.` : undefined,
        { ...(fields.length ? { facts: { fields } } : {}), cause: report })
    }
    case '23503': {
      // The two sides differ in the words of the message only, which follow the server's language; so the verb decides where it is known.
      if (verb ? verb === 'delete' : report.message.startsWith('update or delete')) return plain('row.referenced')
      const relation = violated(report, model)?.relation
      return new Failure('row.reference', undefined, { ...(relation ? { at: [relation] } : {}), cause: report })
    }
    case '23001': return plain('row.referenced')
    case '23502': case '23514': {
      const fields = violated(report, model)?.fields ?? []
      const why = report.code === '23502' ? 'must have a value' : 'breaks a check of its entity'
      const which = report.constraint === undefined ? '' : `, '${report.constraint}',`
      return new Failure('row.invalid', fields.length ? `${list(fields)} ${why}.` : `The row breaks a check of its table${which} that no single field is named for.`, { ...(fields.length ? { facts: { fields } } : {}), cause: report })
    }
    case '22003': return plain('row.invalid', 'A number is out of range.')
    // A lock that could not be had in time is a write that got there first.
    case '40001': case '40P01': case '55P03': return plain('row.contended', 'Another write is changing the same rows at this moment; try again.')
    case '57014': case '25P03': case '25P04': return plain('store.timeout', 'The database ended the statement because its time was over.')
    case '53100': return plain('store.full', 'The disk of the database is full; nothing was written.')
    // What a trigger or function of the database raises on purpose says itself what is wrong.
    case 'P0001': case 'P0004': return plain('row.invalid', `The database refuses this: ${report.message}`)
    // The role that the store connects as may not do this there, or a policy of the table forbids it.
    case '42501': return plain('store.unsupported', 'The database does not let the application do this.')
    // A stand-by, or a server that is being promoted: nothing can be written here now.
    case '25006': return plain('store.down', 'The database takes no writes now.')
  }
  switch (report.code.slice(0, 2)) {
    // Values that resolve let through and the column does not take: a date out of range, a character that cannot be stored.
    case '22': return plain('row.invalid', 'A value does not fit its field.')
    case '23': return plain('row.invalid', 'The row breaks a constraint of its table.')
    // A limit of the program: an index's row too large, JSON too deep.
    case '54': {
      const fields = violated(report, model)?.fields ?? indexed(report, model)
      return new Failure('row.invalid', fields.length ? `${list(fields)} is too large to be indexed.` : 'A value is too large to be stored or indexed.', { ...(fields.length ? { facts: { fields } } : {}), cause: report })
    }
    case '40': return plain('row.contended', 'Another write is changing the same rows at this moment; try again.')
    // No connection, no right to connect, no such database, out of memory or connections, input and output errors of the server.
    case '08': case '28': case '3D': case '53': case '57': case '58': return plain('store.down', 'The database takes no statements now.')
    default: return plain('internal')
  }
}

const list = (names: readonly string[]): string => names.join(', ')

/** The fields, and the relation, behind a constraint or column that a report names; null where the model has none of that name. */
function violated(report: Report, model: Model | null): { readonly fields: readonly string[]; readonly relation: string | null } | null {
  for (const entity of model ? Object.values(model.entities) : []) {
    if (entity.table.name !== report.table || (entity.table.schema !== null && report.schema !== undefined && entity.table.schema !== report.schema)) continue
    const found = constraint(entity, report) ?? told(entity, report)
    if (found) return found
  }
  return null
}

/** The fields of an index that only the words of a report name, in whichever language. */
function indexed({ message }: Report, model: Model | null): readonly string[] {
  const names = [...message.matchAll(/"([^"]+)"/g)].map(m => m[1])
  const found = Object.values(model?.entities ?? {}).flatMap(e => e.indexes).filter(i => names.includes(i.name))
  return found.length === 1 ? found.flatMap(i => i.fields.map(f => f.name)) : []
}

/** A constraint of a name somebody else gave it: what the report says of its columns, `Key (a, "b c")=(1, 2) …`, in the server's own language otherwise. */
function told(entity: EntityModel, { detail = '' }: Report): { readonly fields: readonly string[]; readonly relation: string | null } | null {
  const [, list = ''] = /\(((?:"(?:[^"]|"")*"|[^()"])*)\)=\(/.exec(detail) ?? []
  const columns = [...list.matchAll(/"((?:[^"]|"")*)"|([^\s,]+)/g)].map(m => m[1]?.replaceAll('""', '"') ?? m[2] ?? '')
  const fields = columns.flatMap(c => Object.values(entity.fields).find(f => f.column === c)?.name ?? [])
  if (columns.length === 0 || fields.length < columns.length) return null
  const relation = Object.values(entity.relations).find(r => r.owner && r.on.length === fields.length && r.on.every(o => fields.includes(o.local)))
  return { fields, relation: relation?.name ?? null }
}

function constraint(entity: EntityModel, report: Report): { readonly fields: readonly string[]; readonly relation: string | null } | null {
  const { constraint: name, column } = report
  if (name === undefined) {
    const field = Object.values(entity.fields).find(f => f.column === column)
    return field ? { fields: [field.name], relation: null } : null
  }
  if (name === primaryKeyName(entity)) return { fields: entity.key, relation: null }
  const unique = entity.uniques.find(u => u.name === name) ?? entity.indexes.find(i => i.name === name)
  if (unique) return { fields: unique.fields.map(f => (typeof f === 'string' ? f : f.name)), relation: null }
  for (const relation of Object.values(entity.relations))
    if (relation.owner && name === foreignKeyName(entity, relation.name)) return { fields: relation.on.map(o => o.local), relation: relation.name }
  const checked = Object.values(entity.fields).find(f => name === checkName(entity, f.name) || name === checkName(entity, f.column))
  return checked ? { fields: [checked.name], relation: null } : null
}
