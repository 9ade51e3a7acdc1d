// What a comparison found, for people: every rule that changed, in its own words and in English, and who gains and loses what.
import { paint, type Terminal } from '../command.ts'
import type { ChangedRule, Compared, Effect, Rows } from './compare.ts'

type Shown = Compared & { readonly against: string; readonly commit: string; readonly on: string | null; readonly notes: readonly string[] }

export function showAgainst(found: Shown, terminal: Terminal): string {
  const dim = (text: string): string => paint(terminal, 2, text)
  const { rules, others, uncompared, effects } = found
  const together = effects.filter(e => e.alone === null), alone = effects.filter(e => e.alone !== null)
  const lines = [`${paint(terminal, 1, `against ${found.against}`)}  ${dim(`${found.commit.slice(0, 12)}${found.on === null ? '' : ` · on ${found.on}, only read`}`)}`]
  rules.forEach((rule, i) => {
    lines.push('', ...ruleLines(rule, terminal), ...told(rules.length === 1 ? together : alone.filter(e => e.alone === i), terminal))
  })
  // What each does alone is not what they do together where two of them meet.
  const plain = (of: readonly Effect[]): string => JSON.stringify(of.map(e => JSON.stringify({ ...e, alone: null })).toSorted())
  if (rules.length !== 1 && plain(together) !== plain(alone)) lines.push('', ...(rules.length === 0 ? [] : [paint(terminal, 1, 'all of it together')]), ...told(together, terminal))
  if (others.length > 0) lines.push('', ...others.map(o => `  ${o}`))
  if (uncompared.length > 0) lines.push('', paint(terminal, 33, 'could not be compared'), ...uncompared.map(u => `  ${u.entity}, to ${u.right}: ${u.why}`))
  const quiet = together.length + others.length + uncompared.length === 0
  if (rules.length === 0 && quiet) lines.push(`${paint(terminal, 32, '✓')} no rule differs`)
  else if (found.on === null) lines.push('', dim('With --on data it is counted who gains and who loses what.'))
  else if (quiet) lines.push('', `${paint(terminal, 32, '✓')} ${rules.length === 1 ? 'one rule differs' : `${rules.length} rules differ`}, and over this data nobody gains or loses a row by it`)
  for (const note of found.notes) lines.push(dim(note))
  return `${lines.join('\n')}\n`
}

function ruleLines({ entity, was, is }: ChangedRule, terminal: Terminal): readonly string[] {
  const at = is ?? was
  const side = (mark: string, colour: 31 | 32, of: ChangedRule['was']): readonly string[] => (of === null ? [] : [`  ${paint(terminal, colour, `${mark} ${of.text}`)}`, ...(of.says === '' ? [] : [`    ${of.says}`])])
  return [`${paint(terminal, 1, entity)}  ${paint(terminal, 2, at === null ? '' : `${at.file}:${at.line}${is === null ? ', before' : ''}`)}`, ...side('-', 31, was), ...side('+', 32, is)]
}

/** One line for each caller, right, and direction; fields that go together in one. */
function told(effects: readonly Effect[], terminal: Terminal): readonly string[] {
  const lines = new Map<string, { readonly head: string; readonly rights: string[]; readonly tail: string }>()
  for (const { caller, of, right, gains, loses } of effects) {
    const add = (word: string, colour: 32 | 33, { rows, examples }: Rows): void => {
      if (rows === 0) return
      const kind = right.startsWith('see ') ? 'see ' : right
      const key = JSON.stringify([caller, of, word, kind, rows, examples]), line = lines.get(key)
      if (line !== undefined) { line.rights.push(right.slice(kind.length)); return }
      lines.set(key, {
        head: `  ${caller} ${paint(terminal, colour, word)} ${rows.toLocaleString('en')} ${rows === 1 ? `of the ${of}` : of} to ${kind}`, rights: kind === 'see ' ? [right.slice(kind.length)] : [],
        tail: `${right === 'create' ? ' (such as are there)' : ''}  ${paint(terminal, 2, `${examples.join('  ')}${rows > examples.length ? '  …' : ''}`)}`,
      })
    }
    add('GAINS', 33, gains)
    add('LOSES', 32, loses)
  }
  return [...lines.values()].map(l => `${l.head}${l.rights.join(', ')}${l.tail}`)
}
