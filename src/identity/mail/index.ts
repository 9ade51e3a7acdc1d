// The mail of accounts: a reader of the change log over challenges. A challenge becomes a mail in the transaction that moves the reader on, so none is lost and none is made
// twice; its code is made when it is sent, outside of any request.
import type { Change } from '../../stores/index.ts'
import { moment, run, startReader, type OwnRow, type Reader, type Records } from '../../work/index.ts'
import { startLane, type LaneSettings } from './lane.ts'

export { outbox, type Outbox } from './outbox.ts'
export { outboxPages } from './outbox-pages.ts'
export { readMail, type MailSettings, type ReadMail } from './settings.ts'
export { NotSent, smtp, type Transport } from './smtp.ts'
export type { Message } from './compose.ts'
export type { LaneSettings as MailReaderSettings, MailAttempt } from './lane.ts'

/** Begins. Of several processes one reads and sends; another goes on where that one ends. */
export function mailReader(of: LaneSettings): Reader {
  const { engine, clock, trouble, transport } = of
  let knock = (): void => {}
  const mailOf = (id: string, purpose: string): OwnRow => ({ id, purpose, status: 'waiting', attempts: 0, nextAt: moment(clock()), createdAt: moment(clock()), endedAt: null, error: null })
  const add = async (records: Records, mails: readonly OwnRow[]): Promise<void> => {
    const fresh: OwnRow[] = []
    for (const mail of mails) {
      const there = await records.find('~mail', [['id', 'eq', mail['id'] ?? null]], { order: [['id', 'asc']], take: 1 }, run())
      if (there.length === 0) fresh.push(mail)
    }
    await records.create('~mail', fresh, run())
  }
  const reader = startReader({
    engine, clock, trouble, name: 'mail', of: ['~challenge'], restMs: 200,
    // What was asked for before anybody read: by a process without a way to send, or one that died at its start.
    async first(records) {
      const open = await records.find('~challenge', [['sentAt', 'null', true], ['usedAt', 'null', true], ['expiresAt', 'gt', moment(clock())]], { order: [['createdAt', 'asc']], take: 1_000 }, run())
      await add(records, open.map(c => mailOf(String(c['id']), String(c['purpose']))))
    },
    async prepare(changes: readonly Change[]) {
      const made = changes.filter(c => c.entity === '~challenge' && c.verb === 'create').map(c => mailOf(String(c.key[0]), String(c.after?.['purpose'] ?? '')))
      return records => add(records, made)
    },
    holding() {
      const lane = startLane(of)
      knock = () => { lane.knock.ring() }
      return async () => {
        knock = () => {}
        await lane.stop()
      }
    },
    wrote: () => { knock() },
  })
  return {
    async stop() {
      await reader.stop()
      await transport.close()
    },
  }
}
