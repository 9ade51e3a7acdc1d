// The pages of the documentation taken apart into blocks, and what a page shows compared with what is.
//
//   ```ts [file=NAME]     a module of its own, type-checked; with file=, the others of the page can import it
//   <!-- ts … -->         put before each `ts` block that follows, unseen: imports that a page need not repeat
//   ```sh run             run against the page's server; a block of `json answer` or `text answer` after it is what it prints
//   ```sh serve           starts the page's own server on its files so far; a page without one asks the shop's
//   ```ts save file=NAME  (and json, text …) written to the page's folder when its turn comes
//   ```text said          the next lines the server says
//
// In what is shown `…` stands for anything: in a text, for a value, for a key with all that follow, for the rest of a list.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.dirname(import.meta.dirname)

export interface Block {
  readonly language: string
  /** Words behind the language. */
  readonly marks: readonly string[]
  readonly file: string | null
  readonly text: string
  /** What is put before it unseen. */
  readonly prelude: string
  readonly line: number
}
export interface Page { readonly name: string; readonly blocks: readonly Block[] }

/** Every page that people read, in order of their names. */
export function pages(): readonly Page[] {
  return globSync(['*.md', 'docs/**/*.md'], { cwd: root }).toSorted().map(name => ({ name, blocks: blocksOf(readFileSync(path.join(root, name), 'utf8')) }))
}

export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = []
  let prelude = ''
  for (const found of markdown.matchAll(/^<!-- ts\n([^]*?)^-->$|^```(\S*)([^\n]*)\n([^]*?)^```$/gm)) {
    const [, unseen, language = '', words = '', text = ''] = found
    if (unseen !== undefined) { prelude = unseen; continue }
    const marks = words.trim().split(/\s+/).filter(w => w !== '')
    blocks.push({
      language, marks, text, prelude, file: marks.find(m => m.startsWith('file='))?.slice(5) ?? null,
      line: markdown.slice(0, found.index).split('\n').length,
    })
  }
  return blocks
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
/** Whether `is` reads as `shown`, whose `…` stand for anything within a line. */
export const reads = (shown: string, is: string): boolean => new RegExp(`^${shown.split('…').map(escaped).join('.*')}$`).test(is)

/** What is not as the page shows it, or null. A line of `…` alone stands for any lines. */
export function differs(language: string, shown: string, is: string): string | null {
  if (language === 'json') {
    let value: unknown
    try { value = JSON.parse(is) } catch { return `is not JSON: ${is}` }
    // A bare … is a value, a member or the rest of a list: written so that JSON can be read.
    const asked: unknown = JSON.parse(shown.replace(/("(?:[^"\\]|\\.)*")|:\s*…|…/g, (all, text: string | undefined, at: number) =>
      text !== undefined ? text : all.startsWith(':') ? ': "…"' : /[{,]\s*$/.test(shown.slice(0, at)) && /^…\s*\}/.test(shown.slice(at)) ? '"…": "…"' : '"…"'))
    const found = unlike(asked, value, '')
    return found === null ? null : `${found}\n${JSON.stringify(value, null, 2)}`
  }
  const pattern = shown.trimEnd().split('\n').map(line => (line.trim() === '…' ? '(?:.*\\n)*?.*' : line.trimEnd().split('…').map(escaped).join('.*'))).join('\\n')
  return new RegExp(`^${pattern}\\n*$`).test(is.split('\n').map(line => line.trimEnd()).join('\n')) ? null : `is\n${is}`
}

function unlike(shown: unknown, is: unknown, at: string): string | null {
  if (shown === '…') return null
  if (typeof shown === 'string' && typeof is === 'string') return reads(shown, is) ? null : `${at} is ${JSON.stringify(is)}, shown as ${JSON.stringify(shown)}`
  if (Array.isArray(shown) && Array.isArray(is)) {
    const open = shown.at(-1) === '…', items: readonly unknown[] = open ? shown.slice(0, -1) : shown
    if (open ? is.length < items.length : is.length !== items.length) return `${at} has ${is.length} items, shown are ${items.length}`
    return items.map((item, i) => unlike(item, is[i], `${at}/${i}`)).find(x => x !== null) ?? null
  }
  if (typeof shown === 'object' && shown !== null && typeof is === 'object' && is !== null && !Array.isArray(is)) {
    const { '…': rest, ...members } = shown as Record<string, unknown>
    const names = Object.keys(members), more = Object.keys(is).filter(name => !names.includes(name))
    if (rest === undefined && more.length > 0) return `${at} has ${more.join(', ')} too`
    return names.map(name => unlike(members[name], (is as Record<string, unknown>)[name], `${at}/${name}`)).find(x => x !== null) ?? null
  }
  return Object.is(shown, is) ? null : `${at} is ${JSON.stringify(is)}, shown as ${JSON.stringify(shown)}`
}
