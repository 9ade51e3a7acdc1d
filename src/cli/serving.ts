// Which process serves an application here, so that other commands ask it: a small file beside the data, believed only where its process lives and answers.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Home } from './locate.ts'

export interface ServingNote {
  readonly url: string
  readonly pid: number
  /** `start` takes no orders from other commands, and accepts no ready-made callers. */
  readonly command: 'dev' | 'start'
}

export function announce(home: Home, note: ServingNote): void {
  mkdirSync(path.dirname(home.serving), { recursive: true })
  // Whole or not at all: others read it at any time.
  writeFileSync(`${home.serving}.${process.pid}`, `${JSON.stringify(note)}\n`)
  renameSync(`${home.serving}.${process.pid}`, home.serving)
}

/** Takes the note back, where it is still this process's. */
export function retract(home: Home): void {
  if (noted(home)?.pid === process.pid) rmSync(home.serving, { force: true })
}

/** Who serves now, or null. */
export async function servedBy(home: Home): Promise<ServingNote | null> {
  const note = noted(home)
  if (note === null || !alive(note.pid)) return null
  try {
    const answer = await fetch(`${note.url}/health`, { signal: AbortSignal.timeout(2000) })
    return answer.ok ? note : null
  } catch {
    return null
  }
}

function noted(home: Home): ServingNote | null {
  try {
    const note = JSON.parse(readFileSync(home.serving, 'utf8')) as Partial<ServingNote>
    return typeof note.url === 'string' && typeof note.pid === 'number' && (note.command === 'dev' || note.command === 'start') ? note as ServingNote : null
  } catch {
    return null
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
