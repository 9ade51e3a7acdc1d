// What leaks, and what cannot be reached: hidden values that come out through another field, and references to rows that no reader may read.
import { inTenant, type EntityModel, type Model, type Rule } from '../../model/index.ts'
import type { Predicate } from '../../operation/index.ts'
import { ofField, type Finding } from './finding.ts'

/** Whoever a rule lets in: these roles only, or `anyone` it finds fit. */
type Audience = ReadonlySet<string> | 'anyone'

export function checkReach(model: Model, entity: EntityModel): Finding[] {
  return [...leaks(model, entity), ...unreadable(model, entity), ...uncovered(model, entity), ...everybodys(model, entity)]
}

/** Rows of no tenant that refer to rows of one: whoever reads them in another sees the key. */
function everybodys(model: Model, entity: EntityModel): Finding[] {
  if (entity.hidden || inTenant(model, entity)) return []
  return Object.values(entity.relations).flatMap((r): Finding[] => {
    const target = model.entities[r.target], f = entity.fields[r.on[0]?.local ?? '']
    if (!r.owner || !target || !f || !inTenant(model, target) || isHidden(entity, f.name)) return []
    return [ofField('tenant.crossed', 'hint', entity, f, {
      says: `It refers to ${target.title}, whose rows are of tenants; rows of ${entity.title} are everybody's.`, why: `Whoever may read a ${entity.title} from another tenant sees the key of the ${target.title}, though not the row.`,
      do: `class ${entity.title} extends entity({ tenant: … }), if its rows are of one tenant each; else hide('${r.name}').unless(…).`,
    })]
  })
}

const hiders = (entity: EntityModel, field: string): readonly Rule[] => entity.rules.filter(r => r.effect === 'hide' && r.fields.includes(field))
const isHidden = (entity: EntityModel, field: string): boolean => entity.fields[field]?.hidden === true || hiders(entity, field).length > 0

function leaks(model: Model, entity: EntityModel): Finding[] {
  const found: Finding[] = []
  for (const f of Object.values(entity.fields)) {
    const from = f.default?.kind === 'related' ? f.default : null
    const relation = from && entity.relations[from.relation]
    const target = relation && model.entities[relation.target]
    if (from && target && isHidden(target, from.field) && !isHidden(entity, f.name)) {
      found.push(ofField('field.leak', 'error', entity, f, {
        says: `Its default is ${target.title}.${from.field}, which is hidden, and this is not.`,
        why: `Whoever may create ${entity.title} and read it back reads what ${hiders(target, from.field)[0]?.text ?? '.hidden()'} hides.`,
        do: `Hide it here too: hide('${f.name}').unless(…), or take the default away.`,
      }))
    }
  }
  const writes = entity.whole !== null || entity.rules.some(r => r.effect === 'allow' && (r.verbs.includes('create') || r.verbs.includes('update')))
  for (const unique of writes ? entity.uniques : []) {
    const hidden = unique.fields.find(name => isHidden(entity, name))
    const f = hidden === undefined ? undefined : entity.fields[hidden]
    if (f !== undefined) {
      found.push(ofField('field.unique', 'warning', entity, f, {
        says: 'It is hidden, and unique.', why: 'Whoever may write one learns of a value she does not see, by its being refused as taken.',
        do: 'Let only those write it who may see it (.by(…)), or make it unique together with a field of their own.',
      }))
    }
  }
  return found
}

function readersOf(entity: EntityModel, model: Model): readonly Audience[] {
  if (entity.whole !== null) {
    const whole = model.entities[entity.relations[entity.whole]?.target ?? '']
    return whole === undefined || whole === entity ? ['anyone'] : readersOf(whole, model)
  }
  return entity.rules.filter(r => r.effect === 'allow' && r.verbs.includes('read')).map(r => audience(r.when))
}

function audience(p: Predicate): Audience {
  if (p.kind === 'caller') return p.role === null ? 'anyone' : new Set([p.role])
  if (p.kind === 'or') {
    const each = p.of.map(audience)
    return each.some(a => a === 'anyone') ? 'anyone' : new Set(each.flatMap(a => (a === 'anyone' ? [] : [...a])))
  }
  if (p.kind === 'and') return p.of.map(audience).find(a => a !== 'anyone') ?? 'anyone'
  return 'anyone'
}

function unreadable(model: Model, entity: EntityModel): Finding[] {
  const readers = readersOf(entity, model)
  if (readers.length === 0) return []
  return Object.values(entity.relations).filter(r => r.owner && !r.hidden && r.target !== entity.name).flatMap((r): Finding[] => {
    const target = model.entities[r.target]
    if (target === undefined || target.hidden) return []
    const theirs = readersOf(target, model)
    const meet = readers.some(a => theirs.some(b => a === 'anyone' || b === 'anyone' || [...a].some(role => b.has(role))))
    if (meet) return []
    return [ofField('reference.unreadable', r.optional ? 'warning' : 'error', entity, r, {
      says: theirs.length === 0 ? `It refers to ${target.title}, which nobody may read.` : `Nobody who reads ${entity.title} may read the ${target.title} it refers to.`,
      why: `Included it is null for everyone, and naming one in a write is refused: a target must be readable.${r.optional ? '' : ' So nobody can create a row.'}`,
      do: `Allow 'read' in ${target.title} for whom it concerns.`,
    })]
  })
}

/** A part follows its whole, but for what is hidden: a name that the whole hides is told by the part. */
function uncovered(model: Model, entity: EntityModel): Finding[] {
  const whole = entity.whole === null ? undefined : model.entities[entity.relations[entity.whole]?.target ?? '']
  if (whole === undefined) return []
  return Object.values(entity.fields).filter(f => !isHidden(entity, f.name) && hiders(whole, f.name).length > 0).map(f => ofField('part.shows', 'warning', entity, f, {
    says: `${whole.title} hides its ${f.name}; its part shows its own to everyone who sees the ${whole.title}.`, why: 'A part follows its whole in who sees the row, not in which fields are hidden.',
    do: `static access = access(${entity.title}, … => [hide('${f.name}').unless(…)]), if it is the same matter.`,
  }))
}
