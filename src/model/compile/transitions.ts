// `static transitions` → which changes a choice may make: part of its field, and an action of its entity for each.
import { suggest } from '../../failure/index.ts'
import { always, and, not, or, type FieldName, type Predicate } from '../../operation/index.ts'
import { takers } from '../transitions.ts'
import type { ActionModel, EntityModel, FieldModel, Member, Rule, Transition } from '../model.ts'
import { show } from './canonical.ts'
import { callerProxy, isCondition, NotCompiled } from './condition.ts'
import type { TransitionsDeclaration } from './declaration.ts'
import type { Mistakes } from './mistakes.ts'
import type { Draft } from './read.ts'
import { rowProxy, type Known } from './rows.ts'
import { nameProblem, snake } from './words.ts'

/** The transitions of each field of a class. */
export function transitionsOf(draft: Draft, entity: EntityModel, known: Omit<Known, 'mistake'>, mistakes: Mistakes): ReadonlyMap<FieldName, readonly Transition[]> {
  const found = new Map<FieldName, readonly Transition[]>()
  for (const declared of draft.transitions) {
    const at = declared.at(), { field: name } = declared
    const say = (reason: string, hint = ''): void => mistakes.add(at, { entity: draft.title, field: name }, reason, hint)
    const field = Object.hasOwn(entity.fields, name) ? entity.fields[name] : undefined
    const choices = Object.values(entity.fields).filter(f => f.kind === 'choice' && !f.list).map(f => f.name)
    if (field?.kind !== 'choice' || field.list) { say(field ? `It is ${field.list ? 'a list' : field.kind}: only a choice has states.` : `'${name}' does not exist on ${draft.title}.`, suggest(name, choices)); continue }
    if (found.has(name)) { say('Its transitions are declared twice.', 'Write them into one.'); continue }
    if (field.fixed || entity.key.includes(name)) say('It never changes after creation, so it has no transitions.')
    found.set(name, readAll(draft, entity, field, declared, known, mistakes))
  }
  return found
}

function readAll(draft: Draft, entity: EntityModel, field: FieldModel, declared: TransitionsDeclaration, known: Omit<Known, 'mistake'>, mistakes: Mistakes): readonly Transition[] {
  const at = declared.at(), choices = field.bounds.choices ?? []
  const say = (reason: string, hint = ''): void => mistakes.add(at, { entity: draft.title, field: field.name }, reason, hint)
  const full: Known = { ...known, mistake: (place, reason, hint) => mistakes.add(place.line === 0 ? at : place, { entity: draft.title, field: field.name }, reason, hint) }
  let written: unknown
  try { written = declared.make({ row: rowProxy(full, entity, 'row'), caller: callerProxy() }) } catch (error) {
    if (error instanceof NotCompiled) say(error.message, error.suggestion)
    else say(`They could not be read: ${error instanceof Error ? error.message : String(error)}.`)
    return []
  }
  if (typeof written !== 'object' || written === null || Array.isArray(written)) { say(`transitions(${draft.title}, …) gives ${show(written)} instead of an object.`, `Write { pay: { from: 'open', to: 'paid' } }.`); return [] }
  return Object.entries(written).flatMap(([name, given]: [string, unknown]): Transition[] => {
    const wrong = (reason: string, hint = ''): [] => { say(`${name}: ${reason}`, hint); return [] }
    const problem = nameProblem(name)
    if (problem) return wrong(problem)
    if (Object.hasOwn(entity.fields, name) || Object.hasOwn(entity.relations, name)) return wrong(`${draft.title} has a field or relation of this name.`, 'Call it otherwise.')
    if (typeof given !== 'object' || given === null) return wrong('It is no object.', `Write { from: 'open', to: 'paid' }.`)
    const { from, to, by, when, about, ...rest } = given as Readonly<Record<string, unknown>>
    for (const key of Object.keys(rest)) wrong(`There is no '${key}'.`, suggest(key, ['from', 'to', 'by', 'when', 'about']))
    const states = (Array.isArray(from) ? from : [from]) as readonly unknown[]
    for (const state of [...states, to]) if (typeof state !== 'string' || !choices.includes(state)) return wrong(`${show(state)} is none of the choices.`, typeof state === 'string' ? suggest(state, choices) : `They are ${choices.join(', ')}.`)
    if (states.length === 0) return wrong('It begins nowhere.')
    if (states.includes(to)) return wrong(`It begins and ends at '${String(to)}'.`)
    const roles = by === undefined ? null : ((Array.isArray(by) ? by : [by]) as readonly unknown[])
    if (roles?.length === 0 || roles?.some(r => typeof r !== 'string' || r === '')) return wrong('by names no role.', `Write by: 'staff'.`)
    if (when !== undefined && !isCondition(when)) return wrong('when is no condition.', 'A condition compares something: row.total.gt(0), caller.is(…).')
    if (about !== undefined && typeof about !== 'string') wrong('about is no text.')
    if (entity.whole !== null && roles === null && when === undefined) return wrong(`${draft.title} is a part and has no rules of its own, so it must say who may.`, `Write by: 'staff', or when: ….`)
    try {
      return [{
        name, from: states.map(String), to: String(to), by: roles?.map(String) ?? null, when: isCondition(when) ? when.build(0) : always, whenText: isCondition(when) ? when.text : null,
        about: typeof about === 'string' ? about : null, place: at,
      }]
    } catch (error) { return error instanceof NotCompiled ? wrong(error.message, error.suggestion) : wrong(String(error)) }
  })
}

