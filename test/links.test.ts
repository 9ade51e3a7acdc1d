// Every relative link on a page leads somewhere: to a file or folder that git keeps, to a heading that is there. And every page is reached from the index.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.dirname(import.meta.dirname)
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root, exclude: name => name === 'node_modules' }).toSorted()
const text = (page: string): string => readFileSync(path.join(root, page), 'utf8')
/** What people read: without code, in which brackets mean something else. */
const prose = (page: string): string => text(page).replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, match => match.replaceAll(/[[\]()]/g, ' '))

/** A heading's address, as GitHub makes it. */
const address = (heading: string): string => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(/\s/g, '-')
const headings = (page: string): readonly string[] => [...text(page).replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => address(heading))

interface Link { readonly page: string; readonly to: string; readonly file: string; readonly part: string }
const links: readonly Link[] = pages.flatMap(page => [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, to = '']): Link[] => {
  if (/^[a-z]+:/i.test(to)) return []
  const [file = '', part = ''] = to.split('#')
  return [{ page, to, file: file === '' ? page : path.join(path.dirname(page), file), part }]
}))

test('every relative link leads somewhere', () => {
  assert.ok(pages.length >= 20 && links.length >= 60, `${pages.length} pages, ${links.length} links`)
  const broken = links.filter(({ file, part }) => {
    const at = path.join(root, file)
    return file.startsWith('..') || !existsSync(at) || (part !== '' && !(file.endsWith('.md') && headings(file).includes(part)))
  })
  assert.deepEqual(broken.map(({ page, to }) => `${page} → ${to}`), [])
})

test('every page of the documentation is in its index', () => {
  const reached = new Set(links.filter(link => link.page === 'docs/README.md').map(link => link.file))
  const missing = pages.filter(page => page.startsWith('docs/') && page !== 'docs/README.md' && !page.startsWith('docs/decisions/') && !reached.has(page))
  assert.deepEqual(missing, [])
})
