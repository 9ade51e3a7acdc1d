// Flows about the e-mail of an account: showing that mail reaches its owner there, and changing it.
import { email, everyone, signedIn, secret, text, type ModelOf } from '../../define/index.ts'
import { Failure } from '../../failure/index.ts'
import { count, mailsPerAddress, networkOf, perMailbox } from '../attempts.ts'
import { challenge, localeOf, type Purpose } from '../challenges.ts'
import { findCode, notValid, spend, voidCodes } from '../codes.ts'
import { insideOf, type Inside } from '../inside.ts'
import { findByEmail, userName } from '../people.ts'
import { proveAgain } from '../proving.ts'
import { addressOf, rowsOf } from '../sessions.ts'
import { foldedEmail, longestPassword, type Settings } from '../settings.ts'
import { accountOf, notAnother, person } from '../standing.ts'
import type { Making } from '../making.ts'

/** Mail is counted before it is asked for whom it is: the answer says nothing about that. Throws `auth.throttled`. */
export async function countMail(inside: Inside, settings: Settings, to: string): Promise<void> {
  const address = addressOf(inside, settings)
  await count(inside, [...(address === null ? [] : [{ what: 'mail.address', of: networkOf(address), patience: mailsPerAddress }]), { what: 'mail.box', of: foldedEmail(to), patience: perMailbox }])
}

/** A flow that sends a mail, whoever has the address: the same rows, the same answer. `purposeOf`: what the mail is, for an account that is there. */
export function mailing(model: ModelOf<{}>, { settings }: Making, about: string, purpose: Purpose, purposeOf: (verified: boolean) => Purpose = () => purpose) {
  return model.action({
    about: `${about} The answer is the same whether or not there is an account of this e-mail.`, allow: everyone, unkept: true, input: { email: email() }, output: { email: text().about('Where mail goes, if there is an account of it.') },
    prepare: ({ input, ...given }) => countMail(insideOf(given), settings, input.email),
    async run({ input, ...given }) {
      const inside = insideOf(given), address = foldedEmail(input.email), found = await findByEmail(inside, settings, address)
      await challenge(inside, { purpose: found === null ? purpose : purposeOf(found.verified), email: address, userId: found?.id ?? null, locale: localeOf(inside) })
      return { email: address }
    },
  })
}

export function verifyEmailAction(model: ModelOf<{}>) {
  return model.action({
    about: 'Takes the code of a mail: its address is verified.', allow: everyone, unkept: true, input: { code: text({ min: 1, max: 200 }) }, output: { email: text() },
    async run({ input, ...given }) {
      const inside = insideOf(given), met = await findCode(inside, 'verifyEmail', input.code)
      notAnother(inside, met.userId)
      await spend(inside, met)
      const reason = 'identity: an e-mail is verified', account = await accountOf(inside, met.userId, reason).catch(() => { throw notValid() })
      if (account['email'] !== met.email) throw notValid()
      if (account['emailVerified'] !== true) await rowsOf(inside.db, userName(inside), reason).update(met.userId, { emailVerified: true })
      await voidCodes(inside, met.userId, ['verifyEmail'])
      return { email: met.email }
    },
  })
}

export function changeEmailAction(model: ModelOf<{}>, making: Making) {
  const { settings } = making
  return model.action({
    about: 'Asks for another e-mail. Mail goes there with a link; until it is followed nothing changes.', allow: signedIn, unkept: true,
    input: { email: email(), password: secret({ max: 4 * longestPassword }).optional().about('The password, unless who asks has signed in within the last minutes.') }, output: { email: text() },
    async prepare({ input, ...given }) {
      const inside = insideOf(given)
      await proveAgain(inside, making, input.password ?? null)
      await countMail(inside, settings, input.email)
    },
    async run({ input, ...given }) {
      const inside = insideOf(given), { userId } = person(inside), to = foldedEmail(input.email), reason = 'identity: changes an e-mail'
      const [account, other] = [await accountOf(inside, userId, reason), await findByEmail(inside, settings, to)]
      await voidCodes(inside, userId, ['changeEmail'])
      // Whoever has that address already is told, and nobody else.
      if (other !== null && other.id !== userId) await challenge(inside, { purpose: 'accountExists', email: to, userId: other.id, locale: localeOf(inside) })
      else await challenge(inside, { purpose: 'changeEmail', email: typeof account['email'] === 'string' ? account['email'] : to, to, userId, locale: localeOf(inside) })
      return { email: to }
    },
  })
}

export function confirmEmailAction(model: ModelOf<{}>) {
  return model.action({
    about: 'Takes the code of the mail to a new address: it is the account\'s from now on. The old one is told.', allow: everyone, unkept: true, input: { code: text({ min: 1, max: 200 }) }, output: { email: text() },
    async run({ input, ...given }) {
      const inside = insideOf(given), met = await findCode(inside, 'changeEmail', input.code), reason = 'identity: changes an e-mail'
      notAnother(inside, met.userId)
      await spend(inside, met)
      const account = await accountOf(inside, met.userId, reason).catch(() => { throw notValid() })
      // Who had none asks for their first one.
      if ((account['email'] ?? met.to) !== met.email || met.to === null) throw notValid()
      await rowsOf(inside.db, userName(inside), reason).update(met.userId, { email: met.to, emailVerified: true }).catch((error: unknown) => {
        throw error instanceof Failure && error.code === 'row.duplicate' ? notValid() : error
      })
      await voidCodes(inside, met.userId, ['verifyEmail', 'resetPassword', 'signInLink', 'signInCode', 'changeEmail'])
      if (account['email'] !== null) await challenge(inside, { purpose: 'emailChanged', email: met.email, to: met.to, userId: met.userId, locale: localeOf(inside) })
      return { email: met.to }
    },
  })
}
