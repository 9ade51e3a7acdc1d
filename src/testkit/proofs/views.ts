// Whoever asks for everything is answered what the rules say, row by row and field by field, through every protocol: no more, and no less.
import type { EntityModel } from '../../model/index.ts'
import type { Row } from '../judge.ts'
import { Unsaid } from '../stories/index.ts'
import { canonical, codeOf, denials, keyText, listed, valueAt, type Asker, type Proven, type World } from './proof.ts'
import { equal } from './values.ts'

const shown = 5
export async function proveViews(world: World): Promise<Proven> {
  const { model, rows, askers, carries } = world
  const wrong: string[] = []
  let seen = 0, kept = 0
  for (const entity of Object.values(model.entities)) {
    const all = rows[entity.name] ?? []
    if (entity.hidden || entity.readOnly || all.length === 0 || all.length > entity.page.max) continue
    for (const asker of askers) {
      const must = all.filter(r => asker.by.readable(entity, r))
      seen += must.length
      kept += all.length - must.length
      for (const { name, carry } of carries) {
        const answered = await everything(entity, asker, carry)
        if (answered === null) continue
        wrong.push(...differences(entity, asker, must, answered).map(text => `${asker.who.name} through ${name}: ${text}`))
      }
    }
  }
  return {
    ok: wrong.length === 0, details: [...wrong.slice(0, shown), ...(wrong.length > shown ? [`… and ${wrong.length - shown} more`] : [])],
    says: `${askers.length} callers see what the rules say, through ${listed(carries.map(c => c.name))}: ${seen} rows seen, ${kept} kept from them`,
  }
}

/** Refused outright is as good as nothing; null: there are no words to ask. */
async function everything(entity: EntityModel, { who }: Asker, carry: World['carries'][number]['carry']): Promise<readonly unknown[] | null> {
  try {
    const came = await carry(who, { entity: entity.name, method: 'find', given: [{ first: entity.page.max }] }) as { readonly data: readonly unknown[] }
    return came.data
  } catch (error) {
    if (error instanceof Unsaid) return null
    if (denials.includes(codeOf(error))) return []
    throw error
  }
}

function differences(entity: EntityModel, { by }: Asker, must: readonly Row[], answered: readonly unknown[]): readonly string[] {
  const same = (row: Row, is: unknown): boolean => entity.key.every(k => { const f = entity.fields[k]; return f !== undefined && equal(f, row[k] ?? null, canonical(valueAt(is, k))) })
  const wrong: string[] = []
  for (const is of answered) if (!must.some(row => same(row, is))) wrong.push(`sees ${entity.name} ${entity.key.map(k => String(valueAt(is, k))).join(',')}, which no rule lets it read`)
  for (const row of must) {
    const is = answered.find(a => same(row, a))
    if (is === undefined) { wrong.push(`does not see ${keyText(entity, row)}, which a rule lets it read`); continue }
    for (const f of Object.values(entity.fields)) {
      const value = valueAt(is, f.name)
      const hidden = f.hidden || by.hidden(entity, row, f.name)
      if (hidden) { if (value !== undefined && value !== null) wrong.push(`sees ${f.name} of ${keyText(entity, row)}, which is hidden`) }
      else if (value === undefined) { if (f.asked !== true) wrong.push(`is not answered ${f.name} of ${keyText(entity, row)}`) }
      else if (f.generated !== 'column' && !equal(f, row[f.name] ?? null, canonical(value))) wrong.push(`${f.name} of ${keyText(entity, row)} is ${JSON.stringify(canonical(value))}, and was stored as ${JSON.stringify(row[f.name])}`)
    }
  }
  return wrong
}
