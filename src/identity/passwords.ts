// Passwords: argon2id by Node's own crypto, in a short line, so that a flood of sign-ins neither blocks the event loop nor takes every thread that files and names are looked up with.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Failure } from '../failure/index.ts'

/** What one hash costs: 19 MiB, twice over, as OWASP has it. Tests may take less. */
export interface Cost { readonly memoryKiB: number; readonly passes: number }
export const usualCost: Cost = { memoryKiB: 19_456, passes: 2 }
export const testCost: Cost = { memoryKiB: 8, passes: 1 }

/** How many wait at most; one more is refused. At some 70 ms each, about ten seconds. */
const longest = 150
const length = 32

export interface Hasher {
  hash(password: string): Promise<string>
  /** Whether the password is the one; where there is none to compare with, the same work is done for nothing. Throws `server.busy`. */
  verify(stored: string | null, password: string): Promise<boolean>
  /** It was made at another cost than is usual now. */
  outdated(stored: string): boolean
  /** How many hashes were made: for tests of who does which work. */
  readonly made: () => number
}

export function hasher(cost: Cost): Hasher {
  // Half of the machine's cores at most, and of the four threads that all of Node's slow work shares two at most.
  const atOnce = Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2)))
  const waiting: (() => void)[] = []
  let running = 0, made = 0
  const inLine = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= longest) throw new Failure('server.busy', 'Too many passwords are being checked just now.', { facts: { retryAfter: 2 } })
      await new Promise<void>(go => { waiting.push(go) })
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
  const derive = (password: string, nonce: Buffer, at: Cost, tagLength = length): Promise<Buffer> => inLine(() => new Promise((done, failed) => {
    made++
    argon2('argon2id', { message: plain(password), nonce, parallelism: 1, tagLength, memory: at.memoryKiB, passes: at.passes }, (error, key) => { if (error) failed(error); else done(key) })
  }))
  const noOnes = randomBytes(16)
  return {
    async hash(password) {
      const salt = randomBytes(16)
      return textOf(cost, salt, await derive(password, salt, cost))
    },
    async verify(stored, password) {
      const known = stored === null ? null : readHash(stored)
      const tag = await derive(password, known?.salt ?? noOnes, known?.cost ?? cost)
      return known !== null && timingSafeEqual(tag, known.tag)
    },
    outdated(stored) {
      const known = readHash(stored)
      return known === null || known.cost.memoryKiB !== cost.memoryKiB || known.cost.passes !== cost.passes
    },
    made: () => made,
  }
}

/** However it is typed (composed or not), it is the same password. */
const plain = (password: string): Buffer => Buffer.from(password.normalize('NFKC'))
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
const textOf = ({ memoryKiB, passes }: Cost, salt: Buffer, tag: Buffer): string => `$argon2id$v=19$m=${memoryKiB},t=${passes},p=1$${base64(salt)}$${base64(tag)}`

function readHash(text: string): { readonly cost: Cost; readonly salt: Buffer; readonly tag: Buffer } | null {
  const [, memory, passes, salt, tag] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/.exec(text) ?? []
  if (memory === undefined || passes === undefined || salt === undefined || tag === undefined) return null
  return { cost: { memoryKiB: Number(memory), passes: Number(passes) }, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') }
}
