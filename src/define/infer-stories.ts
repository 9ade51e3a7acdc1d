// What TypeScript infers of stories: who may be asked as, and what each has of the application.
import type { DbOf } from './infer-db.ts'
import type { Backend, ReadyPerson } from './backend.ts'

/** `as.anna`, `as.visitor`: people of `backend({ as })`, roles that rules mention, and nobody; `as('admin')` and `as({ email, roles, claims })` for whom no name is known. */
export type StoryAs<D, P extends string> = ((who: string | ReadyPerson) => D) & { readonly [N in P | 'visitor']: D } & { readonly [role: string]: D }
/**
 * What a story is given. `system`: the application outside of all rules, for what is there before and is looked at afterwards; under the application's own name too,
 * where it says one: `({ as, shop }) => …`. It looks into all tenants; `systemIn(key)` acts in one, and makes rows there.
 */
export type StoryGiven<B> = B extends Backend<infer M, infer A, infer P, infer N> ? { readonly as: StoryAs<DbOf<M, A>, P>; readonly system: DbOf<M, A>; readonly systemIn: (tenant: unknown) => DbOf<M, A> }
  & (string extends N ? unknown : { readonly [X in N]: DbOf<M, A> }) : never
