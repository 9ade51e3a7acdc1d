// Rounds of requests, many at a time; after each the tables are looked at. What was met is counted.
import { world } from '../../src/testkit/index.ts'
import { drawing } from './draw.ts'
import { never, staffOnly, type Fuzzed } from './ground.ts'
import { asking, type Asking, type Known } from './request.ts'
import { judgeMessage, message } from './messages.ts'
import { judge } from './verdict.ts'
import { wire, type Wire } from './wire.ts'

export interface Tally {
  readonly statuses: Map<string, number>
  readonly codes: Map<string, number>
  /** Methods by kind of address, and what came of filters and cursors. */
  readonly reached: Map<string, number>
  readonly wrong: string[]
  requests: number
}
const everyone = [...Array.from({ length: 8 }, () => ['nobody', 'ann', 'ben', 'cyd', 'stranger', 'fit', 'ann', 'ben']).flat(), 'expired', 'forger', 'nameless']
const withStaff = [...everyone, ...Array.from({ length: 64 }, () => 'staff')]

export interface Rounds { readonly seed: number; readonly requests: number; readonly perRound?: number; readonly only?: number | undefined; /** Of documents and messages: this one alone. */ readonly message?: number | undefined; readonly at?: number; readonly onRound?: (tally: Tally) => void }

/** Stops after the round in which much was wrong. */
export async function rounds(ground: Fuzzed, { seed, requests, perRound = 1500, only, message: alone, at = 16, onRound }: Rounds): Promise<Tally> {
  const tally: Tally = { statuses: new Map(), codes: new Map(), reached: new Map(), wrong: [], requests: 0 }
  let index = 0, told = 0
  for (let round = 0; tally.requests < requests && tally.wrong.length < 30; round++) {
    const staff = round % 2 === 1
    await ground.reset()
    const all = Math.min(requests, tally.requests + perRound)
    // A quarter in the words of other protocols.
    const until = all - Math.ceil((all - tally.requests) / 4)
    await Promise.all(Array.from({ length: at }, async () => {
      const wires = { development: wire(ground.ports.development), production: wire(ground.ports.production) }
      while (tally.requests < until) {
        const mine = index++
        await exchange(ground, wires, seed, mine, staff, tally, alone === undefined && (only === undefined || only === mine))
      }
      wires.development.close()
      wires.production.close()
    }))
    await Promise.all(Array.from({ length: at }, async () => {
      while (tally.requests < all) {
        const mine = told++
        tally.requests++
        if (only === undefined && (alone === undefined || alone === mine)) await say(ground, seed, mine, staff, tally)
      }
    }))
    for (const damage of await ground.damage(staff)) tally.wrong.push(`after round ${round} (exchanges up to ${index - 1}): ${damage}`)
    onRound?.(tally)
  }
  return tally
}

/** A document of GraphQL or a message of SOAP. */
async function say(ground: Fuzzed, seed: number, index: number, staff: boolean, tally: Tally): Promise<void> {
  const d = drawing(seed ^ 0x50a9, index), development = d.chance(30)
  const m = message(d, staff ? withStaff : everyone, staff)
  if (m === null) return
  const token = ground.tokens[m.who]
  const response = await fetch(`http://127.0.0.1:${ground.ports[development ? 'development' : 'production']}${m.path}`, { method: 'POST', body: m.body, headers: { ...m.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) } })
  const text = await response.text(), { wrong, code } = judgeMessage(m, response.status, response.headers.get('content-type') ?? '', text, m.who === 'staff' ? never : [...never, ...staffOnly])
  const id = response.headers.get('x-request-id') ?? ''
  for (const what of wrong) tally.wrong.push(`SEED=${seed} MESSAGE=${index} as ${m.who}: ${what}\n  ${m.body.slice(0, 1500)}\n  ${response.status} ${text.slice(0, 600)}${ground.causes.has(id) ? `\n  ${said(ground.causes.get(id))}` : ''}`)
  count(tally.codes, `${m.protocol} ${code}`)
  count(tally.reached, `${m.protocol} ${code === 'answered' ? 'answered' : 'refused'}`)
}

