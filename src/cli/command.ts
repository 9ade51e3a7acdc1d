// What a command is, how it ends, and how it speaks.
import { parseArgs, type ParseArgsConfig } from 'node:util'

export interface Command {
  readonly name: string
  /** One line for `backwright help`. */
  readonly summary: string
  /** The whole of `backwright NAME --help`: what it does, its options, examples. */
  readonly help: string
  /** Answers an exit code. Throws Trouble for what a person must put right. */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

/** How commands end, for scripts. */
export const exit = { ok: 0, failed: 1, usage: 2, differs: 3, refused: 4 } as const

/** Where a command reads and writes: the process's streams, or a test's. */
export interface Terminal {
  out(text: string): void
  /** What is said about the work rather than its result. */
  err(text: string): void
  readonly colour: boolean
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Something a person must put right, said in their words. Its exit code is `failed` unless said. */
export class Trouble extends Error {
  override readonly name = 'Trouble'
  readonly code: number
  constructor(message: string, code: number = exit.failed, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** A command line that cannot be understood. */
export const usage = (message: string): Trouble => new Trouble(message, exit.usage)

export const paint = (terminal: Pick<Terminal, 'colour'>, code: 1 | 2 | 31 | 32 | 33 | 36, text: string): string => (terminal.colour ? `\u001b[${code}m${text}\u001b[0m` : text)

type Options = NonNullable<ParseArgsConfig['options']>
/** Options and positional arguments. Throws a usage Trouble for options there are none of. */
export function parse<const O extends Options>(args: readonly string[], options: O, most: number): { values: Parsed<O>; positionals: readonly string[] } {
  let parsed
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw usage((error as Error).message.split('. To specify')[0] ?? '')
  }
  if (parsed.positionals.length > most) throw usage(`'${parsed.positionals[most]}' is one argument too many.`)
  return { values: parsed.values as Parsed<O>, positionals: parsed.positionals }
}
type Parsed<O extends Options> = { readonly [N in keyof O]?: O[N] extends { multiple: true } ? string[] : O[N]['type'] extends 'boolean' ? boolean : string }
