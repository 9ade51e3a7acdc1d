// `npm run mutants`: breaks the product in every way of the list, one at a time, and says which test noticed. `npm run mutants -- NAME` tries those whose names hold NAME;
// `npm run mutants -- NAME --all FILE` says every case of a file of tests that notices.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { mutants } from './mutants.ts'
import { mutated, sourceOf, workshop } from './workshop.ts'

async function main(given: readonly string[]): Promise<number> {
  const all = given.indexOf('--all')
  const names = all < 0 ? given : given.slice(0, all), file = all < 0 ? undefined : given[all + 1]
  const some = mutants.filter(m => names.length === 0 || names.some(n => m.name.includes(n)))
  if (some.length === 0) { console.error(`No mutant is called ${names.join(' or ')}.`); return 2 }
  const lost = some.flatMap(m => { try { mutated(sourceOf(m.file), m); return [] } catch (e) { return [(e as Error).message] } })
  if (lost.length) { console.error(lost.join('\n')); return 1 }
  // The servers of this run are its own, and stay up from the first mutant to the last.
  const own = process.env['BACKWRIGHT_TEST_RUN'] === undefined ? mkdtempSync(path.join(tmpdir(), 'bw-')) : null
  if (own) process.env['BACKWRIGHT_TEST_RUN'] = own
  const { testServer } = await import('../server.ts')
  const seat = some.some(m => (file ?? m.killedBy.file).includes('postgres')) ? await testServer() : null
  const shop = workshop()
  let survived = 0
  try {
    if (file !== undefined) {
      for (const m of some) console.log(`${m.name}\n${(await shop.failures(m, file)).map(name => `  ${name}\n`).join('') || '  nothing fails\n'}`)
      return 0
    }
    const wrong = await shop.baseline(some)
    if (wrong.length) { console.error(`Without any mutant:\n${wrong.map(w => `  ${w}`).join('\n')}`); return 1 }
    const wide = Math.max(...some.map(m => m.name.length))
    for (const m of some) {
      const fate = await shop.try(m)
      if (!fate.killed) survived++
      console.log(`${fate.killed ? 'killed  ' : 'SURVIVED'} ${m.name.padEnd(wide)}  ${fate.killed ? `${m.killedBy.test}` : fate.trouble}`)
    }
    console.log(survived === 0 ? `All ${some.length} mutants are killed.` : `${survived} of ${some.length} mutants survived.`)
    return survived === 0 ? 0 : 1
  } finally {
    shop.close()
    await seat?.server.release()
    if (own) rmSync(own, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

process.exitCode = await main(process.argv.slice(2))
