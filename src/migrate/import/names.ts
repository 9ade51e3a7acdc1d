// Names of a database as a person would write them in TypeScript: words taken apart, put together again, and kept apart from each other.
import { capital, nameProblem, singular } from '../../model/compile/index.ts'

const letters: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', æ: 'ae', ø: 'o', å: 'a', œ: 'oe', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i' }

/** `tblCustomer_No` → tbl, customer, no. Letters of other alphabets that have no Latin form fall away. */
export function wordsOf(name: string): readonly string[] {
  const spaced = name.normalize('NFC').replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2').toLowerCase()
  const latin = [...spaced].map(c => letters[c] ?? c).join('').normalize('NFD').replace(/\p{M}/gu, '')
  return latin.split(/[^a-z0-9]+/).filter(word => word !== '')
}

export const camel = (words: readonly string[]): string => words.map((word, i) => (i === 0 ? word : capital(word))).join('')
export const pascal = (words: readonly string[]): string => words.map(capital).join('')
const last = (words: readonly string[], change: (word: string) => string): readonly string[] => words.map((word, i) => (i === words.length - 1 ? change(word) : word))
export const one = (words: readonly string[]): readonly string[] => last(words, word => (word.length <= 3 || /(ss|us|is|news|data|series|species)$/.test(word) ? word : singular(word)))

/** A name that begins as one must; `otherwise` where nothing usable is left of it. */
export const usable = (words: readonly string[], otherwise: string): readonly string[] => (words.length === 0 ? [otherwise] : /^\d/.test(words[0] ?? '') ? ['x', ...words] : words)

/** Hands out names of which none is given twice. */
export interface Names {
  has(name: string): boolean
  /** The first of these that is free and `allowed`, else the last of them with a number; `with` are further names that it brings along. */
  take(candidates: readonly string[], brings?: (name: string) => readonly string[]): string
}

export function names(allowed: (name: string) => boolean): Names {
  const taken = new Set<string>()
  return {
    has: name => taken.has(name),
    take(candidates, brings = () => []) {
      const free = (name: string): boolean => allowed(name) && [name, ...brings(name)].every(n => !taken.has(n))
      let found = candidates.find(free)
      for (let n = 2; found === undefined; n++) found = [`${candidates.at(-1) ?? 'name'}${n}`].find(free)
      for (const name of [found, ...brings(found)]) taken.add(name)
      return found
    },
  }
}

export const fieldNames = (): Names => names(name => nameProblem(name) === null)
/** Names of entities in the model: `as` and `asSystem` are words of `db`. */
export const entityNames = (): Names => names(name => nameProblem(name) === null && !['as', 'asSystem'].includes(name))
/** Names of classes: none that the file imports, or that JavaScript itself needs. */
export const classNames = (): Names => names(name => /^[A-Z]\w*$/.test(name) && !['Entity', 'Decimal', 'Field', 'Many', 'One', 'Ref', 'Object', 'Function', 'Array', 'Symbol', 'Promise', 'Proxy', 'String', 'Number', 'Boolean'].includes(name))
