// The code of a mail, where it carries one: made when it is sent.
import type { MailPurpose } from '../../define/index.ts'
import { challengeCode } from '../challenges.ts'
import { carriesCode } from './purposes.ts'

/** Null where the mail carries none. */
export function codeFor(purpose: MailPurpose): { readonly code: string; readonly hash: string } | { readonly code: null; readonly hash: null } {
  return carriesCode(purpose) ? challengeCode(purpose) : { code: null, hash: null }
}
