// What `dev` says of an application: where it is, requests to paste, and entities that nobody may use.
import type { Loaded } from '../application/index.ts'
import type { Backend } from '../define/index.ts'
import { pagesOf } from '../identity/pages/index.ts'
import { actionsOf, type EntityModel, type FieldModel, type Model } from '../model/index.ts'
import type { ReadyCaller } from '../server/index.ts'
import { paint, type Terminal } from './command.ts'
import { shown, type Home } from './locate.ts'

export interface Greeted { readonly model: Model; readonly backend: Backend; readonly home: Home; readonly callers: readonly ReadyCaller[]; readonly loaded: Loaded | null; readonly folder: string; readonly url: string }

const count = (n: number, one: string, many: string): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`
const exposed = (model: Model): readonly EntityModel[] => Object.values(model.entities).filter(e => !e.hidden)

/** The lines printed when it serves. */
export function greeting({ model, backend, home, callers, loaded, folder, url }: Greeted, terminal: Terminal): string[] {
  const label = (text: string): string => paint(terminal, 2, text.padEnd(5))
  const [person] = Object.keys(backend.as)
  const bound = exposed(model).filter(e => e.rules.some(rule => /\bis\(caller\)/.test(rule.text)))
  const first = bound.find(e => choiceOf(e) !== undefined) ?? bound[0] ?? exposed(model).find(e => e.rules.length > 0) ?? exposed(model)[0]
  const who = person ?? callers.find(c => c.name !== 'visitor')?.name ?? 'visitor'
  const other = callers.find(c => c.name !== who && c.name !== 'visitor' && (backend.as[c.name]?.roles?.length ?? 1) > 0 && (backend.as[c.name]?.email === undefined)) ?? callers.find(c => c.name !== who)
  const rows = loaded === null ? '' : loaded.added === 0 ? ' · data is there' : ` · ${count(loaded.added, 'row', 'rows')} of data loaded`
  const actions = actionsOf(model).filter(a => a.taking === undefined).length
  const lines = [`${paint(terminal, 1, model.name)} · ${count(exposed(model).length, 'entity', 'entities')}${actions === 0 ? '' : ` · ${count(actions, 'action', 'actions')}`}${rows} · watching ${shown(folder, terminal.cwd)}`, `${label('open')} ${paint(terminal, 36, url)}`, `${label('also')} ${url}/docs · ${url}/graphql · ${url}/soap?wsdl`]
  if (model.identity !== undefined) lines.push(`${label('mail')} ${paint(terminal, 36, `${url}/mail`)}${pagesOf(model) === null ? '' : paint(terminal, 2, `  (sign up at ${url}/auth/sign-up)`)}`)
  if (first === undefined) return lines
  const header = who === 'visitor' ? '' : ` -H @${shown(home.as, terminal.cwd)}/${who}`
  lines.push(
    `${label('try')} curl -g${header} '${url}${model.restPath ?? '/api'}/${first.path}${filterOf(first)}'`,
    `${label('')} npx backwright get ${first.path}${other === undefined || other.name === 'visitor' ? '' : ` --as ${other.name}`} --why`,
    `${label('as')} ${callers.map(c => c.name).join(', ')}${paint(terminal, 2, `  (headers in ${shown(home.as, terminal.cwd)})`)}`,
  )
  return lines
}

const choiceOf = (entity: EntityModel): FieldModel | undefined => Object.values(entity.fields).find(f => f.kind === 'choice' && !f.hidden && !f.list)

/** A filter to try: by the second of a field's choices (the first is usually where things begin). */
function filterOf(entity: EntityModel): string {
  const f = choiceOf(entity)
  const choice = f?.bounds.choices?.[1] ?? f?.bounds.choices?.[0]
  return f !== undefined && choice !== undefined ? `?filter[${f.name}]=${encodeURIComponent(choice)}` : '?page[size]=5'
}

/** Entities without any rule: reachable by the system only, which is seldom meant. */
export const unused = (model: Model): readonly EntityModel[] => exposed(model).filter(e => e.rules.length === 0 && e.whole === null)

export const unusedLines = (e: EntityModel, terminal: Terminal): string[] => [
  `${shown(e.place.file, terminal.cwd)}:${e.place.line}  ${e.title} is declared, but nobody may use it. For everyone to read it, write in its class:`,
  `    static access = access(${e.title}, () => [allow('read').always()])`,
]
