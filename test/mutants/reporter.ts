// A test reporter: one line of JSON per case that ran, with the names of the suites around it.
import type { TestEvent } from 'node:test/reporters'

interface Ran { readonly nesting: number; readonly name: string; readonly skip?: boolean | string; readonly details: { readonly type?: string; readonly error?: { readonly message?: string; readonly cause?: unknown } } }

export default async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  // A case is told before its suite, so the suites around it are those that began: the last one of each depth.
  const around: string[] = []
  for await (const { type, data } of events) {
    if (type === 'test:start') around[data.nesting] = data.name
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const ran = data as Ran
    if (ran.details.type === 'suite' || ran.skip) continue
    const { error } = ran.details
    const why = error?.cause instanceof Error ? error.cause.message : typeof error?.cause === 'string' ? error.cause : error?.message
    yield `${JSON.stringify({ name: [...around.slice(0, ran.nesting), ran.name].join(' '), passed: type === 'test:pass', ...(why === undefined ? {} : { why }) })}\n`
  }
}
