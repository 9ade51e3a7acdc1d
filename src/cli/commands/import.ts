// `backwright import`: writes the declaration of a database that is there.
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openDatabase, readAddress } from '../../application/index.ts'
import { compileModel } from '../../define/index.ts'
import { describePlan, planOf, readSchema, type MigrationPlan } from '../../migrate/index.ts'
import { importSchema, type Imported } from '../../migrate/import/index.ts'
import { exit, paint, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { keep, type Keeping } from '../import/index.ts'
import { once } from '../opened.ts'

const options = { schema: { type: 'string', multiple: true }, only: { type: 'string', multiple: true }, except: { type: 'string', multiple: true }, json: { type: 'boolean' } } as const

export const importCommand: Command = {
  name: 'import',
  summary: 'writes the declaration of a PostgreSQL database that is there',
  help: `backwright import [URL] [DIR]    writes entity classes that serve a PostgreSQL database as it is

  backwright import postgres://me@localhost/northwind
  backwright import postgres://me@localhost/erp erp --schema public --schema billing --except 'tmp_*'
  DATABASE_URL=postgres://me@localhost/northwind backwright import northwind

Reads only: the database is not changed. URL is DATABASE_URL unless given; DIR is called after the database unless given. Writes a file for each
table and view, model.ts and backend.ts; all of it is closed until a rule allows something. What the classes cannot say is listed, and stands
as a comment in the class. At the end the declaration is compared with the database.

Again, it writes what is new or was not edited. A file you changed is left, and shown with what the database says otherwise.

Options
  --schema NAME   only tables of this schema; may be repeated. Default: all
  --only TABLE    only these tables, by name or pattern (orders, 'billing.*'); may be repeated
  --except TABLE  all but these; may be repeated
  --json          { "folder", "files", "entities", "links", "left", "differs" }

Exit codes: 0 written, or nothing to write · 1 failed · 2 the command line cannot be understood · 3 the declaration, with your edits, differs from the database`,
  async run(args, terminal) {
    const { values, positionals } = parse(args, options, 2)
    const [first, second] = positionals, isUrl = first !== undefined && /^postgres(ql)?:/i.test(first)
    if (!isUrl && second !== undefined) throw usage(`'${first}' is no address of a database. It is written postgres://user:password@host:5432/database.`)
    const url = isUrl ? first : terminal.environment['DATABASE_URL'] || undefined
    if (url === undefined) throw usage('Say which database: backwright import postgres://user:password@host:5432/database, or set DATABASE_URL.')
    const database = databaseOf(url), name = nameOf(database), folder = path.resolve(terminal.cwd, (isUrl ? second : first) ?? name)
    const say = (line: string): void => { if (!values.json) terminal.out(`${line}\n`) }
    const opened = await openDatabase({ url, folder, name })
    try {
      return await opened.client(async client => {
        terminal.err(`  reading ${opened.says}\n`)
        await client.query('set default_transaction_read_only = on')
        const live = await readSchema(client)
        for (const schema of values.schema ?? []) if (!live.schemas.includes(schema)) throw new Trouble(`There is no schema '${schema}' in the database. There are: ${live.schemas.join(', ')}.`)
        const imported = importSchema(live, { schemas: values.schema ?? [], only: values.only ?? [], except: values.except ?? [] }, database, name)
        if (imported.entities.length === 0) throw new Trouble(`There is no table to import in ${opened.says}${values.schema || values.only || values.except ? ' that was asked for' : ''}.`)
        const kept = keep(folder, imported.files)
        if (!isPackage(folder)) writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n')
        const plan = await once({ file: path.join(folder, 'backend.ts'), folder, name }, terminal.cwd, async ({ backend }) => planOf(client, compileModel(backend).model))
        if (values.json) terminal.out(`${JSON.stringify({ folder, ...summary(imported, kept), differs: plan.empty ? [] : describePlan(plan) })}\n`)
        else told(imported, kept, plan, path.relative(terminal.cwd, folder) || '.', terminal, say)
        return plan.empty ? exit.ok : exit.differs
      })
    } finally {
      await opened.close()
    }
  },
}

const summary = (imported: Imported, kept: Keeping): object => ({
  files: kept.files.map(({ name, state, difference }) => ({ name, state, ...(difference.length === 0 ? {} : { difference }) })), orphans: kept.orphans,
  entities: imported.entities, links: imported.links, left: imported.left,
})

function told(imported: Imported, kept: Keeping, plan: MigrationPlan, where: string, terminal: Terminal, say: (line: string) => void): void {
  const count = (state: string): number => kept.files.filter(f => f.state === state).length
  const { entities, links, left } = imported
  const words = [[count('new'), 'new'], [count('renewed'), 'written anew'], [count('edited'), 'edited by you and left'], [count('same'), 'unchanged']] as const
  say(`${paint(terminal, 32, '✓')} ${entities.length} ${entities.length === 1 ? 'entity' : 'entities'} in ${where}: ${words.flatMap(([n, what]) => (n > 0 ? [`${n} ${n === 1 ? 'file' : 'files'} ${what}`] : [])).join(', ')}`)
  for (const link of links) say(`  ${link.table} links: ${link.relation}`)
  for (const e of entities) if (e.readOnly !== null) say(`  ${e.title} (${e.table}): ${e.readOnly}`)
  const cannot = entities.filter(e => e.cannot.length > 0)
  if (cannot.length > 0 || left.length > 0) say('\nIn force in the database, and not part of the declaration:')
  for (const e of cannot) for (const what of e.cannot) say(`  ${e.title}: ${what}`)
  for (const { what, why } of left) say(`  ${what} is not served: ${why}`)
  for (const f of kept.files) {
    if (f.difference.length === 0) continue
    say(`\n${where}/${f.name} ${f.state === 'renewed' ? 'was written anew' : 'is yours and stays as it is; the database says'}:`)
    for (const line of f.difference) say(`  ${line.startsWith('-') ? paint(terminal, 31, line) : line.startsWith('+') ? paint(terminal, 32, line) : line}`)
  }
  for (const name of kept.orphans) say(`\n${where}/${name} is of a table that was not imported this time; it stays as it is.`)
  if (plan.empty) {
    say(`\n${paint(terminal, 32, '✓')} the declaration and the database are the same`)
    if (kept.files.some(f => f.state === 'new')) say(`  DATABASE_URL=… npx backwright dev ${where}    serves it; nobody may use anything yet: each class has a rule to begin with`)
    return
  }
  say(`\n${paint(terminal, 31, '✗')} the declaration differs from the database:`)
  for (const line of describePlan(plan)) say(`  ${line.replaceAll('\n', '\n  ')}`)
}

function databaseOf(url: string): string {
  try {
    const { pathname, username } = readAddress(url), name = decodeURIComponent(pathname.slice(1))
    return name === '' ? decodeURIComponent(username) || 'database' : name
  } catch {
    throw usage(`The database's address cannot be read. It is written postgres://user:password@host:5432/database.`)
  }
}
/** What the application is called, as a folder can be. */
const nameOf = (database: string): string => database.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'database'

/** Whether a package.json says how the files of a folder are read. */
function isPackage(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'package.json'))) return true
    if (at === path.dirname(at)) return false
  }
}
