// Flows about the password: a new one by mail for who has forgotten it, another one for who has not.
import { everyone, secret, signedIn, text, type ModelOf } from '../../define/index.ts'
import { forgive } from '../attempts.ts'
import { challenge, localeOf } from '../challenges.ts'
import { findCode, notValid, spend, voidCodes } from '../codes.ts'
import { insideOf, type Inside } from '../inside.ts'
import { guessing, userName } from '../people.ts'
import { proveAgain } from '../proving.ts'
import { renewSession, rowsOf } from '../sessions.ts'
import { longestPassword, type Settings } from '../settings.ts'
import { accountOf, endSessions, person } from '../standing.ts'
import type { Making } from '../making.ts'
import { signed } from './sign.ts'

/** The new password stands, whoever was signed in by the old one is not any more, and the owner is told. */
async function replacePassword(inside: Inside, settings: Settings, userId: string, hash: string, but: string | null, verified: object): Promise<void> {
  const reason = 'identity: a new password'
  const account = await rowsOf(inside.db, userName(inside), reason).update(userId, { password: hash, ...verified }) as { readonly email: string | null }
  await endSessions(inside, userId, but, reason)
  await voidCodes(inside, userId, ['resetPassword', 'signInLink', 'signInCode'])
  await forgive(inside, guessing({ request: null }, settings, userId))
  await challenge(inside, { purpose: 'passwordChanged', email: account.email, userId, locale: localeOf(inside) })
}

export function resetPasswordAction(model: ModelOf<{}>, making: Making) {
  const { settings, hashes, strong } = making
  return model.action({
    about: 'Takes the code of a mail and a new password. All sessions of the account end.', allow: everyone, unkept: true, input: { code: text({ min: 1, max: 200 }), password: secret({ max: 4 * longestPassword }) },
    async prepare({ input, ...given }) {
      const inside = insideOf(given), met = await findCode(inside, 'resetPassword', input.code)
      await strong(input.password, 'password', [met.email])
      return { met, hash: await hashes.hash(input.password) }
    },
    async run({ prepared: { met, hash }, ...given }) {
      const inside = insideOf(given)
      await spend(inside, met)
      const account = await accountOf(inside, met.userId, 'identity: a new password').catch(() => { throw notValid() })
      if (account['email'] !== met.email) throw notValid()
      await replacePassword(inside, settings, met.userId, hash, null, account['emailVerified'] === true ? {} : { emailVerified: true })
    },
  })
}

export function changePasswordAction(model: ModelOf<{}>, making: Making) {
  const { settings, hashes, strong } = making
  return model.action({
    about: 'Sets another password. Every other session of the account ends, and this one goes on under another token.', allow: signedIn, unkept: true,
    input: { current: secret({ max: 4 * longestPassword }).optional().about('The password until now, unless who asks has signed in within the last minutes.'), password: secret({ max: 4 * longestPassword }) },
    output: signed(settings),
    async prepare({ input, ...given }) {
      const inside = insideOf(given)
      await proveAgain(inside, making, input.current ?? null)
      await strong(input.password, 'password', [String(inside.caller.claims['email'] ?? '')])
      return hashes.hash(input.password)
    },
    async run({ prepared, ...given }) {
      const inside = insideOf(given), { userId, sid } = person(inside)
      await replacePassword(inside, settings, userId, prepared, sid, {})
      return renewSession(inside, making, sid, { proved: true })
    },
  })
}
