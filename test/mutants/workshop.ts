// Where mutants are made: a copy of the sources in a folder of its own, in which one line at a time is broken and the test that must notice is run.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Killer, Mutant } from './mutant.ts'

const root = path.dirname(path.dirname(import.meta.dirname))

/** What became of a mutant: killed by the case that was expected to, or why not. */
export type Fate = { readonly killed: true; readonly why: string } | { readonly killed: false; readonly trouble: string }
interface Ran { readonly name: string; readonly passed: boolean; readonly why?: string }

export interface Workshop {
  /** What is wrong with the code as it is: cases that do not exist or do not pass. They would kill anything. */
  baseline(mutants: readonly Mutant[]): Promise<readonly string[]>
  try(mutant: Mutant): Promise<Fate>
  /** Every case that fails with the mutant, of a whole file of tests. */
  failures(mutant: Mutant, file: string): Promise<readonly string[]>
  close(): void
}

/** The text with the mutant in it. Throws where its snippet is not there, or more than once. */
export function mutated(text: string, m: Mutant): string {
  const times = text.split(m.from).length - 1
  if (times !== 1) throw new Error(`${m.name}: its snippet occurs ${times} times in ${m.file}, must be once:\n  ${m.from}`)
  if (m.from === m.to) throw new Error(`${m.name}: changes nothing`)
  return text.replace(m.from, () => m.to)
}

export const sourceOf = (file: string): string => readFileSync(path.join(root, file), 'utf8')

export function workshop(): Workshop {
  const folder = mkdtempSync(path.join(tmpdir(), 'bwm-'))
  for (const part of ['src', 'test', 'package.json', 'tsconfig.json']) {
    cpSync(path.join(root, part), path.join(folder, part), { recursive: true, filter: from => path.basename(from) !== 'node_modules' })
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'dir')
  const withMutant = async <T>(m: Mutant, work: () => Promise<T>): Promise<T> => {
    const text = sourceOf(m.file), at = path.join(folder, m.file)
    writeFileSync(at, mutated(text, m))
    try { return await work() } finally { writeFileSync(at, text) }
  }
  return {
    async baseline(mutants) {
      const killers = [...new Map(mutants.map(m => [`${m.killedBy.file} ${m.killedBy.test}`, m.killedBy])).values()]
      const ran = await run(folder, [...new Set(killers.map(k => k.file))], killers.map(k => k.test))
      return killers.flatMap(k => {
        const found = ran.find(r => r.name === k.test)
        return found?.passed ? [] : [`${k.file}: “${k.test}” ${found ? `fails without any mutant: ${found.why}` : 'is no test that runs'}`]
      })
    },
    try: m => withMutant(m, async () => judged(await run(folder, [m.killedBy.file], [m.killedBy.test]), m.killedBy)),
    failures: (m, file) => withMutant(m, async () => (await run(folder, [file], [])).filter(r => !r.passed).map(r => r.name)),
    close: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  }
}

function judged(ran: readonly Ran[], killer: Killer): Fate {
  const found = ran.find(r => r.name === killer.test)
  if (!found) return { killed: false, trouble: `“${killer.test}” did not run: ${ran.map(r => r.why ?? r.name).join('; ') || 'nothing ran'}` }
  return found.passed ? { killed: false, trouble: `survived “${killer.test}”` } : { killed: true, why: (found.why ?? '').replace(/\s+/g, ' ').slice(0, 200) }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** Runs those cases (all, if none is named) of those files; what ran, and how it went. */
function run(folder: string, files: readonly string[], tests: readonly string[]): Promise<readonly Ran[]> {
  // What node tells the files it runs would make this run a part of the one around it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = spawn(process.execPath, [
    '-C', 'backwright-source', '--test', '--test-concurrency=1', '--test-timeout=60000', `--test-reporter=${path.join(folder, 'test/mutants/reporter.ts')}`,
    ...tests.map(t => `--test-name-pattern=^${escaped(t)}$`), ...files,
  ], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => { out += chunk })
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', () => done(out.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Ran)))
  })
}
