// What mails are for: which carry a code, where their links lead, and which go only to somebody who has an account.
import type { MailPurpose } from '../../define/index.ts'

interface Purpose { readonly code: 'link' | 'digits' | null; readonly account: boolean; /** Where its link leads, below the public address. */ readonly at: string }

const purposes: Readonly<Record<MailPurpose, Purpose>> = {
  verifyEmail: { code: 'link', account: true, at: '/auth/verify-email' },
  resetPassword: { code: 'link', account: true, at: '/auth/reset-password' },
  changeEmail: { code: 'link', account: true, at: '/auth/confirm-email' },
  signInLink: { code: 'link', account: true, at: '/auth/sign-in-link' },
  signInCode: { code: 'digits', account: true, at: '/auth/sign-in-code' },
  accountExists: { code: null, account: false, at: '/auth/sign-in' },
  passwordChanged: { code: null, account: false, at: '/auth/forgotten' },
  emailChanged: { code: null, account: false, at: '/auth/sign-in' },
}
export const mailPurposes: readonly string[] = Object.keys(purposes)
export const isPurpose = (text: string): text is MailPurpose => Object.hasOwn(purposes, text)
export const needsAccount = (purpose: MailPurpose): boolean => purposes[purpose].account
export const codeOf = (purpose: MailPurpose): Purpose['code'] => purposes[purpose].code
export const placeOf = (purpose: MailPurpose): string => purposes[purpose].at
