// Ours as its command starts it: what V8 makes of the files is kept for the next start, so it is told before any of them is loaded.
import module from 'node:module'
import v8 from 'node:v8'

// As bin/backwright.mjs does.
if (/^13\./.test(process.versions.v8)) for (const flag of ['--no-maglev-destroy-on-background', '--incremental-marking-soft-trigger=90']) v8.setFlagsFromString(flag)
module.enableCompileCache()
await import('./serve.ts')
