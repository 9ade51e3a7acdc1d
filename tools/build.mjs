// Compiles src/ to dist/ for publishing: declarations file by file, the code in a few pieces, since four hundred files take a third of the time to start and a tenth of the memory.
// What is loaded when it is first needed stays apart (dist/chunks). Nothing is made unreadable, and above each part of a piece stands the file it is from. Packages of others stay outside.
// Does nothing where dist/ is newer than the source.
//
//   build.mjs [FOLDER]     into FOLDER instead of dist/
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const out = path.resolve(root, process.argv[2] ?? 'dist')
const source = path.join(root, 'src')
const entries = ['index.ts', 'client/index.ts', 'testkit/index.ts', 'cli/index.ts', 'cli/bench/load.ts', 'cli/bench/serve.ts']
const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')

const bundler = await import('esbuild').catch(() => null)
if (!existsSync(compiler) || bundler === null) {
  console.error('TypeScript or esbuild is not installed here. `npm run build` installs what it needs; `npm start` alone does not.')
  process.exit(1)
}
const stamp = path.join(out, '.built')
if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest()) await compile()

async function compile() {
  // Beside the place, and one rename at the end: nobody ever finds half of it.
  const made = `${out}.new-${process.pid}`
  const began = Date.now()
  const { status } = spawnSync(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json'), '--emitDeclarationOnly', '--outDir', made], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    rmSync(made, { recursive: true, force: true })
    process.exit(status ?? 1)
  }
  const bundled = bundler.build({
    entryPoints: entries.map(file => path.join(source, file)), outbase: source, outdir: made, chunkNames: 'chunks/[name]-[hash]',
    bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node24', packages: 'external', legalComments: 'none', logLevel: 'warning', absWorkingDir: root, write: false,
  })
  try {
    for (const { path: file, text } of (await bundled).outputFiles) {
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, ascii(text, file))
    }
  } catch (error) {
    if (!('errors' in error)) console.error(error.message) // else it has said why
    rmSync(made, { recursive: true, force: true })
    process.exit(1)
  }
  writeFileSync(path.join(made, '.built'), '')
  const old = `${out}.old-${process.pid}`
  mkdirSync(path.dirname(out), { recursive: true })
  if (existsSync(out)) renameSync(out, old)
  renameSync(made, out)
  rmSync(old, { recursive: true, force: true })
  console.error(`compiled to ${path.relative(root, out)} in ${((Date.now() - began) / 1000).toFixed(1)} s`)
}

/** One letter beyond Latin-1 makes V8 keep all of a piece in two bytes a letter: a megabyte. The bundler escapes them in strings, not in templates and regular expressions. */
function ascii(text, file) {
  const escaped = /(?<!\\)(?:\\\\)*\\[^\0-\x7f]|String\.raw`[^`]*[^`\0-\x7f]/.exec(text)
  if (escaped !== null) throw new Error(`${path.relative(root, file)}: '${escaped[0].slice(-60)}' cannot be written in ASCII`)
  return text.replaceAll(/[^\0-\x7f]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function newest() {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).map((name) => path.join(source, name))
  return [...files, path.join(root, 'tsconfig.json'), path.join(root, 'tsconfig.build.json'), fileURLToPath(import.meta.url)].reduce((last, file) => Math.max(last, statSync(file).mtimeMs), 0)
}
