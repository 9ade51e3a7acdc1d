// What grows without bounds: texts, lists, pages; and rules and relations that no index serves.
import type { EntityModel, Model } from '../../model/index.ts'
import type { FieldName, Predicate } from '../../operation/index.ts'
import { ofEntity, ofField, ofRule, type Finding } from './finding.ts'

/** A page of more rows than this is an export. */
const mostRows = 1000

export function checkSizes(model: Model, entity: EntityModel): Finding[] {
  const found: Finding[] = []
  if (entity.page.max > mostRows) {
    found.push(ofEntity('list.unbounded', 'warning', entity, {
      says: `A caller may ask for ${entity.page.max} rows at once.`, why: 'Each such answer is built whole in the database, for as many callers as ask at the same time.', do: `static page = { size: 20, max: 100 }; whoever needs more follows the pages.`,
    }))
  }
  const written = entity.whole !== null || entity.rules.some(r => r.effect === 'allow' && (r.verbs.includes('create') || r.verbs.includes('update')))
  for (const f of written ? Object.values(entity.fields) : []) {
    if (f.generated !== null || f.reference !== null) continue
    if (f.kind === 'text' && f.bounds.maxLength === undefined) {
      found.push(ofField('text.unbounded', 'hint', entity, f, { says: 'A text of any length.', why: 'Whoever may write it may store as much as a request may hold.', do: 'text({ max: 200 })' }))
    }
    if (f.list && f.bounds.maxItems === undefined) found.push(ofField('text.unbounded', 'hint', entity, f, { says: 'A list of any length.', why: 'Whoever may write it may store as much as a request may hold.', do: 'list(…, { max: 50 })' }))
  }
  return [...found, ...scans(model, entity)]
}

/** What indexes begin with. Of rows of tenants each is asked for with its tenant, which those that say so begin with. */
const indexed = (entity: EntityModel): readonly (readonly FieldName[])[] =>
  [entity.key, ...entity.uniques.map(u => u.fields), ...entity.indexes.filter(i => i.method === 'btree').map(i => i.fields.map(f => f.name)), ...(entity.tenant === undefined || entity.table.adopted ? [] : [[entity.tenant, ...entity.key]])]
const leads = (entity: EntityModel, by: readonly FieldName[]): boolean => indexed(entity).some(index => by.every(name => index.slice(0, by.length).includes(name)))
/** One of the fields that the rule compares begins an index: the rest is looked at in what that finds. */
const served = (entity: EntityModel, fields: readonly FieldName[]): boolean =>
  indexed(entity).some(index => index[0] !== undefined && fields.includes(index[0]))

function scans(model: Model, entity: EntityModel): Finding[] {
  const found: Finding[] = []
  for (const rule of entity.rules.filter(r => r.effect === 'allow' && r.verbs.includes('read'))) {
    for (const { of, fields } of searched(rule.when, entity, model)) {
      if (fields.length === 0 || served(of, fields) || found.some(f => f.subject === rule.id)) continue
      const name = fields[0] ?? ''
      found.push(ofRule('index.missing', 'warning', rule, {
        says: `${of === entity ? 'Finding' : `Through ${of.title}, finding`} the caller's rows by ${fields.map(f => `'${f}'`).join(', ')} reads the whole table.`, why: 'No index begins with it, and every list this caller asks for goes through this rule.',
        do: of.fields[name]?.reference ? `static indexes = [index(${of.title}, '${of.fields[name].reference}')]` : `.index() on ${of.title}.${name}`,
      }))
    }
  }
  for (const r of Object.values(entity.relations)) {
    const target = model.entities[r.target]
    const foreign = r.on.map(o => o.foreign)
    // What indexes a table of links has that was there before, its database knows alone.
    if (target === undefined || (target.hidden && target.table.adopted) || r.through !== null || foreign.length === 0 || leads(target, foreign)) continue
    found.push(ofField('index.missing', 'warning', entity, r, { says: `Following it to ${target.title} reads the whole table.`, why: `No index of ${target.title} begins with ${foreign.join(', ')}.`, do: `static indexes = [index(${target.title}, ${foreign.map(f => `'${f}'`).join(', ')})]` }))
  }
  return found
}

interface Searched { readonly of: EntityModel; readonly fields: readonly FieldName[] }

/** For each way a rule may hold, the fields that are compared with a fact about the caller, and of which entity. */
function searched(p: Predicate, entity: EntityModel, model: Model): readonly Searched[] {
  switch (p.kind) {
    case 'or': return p.of.flatMap(part => searched(part, entity, model))
    case 'and': {
      const ways = p.of.flatMap(part => searched(part, entity, model))
      const mine = ways.filter(w => w.of === entity).flatMap(w => w.fields)
      // One part that an index serves is enough.
      return ways.some(w => served(w.of, w.fields)) ? [] : mine.length > 0 ? [{ of: entity, fields: mine }] : ways.slice(0, 1)
    }
    case 'compare': case 'in': {
      if (p.kind === 'compare' && p.op !== 'eq') return []
      const sides = [p.left, p.right]
      const field = sides.find(o => o.kind === 'field')
      return field?.kind === 'field' && field.scope === 0 && sides.some(o => o.kind === 'claim') ? [{ of: entity, fields: [field.name] }] : []
    }
    case 'some': {
      const target = model.entities[entity.relations[p.relation]?.target ?? '']
      return target === undefined ? [] : searched(p.where, target, model)
    }
    default: return []
  }
}
