// The process of the clients: many at once, each writing, asking again with the same key until it is answered, and telling the keeper the answer before it goes on.
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { applicationOf, people, pause, randomOf, tokenOf, type Application, type Told } from './world.ts'
import { knownOf, nextWrite, type As, type Known, type Look, type Write } from './writes.ts'

export interface Clients { readonly urls: Readonly<Record<Application, string>>; readonly keeper: number; readonly clients: number; readonly seed: number }

const given = JSON.parse(process.argv[2] ?? '') as Clients
let stopping = false

const keeper = connect(given.keeper, '127.0.0.1')
keeper.on('error', error => { throw error })
const unconfirmed: (() => void)[] = []
createInterface({ input: keeper }).on('line', () => unconfirmed.shift()?.())
/** Resolves when the keeper has it on disk. */
const tell = (told: Told): Promise<void> => new Promise(kept => {
  unconfirmed.push(kept)
  keeper.write(`${JSON.stringify(told)}\n`)
})

/** How long one attempt may take; what a client loses patience with is in doubt like what is cut. */
const patience = 10_000
const tokens = new Map<string, string>()
async function send(application: Application, who: string, as: As, method: string, path: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<{ status: number; text: string; headers: Headers }> {
  const named = `${who} ${as}`
  const token = tokens.get(named) ?? await tokenOf(who, people.some(p => p === as) ? { email: `${as}@example.com` } : { roles: [as] })
  tokens.set(named, token)
  const response = await fetch(given.urls[application] + path, {
    method, headers: { authorization: `Bearer ${token}`, ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, signal: AbortSignal.timeout(patience),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text(), headers: response.headers }
}
/** Answers that say: not now, ask again. */
const passing = (status: number, code: string | null): boolean => [503, 504].includes(status) || code === 'request.inFlight' || code === 'row.contended'
const codeOf = (status: number, text: string): string | null => (status < 400 ? null : String((JSON.parse(text) as { code?: unknown }).code))

async function client(number: number, known: Known): Promise<void> {
  const who = `client-${number}`, random = randomOf(given.seed * 1000 + number), mine = new Map<string, string>()
  for (let turn = 1; !stopping; turn++) {
    const key = randomUUID()
    const write = await nextWrite(random, known, look, mine, turn, key)
    await carryOut(write, key, who, random, mine)
    // Nobody writes all the time; and two clients are seldom at the same point.
    await pause(random() * 12)
  }
}
async function carryOut(write: Write, key: string, who: string, random: () => number, mine: Map<string, string>): Promise<void> {
  const { kind, as, method, path, body, facts } = write
  const ask = (attempt: number) => send(applicationOf(kind), who, as, method, path, body, { ...write.headers, 'idempotency-key': key, 'x-request-id': `${key}.${attempt}` })
  const before = tell({ is: 'plan', key, kind, facts })
  let doubts = 0
  for (let attempt = 1; ; attempt++) {
    let answer: Awaited<ReturnType<typeof ask>>
    try { answer = await ask(attempt) } catch {
      doubts++
      // Now and then somebody goes away, and never learns what became of it.
      if (doubts === 1 && random() < 0.15) {
        await before
        return tell({ is: 'left', key })
      }
      await pause(20 + random() * 80)
      continue
    }
    const code = codeOf(answer.status, answer.text)
    if (passing(answer.status, code)) {
      if (answer.text.includes('"unknown"')) doubts++
      await pause(20 + random() * 80)
      continue
    }
    await before
    await tell({ is: 'answer', key, status: answer.status, code, replayed: answer.headers.get('idempotent-replayed') === 'true', doubts, body: answer.text })
    if (kind === 'claim' && answer.status === 201) mine.set((JSON.parse(answer.text) as { id: string }).id, key)
    // Who is not sure to have understood asks once more, long after it was answered.
    if (random() < 0.05 && answer.status !== 412) {
      const repeat = await ask(attempt + 1).catch(() => null)
      if (repeat !== null && !passing(repeat.status, codeOf(repeat.status, repeat.text))) {
        await tell({ is: 'again', key, status: repeat.status, replayed: repeat.headers.get('idempotent-replayed') === 'true', same: repeat.text === answer.text })
      }
    }
    return
  }
}
const look: Look = async (application, as, path) => {
  for (;;) {
    try {
      const { status, text, headers } = await send(application, 'looks', as, 'GET', path, undefined, {})
      if (status === 200) return { body: JSON.parse(text) as { readonly [name: string]: unknown }, etag: headers.get('etag') }
      if (!passing(status, codeOf(status, text))) throw new Error(`GET ${path} as ${as}: ${status} ${text}`)
    } catch (error) {
      // Whatever the line did is passed over; an answer that is none is not.
      if (error instanceof Error && error.message.startsWith('GET ')) throw error
    }
    await pause(50)
  }
}

const known = await knownOf(look)
process.stdout.write(`${JSON.stringify({ begun: true })}\n`)
const all = Promise.all(Array.from({ length: given.clients }, (_, number) => client(number, known)))
// To be told to stop is to finish what was begun.
process.stdin.on('data', () => { stopping = true }).on('end', () => process.exit(1))
await all
keeper.end()
process.exit(0)
