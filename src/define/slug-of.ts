// A name for addresses made of a title, in whatever script.
import { randomInt } from 'node:crypto'

const letters = 'abcdefghijkmnpqrstuvwxyz23456789', longest = 80
const words = /[\p{L}\p{M}\p{N}]+/gu

/**
 * `How to train your dragon!` → `how-to-train-your-dragon-k3w9x2mf`: the words of a title in small letters, of any script, joined by hyphens, and eight random letters, so that
 * equal titles have names of their own however many are written at once. 80 characters of the title at most.
 */
export function slugOf(title: string): string {
  const plain = (title.normalize('NFC').toLowerCase().match(words) ?? []).join('-')
  const tail = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
  return [...[...plain].slice(0, longest).join('').split('-'), tail].filter(part => part !== '').join('-')
}
