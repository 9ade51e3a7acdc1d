// Why a row did not take a state: nothing leads there, others may take it, or its condition does not hold.
import { Failure, type At } from '../failure/index.ts'
import { fieldOf, takers, waysTo, type Caller, type EntityModel } from '../model/index.ts'
import { operands, visitPredicate, type Predicate, type Update, type Value } from '../operation/index.ts'
import { refused } from './authorize.ts'
import { decide } from './decide.ts'

/** Whether a condition is about who asks. */
function asksCaller(p: Predicate): boolean {
  let asks = false
  visitPredicate(p, x => { asks ||= x.kind === 'caller' || operands(x).some(o => o.kind === 'claim') })
  return asks
}

/** `row`: the states it has. `seen`: whether the caller may see a field, and so be told what it is. */
export function whyNotMoved(entity: EntityModel, moves: NonNullable<Update['moves']>, row: Readonly<Record<string, Value>>, caller: Caller, seen: (field: string) => boolean, at: At): Failure {
  const stuck = moves.find(m => row[m.field] !== m.to) ?? moves[0]
  if (!stuck) throw new Error('nothing was to be moved')
  const field = fieldOf(entity, stuck.field), now = row[field.name] ?? null, to = String(stuck.to)
  const place = [...at, field.name]
  const told = seen(field.name)
  const ways = waysTo(field, stuck.to).filter(t => t.from.includes(String(now)))
  const facts = { field: field.name, ...(told ? { from: now === null ? null : String(now) } : {}), to: stuck.to === null ? null : to }
  const open = ways.filter(t => decide(takers(t), caller, 'never').kind !== 'never')
  const [way] = ways
  if (told && way && open.length === 0) return refused(caller, `Only ${(way.by ?? []).join(' or ')} may take ${way.name} of this ${entity.title}.`, place)
  if (told && open.length > 0 && open.every(t => asksCaller(t.when))) return refused(caller, `You may not take ${open[0]?.name ?? ''} of this ${entity.title}.`, place)
  if (told && open.length > 0) return new Failure('row.transition', `This ${entity.title} is ${String(now)}, but not as it must be to become ${to}.`, { at: place, facts })
  if (told && now === stuck.to) return new Failure('row.transition', `This ${entity.title} is ${to} already.`, { at: place, facts })
  const next = [...new Set((field.transitions ?? []).filter(t => t.from.includes(String(now))).map(t => t.to))]
  const choices = next.length === 0 ? `${String(now)} is where it ends.` : `From ${String(now)} it can become ${next.join(' or ')}.`
  return new Failure('row.transition', told ? `This ${entity.title} is ${String(now)} and cannot become ${to}. ${choices}` : `This ${entity.title} cannot become ${to}.`, { at: place, facts })
}
