// The stories of an application: the files NAME.stories.ts in its folder and below it.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { isTold, type Tell } from '../testkit/index.ts'
import { Trouble, type Terminal } from './command.ts'
import type { Declarations } from './declaration.ts'
import { shown, type Located } from './locate.ts'
import type { Read } from './opened.ts'

/** The stories of this application. One that was written and does not run is a mistake, so each file's is told. */
export async function storiesOf(from: Declarations, app: Located, { backend }: Read, terminal: Terminal): Promise<readonly Tell[]> {
  const files = readdirSync(app.folder, { recursive: true, withFileTypes: true })
    .filter(f => f.isFile() && /\.stories\.[cm]?[jt]s$/.test(f.name)).map(f => path.join(f.parentPath, f.name)).filter(f => !/[/\\](node_modules|\.[^/\\]+)[/\\]/.test(path.relative(app.folder, f))).toSorted()
  const told: Tell[] = []
  for (const file of files) {
    const story = await from.beside(file)
    if (!isTold(story)) throw new Trouble(`${shown(file, terminal.cwd)} exports no stories. It begins with: const story = stories(application)   and ends with: export default story`)
    if (story['~of'] === backend) told.push(story)
    else terminal.err(`${shown(file, terminal.cwd)} tells of another application, and is not run here.\n`)
  }
  return told
}
