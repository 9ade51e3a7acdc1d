// Codes that came back: found by their hash, good once, for a while, for one purpose. Those that are short are few tries away from nothing.
import { timingSafeEqual } from 'node:crypto'
import { Failure } from '../failure/index.ts'
import type { OwnRow } from '../protocols/protocol.ts'
import { count } from './attempts.ts'
import { codeHash, type Purpose } from './challenges.ts'
import type { Inside } from './inside.ts'
import { foldedEmail } from './settings.ts'

/** A challenge that was met. */
export interface Met { readonly id: string; readonly email: string; readonly userId: string; readonly to: string | null; readonly hash: string }

export const notValid = (): Failure => new Failure('auth.code', 'This code is not valid, or not any more: codes are good once, and not for long. Ask for a new one.')
const moment = (): string => new Date().toISOString().replace('Z', '+00:00')
const newest = { order: [['createdAt', 'desc']], take: 1 } as const

/** The open challenge of a code from a link. Looks, and changes nothing. Throws `auth.code`. */
export async function findCode({ workings: { records, run } }: Pick<Inside, 'workings'>, purpose: Purpose, code: string): Promise<Met> {
  const hash = codeHash(code)
  return met((await records.find('~challenge', [['codeHash', 'eq', hash], ['purpose', 'eq', purpose], ['usedAt', 'null', true], ['expiresAt', 'gt', moment()]], newest, run))[0], hash)
}

/** The open challenge of a code that is typed: the newest of this e-mail. Counts the try, five for each code. In `prepare`, so that it stays counted. Throws `auth.code`. */
export async function findTyped(inside: Inside, purpose: Purpose, email: string, code: string): Promise<Met> {
  const { records, run } = inside.workings, hash = codeHash(code.replaceAll(/[\s-]/g, ''))
  const [row] = await records.find('~challenge', [['email', 'eq', foldedEmail(email)], ['purpose', 'eq', purpose], ['usedAt', 'null', true], ['expiresAt', 'gt', moment()]], newest, run)
  // Somebody who has no challenge costs a try as well.
  await count(inside, [{ what: 'code', of: row === undefined ? `none ${foldedEmail(email)}` : String(row['id']), patience: { free: 4, longest: 100_000, first: 100_000, forget: 100_000 } }]).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'auth.throttled' ? notValid() : error
  })
  return met(row, hash)
}

function met(row: OwnRow | undefined, hash: string): Met {
  const kept = Buffer.from(String(row?.['codeHash'] ?? ''), 'base64url'), given = Buffer.from(hash, 'base64url')
  if (row === undefined || row['userId'] === null || kept.length !== given.length || !timingSafeEqual(kept, given)) throw notValid()
  return { id: String(row['id']), email: String(row['email']), userId: String(row['userId']), to: row['to'] === null ? null : String(row['to']), hash }
}

/** Uses a challenge up: of two that come with the same code at once, one. In `run`, so that a code is not lost where what it is for fails. Throws `auth.code`. */
export async function spend({ workings: { records, run } }: Pick<Inside, 'workings'>, { id, hash }: Met): Promise<void> {
  if (await records.update('~challenge', [['id', 'eq', id], ['codeHash', 'eq', hash], ['usedAt', 'null', true], ['expiresAt', 'gt', moment()]], { usedAt: moment() }, run) !== 1) throw notValid()
}

/** Codes that are on their way to somebody are good for nothing any more: they have a new password, say. */
export async function voidCodes({ workings: { records, run } }: Pick<Inside, 'workings'>, userId: string, purposes: readonly Purpose[]): Promise<void> {
  for (const purpose of purposes) await records.update('~challenge', [['userId', 'eq', userId], ['purpose', 'eq', purpose], ['usedAt', 'null', true]], { usedAt: moment() }, run)
}
