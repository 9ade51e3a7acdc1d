// Which Backwright this is.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { home } from './home.ts'

export function version(): string {
  const { version: is } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string }
  return is
}
