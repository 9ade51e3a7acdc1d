// "Did you mean …?": the nearest of the names that exist.
import { closest, distance } from 'fastest-levenshtein'

/** ` Did you mean 'stock'?`, or nothing where no name is near. Only pass names the caller may know. */
export function suggest(wrong: string, names: readonly string[]): string {
  if (wrong.length > 60 || names.length === 0) return ''
  const near = closest(wrong, names)
  return distance(wrong.toLowerCase(), near.toLowerCase()) <= Math.max(2, Math.floor(wrong.length / 3)) ? ` Did you mean '${near}'?` : ''
}
