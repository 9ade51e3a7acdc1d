// Mails that are due, sent: the code is made here, its hash is kept, and what came of it is written down. One process at a time does this, the one that reads the log for mails.
import { bell, moment, run, type Bell, type OwnRow, type Working } from '../../work/index.ts'
import { mostAttempts, pauseAfter } from './retry.ts'
import { codeFor } from './code.ts'
import { isPurpose, needsAccount } from './purposes.ts'
import type { MailSettings } from './settings.ts'
import { compose, safeName, Unsendable } from './compose.ts'
import { NotSent, type Transport } from './smtp.ts'

export type { MailSettings } from './settings.ts'

/** One attempt, as it is told: nothing of the mail, and not to whom. */
export interface MailAttempt {
  readonly mail: string; readonly purpose: string; readonly attempt: number; readonly ms: number
  /** `dropped`: there is nobody to be told any more, or nothing. */
  readonly outcome: 'sent' | 'again' | 'failed' | 'expired' | 'dropped'
  readonly error: string | null
  readonly next: number | null
}
export interface LaneSettings {
  readonly engine: Working
  readonly settings: MailSettings
  readonly transport: Transport
  /** What the holder of an account is called; null: not known. */
  readonly nameOf: (userId: string) => Promise<unknown>
  readonly clock: () => number
  /** How often it is looked for what is due by time: every five seconds unless said. */
  readonly lookMs?: number | undefined
  readonly tell: (attempt: MailAttempt) => void
  readonly trouble: (error: unknown) => void
}
export interface Lane { readonly knock: Bell; stop(): Promise<void> }

/** How many are on their way at once; how long one that stops waits for them; how many mails one address gets in an hour, whatever asks for them. */
const together = 8
const graceMs = 3_000
const hourMs = 3_600_000
const mostAnHour = 20

export function startLane(of: LaneSettings): Lane {
  const { engine, clock, trouble, lookMs = 5_000 } = of
  const knock = bell(), flying = new Map<string, Promise<void>>()
  let stopping = false
  const work = async (): Promise<void> => {
    for (let failures = 0; !stopping;) {
      try {
        const waiting = await engine.records.find('~mail', [['status', 'eq', 'waiting']], { order: [['nextAt', 'asc'], ['id', 'asc']], take: together * 2 }, run())
        const free = waiting.filter(mail => !flying.has(String(mail['id'])))
        const now = clock()
        for (const mail of free.filter(m => due(m) <= now).slice(0, together - flying.size)) {
          const id = String(mail['id'])
          flying.set(id, attempt(of, mail).catch(trouble).finally(() => { flying.delete(id); knock.ring() }))
        }
        failures = 0
        const next = Math.min(...free.map(due).filter(at => at > now))
        await knock.wait(Math.min(lookMs, Math.max(5, next - now)))
      } catch (error) {
        trouble(error)
        await knock.wait(Math.min(30_000, 500 * 2 ** failures++))
      }
    }
    // A mail that was begun is waited for a while: given up at once, it might come twice.
    await Promise.race([Promise.all(flying.values()), new Promise(resolve => { setTimeout(resolve, graceMs).unref() })])
  }
  const working = work()
  return {
    knock,
    async stop() {
      stopping = true
      knock.ring()
      await working
    },
  }
}

const due = (mail: OwnRow): number => Date.parse(String(mail['nextAt']))

async function attempt({ engine, settings, transport, nameOf, clock, tell }: LaneSettings, mail: OwnRow): Promise<void> {
  const id = String(mail['id']), before = Number(mail['attempts']), attempts = before + 1, begun = performance.now(), now = clock()
  const next = now + pauseAfter(attempts, Math.random())
  // Taken before it is sent: whoever else believes to be the one that sends finds it taken, and one who dies here has tried.
  const mine = [['id', 'eq', id], ['status', 'eq', 'waiting']] as const
  if (await engine.records.update('~mail', [...mine, ['attempts', 'eq', before]], { attempts, nextAt: moment(next) }, run()) === 0) return
  const over = async (outcome: MailAttempt['outcome'], error: string | null): Promise<void> => {
    const again = outcome === 'again'
    await engine.records.update('~mail', [...mine, ['attempts', 'eq', attempts]], { error, ...(again ? {} : { status: outcome, endedAt: moment(clock()) }) }, run())
    tell({ mail: id, purpose: String(mail['purpose']), attempt: attempts, ms: performance.now() - begun, outcome, error, next: again ? next : null })
  }
  const [challenge] = await engine.records.find('~challenge', [['id', 'eq', id]], { order: [['id', 'asc']], take: 1 }, run())
  if (challenge === undefined || challenge['usedAt'] !== null) return over('dropped', 'it is used, or taken back')
  const expires = Date.parse(String(challenge['expiresAt']))
  if (expires <= now) return over('expired', mail['error'] === null ? 'its time was over before it could be sent' : String(mail['error']))
  const purpose = String(challenge['purpose'])
  // Whether a new address is whose they say is asked there.
  const email = String(purpose === 'changeEmail' ? challenge['to'] ?? challenge['email'] : challenge['email'])
  if (!isPurpose(purpose)) return over('failed', `there is no mail '${purpose}'`)
  // Whoever has no account here has not asked for it, and hears nothing; that it is so nobody learns who asked.
  if (needsAccount(purpose) && challenge['userId'] === null) return over('dropped', 'there is no account')
  if (before === 0 && await tooMany(engine, email, now)) return over('failed', `more than ${mostAnHour} mails to one address within an hour`)
  try {
    const { code, hash } = codeFor(purpose)
    const userId = challenge['userId'], locale = challenge['locale']
    const message = await compose(purpose, {
      code, email, link: settings.linkOf(purpose, code), application: settings.application, locale: typeof locale === 'string' ? locale : null,
      name: typeof userId === 'string' ? safeName(await nameOf(userId)) : null, validFor: lasting(expires - Date.parse(String(challenge['createdAt']))),
    }, settings)
    if (hash !== null && await engine.records.update('~challenge', [['id', 'eq', id], ['usedAt', 'null', true]], { codeHash: hash }, run()) === 0) return await over('dropped', 'it is used, or taken back')
    await transport.send(message)
  } catch (error) {
    if (error instanceof Unsendable) return over('failed', error.message)
    if (!(error instanceof NotSent)) throw error
    return over(error.forGood || attempts >= mostAttempts ? 'failed' : next >= expires ? 'expired' : 'again', error.message)
  }
  await engine.records.update('~challenge', [['id', 'eq', id]], { sentAt: moment(clock()) }, run())
  await over('sent', null)
}

async function tooMany(engine: Working, email: string, now: number): Promise<boolean> {
  const sent = await engine.records.find('~challenge', [['email', 'eq', email], ['sentAt', 'gt', moment(now - hourMs)]], { order: [['createdAt', 'asc']], take: mostAnHour }, run())
  return sent.length === mostAnHour
}

/** `30 minutes`, `24 hours`. */
function lasting(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000)), hours = Math.round(minutes / 60)
  return minutes < 120 ? `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}` : hours < 72 ? `${hours} hours` : `${Math.round(hours / 24)} days`
}
