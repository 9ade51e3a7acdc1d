// Entity tags: `"<version>.<hash of the bytes>"`, for lists `"<hash>"`; and the conditions that clients make of them.
import { createHash, hash } from 'node:crypto'
import { malformed } from './text.ts'

/** The tag of an answer. `version` is null for lists. */
export function tagOf(version: string | null, parts: readonly (Uint8Array | string)[]): string {
  const [only] = parts
  const sum = only !== undefined && parts.length === 1 ? hash('sha1', only, 'base64url') : sumOf(parts)
  return version === null ? `"${sum}"` : `"${version}.${sum}"`
}

function sumOf(parts: readonly (Uint8Array | string)[]): string {
  // One call over a copy is faster than a Hash object, as long as the copy is small.
  if (parts.every(part => part.length < 32_768)) return hash('sha1', Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part))), 'base64url')
  const sum = createHash('sha1')
  for (const part of parts) sum.update(part)
  return sum.digest('base64url')
}

export interface Tag {
  /** As sent, with quotes and without `W/`. */
  readonly text: string
  readonly version: string | null
  readonly hash: string | null
}

/** `*`, or the tags of an If-Match or If-None-Match. Suffixes that encodings leave (`-gzip`, `--br`) are cut off. Throws `request.malformed`. */
export function readTags(header: string, name: string): '*' | readonly Tag[] {
  if (header.trim() === '*') return '*'
  const tags: Tag[] = []
  const one = /\s*(?:W\/)?("[\u0021\u0023-\u007e\u0080-\u00ff]*")\s*(?:,|$)/y
  while (one.lastIndex < header.length) {
    const found = one.exec(header)?.[1]
    if (found === undefined) throw malformed(`${name} is * or a list of tags in double quotes, as ETag had them.`)
    const inner = found.slice(1, -1)
    // A version is digits; the hash of 20 bytes is 27 characters of base64url. A suffix is what compression left.
    const whole = /^(?:(\d{1,20})\.)?([\w-]{27})(?:-{1,2}[a-z]+)?$/.exec(inner)
    const versionOnly = /^(\d{1,20})\.?(?:-{1,2}[a-z]+)?$/.exec(inner)
    tags.push({ text: found, version: (whole ?? versionOnly)?.[1] ?? null, hash: whole?.[2] ?? null })
  }
  if (tags.length === 0) throw malformed(`${name} is empty.`)
  return tags
}

/** The tag of the condition that the answer's tag fulfils, or null. `*` matches whatever is there. */
export function matching(tags: '*' | readonly Tag[], tag: string): string | null {
  if (tags === '*') return tag
  const plain = readTags(tag, 'ETag')
  const [mine] = plain === '*' ? [] : plain
  return tags.find(t => mine !== undefined && t.hash !== null && t.hash === mine.hash && t.version === mine.version)?.text ?? null
}

/** Versions a client expects, from If-Match; a tag that is none of ours can hold of no version, and becomes '0'. */
export function expectations(header: string): readonly string[] {
  const tags = readTags(header, 'If-Match')
  if (tags === '*') return ['*']
  const versions = new Set(tags.map(t => t.version).filter(v => v !== null).filter(v => Number(v) <= 4_294_967_295).map(v => String(Number(v))))
  if (versions.size > 8) throw malformed('If-Match names more than eight versions.')
  return versions.size === 0 ? ['0'] : [...versions]
}
