// What the build is made of, as one hash: kept in dist/build.json, so that `npm test` notices a source that was changed and not built, without anything installed here.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const own = ['index.html', 'package.json', 'package-lock.json', 'sources.ts', 'tsconfig.json', 'vite.config.ts']

/** The files of a folder below `at`, with `/`, in order. */
const below = (at: string, folder: string): readonly string[] => readdirSync(path.join(at, folder), { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile()).map(entry => path.relative(at, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')).sort()

/** One hash of these files, their names and their bytes. */
function digest(at: string, names: readonly string[]): string {
  const hash = createHash('sha256')
  for (const name of names) hash.update(`${name}\0`).update(readFileSync(path.join(at, name))).update('\0')
  return hash.digest('hex')
}

/** Of the page's folder. */
export const sourcesOf = (home: string): string => digest(home, [...own, ...below(home, 'src')])
/** Of what was built; what the hash is written to is left out. */
export const builtOf = (dist: string): string => digest(dist, below(dist, '.').filter(name => name !== 'build.json'))
