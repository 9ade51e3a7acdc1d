// `backwright schema`: how the database differs from the declaration, and making it the same.
import { createInterface } from 'node:readline/promises'
import { compileModel } from '../../define/index.ts'
import { openDatabase } from '../../application/index.ts'
import { applyPlan, describePlan, planOf, type MigrationPlan } from '../../migrate/index.ts'
import { addSystem, unmadeSystem } from '../../stores/postgres/system/index.ts'
import { exit, paint, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { locate, rules } from '../locate.ts'
import { once, whereOf } from '../opened.ts'

const options = { yes: { type: 'boolean' }, json: { type: 'boolean' }, app: { type: 'string' }, data: { type: 'string' } } as const

export const schema: Command = {
  name: 'schema',
  summary: 'shows how the database differs from the declaration, and applies it',
  help: `backwright schema [show]           how the database differs from the declaration
backwright schema apply [--yes]    shows it, asks, and applies what is additive

  backwright schema
  DATABASE_URL=postgres://app@db.example/shop backwright schema apply --yes --app dist/shop.ts
  backwright schema --json | jq '.steps[].sql'

In development additive changes apply by themselves; in production nothing does: \`start\` refuses until this was run. What is not
additive is shown and left to you.

Options
  --yes         without asking
  --json        the migration plan as JSON
  --app PATH    the folder or file of the application
  --data FOLDER the embedded data, where it is not .backwright/APP/data; DATABASE_URL names a server

${rules}

Exit codes: 0 the schema is the declaration's · 1 failed · 2 the command line cannot be understood · 3 it differs (still)`,
  async run(args, terminal) {
    const { values, positionals: [what = 'show'] } = parse(args, options, 1)
    if (what !== 'show' && what !== 'apply') throw usage(`There is no 'schema ${what}': show or apply.`)
    return once(locate(values.app, terminal.cwd), terminal.cwd, async ({ backend, name, home }) => {
      const { model: bare } = compileModel(backend)
      const model = Object.freeze({ ...bare, name })
      const database = await openDatabase({ folder: home.data, ...whereOf(values.data === undefined ? home : { ...home, data: values.data }), name, onProgress: line => { terminal.err(`  ${line}\n`) } })
      try {
        return await database.client(async client => {
          const plan = await planOf(client, model)
          // Our own tables make themselves; they are spoken of only where they cannot.
          const unmade = await unmadeSystem(client, model)
          if (unmade !== null) terminal.err(`${paint(terminal, 33, '!')} ${unmade}\n`)
          if (values.json && what === 'show') {
            terminal.out(`${JSON.stringify({ steps: plan.steps, refused: plan.refused, notes: plan.notes })}\n`)
            return plan.empty ? exit.ok : exit.differs
          }
          show(plan, database.says, terminal)
          if (what === 'apply' && unmade === null) await addSystem(client, model)
          if (what === 'show' || plan.empty) return plan.empty ? exit.ok : exit.differs
          const additive = plan.steps.filter(s => s.additive).length
          if (additive === 0) throw new Trouble('Nothing of this is additive, so nothing was applied.', exit.differs)
          if (!values.yes && !await agreed(`Apply ${additive === plan.steps.length ? 'this' : 'what is additive of this'} to ${database.says}?`)) throw new Trouble('Nothing was applied.', exit.failed)
          const { done } = await applyPlan(client, plan, { which: 'additive' })
          terminal.out(`${paint(terminal, 32, '✓')} ${done.length} ${done.length === 1 ? 'step' : 'steps'} applied\n`)
          const left = await planOf(client, model)
          if (left.empty) return exit.ok
          show(left, database.says, terminal)
          return exit.differs
        })
      } finally {
        await database.close()
      }
    })
  },
}

function show(plan: MigrationPlan, where: string, terminal: Terminal): void {
  if (plan.empty) terminal.out(`The schema of ${where} is the declaration's.\n`)
  else terminal.out(`The schema of ${where} differs from the declaration:\n${describePlan(plan).map(line => `  ${line.replaceAll('\n', '\n  ')}`).join('\n')}\n`)
  for (const note of plan.notes) terminal.err(`${paint(terminal, 2, `  ${note}`)}\n`)
}

/** Asks on a terminal; elsewhere there is nobody to ask, which is a usage error. */
export async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw usage('Nobody can be asked here: add --yes.')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
