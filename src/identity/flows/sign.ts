// The flows of identity, as actions of the application: signing up, in and out.
import { boolean, choice, everyone, email, id, secret, signedIn, text, timestamp, type ModelOf } from '../../define/index.ts'
import { Failure, InputMistake } from '../../failure/index.ts'
import { challenge, localeOf } from '../challenges.ts'
import { insideOf } from '../inside.ts'
import type { Making } from '../making.ts'
import { checkPassword, letIn, userName } from '../people.ts'
import { count, forgive, hold, isHeld, networkOf, perAddress } from '../attempts.ts'
import { countMail } from './email.ts'
import { addressOf, cookieText, missingIsFine, openSession, rowsOf } from '../sessions.ts'
import { foldedEmail, longestPassword, type Settings } from '../settings.ts'
import { endSessions, person } from '../standing.ts'
import { signUpFields } from './sign-up.ts'

export const as = () => choice('token', 'cookie', 'app').default('token').about('How the session is carried: as a token in the answer, as a cookie, or as a short access token with one to get the next.')
/** What is answered to who has signed in. */
export const signed = (settings: Settings) => ({
  userId: id(settings.user), token: text().optional().about('To be sent as Authorization: Bearer. None where a cookie carries the session.'),
  refreshToken: text().optional().about('Of an app: what the next token is got with.'), expiresAt: timestamp().about('When the session is over.'),
})

export function signUpAction(model: ModelOf<{}>, { settings, hashes, strong }: Making) {
  const { members, read } = signUpFields(settings)
  return model.action({
    about: 'Makes an account. Whether there was one of this e-mail already is not told here but by mail.', allow: everyone, unkept: true,
    input: { email: settings.emailOptional ? email().optional() : email(), password: secret({ max: 4 * longestPassword }), ...members },
    output: { email: (settings.emailOptional ? text().optional() : text()).about('Where mail was sent: with a link that verifies the address, or saying that there is an account already.') },
    async prepare({ input, ...given }) {
      const inside = insideOf(given), place = addressOf(inside, settings)
      if (place !== null) await count(inside, [{ what: 'signUp.address', of: networkOf(place), patience: perAddress }])
      await strong(input.password, 'password', Object.values(input).filter((x): x is string => typeof x === 'string' && x !== input.password))
      const { email: address } = input
      if (typeof address === 'string') await countMail(inside, settings, address)
      else if (settings.username === null || typeof Reflect.get(input, settings.username) !== 'string') throw new InputMistake('email', 'is required of who has no user name')
      return hashes.hash(input.password)
    },
    async run({ input, prepared, ...given }) {
      const inside = insideOf(given), address = typeof input.email === 'string' ? foldedEmail(input.email) : null, fields = read(input as Readonly<Record<string, unknown>>)
      const users = rowsOf(inside.db, userName(inside), 'identity: signs up')
      await refuseOtherDuplicates(inside, settings, fields)
      let userId: string | null = null
      try {
        userId = ((await users.create({ ...fields, email: address, password: prepared })) as { readonly id: string }).id
      } catch (error) {
        const taken = error instanceof Failure && error.code === 'row.duplicate' ? error.facts['fields'] : undefined
        if (!Array.isArray(taken) || !taken.includes('email')) throw error
      }
      // As much work either way: of a name that is in use nothing is held.
      for (const { held } of namesOf(inside, fields)) await (userId === null ? hold(inside, held) : forgive(inside, [held]))
      await challenge(inside, { purpose: userId === null ? 'accountExists' : 'verifyEmail', email: address, userId, locale: localeOf(inside) })
      return { email: address }
    },
  })
}

/** What of a new account nobody else may have, beside its e-mail: a user name, say. */
function namesOf(inside: ReturnType<typeof insideOf>, fields: Readonly<Record<string, unknown>>): readonly { readonly names: readonly string[]; readonly held: { readonly what: string; readonly of: string } }[] {
  const alone = (inside.workings.model.entities[userName(inside)]?.uniques ?? []).filter(u => u.fields.every(f => f !== 'email' && fields[f] !== undefined && fields[f] !== null))
  return alone.map(({ fields: names }) => ({ names, held: { what: 'signUp.name', of: JSON.stringify(names.map(n => [n, fields[n]])) } }))
}

/**
 * That another value is taken is told before anything is known of the e-mail, so that it tells nothing of that. A name that somebody wanted together with an e-mail that had an account is taken as
 * well, by nobody: were it free, whoever asks for it a second time would know of the account.
 */
async function refuseOtherDuplicates(inside: ReturnType<typeof insideOf>, { username }: Settings, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const entity = inside.workings.model.entities[userName(inside)]
  for (const { names, held } of namesOf(inside, fields)) {
    const { data } = await rowsOf(inside.db, userName(inside), 'identity: signs up').find({ where: Object.fromEntries(names.map(n => [n, fields[n]])), first: 1 })
    if (await isHeld(inside, held) || data.length > 0) throw new Failure('row.duplicate', `Another ${entity?.title ?? 'account'} has this ${names.join(', ')} already.`, { at: [names[0] ?? username ?? ''], facts: { fields: [...names] } })
  }
}

export function signInAction(model: ModelOf<{}>, making: Making) {
  const { settings, hashes } = making
  return model.action({
    about: 'Signs in by name and password.', allow: everyone, unkept: true,
    input: { login: text({ min: 1, max: 254 }).about(settings.username === null ? 'The e-mail.' : `The e-mail, or the ${settings.username}.`), password: secret({ max: 4 * longestPassword }), as: as() },
    output: signed(settings),
    prepare: ({ input, ...given }) => checkPassword(insideOf(given), settings, hashes, input),
    async run({ input, prepared, ...given }) {
      const inside = insideOf(given)
      await letIn(inside, settings, prepared)
      return openSession(inside, making, prepared.userId, input.as)
    },
  })
}

export function signOutAction(model: ModelOf<{}>) {
  return model.action({
    about: 'Ends the session that asks, or every session of its account.', allow: signedIn, unkept: true, input: { everywhere: boolean().default(false) },
    async run({ input, ...given }) {
      const inside = insideOf(given), { db, caller, request, reply, workings: { model: { identity } } } = inside, { sid } = caller.claims
      if (identity === undefined) return
      if (typeof sid === 'string') await rowsOf(db, identity.session, 'identity: signs out').delete(sid).catch(missingIsFine)
      if (input.everywhere) await endSessions(inside, person(inside).userId, null, 'identity: signs out everywhere')
      const { cookie = '' } = request?.headers ?? {}
      if (String(cookie).includes(`${identity.cookie}=`)) reply?.header('set-cookie', cookieText(identity.cookie, '', 0))
    },
  })
}

