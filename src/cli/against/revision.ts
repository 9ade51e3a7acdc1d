// An application as a git revision has it: its files in a folder of their own, which is gone afterwards. The repository is only read.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Trouble, usage } from '../command.ts'
import type { Located } from '../locate.ts'

const run = promisify(execFile)
export interface Revision { readonly app: Located; /** Full. */ readonly commit: string; /** A path of its files as one of the repository. */ readonly shown: (file: string) => string }

/** Throws a usage Trouble where there is no git, no such revision, or no such file in it. */
export async function atRevision<T>(app: Located, revision: string, work: (found: Revision) => Promise<T>): Promise<T> {
  const root = realpathSync((await git(app.folder, ['rev-parse', '--show-toplevel'], `${app.folder} is in no git repository, so there is nothing to compare it with.`)).trim())
  const commit = (await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], `There is no revision '${revision}' in this repository. A branch, a tag or a commit: --against main`)).trim()
  const file = path.relative(root, app.file).split(path.sep).join('/')
  await git(root, ['cat-file', '-e', `${commit}:${file}`], `There is no ${file} in ${revision}. Where it had another name then, compare with a later revision.`)
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'backwright-against-')))
  try {
    const tree = path.join(folder, 'tree'), environment = { GIT_INDEX_FILE: path.join(folder, 'index') }
    await git(root, ['read-tree', commit], null, environment)
    await git(root, ['checkout-index', '--all', '--quiet', `--prefix=${tree}${path.sep}`], null, environment)
    // What it imports is what is installed now, as its declaration is compiled by the engine of now.
    for (let at = path.dirname(app.file); ; at = path.dirname(at)) {
      const installed = path.join(at, 'node_modules'), there = path.join(tree, path.relative(root, at), 'node_modules')
      if (existsSync(installed) && !existsSync(there) && existsSync(path.dirname(there))) symlinkSync(installed, there, 'junction')
      if (at === root || at === path.dirname(at)) break
    }
    const bare = (name: string): string => name.replace(/\?.*$/, '').replace(/^file:\/\//, '')
    return await work({ commit, app: { file: path.join(tree, ...file.split('/')), folder: tree, name: app.name }, shown: name => (bare(name).startsWith(tree) ? path.relative(tree, bare(name)) : name) })
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** In a hook of git's the environment names its own index and folder; files that are kept elsewhere are not fetched. */
async function git(cwd: string, args: readonly string[], unless: string | null, more: NodeJS.ProcessEnv = {}): Promise<string> {
  const { GIT_DIR: _, GIT_WORK_TREE: __, GIT_INDEX_FILE: ___, GIT_PREFIX: ____, ...env } = process.env
  try {
    return (await run('git', [...args], { cwd, env: { ...env, GIT_LFS_SKIP_SMUDGE: '1', ...more }, maxBuffer: 2 ** 26 })).stdout
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string }
    if (code === 'ENOENT') throw new Trouble('git is needed to compare with a revision, and is not installed.')
    throw unless === null ? new Trouble(`git ${args[0] ?? ''} failed: ${(stderr ?? '').trim()}`) : usage(unless)
  }
}
