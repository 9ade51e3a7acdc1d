// Answers whose members the caller names: the selection of an object, and the connection around the rows of a list.
import { Failure, suggest, type At } from '../../failure/index.ts'
import { entityOf, find, type EntityModel } from '../../model/index.ts'
import {
  absurd, always, parameter, type Connection, type ConnectionMember, type Counted, type EdgeMember, type Order, type Page, type Related, type Rows, type Seen, type Selection,
} from '../../operation/index.ts'
import type { ConnectionAsk, EdgeAsk, MemberAsk, RowsAsk } from '../../wire/index.ts'
import { namesOf, resolveFilter, type Resolving } from './filter.ts'
import { boundTo } from './around.ts'
import { countedOf, size, sorted, type Budget } from './rows.ts'

/** The selection of an object. Everything in it is named: what is hidden from the caller is refused. */
export function resolveMembers(c: Resolving, state: Budget, entity: EntityModel, members: readonly MemberAsk[], at: At, rows: number, depth: number): Selection {
  const seen = (name: string): Seen => ({ name, shown: always })
  const known = (name: string, here: At): boolean => {
    const f = find(entity.fields, name)
    if (f && !f.hidden) return true
    c.mistakes.add(here, `'${name}' does not exist on ${entity.title}.${suggest(name, namesOf(entity))}`)
    return false
  }
  const fields: (Seen & { as: string })[] = []
  const constants: { as: string; value: string; with?: Seen }[] = []
  const tokens: { as: string; prefix: string; of: readonly Seen[] }[] = []
  const counted: Counted[] = []
  const related: Related[] = []
  for (const m of members) {
    const here = [...at, m.as]
    switch (m.kind) {
      case 'field': {
        const derived = find(entity.derived ?? {}, m.field)
        if (derived) counted.push(countedOf(derived, m.as))
        else if (known(m.field, here)) fields.push({ ...seen(m.field), as: m.as })
        break
      }
      case 'constant': if (m.with === undefined || known(m.with, here)) constants.push({ as: m.as, value: m.value, ...(m.with === undefined ? {} : { with: seen(m.with) }) }); break
      case 'token': tokens.push({ as: m.as, prefix: m.prefix, of: entity.key.map(seen) }); break
      case 'relation': {
        const relation = find(entity.relations, m.relation)
        if (!relation || relation.hidden) { c.mistakes.add(here, `'${m.relation}' is not a relation of ${entity.title}.`); break }
        if (depth + 1 > c.limits.depth) { c.mistakes.add(here, `relations may be ${c.limits.depth} deep`, 'resolve.limit'); break }
        if (++state.includes > c.limits.includes) { c.mistakes.add(here, `at most ${c.limits.includes} relations may be asked for`, 'resolve.limit'); break }
        const target = entityOf(c.model, relation.target)
        related.push({
          as: m.as, relation: relation.name, rows: relation.one
            ? { where: always, order: [], page: { kind: 'offset', skip: null, take: 1 }, select: resolveMembers(c, state, target, m.rows.members ?? [], here, rows, depth + 1) }
            : resolveConnection(c, state, target, m.rows, here, rows, depth + 1),
        })
        break
      }
      default: return absurd(m)
    }
  }
  return {
    named: true, fields, related, probes: [], members: members.map(m => m.as),
    ...(counted.length ? { counted } : {}), ...(constants.length ? { constants } : {}), ...(tokens.length ? { tokens } : {}),
  }
}

/** A list as a connection. */
export function resolveConnection(c: Resolving, state: Budget, entity: EntityModel, ask: RowsAsk, at: At, rows: number, depth: number): Rows & { readonly connection: Connection } {
  const around = c.surroundings
  if (!around) throw new Error('a connection stands where there are no slots for it')
  const take = size(c, entity, ask.size, [...at, 'page', 'size'], 0)
  state.cost += rows * take
  const order = sorted(c, entity, ask.sort ?? [], [...at, 'sort'])
  const where = ask.filter === undefined ? always : resolveFilter(c, entity, ask.filter, [...at, 'filter'], depth)
  const binding = parameter(around.next++)
  const cursor = ask.from?.cursor ?? null, toward = ask.from?.toward ?? 'next'
  const nulls = cursor === null ? null : around.nulls[cursor]
  if (nulls && nulls.length !== order.length) throw new Failure('resolve.cursor', 'this cursor holds other keys than the sort of this request: take the cursors of an answer as they are', { at })
  const page: Page = { kind: 'keyset', take, toward, from: nulls ? nulls.map(isNull => { const slot = around.next++; return isNull ? null : parameter(slot) }) : null }
  around.all.push({ bound: boundTo(entity.name, order, where), order, cursor: nulls ? cursor : null })
  const parts: Selection[] = []
  const part = (members: readonly MemberAsk[]): number => parts.push(resolveMembers(c, state, entity, members, at, rows * take, depth)) - 1
  const members = (ask.connection ?? []).map(m => member(m, part))
  return { where, order, page, select: { named: true, fields: [], related: [], probes: [], parts }, connection: { binding, members } }
}

function member(m: ConnectionAsk, part: (members: readonly MemberAsk[]) => number): ConnectionMember {
  switch (m.kind) {
    case 'constant': case 'total': case 'page': return m
    case 'nodes': return { kind: 'nodes', as: m.as, part: part(m.members) }
    case 'edges': return { kind: 'edges', as: m.as, of: m.of.map(e => edge(e, part)) }
    default: return absurd(m)
  }
}

function edge(e: EdgeAsk, part: (members: readonly MemberAsk[]) => number): EdgeMember {
  switch (e.kind) {
    case 'constant': case 'cursor': return e
    case 'node': return { kind: 'node', as: e.as, part: part(e.members) }
    default: return absurd(e)
  }
}
