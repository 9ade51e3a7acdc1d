// The file .env of the folder a command runs in: settings that need not be typed. What the environment itself says wins.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { usage } from './command.ts'

/** Adds to the process's environment what .env says and the environment does not. No file: nothing. Throws a usage Trouble for one that cannot be read. */
export function readEnvironmentFile(cwd: string, environment: NodeJS.ProcessEnv = process.env): void {
  let text: string
  try {
    text = readFileSync(path.join(cwd, '.env'), 'utf8')
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOENT' || code === 'EISDIR') return
    throw usage(`.env cannot be read: ${(error as Error).message}`)
  }
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) environment[name] ??= value
}
