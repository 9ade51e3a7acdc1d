// Where a builder was called: kept as an unformatted stack until a message needs it.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Place } from '../model.ts'

/** A place that is worked out when it is asked for. */
export type Somewhere = () => Place

export const nowhere: Place = { file: '(unknown file)', line: 0 }

/** Remembers the line that called `builder`, the public function the user wrote. Costs one stack frame. */
export function calledFrom(builder: (...given: never[]) => unknown): Somewhere {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, builder)
  Error.stackTraceLimit = limit
  return () => frame(holder.stack ?? '') ?? nowhere
}

function frame(stack: string): Place | null {
  const found = /^\s*at (?:.* \()?(.+?):(\d+):\d+\)?$/m.exec(stack)
  const [, file, line] = found ?? []
  if (file === undefined || line === undefined) return null
  return { file: file.startsWith('file:') ? fileURLToPath(file.replace(/\?.*$/, '')) : file, line: Number(line) }
}

/** Reads each source file once, to find the line of a class, a static or a property that no builder call marks. */
export function sources(): (near: Place, title: string, member?: string) => Place {
  const files = new Map<string, readonly string[]>()
  const linesOf = (file: string): readonly string[] => {
    const known = files.get(file)
    if (known) return known
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
    files.set(file, lines)
    return lines
  }
  return (near, title, member) => {
    const lines = linesOf(near.file)
    const from = lines.findIndex(line => new RegExp(`\\bclass\\s+${escape(title)}\\b`).test(line))
    if (from < 0) return near
    if (member === undefined) return { file: near.file, line: from + 1 }
    const within = lines.slice(from).findIndex(line => new RegExp(`(?:^|[{;\\s])(?:static\\s+)?['"]?${escape(member)}['"]?\\s*=`).test(line))
    return { file: near.file, line: from + 1 + Math.max(within, 0) }
  }
}

const escape = (text: string): string => text.replace(/[^\w]/g, '\\$&')
