// A small application in a folder of its own, and the command line run on it as real processes.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const bin = path.join(import.meta.dirname, '..', '..', 'bin', 'backwright.mjs')
const patienceMs = 30_000

export const anna = '00000000-0000-7000-8000-000000000001', ben = '00000000-0000-7000-8000-000000000002'
export const annasOrder = '00000000-0000-7000-8000-000000000011', bensOrder = '00000000-0000-7000-8000-000000000012'

const files: Readonly<Record<string, string>> = {
  'till.ts': `import { backend, model } from 'backwright'
import { Customer } from './customer.ts'
import { Order } from './order.ts'

export default backend({
  model: model({ customer: Customer, order: Order }),
  callers: { customer: { entity: Customer, match: 'email', claim: 'email' } },
  data: './data',
  as: { anna: { email: 'anna@example.com' }, ben: { email: 'ben@example.com' } },
})
`,
  'customer.ts': `import { access, allow, entity, many, text } from 'backwright'
import { Order } from './order.ts'

export class Customer extends entity({ caller: true }) {
  name = text()
  email = text().unique()
  orders = many(() => Order, 'customer')

  static access = access(Customer, ({ row, caller }) => [
    allow('read').when(row.is(caller)),
    allow('read', 'create').to('staff'),
  ])
}
`,
  'order.ts': `import { access, allow, caller, choice, Entity, integer, money, now, ref, timestamp, transitions } from 'backwright'
import { Customer } from './customer.ts'

export class Order extends Entity {
  customer = ref(() => Customer).default(caller.customer).fixed()
  status = choice('open', 'paid').default('open')
  total = money('EUR').default(0)
  placedAt = timestamp().default(now)

  static transitions = transitions(Order, 'status', () => ({ pay: { from: 'open', to: 'paid', by: 'staff' } }))
  static access = access(Order, ({ row, caller }) => [
    allow('read', 'create').when(row.customer.is(caller)),
    allow('read', 'create', 'update', 'delete').to('staff'),
  ])
}
void integer
`,
  'data/customer.json': JSON.stringify([{ id: anna, name: 'Anna', email: 'anna@example.com' }, { id: ben, name: 'Ben', email: 'ben@example.com' }]),
  'data/order.json': JSON.stringify([
    { id: annasOrder, customerId: anna, status: 'paid', total: '12.50', placedAt: 'now-3d' },
    { id: bensOrder, customerId: ben, total: '7.00', placedAt: 'now-1w-2h' },
  ]),
}

export interface Folder {
  readonly at: string
  write(file: string, content: string): void
  /** Replaces what must be there. */
  change(file: string, before: string, after: string): void
  read(file: string): string
  remove(): void
}

/** A folder with the application \`till\`; commands run beside it. Its name has a space, as people's do. */
export function tillFolder(): Folder {
  const at = mkdtempSync(path.join(tmpdir(), 'a till '))
  const folder: Folder = {
    at,
    write(file, content) {
      mkdirSync(path.dirname(path.join(at, file)), { recursive: true })
      writeFileSync(path.join(at, file), content)
    },
    change(file, before, after) {
      const text = folder.read(file)
      assert.ok(text.includes(before), `${file} has no ${before}`)
      folder.write(file, text.replace(before, after))
    },
    read: file => readFileSync(path.join(at, file), 'utf8'),
    remove: () => { rmSync(at, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) },
  }
  for (const [file, content] of Object.entries(files)) folder.write(`till/${file}`, content)
  return folder
}

const environment = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
  const { DATABASE_URL: _, PORT: __, FORCE_COLOR: ___, NODE_OPTIONS: ____, NODE_TEST_CONTEXT: _____, ...rest } = process.env
  return { ...rest, ...more }
}

export interface Ended { readonly code: number | null; readonly out: string; readonly err: string }

/** Runs one command to its end. */
export async function backwright(folder: Folder, args: readonly string[], { input, env = {}, patienceMs: patience = patienceMs }: { readonly input?: string; readonly env?: Readonly<Record<string, string>>; readonly patienceMs?: number } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder.at, env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] })
  let out = '', err = ''
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
  child.stdin.end(input ?? '')
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  const code = await new Promise<number | null>(resolve => { child.on('close', resolve) })
  clearTimeout(timer)
  return { code, out, err }
}

export interface Running {
  readonly child: ChildProcess
  readonly said: () => string
  /** Waits until something is said after what was waited for before. Answers all that was said meanwhile. */
  until(what: RegExp): Promise<string>
  /** The address it serves at, once it does. */
  url(): Promise<string>
  /** Sends a signal (or leaves it be) and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts a command that stays. */
export function running(folder: Pick<Folder, 'at'>, args: readonly string[], env: Readonly<Record<string, string>> = {}, program = bin): Running {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder.at, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] })
  let said = '', heard = 0
  const wake = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString(); for (const w of wake) w() })
  const ended = new Promise<number | null>(resolve => { child.on('close', code => { resolve(code); for (const w of wake) w() }) })
  const until = async (what: RegExp): Promise<string> => {
    for (const deadline = Date.now() + patienceMs; ;) {
      const found = what.exec(said.slice(heard))
      if (found) {
        const from = heard
        heard += found.index + found[0].length
        return said.slice(from, heard)
      }
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) throw new Error(`${child.exitCode === null ? 'not said in time' : `ended with ${child.exitCode}`}: ${what}\n${said}`)
      await new Promise<void>(resolve => {
        const done = (): void => { clearTimeout(timer); wake.delete(done); resolve() }
        const timer = setTimeout(done, 500)
        wake.add(done)
      })
    }
  }
  return {
    child, until, said: () => said,
    url: async () => /http:\/\/[\d.:]+/.exec(await until(/(open {2}|serves at )http:\/\/[\d.:]+/))?.[0] ?? '',
    end: async signal => {
      if (signal !== undefined) child.kill(signal)
      // One that does not end must not hold up the tests; its code, null, fails them.
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      try { return await ended } finally { clearTimeout(timer) }
    },
  }
}

/** Whether the database server of the folder's application runs. */
export const databaseRuns = (folder: Folder): boolean => existsSync(path.join(folder.at, '.backwright', 'till', 'data', 'postmaster.pid'))
