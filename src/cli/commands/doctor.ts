// `backwright doctor`: looks at everything an application stands on here, and says what to do about what is wrong.
import { exit, paint, parse, type Command, type Terminal } from '../command.ts'
import { examine, type Finding } from '../examine.ts'
import { rules } from '../locate.ts'

const options = { json: { type: 'boolean' }, app: { type: 'string' } } as const

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks at versions, ports, database, permissions, and says what to do',
  help: `backwright doctor        looks at what an application needs here, and says what to do about what is wrong

  backwright doctor
  backwright doctor --json | jq '.[] | select(.status != "ok")'
  DATABASE_URL=postgres://me@db.example/shop backwright doctor --app examples/shop

Node and PostgreSQL's versions, the account PostgreSQL runs under, .env, the application's file, its own files and who may read them,
the disk, the port, and the database: a server is connected to, an embedded one is started if need be. Nothing is changed.

Options
  --json        [{ "what", "status": "ok" | "warning" | "wrong", "says", "do" }]
  --app PATH    the folder or file of the application

${rules}

Exit codes: 0 all well, or warnings only · 1 something is wrong · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values } = parse(args, options, 0)
    const all: Finding[] = []
    for await (const finding of examine(values.app, terminal)) {
      all.push(finding)
      if (!values.json) terminal.out(`${line(finding, terminal)}\n`)
    }
    if (values.json) terminal.out(`${JSON.stringify(all)}\n`)
    return all.some(f => f.status === 'wrong') ? exit.failed : exit.ok
  },
}

function line({ what, status, says, do: todo }: Finding, terminal: Terminal): string {
  const mark = status === 'ok' ? paint(terminal, 32, '✓') : status === 'warning' ? paint(terminal, 33, '!') : paint(terminal, 31, '✗')
  return `${mark} ${what.padEnd(12)} ${says.replaceAll('\n', `\n${' '.repeat(15)}`)}${todo === null ? '' : `\n${' '.repeat(15)}${paint(terminal, 36, `→ ${todo}`)}`}`
}
