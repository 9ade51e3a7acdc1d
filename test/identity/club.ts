// A world with accounts: a club whose members have notes of their own.
import { access, Account, allow, backend, caller, Entity, everyone, identity, many, model, ref, text } from '../../src/index.ts'

export class Member extends Account {
  name = text({ min: 1, max: 100 })
  nick = text({ max: 40 }).optional().unique()
  motto = text({ max: 200 }).optional()
  notes = many(() => Note, 'author')
  static access = access(Member, ({ row, caller }) => [
    allow('read', 'update').when(row.is(caller)),
    allow('read', 'update').to('admin'),
  ])
}
export class Note extends Entity {
  author = ref(() => Member).default(caller.user).fixed()
  text = text({ max: 1000 })
  static access = access(Note, ({ row, caller }) => [allow('read', 'create', 'update', 'delete').when(row.author.is(caller)), allow('read').to('staff')])
}

export const club = model({ member: Member, note: Note })
export const who = identity({ user: Member, signIn: { username: 'nick', link: true, code: true }, signUp: { fields: ['nick'] }, passwords: { cost: 'for tests' }, proxies: 1, origins: ['https://admin.club.example'] })
/** More passwords at once than are waited for. */
const flood = club.action({
  allow: everyone,
  prepare: async () => { await Promise.all(Array.from({ length: 400 }, () => who.accounts.hash('one of many'))) },
  run: () => {},
})
export default backend({ name: 'club', model: club, identity: who, actions: { flood } })
