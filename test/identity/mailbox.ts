// What a mailbox would have: the code of the newest mail for a purpose, made as whoever sends mail makes it.
import { challengeCode, type Purpose } from '../../src/identity/index.ts'
import type { Served } from './served.ts'

export async function codeFor({ client }: Pick<Served, 'client'>, purpose: Purpose, email: string): Promise<string> {
  const { rows: [row] } = await client.query<{ id: string }>('select id from backwright_system.challenge where purpose = $1 and coalesce("to", email) = $2 and sent_at is null order by created_at desc limit 1', [purpose, email])
  if (row === undefined) throw new Error(`no mail ${purpose} to ${email}`)
  const { code, hash } = challengeCode(purpose)
  await client.query('update backwright_system.challenge set code_hash = $2, sent_at = now() where id = $1', [row.id, hash])
  return code
}
/** What mails there are for an address, in order. */
export async function mailsTo({ client }: Pick<Served, 'client'>, email: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ purpose: string; user_id: string | null }>('select purpose, user_id from backwright_system.challenge where coalesce("to", email) = $1 or (purpose = \'emailChanged\' and email = $1) order by created_at', [email])
  return rows.map(r => r.purpose + (r.user_id === null ? ' (nobody)' : ''))
}
export const password = 'four words stand here'
/** Somebody with a verified e-mail, signed in. */
export async function somebody(at: Served, email: string, more: object = {}) {
  const made = await at.call('sign-up', { email, password, name: 'Some Body', ...more })
  if (made.status !== 200) throw new Error(made.text)
  await at.call('verify-email', { code: await codeFor(at, 'verifyEmail', email) })
  const { token, userId } = (await at.call('sign-in', { login: email, password })).body as { token: string; userId: string }
  return { token, userId, email }
}
