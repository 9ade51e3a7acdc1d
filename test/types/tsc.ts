// Runs the type-checker over a folder of its own, outside of this repository's settings.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..', '..')
export const compilerOptions = {
  target: 'es2024', lib: ['es2024', 'dom'], module: 'nodenext', strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true,
  erasableSyntaxOnly: true, allowImportingTsExtensions: true, rewriteRelativeImportExtensions: true, types: [] as string[], skipLibCheck: true,
}

/** A folder whose imports of 'backwright' find `entry` (the source unless given), or that only looks at `outside` files; `run` type-checks it and gives what was said. */
export function project(files: Readonly<Record<string, string>>, options: Readonly<Record<string, unknown>> = {}, entry = path.join(root, 'src/index.ts'), outside: readonly string[] = []) {
  const folder = mkdtempSync(path.join(tmpdir(), 'backwright-types-'))
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { ...compilerOptions, noEmit: true, paths: { backwright: [entry], ...Object.fromEntries(['client', 'testkit'].map(part => [`backwright/${part}`, [path.join(path.dirname(entry), part, path.basename(entry))]])) }, ...options }, ...(outside.length ? { files: outside } : { include: ['**/*.ts'] }), exclude: ['node_modules', 'out'],
  }))
  const run = (...flags: string[]): { readonly status: number | null; readonly output: string } => {
    const ran = spawnSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false', ...flags], { encoding: 'utf8', cwd: folder })
    return { status: ran.status, output: `${ran.stdout}${ran.stderr}` }
  }
  return { folder, run, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
export const sourceFolder = path.join(root, 'src')
export const repository = root

/** The declarations that the package is published with, emitted to a folder; `entry` is what 'backwright' means to its users. */
export function published() {
  const made = project({}, { types: ['node'], rootDir: sourceFolder }, undefined, [path.join(sourceFolder, 'index.ts'), path.join(sourceFolder, 'client/index.ts')])
  const { status, output } = made.run('--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', path.join(made.folder, 'out'))
  return { entry: path.join(made.folder, 'out/index.d.ts'), status, output, remove: made.remove }
}
