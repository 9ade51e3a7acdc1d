// Tokens got anew, and the keys by which others check them.
import { everyone, json, signedIn, text, type ModelOf } from '../../define/index.ts'
import { Failure } from '../../failure/index.ts'
import { credentialText, readCredential } from '../../wire/index.ts'
import { insideOf, type Inside } from '../inside.ts'
import type { Making } from '../making.ts'
import { hashOf, missingIsFine, renewSession, rowsOf, tenantsOf } from '../sessions.ts'
import { person } from '../standing.ts'
import { wasOurs } from '../tokens.ts'
import { signed } from './sign.ts'

const over = (): Failure => new Failure('auth.credentials', 'This token cannot be exchanged: it was already, or its session is over. Sign in again.')
/** Who comes twice at once is not taken for a thief; neither gets more than the one exchange. */
const atOnceMs = 5000

interface Kept { readonly token: string; readonly seed: string | null; readonly renewed: string; readonly expires: string }
async function keptOf({ sql, workings: { model } }: Inside, sid: string): Promise<Kept | null> {
  const entity = model.identity?.session ?? '', column = (name: string) => sql.column(entity as never, name as never)
  const [row] = await sql<Kept>`select ${column('token')} as token, ${column('seed')} as seed, ${column('renewedAt')} as renewed, ${column('expiresAt')} as expires from ${sql.table(entity as never)} where ${column('id')} = ${sid}::uuid`
  return row ?? null
}

export function refreshAction(model: ModelOf<{}>, making: Making) {
  return model.action({
    about: 'Exchanges a refresh token for the next access token and the next refresh token. One that comes a second time ends the session: two have it. Without one, the session that asks goes on under another token.',
    allow: everyone, unkept: true, input: { refreshToken: text({ max: 200 }).optional() }, output: signed(making.settings),
    // Here, and not in the transaction: a session that is ended because of the token stays ended though the request is refused.
    async prepare({ input, ...given }) {
      const inside = insideOf(given)
      if (input.refreshToken === null || input.refreshToken === undefined) return null
      const credential = readCredential(input.refreshToken)
      if (credential?.kind !== 'refresh' || credentialText('refresh', credential.id, credential.secret) !== input.refreshToken) throw over()
      const kept = await keptOf(inside, credential.id)
      if (kept?.seed == null || Date.parse(kept.expires) <= Date.now() || !wasOurs(kept.seed, credential.secret)) throw over()
      if (kept.token !== hashOf(credential.secret)) {
        if (Date.now() - Date.parse(kept.renewed) > atOnceMs) await rowsOf(inside.db, inside.workings.model.identity?.session ?? '', 'identity: a refresh token came twice').delete(credential.id).catch(missingIsFine)
        throw over()
      }
      return { sid: credential.id, hash: kept.token, seed: kept.seed }
    },
    async run({ prepared, ...given }) {
      const inside = insideOf(given)
      if (prepared === null) return renewSession(inside, making, person(inside).sid)
      const { sql, workings: { model: { identity } } } = inside, entity = identity?.session ?? '', column = (name: string) => sql.column(entity as never, name as never)
      // Whoever else has the same token waits here, and then finds it exchanged.
      const held = await sql`select 1 from ${sql.table(entity as never)} where ${column('id')} = ${prepared.sid}::uuid and ${column('token')} = ${prepared.hash} for update`
      if (held.length === 0) throw over()
      return renewSession(inside, making, prepared.sid, { seed: prepared.seed })
    },
  })
}

/** In which of their tenants somebody acts from now on. */
export function switchTenantAction(model: ModelOf<{}>, making: Making) {
  return model.action({
    about: 'Acts in another tenant that the account is in, or in none. The session goes on under another token.', allow: signedIn, unkept: true,
    input: { tenant: text({ max: 100 }).optional().about('The key of the tenant; none: in none.') }, output: signed(making.settings),
    async run({ input, ...given }) {
      const inside = insideOf(given), { userId, sid } = person(inside), tenant = input.tenant ?? null
      const found = tenant === null ? [] : await tenantsOf(inside, userId, 1, tenant).catch(() => [])
      if (tenant !== null && (found === null || found.length === 0)) throw new Failure('caller.forbidden', 'You are in no such tenant.')
      return renewSession(inside, making, sid, { tenant: found?.[0] ?? null })
    },
  })
}

/** What other services check tokens by. */
export function publishedKeysAction(model: ModelOf<{}>, { signing }: Making) {
  return model.action({
    about: 'The keys by which access tokens are checked: a JSON Web Key Set.', allow: everyone, contract: { method: 'GET', path: '/.well-known/jwks.json', headers: { 'cache-control': 'public, max-age=300' } },
    output: { keys: json<readonly unknown[]>() },
    run: async given => ({ keys: await signing.published(insideOf(given)) }),
  })
}
