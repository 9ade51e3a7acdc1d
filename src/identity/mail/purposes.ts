// What mails are for: which carry a code, where their links lead, and which go only to somebody who has an account.
import type { MailPurpose } from '../../define/index.ts'

interface Purpose { readonly code: boolean; readonly account: boolean; /** Where its link leads, below the public address. */ readonly at: string }

const purposes: Readonly<Record<MailPurpose, Purpose>> = {
  verifyEmail: { code: true, account: true, at: '/auth/verify-email' },
  resetPassword: { code: true, account: true, at: '/auth/reset-password' },
  changeEmail: { code: true, account: true, at: '/auth/confirm-email' },
  signInLink: { code: true, account: true, at: '/auth/sign-in-link' },
  signInCode: { code: true, account: true, at: '/auth/sign-in-code' },
  accountExists: { code: false, account: false, at: '/auth/sign-in' },
  noAccount: { code: false, account: false, at: '/auth/sign-up' },
  passwordChanged: { code: false, account: false, at: '/auth/forgotten' },
  emailChanged: { code: false, account: false, at: '/auth/sign-in' },
  accountDeleted: { code: false, account: false, at: '/' },
}
export const mailPurposes: readonly string[] = Object.keys(purposes)
export const isPurpose = (text: string): text is MailPurpose => Object.hasOwn(purposes, text)
export const needsAccount = (purpose: MailPurpose): boolean => purposes[purpose].account
export const carriesCode = (purpose: MailPurpose): boolean => purposes[purpose].code
export const placeOf = (purpose: MailPurpose): string => purposes[purpose].at
