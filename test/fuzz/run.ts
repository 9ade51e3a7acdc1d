// `npm run fuzz`: at least 50,000 requests of the grammar. SEED=… runs the same again, REQUESTS=… more or fewer, ONLY=… one exchange of REST alone, MESSAGE=… one of the others'.
import { ground } from './ground.ts'
import { rounds, table } from './rounds.ts'

const number = (name: string): number | undefined => (process.env[name] === undefined ? undefined : Number(process.env[name]))
const seed = number('SEED') ?? Math.floor(Math.random() * 2 ** 31)
const requests = number('REQUESTS') ?? 50_000
console.log(`SEED=${seed}, ${requests} requests`)
const fuzzed = await ground()
try {
  const start = performance.now()
  const tally = await rounds(fuzzed, { seed, requests, only: number('ONLY'), message: number('MESSAGE'), onRound: t => { if (process.stdout.isTTY) process.stdout.write(`\r${t.requests}`) } })
  const seconds = (performance.now() - start) / 1000
  console.log(`\n${tally.requests} requests in ${seconds.toFixed(1)} s, ${Math.round(tally.requests / seconds)} a second\nstatuses\n${table(tally.statuses)}\ncodes\n${table(tally.codes)}\nreached\n${table(tally.reached)}`)
  const kinds = new Set<string>()
  for (const wrong of tally.wrong) {
    const kind = wrong.replace(/^SEED=\S+ (ONLY=\d+ step \d+|MESSAGE=\d+) as \w+: /, '').split('\n', 1)[0]?.slice(0, 60) ?? ''
    if (kinds.has(kind) && tally.wrong.length > 20) continue
    kinds.add(kind)
    console.log(`\n${wrong}`)
  }
  console.log(tally.wrong.length === 0 ? `nothing is wrong (SEED=${seed})` : `\n${tally.wrong.length} wrong (SEED=${seed})`)
  if (tally.wrong.length > 0) process.exitCode = 1
} finally {
  await fuzzed.end()
}
