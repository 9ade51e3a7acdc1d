// The address of a request as logs and traces may show it.
import type { Served } from './observation.ts'

/** An address without the values in it; where no protocol knew one, what is safe to show of the path. */
export function addressOf({ route, path }: Pick<Served, 'route' | 'path'>): string {
  if (route !== null) return route
  const [, first = '', second, ...more] = path.split('/')
  const shown = [first, ...(second === undefined ? [] : [second])].map(part => (/^[\w.-]{0,40}$/.test(part) ? part : '…')).join('/')
  return more.length === 0 ? `/${shown}` : `/${shown}/…`
}
