// The code of a mail: made when it is sent, kept as its hash alone.
import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { MailPurpose } from '../../define/index.ts'
import { codeOf } from './purposes.ts'

/** 128 bits for links, eight digits for what is typed in; null where the mail carries none. */
export function challengeCode(purpose: MailPurpose): { readonly code: string; readonly hash: string } | { readonly code: null; readonly hash: null } {
  const form = codeOf(purpose)
  if (form === null) return { code: null, hash: null }
  const code = form === 'link' ? randomBytes(16).toString('base64url') : String(randomInt(100_000_000)).padStart(8, '0')
  return { code, hash: createHash('sha256').update(code).digest('base64url') }
}
