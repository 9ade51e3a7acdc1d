// A short name for a statement's text, the same in every process: in log lines and traces, and the beginning of the name it is prepared under.
import { createHash } from 'node:crypto'

/** How many names are kept. Statements are made once per shape, so their texts are few; should they be many, the names are made anew. */
const most = 2000

/** Makes names, each text's once; `met` is told those that are new. */
export function fingerprints(met?: (name: string, text: string) => void): (text: string) => string {
  const known = new Map<string, string>()
  return text => {
    let name = known.get(text)
    if (name === undefined) {
      if (known.size >= most) known.clear()
      known.set(text, name = createHash('sha256').update(text).digest('base64url').slice(0, 12))
      met?.(name, text)
    }
    return name
  }
}
