// Which route of a contract an address is, and what stands in its braces.
import { Failure, suggest } from '../../../failure/index.ts'
import type { ContractModel, RouteModel } from '../../../model/index.ts'
import type { Exchange } from '../../protocol.ts'
import { fromPath } from '../text.ts'

export interface Found { readonly route: RouteModel; /** The texts of its rows, in the order of the path. */ readonly named: readonly string[] }
export const templateOf = (contract: ContractModel, route: RouteModel): string => contract.path + route.path

/** Whether a path is the contract's, and what of it is below. */
export function below(contract: ContractModel, path: string): string | null {
  const { path: root } = contract
  return path.startsWith(root) && (path.length === root.length || path.charCodeAt(root.length) === 0x2f) ? path.slice(root.length) : null
}

/** Routes at this path, whatever their method; those with fewer braces first. */
export function routesAt(contract: ContractModel, path: string): readonly Found[] {
  const given = path.split('/').slice(1)
  return contract.routes.flatMap((route): Found[] => {
    if (route.parts.length !== given.length) return []
    const named: string[] = []
    for (const [i, part] of route.parts.entries()) {
      const text = given[i] ?? ''
      if (part.resource ? text === '' : part.text !== text) return []
      if (part.resource) named.push(text)
    }
    return [{ route, named }]
  }).toSorted((a, b) => a.named.length - b.named.length)
}

/** The route of a request. Throws `request.route`, `request.method`; null for OPTIONS, with what there is. */
export function routeOf(contract: ContractModel, path: string, { method, path: whole }: Pick<Exchange, 'method' | 'path'>): Found | { readonly allow: string } {
  const all = routesAt(contract, path), fewest = all[0]?.named.length
  // An address in plain text is that, and not the one in braces.
  const here = all.filter(x => x.named.length === fewest)
  if (here.length === 0) {
    const paths = [...new Set(contract.routes.map(r => contract.path + r.path))]
    throw new Failure('request.route', `There is nothing at ${whole.slice(0, 200)}.${suggest(whole, paths)}`)
  }
  const verb = method === 'HEAD' ? 'GET' : method, found = here.find(x => x.route.method === verb)
  const allow = [...new Set(here.flatMap(x => (x.route.method === 'GET' ? ['GET', 'HEAD'] : [x.route.method]))), 'OPTIONS'].join(', ')
  if (found) return { route: found.route, named: found.named.map(fromPath) }
  if (method === 'OPTIONS') return { allow }
  throw new Failure('request.method', `${method} is not available at ${whole.slice(0, 200)}. There are: ${allow}.`, { facts: { allow } })
}
