// What `npm run test:consumers -- graphql` runs: graphql-eslint's Relay rules, graphql-codegen and Apollo Client, relay-compiler and relay-runtime. Installed in a folder of their own, because
// they bring a graphql 16 of theirs.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { compileModel } from '../../src/define/index.ts'
import shop from '../../examples/shop/shop.ts'
import { sdlOf } from '../../src/protocols/graphql/index.ts'
import { world } from '../../src/testkit/index.ts'
import type { Beside, Command } from './soap.ts'

const here = path.join(import.meta.dirname, 'graphql')
const modules = path.join(here, 'node_modules')
const windows = process.platform === 'win32'

function install(run: Command): void {
  const stamp = path.join(modules, '.installed'), wanted = readFileSync(path.join(here, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Installing GraphQL\'s tools (once)…')
  const { ok, output } = run(windows ? 'npm.cmd' : 'npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], here)
  if (!ok) throw new Error(`GraphQL's tools could not be installed:\n${output}`)
  writeFileSync(stamp, wanted)
}

type Say = (what: string, wrong: string | null) => void

/** `serving` gives the variables of a running shop. */
export async function graphqlTools(run: Command, beside: Beside, folder: string, say: Say, serving: (use: (env: Readonly<Record<string, string>>) => Promise<void>) => Promise<void>): Promise<void> {
  install(run)
  const project = path.join(folder, 'graphql')
  cpSync(path.join(here, 'project'), project, { recursive: true })
  symlinkSync(modules, path.join(project, 'node_modules'), 'junction')
  writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }')
  const node = (file: string, ...args: string[]) => run(process.execPath, [path.join(modules, file), ...args], project)
  for (const model of [world, compileModel(shop).model]) {
    writeFileSync(path.join(project, 'schema.graphql'), await sdlOf(model))
    const linted = node('eslint/bin/eslint.js', 'schema.graphql')
    say(`graphql-eslint, Relay's rules: ${model.name}`, linted.ok ? null : linted.output)
  }

  writeFileSync(path.join(project, 'codegen.mjs'), `export default { schema: 'schema.graphql', documents: ['apollo.ts'], emitLegacyCommonJSImports: false, generates: { 'made/': { preset: 'client', config: { strictScalars: true, scalars: {
    Decimal: 'string', BigInt: 'string', DateTime: 'string', Date: 'string', Time: 'string', Duration: 'string', JSON: 'unknown', Base64Url: 'string', UUID: 'string' } }, presetConfig: { fragmentMasking: false } } } }`)
  const made = node('@graphql-codegen/cli/esm/bin.js', '--config', 'codegen.mjs')
  say('graphql-codegen types the documents of a client', made.ok ? null : made.output)
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: { target: 'es2023', module: 'nodenext', strict: true, skipLibCheck: true, outDir: 'built', types: [], lib: ['es2023', 'dom', 'esnext.disposable'] }, files: ['apollo.ts', 'node.d.ts'] }))
  writeFileSync(path.join(project, 'node.d.ts'), `declare module 'node:assert/strict' { function equal(a: unknown, b: unknown, m?: string): void; function deepEqual(a: unknown, b: unknown, m?: string): void; function ok(a: unknown, m?: string): asserts a; const all: { equal: typeof equal; deepEqual: typeof deepEqual; ok: typeof ok }; export default all }
declare module 'node:crypto' { export function createHash(of: string): { update(text: string): { digest(how: string): string } } }
declare const process: { readonly env: Record<string, string | undefined>; exit(code: number): never }`)
  const checked = node('typescript/bin/tsc', '-p', '.')
  say('what it made type-checks with Apollo Client 4', checked.ok ? null : checked.output)

  mkdirSync(path.join(project, 'out'), { recursive: true })
  writeFileSync(path.join(project, 'relay.config.json'), JSON.stringify({
    src: '.', schema: 'schema.graphql', language: 'typescript', artifactDirectory: 'out', excludes: ['**/node_modules/**', 'apollo.ts', 'made/**', 'built/**', 'out/**'], eagerEsModules: false,
    schemaConfig: { nodeInterfaceIdField: 'nodeId' }, customScalarTypes: Object.fromEntries(['Decimal', 'BigInt', 'DateTime', 'Date', 'Time', 'Duration', 'JSON', 'Base64Url', 'UUID'].map(n => [n, 'string'])),
  }))
  const compiled = node('relay-compiler/cli.js')
  say('relay-compiler compiles connections, refetchable fragments and mutations', compiled.ok && readdirSync(path.join(project, 'out')).length >= 8 ? null : compiled.output)
  for (const file of readdirSync(path.join(project, 'out'))) {
    const to = path.join(project, 'out', file.replace(/\.ts$/, '.cjs'))
    const { outputText } = (await import(`${modules}/typescript/lib/typescript.js`) as { default: { transpileModule(text: string, o: object): { outputText: string } } }).default.transpileModule(readFileSync(path.join(project, 'out', file), 'utf8'), { compilerOptions: { module: 1, target: 9 } })
    writeFileSync(to, outputText.replaceAll(/require\("(\.\/[^"]+\.graphql)"\)/g, 'require("$1.cjs")'))
  }

  await serving(async env => {
    for (const [name, file] of [['Apollo Client 4', 'built/apollo.js'], ['relay-runtime', 'ask.mjs']] as const) {
      const { code, output } = await beside(process.execPath, [path.join(project, file)], env)
      say(`${name} talks to the shop`, code === 0 && output.includes('talks to the server') ? null : output)
    }
  })
}
