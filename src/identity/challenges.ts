// Challenges: rows that say which mail is to be sent to whom. Whoever sends it makes the code, and keeps its hash here; whoever brings the code back proves that mail reaches them.
import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { Inside } from './inside.ts'

/** What a mail is for. The first five carry a code. */
export type Purpose =
  | 'verifyEmail' | 'resetPassword' | 'changeEmail' | 'signInLink' | 'signInCode'
  | 'accountExists' | 'noAccount' | 'passwordChanged' | 'emailChanged' | 'accountDeleted'

/** How long a code of each is good, in seconds; mails without one are worth sending as long. */
export const goodFor: Readonly<Record<Purpose, number>> = {
  verifyEmail: 86_400, resetPassword: 3600, changeEmail: 3600, signInLink: 900, signInCode: 600, accountExists: 86_400, noAccount: 3600, passwordChanged: 86_400, emailChanged: 86_400, accountDeleted: 86_400,
}

/** A code for a mail, and what is kept of it. Links carry 128 bits; what is typed has eight digits, and few tries. */
export function challengeCode(purpose: Purpose): { readonly code: string; readonly hash: string } {
  const code = purpose === 'signInCode' ? String(randomInt(100_000_000)).padStart(8, '0') : randomBytes(16).toString('base64url')
  return { code, hash: codeHash(code) }
}
export const codeHash = (code: string): string => createHash('sha256').update(code).digest('base64url')

/** Whom a mail is for. `userId`: null where nobody has that e-mail; the row is written all the same, so that nothing tells the two apart. `to`: a new address. */
export interface Challenge { readonly purpose: Purpose; readonly email: string | null; readonly userId: string | null; readonly to?: string | null; readonly locale?: string | null }

/** Writes the row that a mail is sent for, in the transaction of whatever it tells of. Who has no e-mail gets none. */
export async function challenge({ workings }: Pick<Inside, 'workings'>, { purpose, email, userId, to = null, locale = null }: Challenge): Promise<void> {
  if (email === null) return
  const { v7: uuidv7 } = await import('uuid')
  const now = Date.now(), moment = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00')
  await workings.records.create('~challenge', [{
    id: uuidv7(), purpose, email, userId, locale, to, codeHash: null, attempts: 0, createdAt: moment(now), expiresAt: moment(now + goodFor[purpose] * 1000), sentAt: null, usedAt: null,
  }], workings.run)
}

/** The language that the answer should be in, as the caller says it: `de`, `pt-BR`. */
export function localeOf({ request }: Pick<Inside, 'request'>): string | null {
  const header = request?.headers['accept-language']
  return typeof header === 'string' ? /^\s*([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)\b/.exec(header)?.[1] ?? null : null
}
