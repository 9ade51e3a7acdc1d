// Flows about the account as a whole: everything of it to take along, and its end.
import { json, secret, signedIn, type ModelOf } from '../../define/index.ts'
import { Failure } from '../../failure/index.ts'
import type { LooseRows } from '../../model/index.ts'
import { challenge, localeOf } from '../challenges.ts'
import { voidCodes } from '../codes.ts'
import { insideOf } from '../inside.ts'
import type { Making } from '../making.ts'
import { userName } from '../people.ts'
import { proveAgain } from '../proving.ts'
import { cookieText, rowsOf } from '../sessions.ts'
import { longestPassword } from '../settings.ts'
import { accountOf, endSessions, person } from '../standing.ts'

/** Rows of one kind that are taken along. */
const mostRows = 10_000

export function exportAccountAction(model: ModelOf<{}>, making: Making) {
  return model.action({
    about: 'Everything of the account that its owner may read: its row, and the rows that refer to it, by entity.', allow: signedIn, unkept: true, isolation: 'repeatable read',
    input: { password: secret({ max: 4 * longestPassword }).optional() }, output: { account: json(), rows: json<Readonly<Record<string, unknown>>>() },
    prepare: ({ input, ...given }) => proveAgain(insideOf(given), making, input.password ?? null),
    async run(given) {
      const inside = insideOf(given), { userId } = person(inside), { entities } = inside.workings.model, name = userName(inside)
      const mine = given.db as unknown as Readonly<Record<string, LooseRows>>
      const account = await mine[name]?.get(userId).catch(hidden) ?? null
      const rows: Record<string, unknown> = {}
      for (const entity of Object.values(entities)) {
        const toMe = entity.hidden ? [] : Object.values(entity.relations).filter(r => r.owner && !r.hidden && r.target === name)
        const [field] = toMe.map(r => r.on[0]?.local ?? r.name), of = mine[entity.name]
        if (field === undefined || of === undefined) continue
        const any = toMe.map(r => ({ [r.on[0]?.local ?? r.name]: userId })), found: unknown[] = []
        for (let after: string | undefined; ;) {
          const page = await of.find({ where: any.length === 1 ? any[0] : { or: any }, first: Math.min(100, entity.page.max), ...(after === undefined ? {} : { after }) }).catch(hidden) as { readonly data: readonly unknown[]; readonly page: { readonly next: string | null } } | null
          found.push(...page?.data ?? [])
          after = page?.page.next ?? undefined
          if (after === undefined || found.length >= mostRows) break
        }
        if (found.length > 0) rows[entity.name] = found
      }
      return { account: plain(account), rows: plain(rows) as Readonly<Record<string, unknown>> }
    },
  })
}

/** What its owner may not read is not taken along. */
function hidden(error: unknown): null {
  if (error instanceof Failure && (error.code === 'caller.forbidden' || error.code === 'caller.unknown')) return null
  throw error
}
const plain = (of: unknown): unknown => JSON.parse(JSON.stringify(of, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))) as unknown

export function deleteAccountAction(model: ModelOf<{}>, making: Making) {
  return model.action({
    about: 'Deletes the account with its sessions and keys. Rows of the application that refer to it stand in the way, unless a hook of the application sees to them.', allow: signedIn, unkept: true,
    input: { password: secret({ max: 4 * longestPassword }).optional().about('The password, unless who asks has signed in within the last minutes.') },
    prepare: ({ input, ...given }) => proveAgain(insideOf(given), making, input.password ?? null),
    async run(given) {
      const inside = insideOf(given), { userId } = person(inside), reason = 'identity: deletes an account', { identity } = inside.workings.model
      const account = await accountOf(inside, userId, reason)
      await endSessions(inside, userId, null, reason)
      const keys = rowsOf(inside.db, identity?.apiKey ?? '', reason)
      for (const { id } of (await keys.find({ where: { userId }, fields: ['id'], first: 100 })).data as readonly { readonly id: string }[]) await keys.delete(id)
      await voidCodes(inside, userId, ['verifyEmail', 'resetPassword', 'changeEmail', 'signInLink', 'signInCode'])
      await rowsOf(inside.db, userName(inside), reason).delete(userId)
      await challenge(inside, { purpose: 'accountDeleted', email: typeof account['email'] === 'string' ? account['email'] : null, userId, locale: localeOf(inside) })
      if (String(inside.request?.headers['cookie'] ?? '').includes(`${identity?.cookie ?? ''}=`)) inside.reply?.header('set-cookie', cookieText(identity?.cookie ?? '', '', 0))
    },
  })
}
