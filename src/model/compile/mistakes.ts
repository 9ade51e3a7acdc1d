// Mistakes of a declaration: collected, told together, each with its place and what was probably meant.
import type { Place } from '../model.ts'

export interface DeclarationMistake {
  readonly file: string
  readonly line: number
  /** The class, or null for what belongs to none. */
  readonly entity: string | null
  readonly field: string | null
  readonly reason: string
  readonly suggestion: string | null
}

/** Everything wrong with a declaration, in the order of files and lines. Its message has one line for each. */
export class DeclarationErrors extends Error {
  override readonly name = 'DeclarationErrors'
  readonly mistakes: readonly DeclarationMistake[]
  constructor(mistakes: readonly DeclarationMistake[]) {
    super(mistakes.map(line).join('\n'))
    this.mistakes = mistakes
  }
}

const line = (m: DeclarationMistake): string => {
  const subject = [m.entity, m.field].filter(x => x !== null).join('.')
  return `${m.file}:${m.line}  ${subject ? `${subject}: ` : ''}${m.reason}${m.suggestion ? ` ${m.suggestion}` : ''}`
}

/** Where one compilation writes down what is wrong. */
export interface Mistakes {
  add(at: Place, subject: { readonly entity?: string | null; readonly field?: string | null }, reason: string, suggestion?: string): void
  readonly count: () => number
  /** Throws all of them, or nothing where there are none. */
  throwAny(): void
}

export function collectMistakes(): Mistakes {
  const found: DeclarationMistake[] = []
  return {
    add: (at, subject, reason, suggestion = '') => {
      const mistake = { file: at.file, line: at.line, entity: subject.entity ?? null, field: subject.field ?? null, reason, suggestion: suggestion.trim() || null }
      if (!found.some(f => line(f) === line(mistake))) found.push(mistake)
    },
    count: () => found.length,
    throwAny: () => {
      if (found.length) throw new DeclarationErrors(found.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1)))
    },
  }
}
