// Measures what types cost: generates applications of 10, 50 and 200 entities and writes the type-checker's counts to docs/reference/type-cost.md.
// Run by hand: node -C backwright-source test/types/instantiations.ts
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { typeCost } from './application.ts'
import { project, published, repository } from './tsc.ts'

const sizes = [10, 50, 200]

const built = published()
if (built.status !== 0) throw new Error(built.output)
const measured = (pages: boolean) => sizes.map(n => {
  const { instantiations, check, total, memory } = typeCost(n, pages, built.entry)
  return `| ${n} | ${instantiations.toLocaleString('en')} | ${check} | ${total} | ${memory} |`
})
const rows = measured(false), withPages = measured(true)
const nothing = project({})
const version = nothing.run('--version')
nothing.remove()
built.remove()
const text = `# What the types cost

Written by \`test/types/instantiations.ts\`: generated applications in which every entity has a file of its own, nine fields, two references and their other sides, an
index, two rules, one query with nested filter and include, and one create. TypeScript ${/[\d.]+/.exec(version.output)?.[0] ?? ''}, one checker (\`--singleThreaded\`), on whatever machine ran it last: the counts compare, the times do not.

| entities | instantiations | check | total | memory |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

The same with a page per entity that asks and writes the same through the [typed client](../how-to/client.md), in one project:

| entities | instantiations | check | total | memory |
| --- | --- | --- | --- | --- |
${withPages.join('\n')}
`
writeFileSync(path.join(repository, 'docs/reference/type-cost.md'), text)
console.log(text)
