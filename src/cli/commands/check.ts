// `backwright check`: looks over a declaration and its rules like a reviewer, from every file on, with TypeScript where it is installed.
import { compileModel } from '../../define/index.ts'
import { inOrder, review, type Finding } from '../check/index.ts'
import { exit, paint, parse, Trouble, type Command, type Terminal } from '../command.ts'
import { declarations } from '../declaration.ts'
import { locate, rules, shown } from '../locate.ts'
import { readBackend } from '../opened.ts'
import { typeCheck } from '../typecheck.ts'

const options = { strict: { type: 'boolean' }, json: { type: 'boolean' }, 'no-types': { type: 'boolean' }, app: { type: 'string' } } as const

export const check: Command = {
  name: 'check',
  summary: 'looks over the declaration and its rules like a reviewer',
  help: `backwright check [PATH]        looks over the declaration and its rules like a reviewer

  backwright check
  backwright check examples/shop --strict         in CI: warnings fail too
  backwright check --json | jq -r '.[] | select(.severity == "error") | "\\(.file):\\(.line) \\(.says)"'

Finds what compiles and is probably not meant: entities nobody may use; rules that never hold, that a wider one makes pointless, that
deny everything; hidden values that come out through a default or a unique; references nobody can follow; rules without an index; texts
and pages without bounds; misspelt roles. Imports every file of the application first once, so that circles show which break it, and
asks TypeScript where it is installed. No database is needed, nothing is changed.

Options
  --strict      warnings fail too
  --no-types    without TypeScript
  --json        [{ "code", "severity": "error" | "warning" | "hint", "file", "line", "subject", "says", "why", "do" }]
  --app PATH    the folder or file of the application, as PATH

${rules}

Exit codes: 0 nothing, or hints and warnings only · 1 errors (with --strict: or warnings) · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, options, 1)
    const app = locate(positionals[0] ?? values.app, terminal.cwd)
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
