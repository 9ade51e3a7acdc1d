// A declared webhook with what the environment says: where it goes, what signs it, whether it pauses.
import { Failure } from '../../failure/index.ts'
import type { FromEnv, Model, WebhookModel } from '../../model/index.ts'
import { run, type Clock, type Working } from '../port.ts'
import { newSecret, secretBytes } from './sign.ts'

export type Environment = Readonly<Record<string, string | undefined>>
export interface Target {
  readonly webhook: WebhookModel
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Those of the environment; null: ours. */
  readonly secrets: readonly Buffer[] | null
}

/** Those that can work, and what keeps the others from it, in sentences. */
export function targetsOf(model: Model, environment: Environment): { readonly targets: readonly Target[]; readonly problems: readonly string[] } {
  const targets: Target[] = [], problems: string[] = []
  for (const webhook of Object.values(model.webhooks ?? {})) {
    const wrong: string[] = []
    const text = (from: FromEnv, what: string): string => {
      if (from.env === undefined) return from.text
      const value = environment[from.env]
      if (value === undefined || value === '') wrong.push(`webhooks.${webhook.name}.${what}: the environment has no ${from.env}.`)
      return value ?? ''
    }
    const url = text(webhook.to, 'to')
    const headers = Object.fromEntries(Object.entries(webhook.headers).map(([name, from]) => [name, text(from, `headers.${name}`)]))
    for (const [name, value] of Object.entries(headers)) if (/[\r\n\0]|[^\x00-\xff]/.test(value)) wrong.push(`webhooks.${webhook.name}.headers.${name}: what the environment has cannot be a header.`)
    const secrets = webhook.secrets.map(from => {
      const bytes = secretBytes(text(from, 'secret'))
      if (bytes === null && environment[from.env ?? '']) wrong.push(`webhooks.${webhook.name}.secret: ${from.env ?? ''} is no secret: whsec_ and 24 to 64 bytes as base64. Here is one: ${newSecret()}`)
      return bytes ?? Buffer.alloc(0)
    })
    if (url !== '' && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) wrong.push(`webhooks.${webhook.name}.to: ${webhook.to.env ?? 'it'} is no http address.`)
    if (wrong.length > 0) problems.push(...wrong)
    else targets.push({ webhook, url, headers, secrets: secrets.length === 0 ? null : secrets })
  }
  return { targets, problems }
}

/** A secret that we keep; `until`: when it signs no more, being replaced. */
interface Kept { readonly secret: string; readonly until: number | null }
export interface State { readonly paused: boolean; readonly secrets: readonly Kept[] }
/** So long an old secret of ours goes on signing beside the new one. */
export const bothMs = 24 * 3_600_000

/** What is decided about a webhook; made, with a secret, where it is the first time. */
export async function stateOf(engine: Working, name: string): Promise<State> {
  for (let tries = 0; ; tries++) {
    const [row] = await engine.records.find('~webhook', [['name', 'eq', name]], { order: [['name', 'asc']], take: 1 }, run())
    if (row) return { paused: row['paused'] === true, secrets: row['secrets'] as unknown as readonly Kept[] }
    try {
      await engine.records.create('~webhook', [{ name, paused: false, secrets: [{ secret: newSecret(), until: null }] }], run())
    } catch (error) {
      // Another process made it just now.
      if (!(error instanceof Failure && error.code === 'row.duplicate') || tries > 2) throw error
    }
  }
}

/** What signs now, the newest first. */
export const signing = ({ secrets }: Target, state: State, now: number): readonly Buffer[] =>
  secrets ?? state.secrets.filter(s => s.until === null || s.until > now).flatMap(s => secretBytes(s.secret) ?? [])

export async function pauseWebhook(engine: Working, name: string, paused: boolean): Promise<void> {
  await stateOf(engine, name)
  await engine.records.update('~webhook', [['name', 'eq', name]], { paused }, run())
}

/** Makes another secret of ours the one that signs; the one before goes on beside it for a day. Answers it. */
export async function rotateSecret(engine: Working, name: string, clock: Clock): Promise<string> {
  const { secrets } = await stateOf(engine, name), now = clock(), secret = newSecret()
  const kept = secrets.filter(s => s.until === null || s.until > now).map(s => ({ secret: s.secret, until: s.until ?? now + bothMs }))
  await engine.records.update('~webhook', [['name', 'eq', name]], { secrets: [{ secret, until: null }, ...kept] }, run())
  return secret
}
