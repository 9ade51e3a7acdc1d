// `backwright duties`: the work of a back-end developer, and how much of it this application has.
import { compileModel } from '../../define/index.ts'
import { exit, paint, parse, type Command } from '../command.ts'
import { declarations } from '../declaration.ts'
import { locate, rules } from '../locate.ts'
import { readBackend } from '../opened.ts'
import { storiesOf } from '../stories.ts'

const options = { json: { type: 'boolean' }, markdown: { type: 'boolean' }, app: { type: 'string' } } as const

export const duties: Command = {
  name: 'duties',
  summary: 'lists what a back-end developer does, and what the application has of each',
  help: `backwright duties [PATH]        what a back-end developer does, and what this application has of each

  backwright duties
  backwright duties examples/shop --json | jq -r '.[] | select(.notYet != []) | "\\(.duty): \\(.notYet | join("; "))"'

For each duty: what the application has of it, counted in its model, its contracts and its files; the command that shows it; and what it
does not have, or Backwright does not have yet. No database is needed.

Options
  --json        [{ "duty", "has", "proof", "notYet" }]
  --markdown    as a table
  --app PATH    the folder or file of the application, as PATH

${rules}

Exit codes: 0 listed · 1 the declaration does not compile · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, options, 1)
    const app = locate(positionals[0] ?? values.app, terminal.cwd)
    const from = declarations(app, terminal.cwd)
    try {
      const read = await readBackend(from, app, terminal.cwd)
      const model = Object.freeze({ ...compileModel(read.backend).model, name: read.name })
      const told = await storiesOf(from, app, read, terminal)
      const { duties: all, dutiesTable } = await import('../duties/index.ts')
      const found = await all(model, read.backend, app.folder, told.reduce((sum, t) => sum + t['~stories'].length, 0))
      if (values.json) terminal.out(`${JSON.stringify(found)}\n`)
      else if (values.markdown) terminal.out(`${dutiesTable(found, read.name)}\n`)
      else for (const { duty, has, proof, notYet } of found) {
        const lines = (head: string, of: readonly string[]): string => (of.length === 0 ? '' : `  ${paint(terminal, 2, head.padEnd(8))} ${of.join(`\n${' '.repeat(11)}`)}\n`)
        terminal.out(`${paint(terminal, 1, duty)}\n${lines('has', has)}${lines('shown by', proof)}${lines('not yet', notYet)}\n`)
      }
      return exit.ok
    } finally {
      from.close()
    }
  },
}
