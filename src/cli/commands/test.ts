// `backwright test`: an application's stories, and the tests that its model and rules make of themselves, on copies of a database that is thrown away.
import path from 'node:path'
import { compileModel } from '../../define/index.ts'
import { embedded, type Server } from '../../stores/postgres/embedded/index.ts'
import { chosen, describeFailed, groundOf, proofs, runStories, storyDrivers, sweep, type Ground, type Proof, type StoryRan, type Tell } from '../../testkit/index.ts'
import { exit, paint, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { declarations } from '../declaration.ts'
import { locate, rules, shown } from '../locate.ts'
import { readBackend, type Read } from '../opened.ts'
import { storiesOf } from '../stories.ts'
import { stopping } from '../stopping.ts'

const options = { name: { type: 'string' }, stories: { type: 'boolean' }, seed: { type: 'string' }, json: { type: 'boolean' }, app: { type: 'string' } } as const

export const testCommand: Command = {
  name: 'test',
  summary: 'runs the application\'s stories and the tests of its model and rules',
  help: `backwright test [PATH]        runs the stories of an application, and the tests that its model and rules make of themselves

  backwright test
  backwright test examples/shop --name "last bottle"       one story, or the few whose text holds this
  backwright test --json | jq -r '.stories[] | select(.ok | not) | .says'

Stories are the files NAME.stories.ts in the application's folder and below it. Each runs through every protocol (${storyDrivers.map(d => d.name).join(', ')}), each time
on a fresh copy of the data; one that is not true prints who asked what, what came back, and which rule decided.
Of model and rules, with rows and callers that are drawn: every rule has a row that it grants and one that it denies; whoever asks sees what
the rules say, through every protocol; what is not seen does not show; and every field gives back what was written.
The database is a PostgreSQL of its own in .backwright/NAME/test, started and stopped by this; DATABASE_URL is not touched.

Options
  --name TEXT   only stories whose text holds this; no other tests
  --stories     stories only
  --seed N      draws what a former run drew: it says its own where something failed
  --json        { "ok", "stories": [{ "says", "protocol", "ok", "ms", "file", "line", "unsaid", "error", "calls" }], "proofs": [{ "says", "ok", "ms", "details" }], "seed", "ms" }
  --app PATH    the folder or file of the application, as PATH

${rules}

Exit codes: 0 all is true · 1 something is not, or nothing could be run · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, options, 1)
    const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
    if (!Number.isSafeInteger(seed) || seed < 0) throw usage(`--seed is a whole number, not ${values.seed}.`)
    const app = locate(positionals[0] ?? values.app, terminal.cwd)
    const from = declarations(app, terminal.cwd)
    try {
      const read = await readBackend(from, app, terminal.cwd)
      compileModel(read.backend, read.name)
      const told = await storiesOf(from, app, read, terminal)
      if (values.name !== undefined && told.every(t => chosen(t, values.name).length === 0)) {
        throw usage(`No story says '${values.name}'.${told.length === 0 ? ' There are no stories: no file NAME.stories.ts.' : ` There are:\n${told.flatMap(t => chosen(t, undefined).map(s => s.says)).join('\n')}`}`)
      }
      return await within(read, terminal, (ground, stopped) => all(told, read, ground, stopped, { ...values, seed }, terminal))
    } finally {
      from.close()
    }
  },
}

/** Runs `work` on a server of its own, which ends with it, also on Ctrl-C. */
async function within(read: Read, terminal: Terminal, work: (ground: Ground, stopped: () => boolean) => Promise<number>): Promise<number> {
  const stop = stopping()
  const folder = path.join(read.home.folder, 'test')
  let server: Server | null = null, ground: Ground | null = null, code: number | null = null
  try {
    server = await embedded(folder, { throwaway: true, settings: { autovacuum: 'off' }, onProgress: line => { terminal.err(`  ${line}\n`) } })
    await sweep(server)
    const { backend, name } = read
    ground = await groundOf(backend, { server, name, data: backend.data === null ? null : path.resolve(read.folder, backend.data) })
    const working = work(ground, stop.yes)
    working.catch(() => {})
    code = await Promise.race([working, stop.told.then(() => null)])
  } finally {
    await ground?.close()
    await server?.release()
    await stop.settled()
  }
  if (code !== null) return code
  terminal.err('Stopped, and what was started with it.\n')
  // The story that was cut off may wait for something for ever.
  process.exit(exit.failed)
}

async function all(told: readonly Tell[], { backend, name }: Read, ground: Ground, stopped: () => boolean, { name: only, stories, seed, json }: { readonly name?: string; readonly stories?: boolean; readonly seed: number; readonly json?: boolean }, terminal: Terminal): Promise<number> {
  const begun = performance.now()
  const ran: StoryRan[] = [], proven: Proof[] = []
  const say = (text: string): void => { if (!json) terminal.out(`${text}\n`) }
  for (const t of told) {
    let before: StoryRan[] = []
    for await (const one of runStories(t, ground, { only, stopped })) {
      ran.push(one)
      before = before[0]?.says === one.says ? [...before, one] : [one]
      if (before.length === storyDrivers.length) for (const line of storyLines(before, terminal)) say(line)
    }
  }
  const says = new Set(ran.map(r => r.says)).size
  if (says > 0) say(paint(terminal, 2, `${says} ${says === 1 ? 'story' : 'stories'}, each through ${listed(storyDrivers.map(d => d.name))} · ${seconds(performance.now() - begun)}`))
  else if (told.length === 0) say(`There are no stories yet. They stand beside the application, in ${name}.stories.ts.`)
  if (only === undefined && stories !== true) {
    if (says > 0) say('')
    const from = performance.now()
    for await (const proof of proofs(backend, ground, { seed, stopped })) {
      proven.push(proof)
      for (const line of proofLines(proof, terminal)) say(line)
    }
    say(paint(terminal, 2, `model and rules, with rows and callers drawn by --seed ${seed} · ${seconds(performance.now() - from)}`))
  }
  const ok = ran.every(r => r.failed === null) && proven.every(p => p.ok !== false)
  if (json) {
    terminal.out(`${JSON.stringify({
      ok, stories: ran.map(r => ({ says: r.says, protocol: r.protocol, ok: r.failed === null, ms: Math.round(r.ms), file: r.file, line: r.line, unsaid: r.unsaid, error: r.failed && describeFailed({ ...r, failed: { ...r.failed, calls: [] } }).join('\n'), calls: r.failed?.calls ?? [] })),
      proofs: proven.map(p => ({ ...p, ms: Math.round(p.ms) })), seed, ms: Math.round(performance.now() - begun),
    })}\n`)
  }
  return ok ? exit.ok : exit.failed
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const listed = (names: readonly string[]): string => (names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`)

/** One line for a story; where it is not true, what happened, protocol by protocol as far as it differs. */
function storyLines(ran: readonly StoryRan[], terminal: Terminal): readonly string[] {
  const failed = ran.filter(r => r.failed !== null)
  const says = ran[0]?.says ?? ''
  const unsaid = ran.flatMap(r => r.unsaid.map(u => paint(terminal, 2, `    – ${r.protocol} has no words for ${u.who}: ${u.asked}, so db was asked: ${u.why}`)))
  if (failed.length === 0) return [`${paint(terminal, 32, '✓')} ${says}`, ...unsaid]
  const error = (r: StoryRan): string => describeFailed({ ...r, failed: r.failed && { ...r.failed, calls: [] } }).join('\n')
  const groups = [...Map.groupBy(failed, error).values()]
  return [`${paint(terminal, 31, '✗')} ${says}`, ...unsaid, ...groups.flatMap(of => of.slice(0, 1).flatMap(one => [
    paint(terminal, 2, `    through ${listed(of.map(r => r.protocol))}`), ...describeFailed(one).map(line => `    ${line.replaceAll(terminal.cwd + path.sep, '')}`),
  ]))]
}

function proofLines({ ok, says, details }: Proof, terminal: Terminal): readonly string[] {
  return [`${ok === null ? paint(terminal, 33, '–') : ok ? paint(terminal, 32, '✓') : paint(terminal, 31, '✗')} ${says}`, ...details.map(line => `    ${line}`)]
}
