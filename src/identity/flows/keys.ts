// Keys by which programs ask.
import { boolean, id, integer, list, signedIn, text, timestamp, type ModelOf } from '../../define/index.ts'
import { Failure } from '../../failure/index.ts'
import { credentialText } from '../../wire/index.ts'
import { insideOf } from '../inside.ts'
import { newSecret, rowsOf } from '../sessions.ts'
import { person } from '../standing.ts'
import type { entitiesFor } from '../entities.ts'

/** Keys of one account. */
const most = 100

export function createKeyAction(model: ModelOf<{}>, { apiKey }: ReturnType<typeof entitiesFor>) {
  return model.action({
    about: 'Makes a key by which a program asks as who makes it. The key is shown this once.', allow: signedIn, unkept: true,
    input: {
      name: text({ min: 1, max: 100 }).about('What it is for.'), scopes: list(text({ max: 60 }), { max: 50 }).optional().about('Which of your roles it has; all of them unless said.'),
      readOnly: boolean().default(false).about('It reads, and writes nothing.'), days: integer({ min: 1, max: 3650 }).optional().about('After how many days it ends; never unless said.'),
    },
    output: { id: id(apiKey), key: text().about('To be sent as Authorization: Bearer.'), start: text(), expiresAt: timestamp().optional() },
    async run({ input, ...given }) {
      const inside = insideOf(given), { userId } = person(inside), keys = rowsOf(inside.db, inside.workings.model.identity?.apiKey ?? '', 'identity: makes a key')
      const { tenant } = inside.caller.claims
      const lacking = (input.scopes ?? []).filter(role => !inside.caller.roles.has(role))
      if (lacking.length > 0) throw new Failure('caller.forbidden', `You have not the role ${lacking.join(', ')} yourself, so no key of yours has it.`, { at: ['scopes'] })
      if ((await keys.find({ where: { userId }, fields: ['id'], first: most })).data.length >= most) throw new Failure('resolve.limit', `An account has ${most} keys at most. Delete some first.`, { facts: { limit: 'keys', budget: most } })
      const { v7: uuidv7 } = await import('uuid')
      const { secret, hash } = newSecret(), made = uuidv7(), key = credentialText('key', made, secret), start = key.slice(0, 14)
      const expiresAt = input.days === null || input.days === undefined ? null : new Date(Date.now() + input.days * 86_400_000).toISOString()
      await keys.create({ id: made, userId, name: input.name, start, scopes: input.scopes ?? null, readOnly: input.readOnly, expiresAt, token: hash, tenant: tenant === undefined || tenant === null ? null : String(tenant) })
      return { id: made, key, start, expiresAt }
    },
  })
}
