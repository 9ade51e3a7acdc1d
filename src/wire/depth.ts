// How deep a JSON text is, before anybody parses it.

/** How deep brackets and braces of a JSON text stand in one another. Found without parsing, so that depth costs no stack. */
export function jsonDepth(text: string): number {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x22) i = endOfString(text, i)
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (c === 0x7d || c === 0x5d) depth--
  }
  return deepest
}

/** Where the string ends that begins at `start`: at its quote, or, where it has none, with the text. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let plain = end
    while (text.charCodeAt(plain - 1) === 0x5c) plain--
    if ((end - plain) % 2 === 0) return end
  }
  return text.length
}
