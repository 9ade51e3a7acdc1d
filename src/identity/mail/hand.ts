// What became of mails, for whoever looks: those that were given up, and why. To whom they were is not told.
import { moment, run, type Working } from '../../work/index.ts'

export interface FailedMail { readonly id: string; readonly purpose: string; readonly attempts: number; readonly endedAt: string; readonly error: string | null }

/** Mails given up since a moment, the latest first; at most a hundred. */
export async function failedMails(engine: Pick<Working, 'records'>, since: number): Promise<readonly FailedMail[]> {
  const of = (status: string) => engine.records.find('~mail', [['status', 'eq', status], ['endedAt', 'gt', moment(since)]], { order: [['endedAt', 'desc'], ['id', 'asc']], take: 100 }, run())
  const rows = [...await of('failed'), ...(await of('expired')).filter(m => m['error'] !== null)]
  return rows.map(m => ({ id: String(m['id']), purpose: String(m['purpose']), attempts: Number(m['attempts']), endedAt: String(m['endedAt']), error: typeof m['error'] === 'string' ? m['error'] : null }))
}
