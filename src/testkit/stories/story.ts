// A story: a requirement as text that runs. Written once against the interface of `db`, carried by every protocol.
import { calledFrom, type Somewhere } from '../../model/compile/index.ts'
import type { Backend, StoryGiven } from '../../define/index.ts'

export interface Story { readonly says: string; readonly at: Somewhere; readonly run: (given: never) => unknown }
/** Tells one story; a file of stories ends with `export default story`. */
export interface Tell<B = unknown> {
  /** `says`: the requirement, in words that whoever wants it would use. `run` throws (an assertion, a failure) where it is not kept. */
  (says: string, run: (given: StoryGiven<B>) => unknown): void
  readonly '~stories': readonly Story[]
  readonly '~of': unknown
}

/** The stories of an application: `const story = stories(shop)`. Nothing runs before `backwright test` or `runStories` does. Throws where two say the same. */
export function stories<B extends Pick<Backend, '~declared' | '~entities' | 'as' | 'name'>>(of: B): Tell<B> {
  const told: Story[] = []
  const tell = (says: string, run: (given: StoryGiven<B>) => unknown): void => {
    if (typeof says !== 'string' || says.trim() === '') throw new TypeError('A story begins with what it says: story(\'a visitor sees …\', async ({ as }) => …)')
    if (typeof run !== 'function') throw new TypeError(`The story '${says}' has nothing to run: story('…', async ({ as }) => …)`)
    if (told.some(s => s.says === says)) throw new TypeError(`Two stories say '${says}'.`)
    told.push({ says, at: calledFrom(tell), run })
  }
  return Object.assign(tell, { '~stories': told, '~of': of })
}

/** Whether a module's export is what `stories()` makes. */
export const isTold = (x: unknown): x is Tell => typeof x === 'function' && '~stories' in x && '~of' in x
