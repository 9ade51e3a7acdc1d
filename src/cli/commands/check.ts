// `backwright check`: looks over a declaration and its rules like a reviewer, from every file on, with TypeScript where it is installed.
import { compileModel } from '../../define/index.ts'
import { inOrder, review, type Finding } from '../check/index.ts'
import { exit, paint, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { declarations } from '../declaration.ts'
import { locate, rules, shown, type Located } from '../locate.ts'
import { once, readBackend } from '../opened.ts'
import { typeCheck } from '../typecheck.ts'

const options = { against: { type: 'string' }, on: { type: 'string' }, strict: { type: 'boolean' }, json: { type: 'boolean' }, 'no-types': { type: 'boolean' }, app: { type: 'string' } } as const

export const check: Command = {
  name: 'check',
  summary: 'looks over the declaration and its rules like a reviewer',
  help: `backwright check [PATH]        looks over the declaration and its rules like a reviewer

  backwright check
  backwright check examples/shop --strict         in CI: warnings fail too
  backwright check --against main --on data        whose rights differ from those of a git revision, and over which rows
  backwright check --json | jq -r '.[] | select(.severity == "error") | "\\(.file):\\(.line) \\(.says)"'

Finds what compiles and is probably not meant: entities nobody may use; rules that never hold, that a wider one makes pointless, that
deny everything; hidden values that come out through a default or a unique; references nobody can follow; rules without an index; texts
and pages without bounds; misspelt roles. Imports every file of the application first once, so that circles show which break it, and
asks TypeScript where it is installed. No database is needed, nothing is changed.

With --against, what differs in the rules from a branch, a tag or a commit, and with --on data, counted exactly over the data (the embedded
data of dev, or DATABASE_URL; only read): for each verb, field and action how many rows each role and ready-made caller gains and loses, and
the first of them. Nothing else is looked over then.

Options
  --against REV compares the rules with those of a git revision
  --on WHAT     data: counts, over the data, who gains and loses what by it
  --strict      warnings fail too
  --no-types    without TypeScript
  --json        [{ "code", "severity": "error" | "warning" | "hint", "file", "line", "subject", "says", "why", "do" }]
                with --against: { "against", "commit", "on", "rules": [{ "entity", "was", "is" }], "effects": [{ "entity", "caller", "right",
                "gains": { "rows", "examples" }, "loses", "alone" }], "uncompared": [{ "entity", "right", "why" }], "others" }
  --app PATH    the folder or file of the application, as PATH

${rules}

Exit codes: 0 nothing, or hints and warnings only; with --against: nobody gains or loses anything (without --on data: no rule differs)
  1 errors (with --strict: or warnings), or it failed · 2 the command line cannot be understood
  3 with --against: somebody gains or loses something, or something could not be compared`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, options, 1)
    const app = locate(positionals[0] ?? values.app, terminal.cwd)
    if (values.on !== undefined && (values.on !== 'data' || values.against === undefined)) throw usage(values.on === 'data' ? '--on data goes with --against REV.' : `--on is data, not ${values.on}.`)
    if (values.against !== undefined) return differs(app, values.against, values.on === 'data', values.json === true, terminal)
    const from = declarations(app, terminal.cwd)
    const found: Finding[] = []
    try {
      const { backend, name, home } = await readBackend(from, app, terminal.cwd)
      found.push(...review(Object.freeze({ ...compileModel(backend).model, name }), backend), ...await circles(from, app.file, terminal))
      const types = values['no-types'] ? null : await typeCheck(app, home)
      for (const { file, line, says, code } of types ?? []) found.push({ code: 'types', severity: 'error', file, line, subject: code, says, why: 'TypeScript says so.', do: 'Correct the line.' })
    } finally {
      from.close()
    }
    const all = inOrder(found).map(f => ({ ...f, file: shown(f.file, terminal.cwd) }))
    if (values.json) terminal.out(`${JSON.stringify(all)}\n`)
    else show(all, terminal)
    return all.some(f => f.severity === 'error' || (values.strict === true && f.severity === 'warning')) ? exit.failed : exit.ok
  },
}

/** Two declarations compared. */
async function differs(app: Located, revision: string, onData: boolean, json: boolean, terminal: Terminal): Promise<number> {
  const { against, showAgainst } = await import('../against/index.ts')
  const found = await once(app, terminal.cwd, read => against(app, read, revision, onData, terminal))
  terminal.out(json ? `${JSON.stringify(found)}\n` : showAgainst(found, terminal))
  const changed = onData ? found.effects.length + found.uncompared.length + found.others.length > 0 : found.rules.length + found.others.length > 0
  return changed ? exit.differs : exit.ok
}

/** Whether the application also begins with each of its other files: tests, scripts and the next import may. */
async function circles(from: ReturnType<typeof declarations>, main: string, terminal: Terminal): Promise<Finding[]> {
  const found: Finding[] = []
  for (const file of from.files()) {
    if (file === main) continue
    try {
      await from.importFirst(file)
    } catch (error) {
      if (!(error instanceof Trouble)) throw error
      const [, at, line, says] = /^(.+?):(\d+) {2}([^]*)$/.exec(error.message) ?? []
      found.push({
        code: 'import.circle', severity: 'error', file, line: 1, subject: null,
        says: `The application breaks when this file is imported first${at === undefined ? '' : `, at ${at}:${line ?? ''}`}: ${says ?? error.message}`,
        why: `A test or a script that imports ${shown(file, terminal.cwd)} alone fails; today's order of imports hides it.`, do: 'Name entities of other files only inside functions.',
      })
    }
  }
  return found
}

function show(all: readonly Finding[], terminal: Terminal): void {
  const colour = { error: 31, warning: 33, hint: 36 } as const
  for (const { severity, file, line, subject, says, why, do: todo } of all) {
    terminal.out(`${file}:${line}  ${paint(terminal, colour[severity], severity)}  ${subject === null ? '' : `${subject}: `}${says}\n${paint(terminal, 2, `    ${why}`)}\n    → ${todo}\n`)
  }
  const count = (severity: Finding['severity']): string => {
    const n = all.filter(f => f.severity === severity).length
    return `${n} ${severity}${n === 1 ? '' : 's'}`
  }
  terminal.out(all.length === 0 ? `${paint(terminal, 32, '✓')} nothing to say\n` : `${count('error')}, ${count('warning')}, ${count('hint')}\n`)
}
