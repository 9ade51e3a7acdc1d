// A new project, written from the templates that come with the package: `NAME.txt` there is NAME here, `{{word}}` a value.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Trouble } from './command.ts'
import { home } from './home.ts'
import { version } from './version.ts'

export interface Project {
  /** As npm takes it. */
  readonly name: string
  /** What package.json depends on: a version, or the file of a package. */
  readonly backwright: string
  /** Whether that file lies in vendor/, and Docker must have it. */
  readonly vendored: boolean
}

/** A name that npm, a database and files can have. */
export function projectName(folder: string): string {
  const name = path.basename(folder).toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60)
  return name === '' || /^\d/.test(name) ? `app${name === '' ? '' : `-${name}`}` : name
}

/** Writes the project into `folder`, which is empty or not there. Answers the files written, relative. */
export function scaffold(folder: string, { name, backwright, vendored }: Project): readonly string[] {
  const words: Readonly<Record<string, string>> = {
    name, app: name, title: name.replaceAll('-', ' ').replace(/^./, first => first.toUpperCase()), backwright, ...tools(),
    copy: vendored ? 'COPY package.json package-lock.json ./\nCOPY vendor vendor' : 'COPY package.json package-lock.json ./',
  }
  const templates = path.join(home, 'templates', 'new')
  const names = readdirSync(templates, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.txt')).map(file => file.split(path.sep).join('/')).toSorted()
  if (names.length === 0) throw new Trouble(`The templates in ${templates} are missing: install the package again.`)
  return names.map(template => {
    const at = placeOf(template.slice(0, -4))
    const file = path.join(folder, at)
    mkdirSync(path.dirname(file), { recursive: true })
    const text = readFileSync(path.join(templates, template), 'utf8')
    writeFileSync(file, text.replace(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole), { flag: 'wx' })
    return at
  })
}

/** npm drops or renames files with a dot when it packs; so the templates have none. */
const placeOf = (template: string): string =>
  template === 'gitignore' || template === 'dockerignore' ? `.${template}` : template.startsWith('workflows/') ? `.github/${template}` : template

/** The tools of a project: the versions this package itself is written with. */
function tools(): { readonly types: string; readonly typescript: string } {
  const { devDependencies = {} } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { devDependencies?: Record<string, string> }
  return { types: devDependencies['@types/node'] ?? '^24.0.0', typescript: devDependencies['typescript'] ?? '^7.0.0' }
}

/** What a project of the published package depends on. */
export const published = (): string => `^${version()}`
