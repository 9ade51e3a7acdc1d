// `npm run test:long`: what takes minutes. `npm run test:long -- fire` runs one part of it: generated, fire, soak.
const parts = ['generated', 'fire', 'soak'] as const
const names = process.argv.slice(2)
const unknown = names.filter(name => !parts.some(part => part === name))
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}: ${parts.join(', ')}.`)
  process.exit(2)
}
for (const part of parts) if (names.length === 0 || names.includes(part)) await import(`./${part}.ts`)
