// Compression of answers: brotli or gzip, as the caller takes it.
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'br' | 'gzip'
const gzipped = promisify(gzip)
const brotli = promisify(brotliCompress)

/** The best of what `Accept-Encoding` allows; null: as it is. */
export function chosen(header: string | undefined): Encoding | null {
  if (header === undefined || header === '' || header === 'identity') return null
  const quality = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', q] = part.split(';').map(x => x.trim())
    quality.set(name, q?.startsWith('q=') ? Number(q.slice(2)) || 0 : 1)
  }
  const any = quality.get('*') ?? 0
  const br = quality.get('br') ?? any
  const gz = quality.get('gzip') ?? quality.get('x-gzip') ?? any
  const plain = quality.get('identity') ?? 0
  if (br > 0 && br >= gz && br >= plain) return 'br'
  return gz > 0 && gz >= plain ? 'gzip' : null
}

export function compress(body: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  // Quality 4: half the size at a tenth of the time of the default.
  return encoding === 'br'
    ? brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: body.byteLength } })
    : gzipped(body, { level: 6 })
}

/** The tag of another encoding of the same answer must be another tag. */
export const encodedTag = (tag: string, encoding: Encoding): string => tag.replace(/"$/, `-${encoding}"`)
