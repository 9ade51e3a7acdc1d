// The mail of an application's accounts: who sends it, how it goes out, and what keeps it from going. Where there are no accounts there is none, and nothing of it is loaded.
import type { Mail } from '../define/index.ts'
import { mailReader, readMail, smtp, type MailAttempt, type Outbox, type Transport } from '../identity/mail/index.ts'
import { titled } from '../identity/pages/index.ts'
import type { Model } from '../model/index.ts'
import type { Working } from '../work/index.ts'

export interface MailingOptions {
  readonly model: Model
  readonly engine: Working
  readonly mail: Mail | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where it is served while it is developed; null: this is no development. */
  readonly served: string | null
  /** For tests: takes the mails instead of a server. */
  readonly transport: Transport | null
  /** Keeps what is sent while it is developed. */
  readonly outbox: Outbox
  readonly nameOf: (userId: string) => Promise<unknown>
  readonly clock: () => number
  readonly lookMs: number | undefined
  readonly tell: (attempt: MailAttempt) => void
  readonly trouble: (error: unknown) => void
}
export interface Mailing { readonly problems: readonly string[]; stop(): Promise<void> }

const idle = { async stop() {} }

/** Begins. Where something keeps mail from being sent it says so: as a problem where mail is declared, else to `trouble`. Challenges wait until their time is over. */
export function startMail({ model, engine, mail, environment, served, transport: given, outbox, nameOf, clock, lookMs, tell, trouble }: MailingOptions): Mailing {
  if (model.identity === undefined) return { ...idle, problems: mail === undefined ? [] : ['mail is declared, but there are no accounts that it could be for: identity: identity({ user: User }).'] }
  const { settings, server, problems } = readMail(mail, { application: titled(model.name), environment, served })
  if (given === null && problems.length > 0) {
    if (mail !== undefined) return { ...idle, problems }
    // Accounts by name and password alone get along without; whoever forgot it finds this in the log.
    trouble(new Error(`No mail is sent: ${problems.join(' ')}`))
    return { ...idle, problems: [] }
  }
  const transport = given ?? (server === null ? outbox : served === null ? smtp(server) : both(smtp(server), outbox))
  return { ...mailReader({ engine, settings, transport, nameOf, clock, lookMs, tell, trouble }), problems }
}

/** In development what is sent is kept, too. */
const both = (server: Transport, outbox: Outbox): Transport => ({
  async send(message) {
    await outbox.send(message)
    await server.send(message)
  },
  close: () => server.close(),
})
