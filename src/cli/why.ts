// Why, as a tree for people: the caller, then for each row every rule and clause as it turned out, the statement, and PostgreSQL's plan.
import type { Clause, Why, WhyRow, WhyRule } from '../protocols/protocol.ts'
import { paint, type Terminal } from './command.ts'
import { shown } from './locate.ts'

/** Rows shown in full. */
const most = 10

export function showWhy(why: Why, terminal: Terminal): string {
  const dim = (text: string): string => paint(terminal, 2, text)
  const { id, roles, claims } = why.caller
  const facts = Object.entries(claims).filter(([name]) => !['iat', 'exp', 'sub', 'roles'].includes(name)).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const lines = [
    `${paint(terminal, 1, `${why.verb} ${why.entity}`)}  as ${id ?? 'nobody (anonymous)'}${roles.length > 0 ? ` · ${roles.join(', ')}` : ''}${facts.length > 0 ? dim(` · ${facts.join(' · ')}`) : ''}`,
  ]
  if (why.refused !== null) lines.push(`  ${mark(terminal, false)} ${why.refused}`)
  for (const row of why.rows.slice(0, most)) lines.push(...rowLines(row, why, terminal))
  if (why.rows.length > most) lines.push(dim(`  … and ${why.rows.length - most} more rows`))
  if (why.rows.length === 0 && why.refused === null) lines.push('  no row is concerned, whatever the rules')
  if (why.statement !== null) lines.push('', dim('statement'), ...indent(why.statement))
  if (why.plan !== null) lines.push('', dim('plan'), ...indent(why.plan))
  return lines.join('\n')
}

function rowLines(row: WhyRow, why: Why, terminal: Terminal): string[] {
  if (row.key.length === 0) return newRow(row, why, terminal)
  const name = row.key.map(part => (typeof part === 'string' ? part : JSON.stringify(part))).join(',')
  const verdict = row.granted ? paint(terminal, 32, 'yes') : paint(terminal, 31, 'no')
  const hidden = Object.entries(row.hidden).map(([field, rule]) => `  ${mark(terminal, false)} ${field} is hidden by ${rule}`)
  return [
    `  ${name}  ${verdict}, ${row.decidedBy === null ? 'no rule allows it' : `decided by ${row.decidedBy}`}`,
    ...row.rules.flatMap(rule => ruleLines(rule, rule.rule === row.decidedBy, terminal)).map(line => `    ${line}`),
    ...hidden.map(line => `  ${line}`),
  ]
}

/** A row that is not there yet: rules that look at it are neither true nor false. */
function newRow(row: WhyRow, why: Why, terminal: Terminal): string[] {
  const known = why.refused !== null || row.granted
  if (known) return row.rules.flatMap(rule => ruleLines(rule, rule.rule === row.decidedBy, terminal)).map(line => `    ${line}`)
  return [
    `  a new row  ${paint(terminal, 33, 'depends on what is in it')}; allowed where one of these holds and no deny does`,
    ...row.rules.map(rule => `    ${rule.holds ? mark(terminal, rule.effect === 'allow', true) : paint(terminal, 33, '?')} ${rule.rule}  ${rule.text}  ${paint(terminal, 2, `${shown(rule.place.file, terminal.cwd)}:${rule.place.line}`)}`),
  ]
}

function ruleLines({ rule, text, effect, holds, clause, place }: WhyRule, decided: boolean, terminal: Terminal): string[] {
  const said = `${rule}  ${text}`
  const where = paint(terminal, 2, `${shown(place.file, terminal.cwd)}:${place.line}`)
  return [`${mark(terminal, holds === (effect === 'allow'), holds)} ${decided ? paint(terminal, 1, said) : said}  ${where}`, ...(clause.of?.flatMap(c => clauseLines(c, terminal)) ?? []).map(line => `  ${line}`)]
}

function clauseLines(clause: Clause, terminal: Terminal): string[] {
  return [`${mark(terminal, clause.holds)} ${clause.text}`, ...(clause.of?.flatMap(c => clauseLines(c, terminal)) ?? []).map(line => `  ${line}`)]
}

/** A tick where it holds; green where that is good for the caller. */
const mark = (terminal: Terminal, good: boolean, holds = good): string => paint(terminal, good ? 32 : 31, holds ? '✓' : '✗')
const indent = (text: string): string[] => text.split('\n').map(line => `  ${line}`)
