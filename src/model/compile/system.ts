// Entities of our own, in every model: what must be written in the same transaction as the application's rows. They live in a schema of their own.
import type { EntityName, FieldName, Scalar } from '../../operation/index.ts'
import type { EntityModel, FieldModel, Kind } from '../model.ts'
import { nowhere } from './place.ts'

/**
 * The PostgreSQL schema of the tables of all system entities. Not `backwright`: a role of that name (the embedded database's is) would have it before `public` on its search
 * path, and the application's own tables would be made in it.
 */
export const systemSchema = 'backwright_system'

interface Field { readonly scalar: Scalar; readonly optional?: true; readonly identity?: true; readonly secret?: true; readonly classified?: 'pii' }

const kinds: Readonly<Record<Scalar, Kind>> = {
  uuid: 'uuid', text: 'text', integer: 'integer', bigint: 'bigint', number: 'number', decimal: 'decimal', boolean: 'boolean', timestamp: 'timestamp', date: 'date', time: 'time',
  duration: 'duration', json: 'json', bytes: 'bytes',
}
const snake = (name: string): string => name.replace(/[A-Z]/g, c => `_${c.toLowerCase()}`)

const field = (name: FieldName, { scalar, optional, identity, secret, classified }: Field): FieldModel => ({
  name, column: snake(name), kind: secret ? 'secret' : kinds[scalar], scalar, list: false, optional: optional === true, default: null, fixed: false, by: null, hidden: false, searchable: false,
  generated: identity ? 'identity' : null, reference: null, bounds: {}, was: null, about: null, place: nowhere, ...(classified ? { classified } : {}),
})

function entity(name: EntityName, key: readonly FieldName[], fields: Readonly<Record<FieldName, Field>>, indexes: readonly (readonly FieldName[])[] = []): EntityModel {
  const table = snake(name.slice(1))
  return {
    name, title: name, path: name, about: null, hidden: true, system: true, table: { schema: systemSchema, name: table, was: null }, key,
    fields: Object.fromEntries(Object.entries(fields).map(([n, f]) => [n, field(n, f)])), relations: {}, uniques: [],
    indexes: indexes.map(by => ({ name: `${table}_${by.map(snake).join('_')}_idx`, fields: by.map(n => ({ name: n, dir: 'asc' as const })), method: 'btree' as const })),
    version: null, whole: null, rules: [], page: { size: 100, max: 1000 }, place: nowhere,
  }
}

const text: Field = { scalar: 'text' }, timestamp: Field = { scalar: 'timestamp' }
const maybe = (f: Field): Field => ({ ...f, optional: true })

const all: readonly EntityModel[] = [
  // What was written, row by row, in the write's own transaction. PostgreSQL adds the transaction's number to its table.
  // `parts`: rows made by the same statement to hang on this one, `{ entity: [after, …] }`: a row of its own costs three times what they cost there.
  entity('~change', ['id'], {
    id: { scalar: 'bigint', identity: true }, at: timestamp, entity: text, key: { scalar: 'json' }, verb: text,
    before: { scalar: 'json', optional: true }, after: { scalar: 'json', optional: true },
    caller: maybe(text), request: maybe(text), action: maybe(text), reason: maybe(text), parts: { scalar: 'json', optional: true },
  }),
  // How far each reader of the log has come.
  entity('~reader', ['name'], { name: text, position: text, movedAt: timestamp }),
  // What is to be told to others, in the order of changes; each stays a while after it was told.
  entity('~delivery', ['id'], {
    id: text, webhook: text, change: { scalar: 'bigint' }, lane: text, body: text, status: text, attempts: { scalar: 'integer' }, nextAt: timestamp, createdAt: timestamp,
    endedAt: maybe(timestamp), answer: { scalar: 'integer', optional: true }, error: maybe(text),
  }, [['webhook', 'status', 'nextAt'], ['endedAt']]),
  // What was decided about a webhook while it runs: whether it pauses, and the secrets we keep for it, the newest first.
  entity('~webhook', ['name'], { name: text, paused: { scalar: 'boolean' }, secrets: { scalar: 'json' } }),
  // Mails on their way, one for each challenge: how often they were tried, and what became of them. What they say is nowhere kept.
  entity('~mail', ['id'], {
    id: { scalar: 'uuid' }, purpose: text, status: text, attempts: { scalar: 'integer' }, nextAt: timestamp, createdAt: timestamp, endedAt: maybe(timestamp), error: maybe(text),
  }, [['status', 'nextAt'], ['endedAt']]),
  // Answers of writes that said which they are, to be given again.
  entity('~idempotency', ['caller', 'key'], {
    caller: text, key: text, fingerprint: text, status: { scalar: 'integer' }, headers: { scalar: 'json' }, body: { scalar: 'bytes' }, createdAt: timestamp, expiresAt: timestamp,
  }, [['expiresAt']]),
  // One row for each mail of identity that carries a code or tells of something. Logged, since who sends the mail reads the log; its code is made then, and only its hash is kept.
  { ...entity('~challenge', ['id'], {
    id: { scalar: 'uuid' }, purpose: text, email: { ...text, classified: 'pii' }, userId: maybe(text), locale: maybe(text), to: { ...maybe(text), classified: 'pii' }, codeHash: { scalar: 'text', optional: true, secret: true },
    attempts: { scalar: 'integer' }, createdAt: timestamp, expiresAt: timestamp, sentAt: maybe(timestamp), usedAt: maybe(timestamp),
  }, [['codeHash'], ['email', 'purpose', 'createdAt'], ['expiresAt']]), logged: true },
  // How often something was tried (a password, a mail), and when it may be tried again: by account and by address, whose names are hashed.
  entity('~attempt', ['what'], { what: text, tries: { scalar: 'integer' }, nextAt: timestamp, forgetAt: timestamp }, [['forgetAt']]),
  // The keys that sign tokens of ours: the newest signs, the others are published until what they signed is over.
  entity('~signingKey', ['id'], { id: text, algorithm: text, publicKey: { scalar: 'json' }, privateKey: { scalar: 'text', secret: true }, createdAt: timestamp, retiredAt: timestamp }, []),
]

export const systemEntities: Readonly<Record<EntityName, EntityModel>> = Object.fromEntries(all.map(e => [e.name, e]))
