// What every protocol over HTTP shares: a token for whoever asks, a request and its answer, and trying again where another write got in the way.
import { SignJWT } from 'jose'
import type { Outcome } from '../check.ts'
import type { CallPart, Part } from '../request.ts'
import type { Carry, Person } from './asked.ts'
import { inProcess, type Stage, type StoryDriver } from './drivers.ts'
import { answered, partOf } from './part.ts'

/** Signs tokens for people; null: nobody has one. Each call has one of its own: what the server believes of one for a while must not outlive what the story does. */
export function signing(secret: string): (who: Person) => Promise<string | null> {
  const key = new TextEncoder().encode(secret)
  let signed = 0
  return async ({ name, ready }) => (ready === null ? null : await new SignJWT({
    ...(ready.email === undefined ? {} : { email: ready.email, email_verified: true }), ...(ready.roles?.length ? { roles: [...ready.roles] } : {}), ...ready.claims,
  }).setProtectedHeader({ alg: 'HS256' }).setSubject(typeof ready.claims?.['sub'] === 'string' ? ready.claims['sub'] : name).setJti(String(++signed)).setExpirationTime('1h').sign(key))
}

/** One request as a protocol says it. */
export interface Wired { readonly path: string; readonly body: string; readonly headers: Readonly<Record<string, string>>; /** As people read it. */ readonly words: string; readonly read: (text: string) => Outcome }
/** Says requests; throws Unsaid before anything is sent. */
export type Wire = (part: Part | CallPart, who: Person) => Promise<Wired>
/** As often as the typed client does. */
const repeats = 2

/** A protocol whose requests are posted. The system has no way in over HTTP. */
export function posting(name: string, wireOf: (stage: Stage) => Promise<Wire>): StoryDriver {
  return {
    name,
    carry(stage): Carry {
      const direct = inProcess(stage), tokenOf = signing(stage.secret), { application: { model } } = stage
      let wire: Promise<Wire> | null = null
      return async (who, call, note) => {
        if (who.system) return direct(who, call)
        const wired = await (await (wire ??= wireOf(stage)))(partOf(model, call), who)
        note?.(wired.words)
        for (let tries = 0; ; tries++) {
          const outcome = await post(stage, wired, await tokenOf(who))
          if (!('refusal' in outcome) || outcome.refusal.code !== 'row.contended' || tries === repeats) return answered(model, call, outcome)
        }
      }
    },
  }
}
async function post(stage: Stage, { path, body, headers, read }: Wired, token: string | null): Promise<Outcome> {
  const response = await fetch(`${await stage.url()}${path}`, { method: 'POST', body, headers: { ...headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) } })
  return read(await response.text())
}
