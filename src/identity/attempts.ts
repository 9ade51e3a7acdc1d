// Guessing, made slow: how often something was tried is counted in the database, each try by one statement, before it is known whether it succeeds. However many come at once,
// from however many processes, the count is exact.
import { createHash } from 'node:crypto'
import { Failure } from '../failure/index.ts'
import type { Inside } from './inside.ts'

/** So many tries are free; from then on each makes the next one wait, `first` seconds (1 unless said) and twice as long every time, up to `longest`. Forgotten after `forget` seconds without a try. */
export interface Patience { readonly free: number; readonly first?: number; readonly longest: number; readonly forget: number }
/** Something that is counted: `of` names it, and is kept as its hash only. */
export interface Counted { readonly what: string; readonly of: string; readonly patience: Patience }

/** Of one account, and of everybody at one address: there may be an office behind it. */
export const perAccount: Patience = { free: 5, longest: 300, forget: 86_400 }
export const perAddress: Patience = { free: 60, longest: 60, forget: 3600 }
/** Mail to one address, and mails that one network has sent: nobody's mailbox is to be filled. */
export const perMailbox: Patience = { free: 3, first: 60, longest: 3600, forget: 86_400 }
export const mailsPerAddress: Patience = { free: 60, first: 5, longest: 600, forget: 3600 }

export const nameOf = ({ what, of }: Pick<Counted, 'what' | 'of'>): string => `${what}:${createHash('sha256').update(`${what} ${of}`).digest('base64url')}`

/** Counts a try of each. Throws `auth.throttled` where one of them must wait: then none is allowed. The same order everywhere, so that two never wait for each other. */
export async function count({ sql }: Pick<Inside, 'sql'>, counted: readonly Counted[]): Promise<void> {
  for (const one of counted) {
    const what = nameOf(one), { free, first = 1, longest, forget } = one.patience
    const passed = await sql`
      insert into ${sql.ident('backwright_system', 'attempt')} as a (what, tries, next_at, forget_at)
      values (${what}, 1, clock_timestamp(), clock_timestamp() + make_interval(secs => ${forget}::int))
      on conflict (what) do update set
        tries = case when a.forget_at <= clock_timestamp() then 1 else a.tries + 1 end,
        next_at = clock_timestamp() + make_interval(secs => case when a.forget_at <= clock_timestamp() or a.tries + 1 <= ${free}::int then 0 else least(${longest}::int, ${first}::int * power(2, least(a.tries - ${free}::int, 20))) end),
        forget_at = clock_timestamp() + make_interval(secs => ${forget}::int)
      where a.next_at <= clock_timestamp() or a.forget_at <= clock_timestamp()
      returning tries`
    if (passed.length > 0) continue
    const [held] = await sql<{ readonly seconds: number }>`select ceil(extract(epoch from next_at - clock_timestamp()))::int as seconds from ${sql.ident('backwright_system', 'attempt')} where what = ${what}`
    const seconds = Math.max(1, held?.seconds ?? 1)
    throw new Failure('auth.throttled', `This was tried too often. Try again in ${seconds} second${seconds === 1 ? '' : 's'}.`, { facts: { retryAfter: seconds } })
  }
}

/** A try that succeeded was no guess: it is as if it had not been. What came before stays, or one good password would pay for guessing others. */
export async function giveBack({ sql }: Pick<Inside, 'sql'>, counted: readonly Pick<Counted, 'what' | 'of'>[]): Promise<void> {
  for (const one of counted) await sql`update ${sql.ident('backwright_system', 'attempt')} set tries = greatest(tries - 1, 0), next_at = least(next_at, clock_timestamp()) where what = ${nameOf(one)}`
}

/** A success: what came before is forgotten. */
export async function forgive({ sql }: Pick<Inside, 'sql'>, counted: readonly Pick<Counted, 'what' | 'of'>[]): Promise<void> {
  for (const one of counted) await sql`delete from ${sql.ident('backwright_system', 'attempt')} where what = ${nameOf(one)}`
}

/** Keeps a name for nobody, for good. Of something that is held no tries are counted. */
export async function hold({ sql }: Pick<Inside, 'sql'>, held: Pick<Counted, 'what' | 'of'>): Promise<void> {
  await sql`insert into ${sql.ident('backwright_system', 'attempt')} (what, tries, next_at, forget_at) values (${nameOf(held)}, 0, now(), now() + interval '100 years') on conflict (what) do nothing`
}
export async function isHeld({ sql }: Pick<Inside, 'sql'>, held: Pick<Counted, 'what' | 'of'>): Promise<boolean> {
  return (await sql`select 1 as one from ${sql.ident('backwright_system', 'attempt')} where what = ${nameOf(held)}`).length > 0
}

/** The address a request came from; of version 6 the network, since everybody there has as many addresses as they like. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const left = head === '' ? [] : head.split(':'), right = tail === undefined || tail === '' ? [] : tail.split(':')
  const all = tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
  return `${all.slice(0, 4).map(part => Number.parseInt(part, 16).toString(16)).join(':')}::/64`
}
