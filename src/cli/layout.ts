// JSON laid out for reading without being parsed: numbers keep their digits, names their order.
import { paint, type Terminal } from './command.ts'

/** Indents finished JSON by two spaces a level; on a terminal, names are coloured. */
export function layout(json: string, terminal: Pick<Terminal, 'colour'>): string {
  let out = '', depth = 0
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  const line = (): string => `\n${'  '.repeat(depth)}`
  tokens.forEach((token, i) => {
    const after = tokens[i + 1]
    switch (token) {
      case '{': case '[':
        out += token
        if (after !== '}' && after !== ']') { depth++; out += line() }
        break
      case '}': case ']':
        if (tokens[i - 1] !== '{' && tokens[i - 1] !== '[') { depth--; out += line() }
        out += token
        break
      case ',': out += token + line(); break
      case ':': out += ': '; break
      default: out += after === ':' ? paint(terminal, 36, token) : token
    }
  })
  return out
}
