// Relations in a body: `connect` finds the target by what is unique, `create` makes it, and what is only connected is found under its own rules.
import { suggest, type At } from '../../failure/index.ts'
import { entityOf, find, type EntityModel, type RelationModel } from '../../model/index.ts'
import { isObject, item, type Item, type Row, type Writing } from './body.ts'
import { namesOf } from './filter.ts'
import { Misfit, readValue } from './value.ts'

export interface Into {
  readonly linked: Map<string, readonly string[]>
  readonly before: Map<string, Item[]>
  readonly after: Map<string, Item[]>
  readonly links: Map<string, { by: readonly string[]; rows: Row[] }>
}

export function writeRelation(w: Writing, entity: EntityModel, relation: RelationModel, raw: unknown, at: At, index: number, row: Row, into: Into, body: Item['body']): void {
  const target = entityOf(w.model, relation.target)
  if (relation.by && relation.owner) w.restricted.push({ at, field: relation.name, by: relation.by })
  const words = relation.owner || relation.through ? ['connect', 'create'] : ['create']
  const plain = Array.isArray(raw) || !isObject(raw) || !words.some(x => x in raw)
  const key = relation.on[0]?.local.split('.')[0] ?? relation.name
  if (relation.owner && raw === null) {
    w.mistakes.push({ at, detail: `to have none, set ${key} to null` })
    return
  }
  if (relation.owner && body[key] !== undefined) { w.mistakes.push({ at, detail: `stands for ${key}, which is given too: leave one of them out` }); return }
  if (relation.owner && plain) { w.mistakes.push({ at, detail: `must be { "connect": { … } } or { "create": { … } }; or set ${key}` }); return }
  const asked: Readonly<Record<string, unknown>> = plain ? { create: raw } : raw
  for (const word of Object.keys(asked)) if (!words.includes(word)) w.mistakes.push({ at: [...at, word], detail: `'${word}' cannot be done here. There is ${words.join(' and ')}.` })
  if (relation.owner && Object.keys(asked).length > 1) { w.mistakes.push({ at, detail: 'must be one of connect and create' }); return }
  if (Object.hasOwn(asked, 'create')) {
    const create = asked['create'], here = plain ? at : [...at, 'create']
    if (relation.owner || relation.one) {
      const map = relation.owner ? into.before : into.after
      const list = map.get(relation.name) ?? []
      const items = item(w, create, here, relation.owner ? null : index)
      if (relation.owner) row[`#${relation.name}`] = list.length
      list.push(...items)
      map.set(relation.name, list)
    } else {
      const many: readonly unknown[] = Array.isArray(create) ? create : [create]
      const known = into.after.get(relation.name), items = known ?? []
      for (let i = 0; i < many.length; i++) items.push(...item(w, many[i], Array.isArray(create) ? [...here, i] : here, index))
      if (!known && items.length) into.after.set(relation.name, items)
    }
  }
  if (Object.hasOwn(asked, 'connect')) {
    const connect = asked['connect'], here = [...at, 'connect']
    const many: readonly unknown[] = Array.isArray(connect) && !relation.owner ? connect : [connect]
    many.forEach((one, i) => {
      const place = Array.isArray(connect) && !relation.owner ? [...here, i] : here
      const found = connectBy(w, target, one, place)
      if (!found) return
      if (relation.owner) {
        const known = into.linked.get(relation.name)
        if (known && !sameNames(known, found.by)) { w.mistakes.push({ at: place, detail: 'must be found by the same fields in every row of a request' }); return }
        into.linked.set(relation.name, found.by)
        row[relation.name] = found.row
      } else {
        const known = into.links.get(relation.name) ?? { by: found.by, rows: [] }
        if (!sameNames(known.by, found.by)) { w.mistakes.push({ at: place, detail: 'must be found by the same fields in every row of a request' }); return }
        known.rows.push({ '#': index, ...found.row })
        into.links.set(relation.name, known)
      }
    })
  }
}

const sameNames = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((x, i) => x === b[i])

/** `{ "email": … }`: fields that are unique together. */
function connectBy(w: Writing, target: EntityModel, raw: unknown, at: At): { by: readonly string[]; row: Row } | null {
  const ways = [target.key, ...target.uniques.map(u => u.fields)].filter(way => way.every(n => !target.fields[n]?.hidden))
  const say = () => `must be found by ${ways.map(way => way.join(' and ')).join(', or by ')}`
  if (!isObject(raw)) { w.mistakes.push({ at, detail: say() }); return null }
  const by = ways.find(way => way.length === Object.keys(raw).length && way.every(n => Object.hasOwn(raw, n)))
  if (!by) {
    const unknown = Object.keys(raw).find(n => !find(target.fields, n) || target.fields[n]?.hidden)
    w.mistakes.push({ at: unknown === undefined ? at : [...at, unknown], detail: unknown === undefined ? say() : `'${unknown}' does not exist on ${target.title}.${suggest(unknown, namesOf(target))}` })
    return null
  }
  const row: Row = {}
  for (const name of by) {
    const f = target.fields[name]
    if (!f) continue
    if (raw[name] === null) { w.mistakes.push({ at: [...at, name], detail: 'must not be null' }); return null }
    try { row[name] = readValue(f, raw[name], w.origin) } catch (e) {
      if (!(e instanceof Misfit)) throw e
      w.mistakes.push({ at: [...at, name], detail: e.message })
      return null
    }
  }
  return { by, row }
}
