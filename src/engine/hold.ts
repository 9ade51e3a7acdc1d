// Rows of which a condition holds, whoever may read them: how many, and the keys of the first. For comparing rules with rules, never on a request's way.
import { toFailure } from '../failure/index.ts'
import type { Caller, EntityModel, Model } from '../model/index.ts'
import { always, type Predicate, type Query, type Value } from '../operation/index.ts'
import type { Run, Store } from '../stores/index.ts'
import { authorizeAs } from './authorize.ts'
import { filled } from './context.ts'
import { unrestricted } from './ruling.ts'

export interface Held { readonly rows: number; readonly keys: readonly (readonly Value[])[] }

/** `only`: as a ruling for this caller has it, its claims still in it. The keys are in their own order. Throws `store.*`. */
export async function rowsHolding({ model, store }: { readonly model: Model; readonly store: Store }, entity: EntityModel, only: Predicate, caller: Caller, run: Run, take: number): Promise<Held> {
  if (only.kind === 'never') return { rows: 0, keys: [] }
  const query: Query = {
    kind: 'query', entity: entity.name, one: false, count: 'exact', where: always, page: { kind: 'offset', skip: null, take },
    order: entity.key.map(name => ({ by: { name, as: entity.fields[name]?.scalar ?? 'text', via: [], shown: always }, dir: 'asc' as const })),
    select: { fields: entity.key.map(name => ({ name, shown: always })), related: [], probes: [] },
  }
  try {
    const ready = authorizeAs.explain(query, only, { model, ruling: unrestricted, caller, slots: 0 })
    const { body, total } = await store.read(ready, filled(ready, [], caller), run)
    const rows = JSON.parse(body === null ? '[]' : typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as Record<string, Value>[]
    return { rows: total ?? rows.length, keys: rows.map(row => entity.key.map(name => at(row, name))) }
  } catch (error) { throw toFailure(error) }
}

const at = (row: Record<string, Value>, name: string): Value => {
  const [head = '', tail] = name.split('.')
  return (tail === undefined ? row[head] : (row[head] as Record<string, Value>)[tail]) ?? null
}
