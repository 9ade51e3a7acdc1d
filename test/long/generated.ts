// The generated tests with ten times as many cases: `npm run test:long`. `SEED` replays a run.
process.env['TIMES'] ??= '10'
process.env['SEED'] ??= String(Date.now() % 1_000_000_000)
for (const name of ['postgres', 'interference', 'writes', 'readback', 'against']) await import(`../generated/${name}.test.ts`)
await import('../readback/english.test.ts')
