// Which processes serve an application here, so that other commands ask them: a small file each, believed only where its process lives and answers.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Home } from './locate.ts'

export interface ServingNote {
  readonly url: string
  /** Where REST is, where that is not `/api`. */
  readonly rest?: string | undefined
  readonly pid: number
  /** `start` takes no orders from other commands, and accepts no ready-made callers. */
  readonly command: 'dev' | 'start'
}

const fileOf = (home: Home, pid: number): string => path.join(home.serving, `${pid}.json`)

export function announce(home: Home, note: ServingNote): void {
  mkdirSync(home.serving, { recursive: true })
  // Whoever was killed could not take its note along.
  for (const { pid } of notes(home)) if (!lives(pid)) rmSync(fileOf(home, pid), { force: true })
  // Whole or not at all: others read it at any time.
  const draft = path.join(home.serving, `${note.pid}.new`)
  writeFileSync(draft, `${JSON.stringify(note)}\n`)
  renameSync(draft, fileOf(home, note.pid))
}

export function retract(home: Home): void {
  rmSync(fileOf(home, process.pid), { force: true })
}

/** Who serves now: the one in production if there is one, else any of those in development; null: nobody. Notes of the dead are cleared away. */
export async function servedBy(home: Home): Promise<ServingNote | null> {
  const alive = notes(home).filter(note => {
    if (lives(note.pid)) return true
    rmSync(fileOf(home, note.pid), { force: true })
    return false
  })
  for (const note of alive.toSorted((a, b) => b.command.localeCompare(a.command))) {
    try {
      const answer = await fetch(`${note.url}/health`, { signal: AbortSignal.timeout(2000) })
      if (answer.ok) return note
    } catch { /* just ending, or its number is another process's now */ }
  }
  return null
}

function notes(home: Home): ServingNote[] {
  let names: string[]
  try {
    names = readdirSync(home.serving)
  } catch {
    return []
  }
  return names.filter(name => name.endsWith('.json')).flatMap(name => {
    try {
      const note = JSON.parse(readFileSync(path.join(home.serving, name), 'utf8')) as Partial<ServingNote>
      return typeof note.url === 'string' && typeof note.pid === 'number' && (note.command === 'dev' || note.command === 'start') ? [note as ServingNote] : []
    } catch {
      return []
    }
  })
}

/** Whether there is such a process, ours to signal or not. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
