// Compiles src/ to dist/ for publishing, file in, file out: what Node may not strip of types inside node_modules. Does nothing where dist/ is newer than the source.
//
//   build.mjs [FOLDER]     into FOLDER instead of dist/
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const out = path.resolve(root, process.argv[2] ?? 'dist')
const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')

if (!existsSync(compiler)) {
  console.error('TypeScript is not installed here. `npm run build` installs what it needs; `npm start` alone does not.')
  process.exit(1)
}
const stamp = path.join(out, '.built')
if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest()) compile()

function compile() {
  // Beside the place, and one rename at the end: nobody ever finds half of it.
  const made = `${out}.new-${process.pid}`
  const began = Date.now()
  const { status } = spawnSync(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json'), '--outDir', made], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    rmSync(made, { recursive: true, force: true })
    process.exit(status ?? 1)
  }
  writeFileSync(path.join(made, '.built'), '')
  const old = `${out}.old-${process.pid}`
  mkdirSync(path.dirname(out), { recursive: true })
  if (existsSync(out)) renameSync(out, old)
  renameSync(made, out)
  rmSync(old, { recursive: true, force: true })
  console.error(`compiled to ${path.relative(root, out)} in ${((Date.now() - began) / 1000).toFixed(1)} s`)
}

function newest() {
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((name) => path.join(root, 'src', name))
  return [...files, path.join(root, 'tsconfig.json'), path.join(root, 'tsconfig.build.json')].reduce((last, file) => Math.max(last, statSync(file).mtimeMs), 0)
}
