// Whether a password is worth having: long enough, and not among the first that are guessed. What is known of passwords (those that are used most, words, patterns of keyboards) is
// read when the first one is checked, and asks nobody outside.
import { InputMistake, type At } from '../failure/index.ts'
import { checkLength, type Settings } from './settings.ts'

/** Throws `resolve.value` at `at` where a password is too short, too long, or too easily guessed. `about`: what is known of whose it is, so that it is none of that. */
export type CheckStrength = (password: string, at: string | At, about: readonly string[]) => Promise<void>

/** What is looked at at most: the time it takes grows quickly (some 15 ms at worst of 24 characters, 360 of 64). What is longer is judged by its beginning. */
const looked = 24

async function load() {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')])
  return new ZxcvbnFactory({ graphs: adjacencyGraphs, dictionary, maxLength: looked })
}

export function strength(settings: Pick<Settings, 'passwordMin'>): CheckStrength {
  let loading: ReturnType<typeof load> | null = null
  return async (password, at, about) => {
    checkLength(password, settings, at)
    const known = about.flatMap(x => [x, ...x.split(/[@.\s_-]+/)]).filter(x => x.length > 2)
    const { score } = (await (loading ??= load())).check(password.normalize('NFKC').slice(0, looked), known)
    if (score >= 2) return
    const detail = 'is among the first that are guessed: a few words that have nothing to do with each other are better'
    throw new InputMistake(at, detail)
  }
}
