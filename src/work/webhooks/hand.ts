// Webhooks by hand: what waits and what failed, and sending an event again.
import { moment, run, type Clock, type OwnRow, type Working } from '../port.ts'
import { stateOf } from './target.ts'

export interface Listed { readonly name: string; readonly paused: boolean; readonly waiting: number; readonly failed: number; readonly delivered: number; readonly next: string | null; readonly error: string | null }
export interface Failed { readonly id: string; readonly webhook: string; readonly status: string; readonly attempts: number; readonly createdAt: string; readonly endedAt: string | null; readonly answer: number | null; readonly error: string | null; readonly body: unknown }

/** As many as are counted; a thousand stands for more. */
const most = 1_000
const byTime = [['createdAt', 'asc'], ['id', 'asc']] as const

/** Each webhook with what of it waits, failed and was delivered (as far as is kept). */
export async function listWebhooks(engine: Working, names: readonly string[]): Promise<readonly Listed[]> {
  return Promise.all(names.map(async name => {
    const of = (status: string) => engine.records.find('~delivery', [['webhook', 'eq', name], ['status', 'eq', status]], { order: [['nextAt', 'asc']], take: most }, run())
    const [{ paused }, waiting, failed, delivered] = await Promise.all([stateOf(engine, name), of('waiting'), of('failed'), of('delivered')])
    const trouble = waiting.find(d => d['error'] !== null)
    return { name, paused, waiting: waiting.length, failed: failed.length, delivered: delivered.length, next: text(waiting[0]?.['nextAt']), error: text(trouble?.['error']) }
  }))
}
const text = (x: unknown): string | null => (typeof x === 'string' ? x : null)

/** What of a webhook is not delivered: how much waits and how much was given up, and since when the oldest waits, in milliseconds (0: nothing does). */
export interface Backlog { readonly webhook: string; readonly waiting: number; readonly failed: number; readonly lagMs: number }
export async function backlog(engine: Pick<Working, 'records'>, names: readonly string[], clock: Clock = Date.now): Promise<readonly Backlog[]> {
  return Promise.all(names.map(async webhook => {
    const of = (status: string) => [['webhook', 'eq', webhook], ['status', 'eq', status]] as const
    const [waiting, failed, [oldest]] = await Promise.all([
      engine.records.count('~delivery', of('waiting'), run()), engine.records.count('~delivery', of('failed'), run()), engine.records.find('~delivery', of('waiting'), { order: [['createdAt', 'asc']], take: 1 }, run()),
    ])
    return { webhook, waiting, failed, lagMs: oldest === undefined ? 0 : Math.max(0, clock() - Date.parse(String(oldest['createdAt']))) }
  }))
}

/** The events of a status, the oldest first. */
export async function deliveries(engine: Working, status: string, webhook: string | null): Promise<readonly Failed[]> {
  const rows = await engine.records.find('~delivery', [['status', 'eq', status], ...(webhook === null ? [] : [['webhook', 'eq', webhook] as const])], { order: byTime, take: most }, run())
  return rows.map(shown)
}
const shown = (d: OwnRow): Failed => ({
  id: String(d['id']), webhook: String(d['webhook']), status: String(d['status']), attempts: Number(d['attempts']), createdAt: String(d['createdAt']), endedAt: text(d['endedAt']),
  answer: typeof d['answer'] === 'number' ? d['answer'] : null, error: text(d['error']), body: JSON.parse(String(d['body'])) as unknown,
})

/** Sends an event again, delivered or failed, under the same id; `all`: every failed one of a webhook. Answers how many; 0: there is none. */
export function replay(engine: Working, which: { readonly id: string } | { readonly all: string }, clock: Clock): Promise<number> {
  const now = moment(clock())
  const where = 'id' in which ? [['id', 'eq', which.id] as const] : [['webhook', 'eq', which.all] as const, ['status', 'eq', 'failed'] as const]
  return engine.records.update('~delivery', where, { status: 'waiting', attempts: 0, nextAt: now, createdAt: now, endedAt: null }, run())
}