/** One to four requests, later ones about what earlier ones answered. */
async function exchange(ground: Fuzzed, wires: Readonly<Record<'development' | 'production', Wire>>, seed: number, index: number, staff: boolean, tally: Tally, real: boolean): Promise<void> {
  const d = drawing(seed, index)
  const where = d.chance(30) ? 'development' : 'production'
  let known: Known | null = null
  let last = d.nat(2)
  for (let step = 0; step <= last; step++) {
    const asked = asking(d, world, ground.tokens, known, staff ? withStaff : everyone)
    tally.requests++
    if (!real) return
    const fail = (what: string): void => { tally.wrong.push(`SEED=${seed} ONLY=${index} step ${step} as ${asked.who}: ${what}\n  ${asked.bytes.toString('latin1').replaceAll(/Bearer [\w.-]+/g, 'Bearer …').slice(0, 1500)}`) }
    let answer
    try { answer = await wires[where].send(asked.bytes, asked.method) } catch (error) { fail((error as Error).message); return }
    if (answer === null) { count(tally.statuses, 'ended'); known = null; continue }
    const secrets = asked.who === 'staff' ? never : [...never, ...staffOnly]
    const judged = judge(asked, answer, secrets, where === 'development')
    const id = answer.headers.get('x-request-id') ?? ''
    for (const what of judged.wrong) fail(`${what}\n  ${answer.status} ${judged.text.slice(0, 600)}${ground.causes.has(id) ? `\n  ${said(ground.causes.get(id))}` : ''}`)
    count(tally.statuses, String(answer.status))
    count(tally.codes, judged.code)
    count(tally.reached, `${asked.method} ${asked.address.kind} ${Math.floor(answer.status / 100)}xx`)
    if (answer.status === 200) for (const what of parameters(asked)) count(tally.reached, what)
    const page = (judged.json as { page?: { next?: string | null; previous?: string | null } } | undefined)?.page
    known = answer.status < 300 ? { address: asked.address, query: asked.target.split(/\?(.*)/s)[1]?.replace(/(^|&)page\[(after|before|number)\][^&]*/g, '') ?? '', cursor: page?.next ?? page?.previous ?? null, tag: answer.headers.get('etag') ?? null, who: asked.who } : null
    // A list that goes on is followed.
    if (known?.cursor && step === last && step < 3) last++
  }
}

/** What an answered address says: its parameters without the names of fields, and the operators of its filters by the scalar they compare. */
function parameters({ target, address }: Asking): readonly string[] {
  return (target.split(/\?(.*)/s)[1] ?? '').split('&').flatMap(pair => {
    const [name = ''] = pair.split('=')
    const [word = '', ...path] = name.split(/\]?\[|\]/).filter(x => x !== '')
    const simple = [word === 'page' ? `page[${path[0] ?? ''}]` : word === 'include' && path.length > 1 ? `include[…][${path.find(x => ['filter', 'sort', 'page', 'fields', 'include'].includes(x)) ?? ''}]` : word]
    if (word !== 'filter') return simple
    const f = address.entity.fields[path[0] ?? '']
    for (const x of path) if (x === 'some' || x === 'or' || x === 'and' || x === 'not') simple.push(`filter ${x}`)
    return f === undefined || path.length > 2 ? simple : [...simple, `filter ${f.list ? 'list of ' : ''}${f.scalar} ${path[1] ?? 'eq'}`]
  })
}

const said = (cause: unknown): string => (cause instanceof Error ? `${cause.stack ?? cause.message}${cause.cause === undefined ? '' : `\n  caused by ${said(cause.cause)}`}` : JSON.stringify(cause))
const count = (map: Map<string, number>, key: string): void => { map.set(key, (map.get(key) ?? 0) + 1) }
export const table = (map: ReadonlyMap<string, number>): string => [...map].sort(([, a], [, b]) => b - a).map(([k, n]) => `${String(n).padStart(8)}  ${k}`).join('\n')