/** An action for each transition. Whoever `by` and `when` admit may take it without being allowed to change the row otherwise; where neither is said, who may change it. */
export function transitionActions(entity: EntityModel, rules: readonly Rule[]): readonly ActionModel[] {
  return Object.values(entity.fields).flatMap(field => (field.transitions ?? []).map((t): ActionModel => ({
    id: `${entity.name}.${t.name}`, name: t.name, entity: entity.name, path: snake(t.name).replaceAll('_', '-'), about: t.about ?? `Makes it ${t.to}. It must be ${t.from.join(' or ')}.`,
    ...(t.by === null && t.whenText === null ? { allow: updating(rules), allowText: 'who may change it' }
      : { allow: and(takers(t), t.when), allowText: [...(t.by ? [t.by.map(show).join(', ')] : []), ...(t.whenText === null ? [] : [t.whenText])].join(' where ') }),
    input: [], output: membersOf(entity, rules), failures: [], isolation: 'read committed', contract: null, place: t.place, taking: { field: field.name, to: t.to },
    run: async ({ row, db }) => {
      const before = row as Readonly<Record<string, unknown>>
      const key = entity.key.length === 1 ? before[entity.key[0] ?? ''] : before
      await db.asSystem(`takes the transition ${t.name}`)[entity.name]?.update(key, { [field.name]: t.to })
      // A row that its caller may not read any more is told as it was, but for what the caller knows.
      return (await db[entity.name]?.get(key)) ?? { ...before, [field.name]: t.to }
    },
  })))
}

const updating = (rules: readonly Rule[]): Predicate => {
  const of = (effect: Rule['effect']): Predicate => or(...rules.filter(r => r.effect === effect && r.verbs.includes('update')).map(r => r.when))
  return and(of('allow'), not(of('deny')))
}

/** What is answered: the row, as far as nobody may be kept from a field of it. */
function membersOf(entity: EntityModel, rules: readonly Rule[]): readonly Member[] {
  const told = Object.values(entity.fields).filter(f => !f.hidden && f.asked !== true && !rules.some(r => r.effect === 'hide' && r.fields.includes(f.name)))
  const plain = (f: FieldModel, name: string): Member => ({ kind: 'value', name, keyOf: null, field: { ...f, name, default: null, fixed: false, by: null, generated: null, reference: null, was: null, asked: false } })
  const names = [...new Set(told.map(f => f.name.split('.')[0] ?? f.name))]
  return names.flatMap((name): Member[] => {
    const whole = told.find(f => f.name === name)
    if (whole) return [plain(whole, name)]
    const parts = told.filter(f => f.name.startsWith(`${name}.`))
    return [{ kind: 'object', name, members: parts.map(f => plain(f, f.name.slice(name.length + 1))), list: null, optional: parts.some(f => f.optional), about: null, keyOf: null }]
  })
}
