// A process that asks for a mail, for tests that kill it: writes one challenge, and dies, or goes on to send it.
import { randomUUID } from 'node:crypto'
import { access, allow, backend, model, open, text, Entity } from '../../index.ts'
import { mailReader, readMail, smtp } from './index.ts'

class Note extends Entity {
  what = text()
  static access = access(Note, () => [allow('read').always()])
}
export const declared = backend({ name: 'killed', model: model({ note: Note }) })
const minutes = 60_000

/** What identity writes for each mail. */
export const challenge = (email: string, more: Readonly<Record<string, string | null>> = {}) => {
  const now = Date.now()
  return {
    id: randomUUID(), purpose: 'resetPassword', email, userId: 'u1', locale: null, to: null, codeHash: null, attempts: 0, createdAt: new Date(now).toISOString(), expiresAt: new Date(now + 30 * minutes).toISOString(),
    sentAt: null, usedAt: null, ...more,
  }
}

if (process.argv[1] === import.meta.filename) {
  const { MAIL_DATABASE, MAIL_SMTP = '', MAIL_TO = '', MAIL_SEND } = process.env
  const { engine } = await open(declared, { url: MAIL_DATABASE, schema: 'ignore' })
  await engine.records.create('~challenge', [challenge(MAIL_TO)], { deadline: Infinity })
  if (MAIL_SEND !== 'yes') process.kill(process.pid, 'SIGKILL')
  const { settings, server } = readMail({ from: 'Shop <shop@example.com>', smtp: MAIL_SMTP, url: 'https://shop.example' }, { application: 'Shop', environment: {}, served: null })
  if (server) mailReader({ engine, settings, transport: smtp(server), nameOf: async () => null, clock: Date.now, lookMs: 50, tell() {}, trouble(error) { console.error(error) } })
  setInterval(() => {}, 1_000)
}
