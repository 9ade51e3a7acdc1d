// A short name for a statement's text, the same everywhere and for ever: in log lines, traces, and (behind `bw_`) in pg_prepared_statements.
import { createHash } from 'node:crypto'

/** How many names are kept. Statements are made once per shape, so their texts are few; should they be many, the names are made anew. */
const most = 2000

/** Makes names, each text's once. */
export function fingerprints(): (text: string) => string {
  const known = new Map<string, string>()
  return text => {
    let name = known.get(text)
    if (name === undefined) {
      if (known.size >= most) known.clear()
      known.set(text, name = createHash('sha256').update(text).digest('base64url').slice(0, 12))
    }
    return name
  }
}
