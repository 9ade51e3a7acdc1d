// Whether the caller takes JSON.
import { Failure } from '../../failure/index.ts'

/** Throws `request.accept` where `Accept` rules out application/json. */
export function acceptsJson(header: string | readonly string[] | undefined): void {
  if (header === undefined || header === '*/*' || header === 'application/json') return
  const text = typeof header === 'string' ? header : header.join(',')
  let best = -1
  let quality = 0
  for (const range of text.split(',')) {
    const [name = '', ...parameters] = range.split(';').map(x => x.trim().toLowerCase())
    const exactness = ['*/*', 'application/*', 'application/json'].indexOf(name)
    if (exactness <= best && !(exactness === best && exactness !== -1)) continue
    const q = parameters.find(p => p.startsWith('q='))
    const value = q === undefined ? 1 : Number(q.slice(2))
    quality = exactness === best ? Math.max(quality, value) : value
    best = exactness
  }
  if (best === -1 && text.trim() === '') return
  if (best === -1 || !(quality > 0)) throw new Failure('request.accept', 'Answers here are application/json; Accept rules that out.')
}
