// Reads an application's declaration from its file, afresh each time it is asked; what is wrong with the file is said with its place.
import { registerHooks } from 'node:module'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isBackend, type Backend } from '../define/index.ts'
import { Trouble, usage } from './command.ts'
import { shown, type Located } from './locate.ts'

export interface Declarations {
  /** Imports the file and what it imports from its folder anew. Throws Trouble, or what the declaration throws. */
  read(): Promise<Backend>
  /** What a file beside it exports by default: with the application as it was last read, not another copy of it. Throws Trouble. */
  beside(file: string): Promise<unknown>
  /** The files of its folder that were imported for it so far. */
  files(): readonly string[]
  /** Imports one of them anew, before all others. Throws Trouble. */
  importFirst(file: string): Promise<void>
  close(): void
}

/**
 * How often this process has read. Module-wide, as what Node knows of modules is: others may have read the same files before. Counted, and not drawn or timed, because the next start
 * then finds what Node kept of the files under these addresses (stripped of types, compiled), and because Node keeps it for each address anew, without end.
 */
let readings = 0

/**
 * Modules cannot be forgotten by Node, so each reading gives those of the application's folder another address (`?reading=3`).
 * What lies in node_modules is read once, and `backwright` is always this very package: two copies of it would not know each other's classes.
 */
export function declarations(app: Located, cwd: string): Declarations {
  const own = pathToFileURL(app.folder + path.sep).href
  const mine = (url: string | undefined): boolean => url !== undefined && url.startsWith(own) && !url.includes('/node_modules/')
  let reading = 0
  const seen = new Set<string>()
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (!mine(context.parentURL) && !mine(specifier)) return next(specifier, context)
      if (specifier === 'backwright' || specifier.startsWith('backwright/')) return next(specifier, { ...context, parentURL: import.meta.url })
      const found = next(specifier, context)
      if (!mine(found.url)) return found
      const bare = found.url.replace(/\?.*$/, '')
      seen.add(bare)
      return { ...found, url: `${bare}?reading=${reading}` }
    },
  })
  return {
    async read() {
      reading = ++readings
      let module: { readonly default?: unknown }
      try {
        module = await import(pathToFileURL(app.file).href) as { readonly default?: unknown }
      } catch (error) {
        throw explained(error, app, cwd)
      }
      if (isBackend(module.default)) return module.default
      throw usage(`${shown(app.file, cwd)} is no application: ${module.default === undefined ? 'it has no default export' : 'its default export is not what backend() answers'}. It ends with: export default backend({ model: … })`)
    },
    async beside(file) {
      try {
        return (await import(pathToFileURL(file).href) as { readonly default?: unknown }).default
      } catch (error) {
        throw explained(error, app, cwd)
      }
    },
    files: () => [...seen].map(url => fileURLToPath(url)).filter(file => /\.[cm]?[jt]s$/.test(file)),
    async importFirst(file) {
      reading = ++readings
      try {
        await import(pathToFileURL(file).href)
      } catch (error) {
        throw explained(error, app, cwd)
      }
    },
    close: () => { hooks.deregister() },
  }
}

/** What kept a file from being imported, in one or two lines with its place. */
function explained(error: unknown, app: Located, cwd: string): unknown {
  if (!(error instanceof Error)) return new Trouble(`${shown(app.file, cwd)} threw ${String(error)}.`)
  if (error.name === 'DeclarationErrors') return error
  const { code } = error as { code?: string }
  const at = placeOf(error, app, cwd)
  const say = (text: string): Trouble => new Trouble(`${at === null ? '' : `${at}  `}${text}`, undefined, error)
  if (code === 'ERR_MODULE_NOT_FOUND') {
    const [, what = '', from] = /Cannot find (?:module|package) '([^']+)'(?: imported from (.+))?/.exec(error.message) ?? []
    const wanted = what.startsWith('file:') ? shown(fileURLToPath(what), cwd) : path.isAbsolute(what) ? shown(what, cwd) : what
    const by = from === undefined ? shown(app.file, cwd) : shown(from.startsWith('file:') ? fileURLToPath(from.replace(/\?.*$/, '')) : from.replace(/\?.*$/, ''), cwd)
    const ending = path.isAbsolute(what) && existsSync(`${what}.ts`) ? ` Did you mean '${path.basename(what)}.ts'? The ending belongs to an import.` : ''
    return new Trouble(`${by}  imports ${wanted}, which does not exist.${ending}`, undefined, error)
  }
  if (error instanceof ReferenceError && /^Cannot access '(\w+)' before initialization/.test(error.message)) {
    const name = /'(\w+)'/.exec(error.message)?.[1] ?? ''
    const there = declaredAt(name, app)
    const here = at?.replace(/:\d+$/, '')
    const why = there === null || shown(there.file, cwd) === here ? `${name} is used before the line that declares it${there === null ? '' : `, ${there.line}`}.`
      : `${name} is used before ${shown(there.file, cwd)}:${there.line} declares it: that file and this one import each other.`
    return say(`${why} Name other entities only inside functions: () => ${name}.`)
  }
  if (error instanceof SyntaxError) {
    // Parsers of TypeScript put the code, with marks below it, behind the first line.
    const first = error.message.split('\n').map(line => line.trim()).find(line => line !== '') ?? 'it cannot be read'
    return say(`${first}${/[.!?]$/.test(first) ? '' : '.'}${marked(error)}`)
  }
  return say(`${error.name}: ${error.message}`)
}

/** The line that cannot be read, with the marks that Node puts below it. */
function marked(error: Error): string {
  const lines = (error.stack ?? '').split('\n')
  const marks = lines.findIndex(line => /^\s*\^+\s*$/.test(line))
  const code = lines[marks - 1]
  return marks < 1 || code === undefined || code.length > 160 ? '' : `\n${code}\n${lines[marks]}`
}

/** `shop.ts:21`, where an error's stack tells a line of the application's own files. Paths may hold anything, so they are found by the folder they begin with. */
function placeOf(error: Error, app: Located, cwd: string): string | null {
  const beginnings = [pathToFileURL(app.folder + path.sep).href, app.folder + path.sep]
  for (const line of (error.stack ?? '').split('\n')) {
    for (const beginning of beginnings) {
      const from = line.indexOf(beginning)
      const [, rest, row] = (from < 0 ? null : /^([^:?]+)(?:\?[^:]*)?:(\d+)/.exec(line.slice(from + beginning.length))) ?? []
      if (rest === undefined || row === undefined || rest.includes('node_modules')) continue
      const file = beginning.startsWith('file:') ? fileURLToPath(beginning + rest) : beginning + rest
      return `${shown(file, cwd)}:${row}`
    }
  }
  return null
}

/** The file and line of a class of the application. */
function declaredAt(name: string, app: Located): { readonly file: string; readonly line: number } | null {
  for (const entry of readdirSync(app.folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (!entry.isFile() || !/\.[cm]?[jt]s$/.test(entry.name) || file.includes(`${path.sep}node_modules${path.sep}`)) continue
    const line = readFileSync(file, 'utf8').split('\n').findIndex(text => new RegExp(`\\b(?:class|const|let)\\s+${name}\\b`).test(text))
    if (line >= 0) return { file, line: line + 1 }
  }
  return null
}
