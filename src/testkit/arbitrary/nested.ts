// Random changes of the rows around a row: every word its relations have, mostly about rows that are its own.
import { find, tiesOf, wordsOf, type EntityModel, type RelationModel } from '../../model/index.ts'
import type { Pick } from './pick.ts'
import type { Ground } from './reads.ts'
import type { Row } from './rows.ts'

/** How bodies of rows are made. */
export interface Bodies {
  /** A new row; `without`: the reference its place gives. */
  readonly made: (entity: EntityModel, n: number, without: string | null) => Record<string, unknown>
  /** Changes of a row that is there. */
  readonly changes: (entity: EntityModel, n: number, row: Row | null, without: string | null) => Record<string, unknown>
}

/** Words for some relations of `row`, to be put into the body of its change. */
export function nestedChanges(pick: Pick, ground: Ground, entity: EntityModel, row: Row | null, n: number, bodies: Bodies, without: string | null, body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  // What stands for a reference stands beside its key only by mistake.
  const free = (r: RelationModel) => !r.owner || pick.chance(3) || r.on.every(p => body[p.local.split('.')[0] ?? ''] === undefined)
  const relations = Object.values(entity.relations).filter(r => !r.hidden && r.name !== without && body[r.name] === undefined && free(r))
  if (relations.length === 0) return out
  for (const relation of pick.chance(70) ? [pick.of(relations)] : [...new Set([pick.of(relations), pick.of(relations)])]) {
    const target = find(ground.model.entities, relation.target)
    const words = target ? wordsOf(ground.model, entity, relation, 'update') : []
    if (!target || words.length === 0) continue
    const said = relation.one || pick.chance(60) ? [pick.of(words)] : [...new Set([pick.of(words), pick.of(words)])].filter((w, _, all) => w !== 'set' || all.length === 1)
    out[relation.name] = Object.fromEntries(said.map((word, i) => [word, wordOf(pick, ground, { entity, relation, target, row, n: n * 10 + i, bodies }, word)]))
  }
  return out
}

interface About { readonly entity: EntityModel; readonly relation: RelationModel; readonly target: EntityModel; readonly row: Row | null; readonly n: number; readonly bodies: Bodies }

function wordOf(pick: Pick, ground: Ground, about: About, word: ReturnType<typeof wordsOf>[number]): unknown {
  const { relation, target, n, bodies } = about
  const upward = relation.owner || relation.through ? null : relation.inverse
  const many = <T>(of: (i: number) => T): T | readonly T[] => (relation.one || pick.chance(40) ? of(0) : Array.from({ length: 1 + pick.nat(1) }, (_, i) => of(i)))
  const create = (i: number) => bodies.made(target, n * 10 + i, upward)
  switch (word) {
    case 'create': return many(create)
    case 'connect': return many(() => finder(pick, target, anyRow(pick, ground, target), []))
    case 'connectOrCreate': return many(i => ({ where: finder(pick, target, anyRow(pick, ground, target), []), create: create(i) }))
    case 'disconnect': case 'delete': return relation.one ? true : many(() => finder(pick, target, member(pick, ground, about), tiesOf(relation)))
    case 'update': return many(i => {
      const one = member(pick, ground, about), changes = bodies.changes(target, n * 10 + i, one, upward)
      return relation.one ? changes : { ...changes, ...keyed(target, one, tiesOf(relation)) }
    })
    case 'upsert': return many(i => {
      const one = member(pick, ground, about)
      return { ...(relation.one ? {} : { where: finder(pick, target, one, tiesOf(relation)) }), create: create(i), update: bodies.changes(target, n * 10 + i, one, upward) }
    })
    case 'set': return Array.from({ length: pick.nat(2) }, (_, i) => {
      if (target.whole !== relation.inverse) return finder(pick, target, anyRow(pick, ground, target), [])
      const one = member(pick, ground, about)
      return pick.chance(50) ? create(i) : { ...bodies.changes(target, n * 10 + i, one, upward), ...keyed(target, one, tiesOf(relation)) }
    })
  }
}

const anyRow = (pick: Pick, ground: Ground, entity: EntityModel): Row | null => {
  const rows = ground.rows[entity.name] ?? []
  return rows.length > 0 && pick.chance(97) ? pick.of(rows) : null
}

/** Mostly one of the row's own. */
function member(pick: Pick, ground: Ground, { relation, target, row }: About): Row | null {
  const rows = ground.rows[target.name] ?? []
  const own = row && !relation.owner && !relation.through ? rows.filter(r => relation.on.every(p => r[p.foreign] === row[p.local])) : rows
  return own.length > 0 && pick.chance(95) ? pick.of(own) : anyRow(pick, ground, target)
}

/** By its key, or by what is unique of it. */
function finder(pick: Pick, target: EntityModel, row: Row | null, ties: readonly string[]): Record<string, unknown> {
  const ways = [target.key, ...target.uniques.map(u => u.fields)].map(way => way.filter(n => !ties.includes(n)))
    .filter(way => way.length > 0 && way.every(n => target.fields[n]?.hidden === false && (row === null || row[n] != null)))
  return named(target, ways.length > 0 ? pick.of(ways) : target.key, row)
}
const keyed = (target: EntityModel, row: Row | null, ties: readonly string[]): Record<string, unknown> => named(target, target.key.filter(n => !ties.includes(n)), row)

function named(target: EntityModel, names: readonly string[], row: Row | null): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const name of names) {
    const [outer = '', inner] = name.split('.'), field = target.fields[name]
    const value = row?.[name] ?? (field?.scalar === 'uuid' ? '00000000-0000-7000-8000-00000000ffff' : field?.scalar === 'text' ? 'nobody@x.example' : 9999)
    if (inner === undefined) out[outer] = value
    else out[outer] = { ...(out[outer] as object | undefined), [inner]: value }
  }
  return out
}
