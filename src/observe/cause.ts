// What a log says of an error: enough to find it, and nothing that a caller sent.

export interface Cause { readonly name: string; readonly message?: string; readonly code?: string; readonly stack?: string; readonly cause?: Cause; readonly [fact: string]: unknown }

/** Facts of a database's report that name parts of the schema. What it says beside them (`detail`, `hint`, `where`) quotes rows. */
const facts = ['table', 'column', 'constraint', 'dataType', 'routine'] as const

/**
 * An error with what caused it. `whole`: with message and stack, for what went wrong inside; without, its name and code only, since the message of a refusal
 * (a JSON that cannot be read, a value that does not fit) quotes what was sent.
 */
export function causeOf(error: unknown, whole: boolean): Cause {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? String(error.code) : undefined
  const inner = error.cause === undefined || error.cause === null ? {} : { cause: causeOf(error.cause, whole) }
  if (!whole) return { name: error.name, ...(code === undefined ? {} : { code }), ...inner }
  const reported = code !== undefined && /^[0-9A-Z]{5}$/.test(code)
  const named = reported ? Object.fromEntries(facts.flatMap(f => { const value = (error as unknown as Record<string, unknown>)[f]; return typeof value === 'string' ? [[f, value]] : [] })) : {}
  return {
    name: error.name, message: masked(error, reported ? code : undefined), ...(code === undefined ? {} : { code }), ...named,
    ...(error.stack === undefined ? {} : { stack: framesOf(error.stack) }), ...inner,
  }
}

/** Messages that are known to quote values, without them: data exceptions of the database (class 22), and JSON that cannot be read. */
function masked(error: Error, state: string | undefined): string {
  if (state?.startsWith('22') === true) return error.message.replace(/".*"/s, '"…"')
  if (error instanceof SyntaxError && error.message.includes('JSON')) return 'JSON that cannot be read'
  return error.message
}

/** The places of a stack; its first lines are the message once more. */
const framesOf = (stack: string): string => stack.split('\n').filter(line => /^\s+at /.test(line)).map(line => line.trim()).join('\n')
