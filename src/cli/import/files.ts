// Files that were written once and then belong to whoever edits them. What is written down is the sum of each as we left it: a file that still is that may be written anew.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { difference } from './diff.ts'

export interface Kept {
  readonly name: string
  /** `edited`: it was changed by hand, and is left so; `difference` is what the database says otherwise. */
  readonly state: 'new' | 'same' | 'renewed' | 'edited'
  readonly difference: readonly string[]
}
export interface Keeping {
  readonly files: readonly Kept[]
  /** Files an earlier import wrote, of tables that are not there any more, or were not chosen: left where they are. */
  readonly orphans: readonly string[]
}

/** One line per file: how it was left. */
const book = 'imported.json'
const sum = (text: string): string => createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('base64url').slice(0, 22)

/** Writes what is new or untouched, leaves what was edited. A second time with the same texts nothing is written at all. */
export function keep(folder: string, files: readonly { readonly name: string; readonly text: string }[]): Keeping {
  mkdirSync(folder, { recursive: true })
  const before = readBook(folder), sums: Record<string, string> = { ...before }
  const kept = files.map(({ name, text }): Kept => {
    const file = path.join(folder, name)
    const there = existsSync(file) ? readFileSync(file, 'utf8') : null
    if (there !== null && sum(there) !== before[name] && there !== text) return { name, state: 'edited', difference: difference(there, text) }
    sums[name] = sum(text)
    if (there === text) return { name, state: 'same', difference: [] }
    writeFileSync(file, text)
    return { name, state: there === null ? 'new' : 'renewed', difference: there === null ? [] : difference(there, text) }
  })
  if (JSON.stringify(sums) !== JSON.stringify(before)) writeFileSync(path.join(folder, book), `${JSON.stringify(sums, null, 2)}\n`)
  const names = new Set(files.map(f => f.name))
  return { files: kept, orphans: Object.keys(before).filter(name => !names.has(name) && existsSync(path.join(folder, name))) }
}

function readBook(folder: string): Readonly<Record<string, string>> {
  const file = path.join(folder, book)
  if (!existsSync(file)) return {}
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof read === 'object' && read !== null ? Object.fromEntries(Object.entries(read).filter(([, v]) => typeof v === 'string')) as Record<string, string> : {}
  } catch {
    // Whoever lost it loses only this: every file that differs counts as edited.
    return {}
  }
}
