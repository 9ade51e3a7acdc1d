// Relations in a body that are more than rows made together: each word becomes a target, decided before the row, or a deed, done after it.
import type { At } from '../../failure/index.ts'
import { entityOf, find, isRelationWord as isWord, tiesOf, whyNot, wordsOf, type EntityModel, type RelationModel, type RelationWord as Word } from '../../model/index.ts'
import type { FieldName } from '../../operation/index.ts'
import { apart, counted, isObject, item, type Item, type Writing } from './body.ts'
import { createLevel } from './create.ts'
import { findBy, namesKey, valuesOf, waysOf, without } from './find.ts'
import type { Around, ChangeStep, CreateStep, Deed, Finding, Part } from './steps.ts'
import { changeRow } from './update.ts'
import { isPlain } from './words.ts'

/** Takes a relation of the body apart. Mistakes are collected. */
export function relate(a: Around, relation: RelationModel, raw: unknown, at: At): void {
  const { w, entity } = a
  const target = entityOf(w.model, relation.target), words = wordsOf(w.model, entity, relation, a.change)
  if (relation.by && relation.owner) w.restricted.push({ at, field: relation.name, by: relation.by })
  if (relation.owner && raw === null) {
    w.mistakes.push({ at, detail: `to have none, set ${relation.on[0]?.local.split('.')[0] ?? relation.name} to null` })
    return
  }
  const key = relation.owner ? relation.on[0]?.local.split('.')[0] ?? '' : ''
  const said = isObject(raw) ? Object.keys(raw) : []
  if (relation.owner && a.body[key] !== undefined && said.some(word => word !== 'update')) { w.mistakes.push({ at, detail: `stands for ${key}, which is given too: leave one of them out` }); return }
  const plain = !isObject(raw) || (said.length > 0 && !said.some(isWord))
  // Of a new row a list is a list to be made; of one that is there it could as well be all there is to be.
  if (plain && (relation.owner || a.change === 'update')) {
    const named = relation.owner ? ` Or set ${key}.` : ''
    w.mistakes.push({ at, detail: `must say what to do: { ${words.map(word => `"${word}": …`).join(', ')} }.${named}` })
    return
  }
  const asked: Readonly<Record<string, unknown>> = plain ? { create: raw } : raw
  const known = Object.keys(asked).filter(isWord)
  for (const word of Object.keys(asked)) {
    if (!isWord(word)) w.mistakes.push({ at: [...at, word], detail: `'${word}' cannot be done here. There is ${words.join(', ')}.` })
    else if (!words.includes(word)) w.mistakes.push({ at: [...at, word], detail: whyNot(w.model, entity, relation, word, words) })
  }
  if ((relation.one && known.length > 1) || (known.includes('set') && known.length > 1)) {
    w.mistakes.push({ at, detail: relation.one ? 'must be one of these' : `'set' says which there are: nothing else may be said beside it` })
    return
  }
  if (known.length === 0) return
  a.steps.nested.push(relation.name)
  // First what goes, then what changes, then what comes: so a unique value can change hands.
  const order: readonly Word[] = ['delete', 'disconnect', 'set', 'update', 'upsert', 'connect', 'connectOrCreate', 'create']
  for (const word of order.filter(x => known.includes(x) && words.includes(x))) {
    const here = plain ? at : [...at, word], value = asked[word]
    if (relation.owner) owner(a, relation, target, word, value, here)
    else if (relation.one) far(a, relation, target, word, value, here)
    else many(a, relation, target, word, value, here)
  }
}

/** A reference of the row: it has one target, or none. */
function owner(a: Around, relation: RelationModel, target: EntityModel, word: Word, value: unknown, at: At): void {
  const { w, steps } = a
  const place = { relation, at }
  const later = () => {
    steps.placed.add(relation.name)
    for (const pair of relation.on) a.give(pair.local, null)
  }
  switch (word) {
    case 'connect': {
      const find = findBy(w, target, value, at)
      if (find) a.link(relation, find)
      return
    }
    case 'create': {
      const create = made(a, relation, target, value, at)
      if (create) { steps.targets.push({ ...place, do: 'create', create }); later() }
      return
    }
    case 'connectOrCreate': {
      const both = whereAnd(a, relation, target, value, at, ['create'])
      if (both?.find && both.create) { steps.targets.push({ ...place, do: 'connectOrCreate', find: both.find, create: both.create }); later() }
      return
    }
    case 'upsert': {
      const both = whereAnd(a, relation, target, value, at, ['create', 'update'])
      if (both?.create && both.update) { steps.targets.push({ ...place, do: 'upsert', create: both.create, update: both.update }); later() }
      return
    }
    case 'update': {
      const update = changed(a, relation, target, value, at)
      if (update) steps.deeds.push({ ...place, do: 'update', find: null, update })
      return
    }
    case 'disconnect': if (truth(w, value, at)) for (const pair of relation.on) a.give(pair.local, null); return
    case 'delete': if (truth(w, value, at)) { counted(w, at); steps.targets.push({ ...place, do: 'delete' }); later() } return
    case 'set': return
  }
}

