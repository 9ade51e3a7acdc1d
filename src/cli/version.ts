// Which Backwright this is.
import { readFileSync } from 'node:fs'

export function version(): string {
  const { version: is } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return is
}
