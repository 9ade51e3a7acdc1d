// What this version of Backwright has, looked up in itself: so that what is said to be missing stops being said when it is there.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import * as entry from '../../index.ts'
import { home, isClone } from '../home.ts'

export interface Product {
  /** What applications are declared with and run by. */
  readonly exports: ReadonlySet<string>
  readonly commands: ReadonlySet<string>
  readonly protocols: ReadonlySet<string>
  readonly stores: ReadonlySet<string>
}
/** By its files: of the published package those of its types, since the rest is in a few pieces. */
const named = (folder: string): ReadonlySet<string> => new Set(readdirSync(path.join(home, isClone() ? 'src' : 'dist', folder), { withFileTypes: true }).flatMap(f => (f.isDirectory() ? [f.name] : /^(?!.*\.test\.)(.+?)(?:\.d)?\.ts$/.exec(f.name)?.[1] ?? [])))

export function productOf(): Product {
  return { exports: new Set(Object.keys(entry)), commands: named('cli/commands'), protocols: named('protocols'), stores: named('stores') }
}

/** What nobody's application has yet, and what it will be known by. */
export interface Missing { readonly duty: Duties; readonly says: string; readonly until: Partial<Record<keyof Product, readonly string[]>> }
export const dutyNames = [
  'server-side logic', 'database design and upkeep', 'APIs and their documentation', 'front-end integration', 'third-party integration', 'security', 'performance', 'scaling', 'testing and debugging',
  'maintenance', 'deployment', 'monitoring',
] as const
export type Duties = (typeof dutyNames)[number]

export const missing: readonly Missing[] = [
  { duty: 'server-side logic', says: 'jobs and schedules', until: { exports: ['job', 'jobs', 'schedule'] } },
  { duty: 'database design and upkeep', says: 'plans that are safe on a busy table for changes that rewrite or lose data', until: { commands: ['migrate', 'migrations', 'plan'] } },
  { duty: 'database design and upkeep', says: 'databases other than PostgreSQL', until: { stores: ['mariadb', 'mongodb', 'cassandra'] } },
  { duty: 'APIs and their documentation', says: 'live queries', until: { protocols: ['realtime'] } },
  { duty: 'APIs and their documentation', says: 'tools for language models (MCP)', until: { protocols: ['mcp'] } },
  { duty: 'front-end integration', says: 'files and pictures that are uploaded', until: { exports: ['file', 'files', 'image'] } },
  { duty: 'third-party integration', says: 'webhooks from others that are checked and queued', until: { exports: ['received', 'inbox', 'inbound'] } },
  { duty: 'security', says: 'accounts: sign-up, passwords, sessions, keys', until: { exports: ['identity'] } },
  { duty: 'security', says: 'tenants', until: { exports: ['identity'] } },
  { duty: 'security', says: 'sign-in by others (Google, a company\'s own) but by their tokens; second factors', until: { exports: ['social', 'oauth', 'oidc', 'passkey', 'totp'] } },
  { duty: 'performance', says: 'answers kept in the server between requests', until: { exports: ['cache', 'cached'] } },
  { duty: 'scaling', says: 'reads from replicas, and databases of several machines', until: { stores: ['distributed', 'cockroach', 'yugabyte'] } },
  { duty: 'testing and debugging', says: 'load tests', until: { commands: ['load', 'bench'] } },
  { duty: 'maintenance', says: 'backups', until: { commands: ['backup', 'backups'] } },
  { duty: 'monitoring', says: 'alerts, and an audit trail to look at', until: { commands: ['audit', 'alerts'] } },
]

export const absent = (product: Product, { until }: Missing): boolean => (Object.keys(until) as (keyof Product)[]).every(where => (until[where] ?? []).every(name => !product[where].has(name)))