/** At most one row that refers to this one. */
function far(a: Around, relation: RelationModel, target: EntityModel, word: Word, value: unknown, at: At): void {
  const { w, steps } = a
  const place = { relation, at }
  switch (word) {
    case 'create': { const create = made(a, relation, target, value, at); if (create) steps.deeds.push({ ...place, do: 'create', create }); return }
    case 'update': { const update = changed(a, relation, target, value, at); if (update) steps.deeds.push({ ...place, do: 'update', find: null, update }); return }
    case 'upsert': {
      const both = whereAnd(a, relation, target, value, at, ['create', 'update'])
      if (both?.create && both.update) steps.deeds.push({ ...place, do: 'upsert', find: null, create: both.create, update: both.update })
      return
    }
    case 'disconnect': case 'delete': if (truth(w, value, at)) { counted(w, at); steps.deeds.push({ ...place, do: word, find: null }) } return
    default: many(a, relation, target, word, value, at)
  }
}

/** Rows that refer to this one, or are linked with it. */
function many(a: Around, relation: RelationModel, target: EntityModel, word: Word, value: unknown, at: At): void {
  const { w, steps } = a
  const each: readonly { readonly raw: unknown; readonly at: At }[] = Array.isArray(value) ? value.map((raw: unknown, i) => ({ raw, at: [...at, i] })) : [{ raw: value, at }]
  const place = (here: At) => ({ relation, at: here }), ties = tiesOf(relation)
  switch (word) {
    case 'create': {
      const items = each.flatMap(x => item(w, x.raw, x.at, null))
      for (const some of items.every(x => isPlain(w.model, target, x.body)) ? [items] : items.map(x => [x])) {
        if (some.length) steps.deeds.push({ ...place(at), do: 'create', create: createStep(a, relation, target, some) })
      }
      return
    }
    case 'connect': case 'delete': case 'disconnect': {
      // What is connected may be anybody's, so that it is found by itself.
      const push = (find: Finding): Deed => ({ ...place(find.at), do: word, find })
      for (const x of each) {
        const find = findBy(w, target, x.raw, x.at, word === 'connect' ? [] : ties, word !== 'connect')
        counted(w, x.at)
        if (find) steps.deeds.push(push(find))
      }
      return
    }
    case 'set': {
      if (target.whole === relation.inverse) { steps.deeds.push({ ...place(at), do: 'setParts', parts: each.flatMap(x => part(a, relation, target, x.raw, x.at)) }); return }
      const finds = each.flatMap(x => { counted(w, x.at); return findBy(w, target, x.raw, x.at) ?? [] })
      steps.deeds.push({ ...place(at), do: 'set', finds })
      return
    }
    case 'connectOrCreate': for (const x of each) {
      const both = whereAnd(a, relation, target, x.raw, x.at, ['create'])
      if (both?.find && both.create) steps.deeds.push({ ...place(x.at), do: 'connectOrCreate', find: both.find, create: both.create })
    } return
    case 'upsert': for (const x of each) {
      const both = whereAnd(a, relation, target, x.raw, x.at, ['create', 'update'])
      if (both?.find && both.create && both.update) steps.deeds.push({ ...place(x.at), do: 'upsert', find: both.find, create: both.create, update: both.update })
    } return
    case 'update': for (const x of each) {
      const [it] = item(w, x.raw, x.at, null)
      if (!it) continue
      const key = target.key.filter(n => !ties.includes(n)), byWhere = Object.hasOwn(it.body, 'where') && !find(target.fields, 'where')
      const version = target.version !== null && Object.hasOwn(it.body, target.version) ? target.version : null
      const found = byWhere ? findBy(w, target, it.body['where'], [...x.at, 'where'], ties) : keyed(w, target, key, it.body, x.at)
      const rest = without(it.body, [...(byWhere ? ['where'] : key), ...(version === null ? [] : [version])])
      const update = changed(a, relation, target, rest, x.at, version === null ? null : String(it.body[version] as string | number))
      if (found && update) steps.deeds.push({ ...place(x.at), do: 'update', find: found, update })
    } return
  }
}

/** The key within a row's changes: `{ "id": …, "quantity": 3 }`. */
function keyed(w: Writing, target: EntityModel, key: readonly FieldName[], raw: Readonly<Record<string, unknown>>, at: At): Finding | null {
  if (key.length === 0 || !namesKey(raw, key)) {
    w.mistakes.push({ at, detail: `must name the ${target.title}: ${key.join(' and ')} beside what changes${waysOf(target, key).length > 0 ? ', or "where": { … }' : ''}` })
    return null
  }
  const values = valuesOf(w, target, key, raw, at)
  return values && { by: key, values, expect: null, at }
}

