// Signing in by mail: a link, or eight digits to be typed.
import { everyone, text, type ModelOf } from '../../define/index.ts'
import { count, networkOf, perAddress } from '../attempts.ts'
import { findCode, findTyped, notValid, spend, voidCodes } from '../codes.ts'
import { insideOf } from '../inside.ts'
import { userName } from '../people.ts'
import { addressOf, openSession, rowsOf } from '../sessions.ts'
import { accountOf, endSessions } from '../standing.ts'
import type { Making } from '../making.ts'
import { as, signed } from './sign.ts'

export function signInByCodeAction(model: ModelOf<{}>, making: Making) {
  const { settings } = making
  return model.action({
    about: 'Signs in by the code of a mail: that of a link, or the eight digits together with the e-mail.', allow: everyone, unkept: true,
    input: { code: text({ min: 1, max: 200 }), email: text({ max: 254 }).optional().about('With the eight digits.'), as: as() }, output: signed(settings),
    async prepare({ input: { code, email }, ...given }) {
      const inside = insideOf(given), address = addressOf(inside, settings)
      if (address !== null) await count(inside, [{ what: 'signIn.address', of: networkOf(address), patience: perAddress }])
      if (email === null || email === undefined) {
        if (!settings.link) throw notValid()
        return findCode(inside, 'signInLink', code)
      }
      if (!settings.code) throw notValid()
      return findTyped(inside, 'signInCode', email, code)
    },
    async run({ input, prepared, ...given }) {
      const inside = insideOf(given), { userId } = prepared, reason = 'identity: signs in by mail'
      await spend(inside, prepared)
      const account = await accountOf(inside, userId, reason).catch(() => { throw notValid() })
      if (account['email'] !== prepared.email) throw notValid()
      if (account['emailVerified'] !== true) {
        // Whoever made the account never showed that the address is theirs. Who reads its mail has, and shares the account with nobody.
        await rowsOf(inside.db, userName(inside), reason).update(userId, { emailVerified: true, password: null })
        await endSessions(inside, userId, null, reason)
        await voidCodes(inside, userId, ['verifyEmail'])
      }
      await voidCodes(inside, userId, ['signInLink', 'signInCode'])
      return openSession(inside, making, userId, input.as)
    },
  })
}
