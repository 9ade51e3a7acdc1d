// What a mutant is: one line of the product broken on purpose, and the test that must notice.
export interface Mutant {
  readonly name: string
  readonly file: string
  /** Occurs once in the file: a change of the code that loses it is told, so that nobody loses the mutant unnoticed. */
  readonly from: string
  readonly to: string
  readonly killedBy: Killer
}
/** A test file and the full name of a case in it: its suites and itself, with spaces between. */
export interface Killer { readonly file: string; readonly test: string }

/** The cases of the conformance suite over the memory store: fast, and what breaks in the engine shows there. */
export const memory = (name: string): Killer => ({ file: 'test/conformance/memory.test.ts', test: `the memory store ${name}` })
/** The same over PostgreSQL 18, for what breaks in SQL. */
export const postgres = (name: string): Killer => ({ file: 'test/conformance/postgres.test.ts', test: `PostgreSQL 18 ${name}` })
