// Ready-made callers of development: one per person the declaration names (`as`), one per role its rules mention, and the visitor, each a file with the header
// that makes a request theirs. Their secret is this application's, on this machine; nothing but `dev` accepts it.
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Backend, ReadyPerson } from '../define/index.ts'
import type { Model } from '../model/index.ts'
import type { ReadyCaller } from '../server/index.ts'
import { usage } from './command.ts'
import type { Home } from './locate.ts'

const lifetime = 30 * 86_400

/** The secret of development, made at first use, readable by its owner only. */
export function devSecret(home: Home): string {
  mkdirSync(home.folder, { recursive: true })
  try {
    writeFileSync(home.secret, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
  }
  return readFileSync(home.secret, 'utf8').trim()
}

/** Writes the callers' header files. Answers them in order: people, roles, visitor. */
export async function writeCallers(home: Home, backend: Backend, model: Model): Promise<readonly ReadyCaller[]> {
  const secret = new TextEncoder().encode(devSecret(home))
  const people: [string, ReadyPerson][] = Object.entries(backend.as)
  const odd = people.find(([name]) => !/^[\w-]{1,60}$/.test(name))
  if (odd) throw usage(`backend({ as }): '${odd[0]}' is no name for a file. Letters, digits, - and _.`)
  const roles = model.roles.filter(role => /^[\w-]+$/.test(role) && !people.some(([name]) => name === role)).map((role): [string, ReadyPerson] => [role, { roles: [role] }])
  const callers: ReadyCaller[] = []
  for (const [name, { roles: has = [], email, claims = {} }] of [...people, ...roles]) {
    const token = await signed(secret, name, { ...(email === undefined ? {} : { email, email_verified: true }), ...(has.length === 0 ? {} : { roles: [...has] }), ...claims }, lifetime)
    callers.push({ name, headers: { Authorization: `Bearer ${token}` } })
  }
  if (!callers.some(c => c.name === 'visitor')) callers.push({ name: 'visitor', headers: {} })
  mkdirSync(home.as, { recursive: true, mode: 0o700 })
  for (const old of readdirSync(home.as)) if (!callers.some(c => c.name === old)) rmSync(path.join(home.as, old), { force: true })
  for (const { name, headers } of callers) {
    const file = path.join(home.as, name)
    writeFileSync(file, Object.entries(headers).map(([header, value]) => `${header}: ${value}\n`).join(''), { mode: 0o600 })
    chmodSync(file, 0o600)
  }
  return callers
}

/** A bearer token that says this, for so many seconds. */
export async function signed(secret: Uint8Array, subject: string, claims: Readonly<Record<string, unknown>>, seconds: number): Promise<string> {
  const { SignJWT } = await import('jose/jwt/sign')
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).setSubject(subject).setIssuedAt().setExpirationTime(Math.floor(Date.now() / 1000) + seconds).sign(secret)
}