/** One of the parts that are to be there: changed where it names its key, else made. Where callers choose the key it is either, as it turns out. */
function part(a: Around, relation: RelationModel, target: EntityModel, raw: unknown, at: At): readonly Part[] {
  const { w } = a
  const [it] = item(w, raw, at, null)
  if (!it) return []
  const ties = tiesOf(relation), key = target.key.filter(n => !ties.includes(n))
  const kept = key.every(n => target.fields[n]?.generated != null)
  const version = target.version !== null && Object.hasOwn(it.body, target.version) ? target.version : null
  const expect = version === null ? null : String(it.body[version] as string | number)
  const body = version === null ? it.body : without(it.body, [version])
  if (kept) {
    if (!namesKey(body, key)) return [{ find: null, update: null, create: createStep(a, relation, target, [{ ...it, body }]), fixed: [] }]
    const found = keyed(w, target, key, body, at), update = changed(a, relation, target, without(body, key), at, expect)
    return found && update ? [{ find: found, update, create: null, fixed: [] }] : []
  }
  const create = createStep(a, relation, target, [{ ...it, body }])
  const found = namesKey(body, key) ? keyed({ ...w, mistakes: [] }, target, key, body, at) : null
  // The mistakes of the row are told once, by what makes it.
  const fixed = Object.keys(body).filter(n => !key.includes(n) && (find(target.fields, n)?.fixed === true || find(target.relations, n)?.fixed === true))
  const quiet: Around = { ...a, w: { ...w, mistakes: [], restricted: [], count: { rows: 0 } }, steps: { ...a.steps, nested: [] } }
  const update = found && changed(quiet, relation, target, without(body, [...key, ...fixed]), at, expect)
  return found && update ? [{ find: found, update, create, fixed: fixed.map(n => [...at, n]) }] : []
}

/** `{ where, create, update }`; `where` only where there may be several. What `where` says is also what is made. */
function whereAnd(a: Around, relation: RelationModel, target: EntityModel, raw: unknown, at: At, words: readonly ('create' | 'update')[]): { find: Finding | null; create: CreateStep | null; update: ChangeStep | null } | null {
  const { w } = a
  const [it] = item(w, raw, at, null)
  if (!it) return null
  const one = relation.one && words.includes('update'), members = [...(one ? [] : ['where']), ...words]
  const mistakes = w.mistakes.length
  for (const name of Object.keys(it.body)) if (!members.includes(name)) w.mistakes.push({ at: [...at, name], detail: `'${name}' does not exist here. There is ${members.join(', ')}.` })
  for (const name of members) if (!Object.hasOwn(it.body, name)) w.mistakes.push({ at: [...at, name], detail: 'is required' })
  if (w.mistakes.length > mistakes) return null
  const ties = tiesOf(relation)
  const found = one ? null : findBy(w, target, it.body['where'], [...at, 'where'], words.includes('update') ? ties : [])
  const create = it.body['create']
  const settable = (n: FieldName) => !n.includes('.') && target.fields[n]?.generated === null && !ties.includes(n)
  const completed = found && isObject(create) && isObject(it.body['where'])
    ? { ...Object.fromEntries(Object.entries(it.body['where']).filter(([n]) => found.by.includes(n) && settable(n))), ...create } : create
  return {
    find: found, create: made(a, relation, target, completed, [...at, 'create']),
    update: words.includes('update') ? changed(a, relation, target, it.body['update'], [...at, 'update']) : null,
  }
}

/** A row to be made, alone of its kind. */
function made(a: Around, relation: RelationModel, target: EntityModel, raw: unknown, at: At): CreateStep | null {
  const items = item(a.w, raw, at, null)
  return items.length === 0 ? null : createStep(a, relation, target, items)
}

function createStep(a: Around, relation: RelationModel, target: EntityModel, items: readonly Item[]): CreateStep {
  const w = apart(a.w)
  const stepping = !items.every(x => isPlain(w.model, target, x.body))
  const level = createLevel(w, target, items, relation.owner ? null : { relation, tied: true }, null, a.depth + 1, stepping ? relate : null)
  a.steps.nested.push(...level.nested.map(n => `${relation.name}.${n}`))
  return { entity: target, create: level.create, values: w.values, rows: level.rows, places: items.map(x => x.at), body: items.map(x => x.body), targets: level.targets, deeds: level.deeds }
}

function changed(a: Around, relation: RelationModel, target: EntityModel, raw: unknown, at: At, expect: string | null = null): ChangeStep | null {
  const w = apart(a.w)
  const [it] = item(w, raw, at, null)
  if (!it) return null
  counted(w, at)
  const version = target.version !== null && Object.hasOwn(it.body, target.version) ? target.version : null
  const body = version === null ? it.body : without(it.body, [version])
  const row = changeRow(w, target, { ...it, body }, { replace: false, depth: a.depth + 1, ties: tiesOf(relation), relate })
  a.steps.nested.push(...row.steps.nested.map(n => `${relation.name}.${n}`))
  return { entity: target, update: row.update, row: row.row, expect: version === null ? expect : String(it.body[version] as string | number), at, targets: row.steps.targets, deeds: row.steps.deeds }
}

function truth(w: Writing, value: unknown, at: At): boolean {
  if (value === true) return true
  w.mistakes.push({ at, detail: 'must be true' })
  return false
}
