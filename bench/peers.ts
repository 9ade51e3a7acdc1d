// Who is measured: what starts them, how they are asked, and how their answers are compared with ours.
import path from 'node:path'
import { graphql, member, platformatic, postgraphile, type Speaks } from './speaks.ts'
import type { Asked, Workload } from './workloads.ts'

export interface Peer {
  readonly name: string
  readonly about: string
  /** Under `bench/`. */
  readonly file: string
  /** Uses our own sources. */
  readonly ours?: true
  /** Where its packages are: those of `bench/peers` are installed when they are asked for. */
  readonly installed?: true
  /** Under `bench/`: statements that the database is told before it starts. */
  readonly prepare?: string
  /** The workloads it takes part in; all, unless said. */
  readonly only?: readonly Workload['name'][]
  /** Asked in a language of its own; without it in REST, and every byte of its answers is compared. */
  readonly speaks?: Speaks
  /** The same data in the same REST answers, but not byte for byte. */
  readonly loosely?: true
  /** What we want to reach: so many times what it does in the same time, over REST unless `than` says otherwise. By hand and without the log stand with the workloads. */
  readonly targets?: Partial<Record<Workload['name'], number>>
  readonly than?: 'GraphQL'
}

export const peers: readonly Peer[] = [
  { name: 'ours', about: 'the shop as `backwright start` serves it, over REST', file: 'ours/server.ts', ours: true },
  { name: 'by hand', about: 'Fastify and `pg` with pipelining, the same SQL', file: 'by-hand/server.ts' },
  { name: 'ceiling', about: 'Fastify and a bare pipelining driver, the same SQL', file: 'ceiling/server.ts', ours: true },
  { name: 'no log', about: 'ours, orders and their lines out of the change log', file: 'ours/unlogged.ts', ours: true, only: ['W5'] },
  { name: 'GraphQL', about: 'ours, over GraphQL', file: 'ours/server.ts', ours: true, speaks: graphql },
  { name: 'Drizzle', about: 'Fastify and Drizzle with prepared queries, written by hand', file: 'peers/drizzle.mjs', installed: true, loosely: true, targets: { W1: 1.5, W2: 1.4, W3: 1.6, W4: 1.2, W5: 2.5 } },
  { name: 'Prisma', about: 'Express and Prisma 7 with named statements and joins, written by hand', file: 'peers/prisma.mjs', installed: true, loosely: true, targets: { W1: 3, W2: 2.6, W3: 4, W4: 3, W5: 6 } },
  {
    name: 'Platformatic', about: 'its REST and GraphQL over the same tables, W4 and W5 by hand in it, without rules', file: 'peers/platformatic.mjs', installed: true, only: ['W1', 'W2', 'W3', 'W4', 'W5'], speaks: platformatic,
    targets: { W1: 2, W2: 1.8, W3: 15, W4: 1.5, W5: 2 },
  },
  {
    name: 'PostGraphile', about: 'GraphQL over the same tables, W4 and W5 by functions, W6 by policies, both written by hand', file: 'peers/postgraphile.mjs', installed: true, prepare: 'peers/postgraphile.sql', speaks: postgraphile,
    than: 'GraphQL', targets: { W1: 3, W2: 2.9, W3: 3, W4: 3, W5: 3, W6: 3 },
  },
]

export const fileOf = (peer: Peer): string => path.join(import.meta.dirname, peer.file)

/** How a peer is asked for what `asked` asks of us; null: not at all. */
export function asking(peer: Peer, workload: Workload, asked: Asked): { readonly path: string; readonly as: string; readonly body: string | null; readonly status: number } | null {
  if (!peer.speaks) return { path: asked.path, as: asked.as, body: asked.body ?? null, status: workload.status ?? 200 }
  const own = peer.speaks.ask(workload.name, asked)
  return own && { path: own.path, as: asked.as, body: own.body ?? null, status: own.status }
}

/** A REST answer without what differs each time: the twelve characters by which a server knows its cursors again; of what was just written, its keys and times. */
export function comparable(text: string, written: boolean): string {
  const known = text.replaceAll(/"(next|previous)":"([\w-]+)"/g, (_, name: string, token: string) => {
    const [, ...keys] = JSON.parse(Buffer.from(token, 'base64url').toString()) as string[]
    return `"${name}":${JSON.stringify([token.length, ...keys])}`
  })
  return written ? known.replaceAll(/"(id|orderId)"( ?: ?)"[\w-]{36}"/g, '"$1"$2"…"').replaceAll(/"placedAt"( ?: ?)"[^"]*"/g, '"placedAt"$1"…"') : known
}

/** The same moments in one form: others write them with fewer or more digits. */
export const moments = (text: string): string => text.replaceAll(/"(\d{4}-\d\d-\d\dT[\d:]+(?:\.\d+)?(?:Z|\+00:00))"/g, (_, moment: string) => `"${new Date(moment).toISOString()}"`)

/** What a REST answer holds, in an order of its own. */
export function held(workload: Workload, answer: unknown): unknown {
  return workload.name === 'W1' || workload.name === 'W5' ? answer : member(answer, 'data')
}
