// A database's schema as a declaration: the files that serve it as it is, and what of it they cannot say.
import type { LiveSchema } from '../live.ts'
import { shape } from './shape.ts'
import { shownName, survey, type Choice, type Left } from './survey.ts'
import { textLiteral } from './literal.ts'
import { wrapped, write } from './write.ts'

export type { Choice, Left } from './survey.ts'

export interface Imported {
  /** By name, in the order they are to be read: entities, then `model.ts` and `backend.ts`. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly entities: readonly { readonly title: string; readonly table: string; readonly readOnly: string | null; readonly cannot: readonly string[] }[]
  /** Tables that became a many-to-many: `employee.territories`. */
  readonly links: readonly { readonly table: string; readonly relation: string }[]
  /** Tables that are not served. */
  readonly left: readonly Left[]
}

/** The declaration of the tables chosen. `database` is what it is called, `name` the application. Pure: the same schema gives the same text. */
export function importSchema(live: LiveSchema, choice: Choice, database: string, name: string): Imported {
  const surveyed = survey(live, choice), shapes = shape(surveyed, live)
  const written = shapes.map(s => ({ s, ...write(s, live, database) }))
  const model = [
    `// What things are: every entity by its name, as in bodies and in db.`, `import { model } from 'backwright'`, ...shapes.map(s => `import { ${s.title} } from './${s.file}'`), '',
    `export const entities = model({`, ...shapes.map(s => `  ${s.name}: ${s.title},`), '})', '',
  ]
  const backend = ['// The application: put together for the command line.', wrapped(['backend'], 'backwright'), `import { entities } from './model.ts'`, '', `export default backend({ name: ${textLiteral(name)}, model: entities })`, '']
  return {
    files: [...written.map(w => ({ name: w.s.file, text: w.text })), { name: 'model.ts', text: model.join('\n') }, { name: 'backend.ts', text: backend.join('\n') }],
    entities: written.map(({ s, cannot }) => ({ title: s.title, table: shownName(s.subject.table, live.current), readOnly: s.subject.readOnly, cannot })),
    links: shapes.flatMap(s => s.members.flatMap(m => (m.is === 'many' && m.link && m.field === null ? [{ table: shownName(m.link.table, live.current), relation: `${s.title}.${m.name}` }] : []))),
    left: surveyed.left,
  }
}
