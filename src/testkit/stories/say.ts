// A story that is not true, in lines for people.
import { AssertionError } from 'node:assert'
import { pathToFileURL } from 'node:url'
import { Failure } from '../../failure/index.ts'
import type { StoryRan } from './run.ts'

/** What a failed story tells: the error, the place in its file, and every call. */
export function describeFailed({ failed, file, line, protocol }: StoryRan): readonly string[] {
  if (failed === null) return []
  const { error, calls, stack } = failed
  return [
    ...said(error).split('\n'), `at ${placeIn(stack ?? (error instanceof Error ? error.stack ?? '' : ''), file) ?? `${file}:${line}`}`,
    ...calls.flatMap(({ who, asked, sent, came, failed: refused, why }) => [`${who}: ${asked}`, ...(sent === null ? [] : [`  ${protocol}: ${sent}`]), `  ${refused ? '✗' : '→'} ${came}`, ...why.map(text => `    ${text}`)]),
  ]
}

function said(error: unknown): string {
  if (error instanceof Failure) return `${error.code}: ${error.message}`
  if (error instanceof AssertionError) return error.message.trim()
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** The line of the story's own file where it was thrown. */
function placeIn(stack: string, file: string): string | null {
  for (const frame of stack.split('\n')) {
    for (const name of [file, pathToFileURL(file).href]) {
      const from = frame.indexOf(name)
      const [, line] = (from < 0 ? null : /^(?:\?[^:]*)?:(\d+)/.exec(frame.slice(from + name.length))) ?? []
      if (line !== undefined) return `${file}:${line}`
    }
  }
  return null
}
