// Every rule has a row that it grants and one that it denies; and whoever asks gets just that, through every protocol.
import type { EntityModel, Rule, Verb } from '../../model/index.ts'
import type { Row } from '../judge.ts'
import { Unsaid } from '../stories/index.ts'
import { codeOf, denials, keyOf, keyText, listed, type Asker, type Proven, type Round, type World } from './proof.ts'

interface Witness { readonly asker: Asker; readonly row: Row }
/** `grants` and `denies`: somebody and a row for which the rule does so; null: nobody and nothing drawn. `needed`: which of the two it must have. */
interface Looked { readonly entity: EntityModel; readonly rule: Rule; readonly verb: Verb; readonly grants: Witness | null; readonly denies: Witness | null; readonly held: number; readonly blocker: string | null; readonly drawn: number; readonly callers: number }

const place = ({ place: at }: Rule): string => `${at.file.replace(/\?.*$/, '').replace(/^.*[/\\]/, '')}:${at.line}`

/** How often others are drawn for a rule that lacks a side, before it counts as lacking. */
const rounds = 8

function look({ askers, rows }: Round, entity: EntityModel, rule: Rule, verb: Verb): Looked {
  let grants: Witness | null = null, denies: Witness | null = null, held = 0, blocker: string | null = null
  for (const asker of askers) {
    const { by } = asker
    for (const row of rows[entity.name] ?? []) {
      const applies = by.applies(rule, entity, row)
      if (applies) held++
      const allowed = by.allows(verb, entity, row)
      const at = { asker, row }
      switch (rule.effect) {
        case 'allow':
          if (applies && allowed) grants ??= at
          if (!applies) denies ??= at
          if (applies && !allowed) blocker ??= entity.rules.find(r => r.effect === 'deny' && r.verbs.includes(verb) && by.applies(r, entity, row))?.id ?? null
          break
        case 'deny':
          if (!applies && allowed) grants ??= at
          if (applies && entity.rules.some(r => r.effect === 'allow' && r.verbs.includes(verb) && by.applies(r, entity, row))) denies ??= at
          break
        case 'hide':
          if (!allowed) break
          if (applies) denies ??= at
          else grants ??= at
          break
      }
    }
  }
  return { entity, rule, verb, grants, denies, held, blocker, drawn: (rows[entity.name] ?? []).length, callers: askers.length }
}

/** What is missing of a rule, in a line; null: nothing. */
function missing({ rule, verb, grants, denies, held, blocker, drawn: count, callers }: Looked): string | null {
  const drawn = `${count} rows and ${callers} callers`
  const said = `${rule.id} ${rule.text}  ${place(rule)}`
  const always = rule.when.kind === 'always'
  switch (rule.effect) {
    case 'allow':
      if (grants === null) return `${said}\n  lets nobody ${verb} anything: ${held === 0 ? `it holds for none of ${drawn}` : `it holds ${held} times, and each time ${blocker === null ? 'something else' : blocker} denies it`}`
      return denies === null && !always ? `${said}\n  keeps nobody from anything: it holds for all of ${drawn}` : null
    case 'deny':
      if (denies === null) return `${said}\n  keeps nobody from a ${verb} that is allowed: ${held === 0 ? `it holds for none of ${drawn}` : 'where it holds, nothing allows it anyway'}`
      return grants === null ? `${said}\n  leaves no ${verb}: of ${drawn} it leaves nothing that is allowed` : null
    case 'hide':
      if (denies === null) return `${said}\n  hides ${rule.fields.join(', ')} from nobody: ${held === 0 ? `it holds for none of ${drawn}` : 'where it holds, the row may not be read anyway'}`
      return grants === null && !always ? `${said}\n  hides ${rule.fields.join(', ')} from everybody who may read the row` : null
  }
}

export async function proveRules(world: World): Promise<Proven> {
  const details: string[] = []
  let rules = 0, asked = 0
  const drawn: Round[] = []
  const others = (i: number): Round => (drawn[i] ??= world.more())
  const both = (a: Looked, b: Looked): Looked => ({ ...a, grants: a.grants ?? b.grants, denies: a.denies ?? b.denies, held: a.held + b.held, blocker: a.blocker ?? b.blocker, drawn: a.drawn + b.drawn, callers: Math.max(a.callers, b.callers) })
  for (const entity of Object.values(world.model.entities)) {
    if (entity.hidden || entity.whole !== null || (world.rows[entity.name] ?? []).length === 0) continue
    for (const rule of entity.rules) {
      rules++
      const wrong: string[] = []
      // What a rule does not do for one verb, it is said of that verb.
      for (const verb of rule.effect === 'hide' ? ['read' as const] : rule.verbs) {
        const looked = look(world, entity, rule, verb)
        let all = looked
        for (let i = 0; i < rounds && missing(all) !== null; i++) all = both(all, look(others(i), entity, rule, verb))
        const what = missing(all)
        if (what !== null) wrong.push(what)
        for (const [witness, granted] of [[looked.grants, true], [looked.denies, false]] as const) {
          if (witness === null || rule.effect === 'hide') continue
          for (const { name, said } of await attempt(world, entity, verb, witness)) {
            asked++
            const must = witness.asker.by.readable(entity, witness.row) && witness.asker.by.allows(verb, entity, witness.row)
            if (said !== must) wrong.push(`${rule.id} ${rule.text}  ${place(rule)}\n  ${granted ? 'grants' : 'does not grant'} ${verb} of ${keyText(entity, witness.row)} to ${witness.asker.who.name}, and ${name} ${said ? 'does it' : 'refuses it'}`)
          }
        }
      }
      details.push(...new Set(wrong))
    }
  }
  return {
    ok: details.length === 0, details: details.flatMap(d => d.split('\n')),
    says: rules === 0 ? 'there are no rules: nobody but the system reaches anything' : details.length === 0 ? `${rules} rules: each grants a row and denies one, and ${asked} attempts through ${listed(world.carries.map(c => c.name))} came out so`
      : `${rules} rules: each grants a row and denies one`,
  }
}

/** Whether each protocol lets it be. What would really go away is not tried where it is allowed, and what would come into being not at all. */
async function attempt({ carries }: World, entity: EntityModel, verb: Verb, { asker, row }: Witness): Promise<readonly { readonly name: string; readonly said: boolean }[]> {
  const allowed = asker.by.readable(entity, row) && asker.by.allows(verb, entity, row)
  if (verb === 'create' || (verb === 'delete' && allowed) || entity.readOnly) return []
  const said: { name: string; said: boolean }[] = []
  for (const { name, carry } of carries) {
    const given = verb === 'update' ? [keyOf(entity, row), {}] : [keyOf(entity, row)]
    try {
      const came = await carry(asker.who, { entity: entity.name, method: verb === 'read' ? 'get' : verb, given })
      said.push({ name, said: verb === 'read' ? came !== null : true })
    } catch (error) {
      if (error instanceof Unsaid) continue
      said.push({ name, said: !denials.includes(codeOf(error)) })
    }
  }
  return said
}
