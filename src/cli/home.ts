// Where this package lies: a clone, or what is in node_modules.
import { existsSync } from 'node:fs'
import path from 'node:path'

/** The package's own folder. Two above, here as in the few files that the published package is made of (dist/cli, dist/chunks). */
export const home = path.dirname(path.dirname(import.meta.dirname))
/** Whether this runs from a clone, whose package is in no registry. */
export const isClone = (): boolean => existsSync(path.join(home, 'src'))
