// The command line's page and the commands say the same, both ways: which there are, and the options of each.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Command } from './command.ts'

const folder = path.join(import.meta.dirname, 'commands')
const page = readFileSync(path.join(import.meta.dirname, '../../docs/reference/command-line.md'), 'utf8')

const isCommand = (x: unknown): x is Command => typeof x === 'object' && x !== null && 'help' in x && 'summary' in x && 'name' in x
async function commands(): Promise<readonly Command[]> {
  const files = readdirSync(folder).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  return (await Promise.all(files.map(async name => Object.values(await import(path.join(folder, name)) as object)))).flat().filter(isCommand)
}
/** The options below `Options` in a command's help. */
const optionsOf = ({ help }: Command): readonly string[] => [...(/^Options\n([^]*?)\n\n/m.exec(help)?.[1] ?? '').matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option = '']) => option)

test('every command has its row, with its options, and no row is without its command', async () => {
  const rows = [...page.matchAll(/^\| `([a-z]+)[^`]*` \|.*\| ([^|]*) \|$/gm)].map(([, name = '', options = '']) => [name, [...options.matchAll(/`(--[\w-]+)`/g)].map(m => m[1])])
  const there = (await commands()).map(command => [command.name, optionsOf(command)])
  const byName = (a: unknown[], b: unknown[]): number => String(a[0]).localeCompare(String(b[0]))
  assert.ok(there.length > 10)
  assert.deepEqual(rows.toSorted(byName), there.toSorted(byName))
})

test('every option of a help text is understood, and no other', async () => {
  for (const command of await commands()) {
    for (const option of [...optionsOf(command), '--no-such-option']) {
      // What stands behind cannot be understood either, so nothing is done; the first mistake is told.
      const told = await command.run([option, ...(takesValue(command, option) ? ['x'] : []), '--nothing-of-the-kind'], { out() {}, err() {}, colour: false, cwd: import.meta.dirname, environment: {} })
        .then(() => 'it ran', (error: unknown) => String(error))
      assert.match(told, option === '--no-such-option' ? /no-such-option/ : /nothing-of-the-kind/, `${command.name} ${option}: ${told}`)
    }
  }
})
const takesValue = ({ help }: Command, option: string): boolean => new RegExp(`^ {2}(?:-\\w, )?${option} [A-Z]`, 'm').test(help)
