// `backwright seed`: loads the data that the declaration names, again.
import { DataMistake } from '../../application/index.ts'
import { exit, paint, parse, Trouble, type Command } from '../command.ts'
import { locate, rules } from '../locate.ts'
import { load, once, openForDevelopment } from '../opened.ts'

const options = { json: { type: 'boolean' }, app: { type: 'string' } } as const

export const seed: Command = {
  name: 'seed',
  summary: 'loads the data of backend({ data }) again: what is missing is added',
  help: `backwright seed        loads the folder that backend({ data }) names: one JSON file per entity

  backwright seed
  backwright seed --json | jq .added
  DATABASE_URL=postgres://me@localhost/shop backwright seed --app examples/shop

Rows whose key is in the database are left as they are, so it may run again and again; \`dev\` does it by itself. All of a file is
loaded, or nothing of it. A database of DATABASE_URL must have the declaration's schema (backwright schema apply).

Options
  --json        { "files": 5, "rows": 1077, "added": 0 }
  --app PATH    the folder or file of the application

${rules}

Exit codes: 0 loaded, or all there · 1 failed, a mistake in the data too · 2 the command line cannot be understood · 3 the schema differs`,
  async run(args, terminal) {
    const { values } = parse(args, options, 0)
    const app = locate(values.app, terminal.cwd)
    return once(app, terminal.cwd, async read => {
      if (read.backend.data === null) throw new DataMistake(`${read.name} has no data to load: its backend({ … }) names no folder. Write data: './data'.`)
      const { application } = await openForDevelopment(read, {
        ...(process.env['DATABASE_URL'] ? { schema: 'require' as const } : {}), onProgress: line => { terminal.err(`  ${line}\n`) },
      })
      try {
        const loaded = await load(application, read.backend, app)
        if (loaded === null) throw new Trouble('Nothing was loaded.')
        const { files, rows, added } = loaded
        terminal.out(values.json ? `${JSON.stringify({ files, rows, added })}\n` : `${paint(terminal, 32, '✓')} ${added === 0 ? `all ${rows} rows of ${files} files are there` : `${added} of ${rows} rows added, from ${files} files`}\n`)
        return exit.ok
      } finally {
        await application.close()
      }
    })
  },
}
