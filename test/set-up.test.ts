// The set-up of a fresh clone and the test run, as processes: what is installed when, two first runs at once, what is left behind, what ends the output.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'

const root = path.dirname(import.meta.dirname)
const temporary = mkdtempSync(path.join(tmpdir(), 'bw set-up '))
after(() => rmSync(temporary, { recursive: true, force: true }))

/** A small project with our bootstrap: one package for running, one for tests, and a command line that says what it was given. */
function project(name: string): string {
  const folder = path.join(temporary, name)
  for (const one of ['tools', 'bin', 'examples/shop', 'examples/explain', 'examples/blog', 'needed', 'extra']) mkdirSync(path.join(folder, one), { recursive: true })
  cpSync(path.join(root, 'tools', 'bootstrap.mjs'), path.join(folder, 'tools', 'bootstrap.mjs'))
  const put = (file: string, content: unknown) => writeFileSync(path.join(folder, file), typeof content === 'string' ? content : JSON.stringify(content))
  put('bin/backwright.mjs', 'console.log(JSON.stringify(process.argv.slice(2)))\n')
  put('wait.mjs', `setInterval(() => {}, 1000); process.on('SIGTERM', () => { console.log('ending'); process.exit(7) }); console.log('waiting')\n`)
  const dependencies = { needed: 'file:needed' }
  const devDependencies = { extra: 'file:extra' }
  for (const one of ['needed', 'extra']) put(`${one}/package.json`, { name: one, version: '1.0.0' })
  put('package.json', { name: 'project', version: '1.0.0', dependencies, devDependencies })
  put('package-lock.json', {
    name: 'project', version: '1.0.0', lockfileVersion: 3, requires: true,
    packages: {
      '': { name: 'project', version: '1.0.0', dependencies, devDependencies },
      needed: { version: '1.0.0' }, extra: { version: '1.0.0', dev: true },
      'node_modules/needed': { resolved: 'needed', link: true }, 'node_modules/extra': { resolved: 'extra', link: true },
    },
  })
  return folder
}

function run(folder: string, args: string[], env: Record<string, string> = {}): Promise<{ code: number | null; out: string; err: string }> {
  const { NODE_TEST_CONTEXT: _inner, CI: _ci, ...clean } = process.env // a run of its own, not a part of this one
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
}
const bootstrap = (folder: string, ...args: string[]) => run(folder, ['tools/bootstrap.mjs', ...args])

describe('the set-up', () => {
  test('installs what running needs, adds the rest when it is wanted, and nothing twice', async () => {
    const folder = project('in order')
    const first = await bootstrap(folder, 'start')
    assert.equal(first.code, 0, first.err)
    assert.match(first.err, /^Setting up \(once\): what running needs — .* about 270 MB[^]*installed in \d+ s\.\n$/)
    assert.ok(!first.err.includes('\r') && !first.err.includes('\u001b'))
    assert.equal(existsSync(path.join(folder, 'node_modules', 'extra')), false)
    writeFileSync(path.join(folder, 'node_modules', '.here'), 'a running start must keep its files')
    const second = await bootstrap(folder, 'run', '-p', '6 * 7')
    assert.match(second.err, /everything the tests need/)
    assert.equal(second.out, '42\n')
    assert.ok(existsSync(path.join(folder, 'node_modules', 'extra')))
    assert.ok(existsSync(path.join(folder, 'node_modules', '.here')))
    assert.equal((await bootstrap(folder, 'start')).err, '')
    assert.equal((await bootstrap(folder, 'run', '-p', '1')).err, '')
    assert.equal((await run(folder, [path.join('node_modules', '.bin', 'backwright'), 'x'])).out, '["x"]\n')

    const meanings: [string[], string[]][] = [
      [[], ['dev', 'examples/shop']],
      [['blog'], ['dev', 'examples/blog']],
      [['blog', '--port', '1'], ['dev', 'examples/blog', '--port', '1']],
      [['explain'], ['explain']], // a command's name wins over an example's
      [['get', 'orders'], ['get', 'orders']],
      [['--help'], ['--help']],
      [['--port', '1'], ['dev', 'examples/shop', '--port', '1']],
      [['nonsense'], ['nonsense']],
      [['../etc'], ['../etc']],
    ]
    for (const [given, meant] of meanings) assert.deepEqual(JSON.parse((await bootstrap(folder, 'start', ...given)).out), meant)
  })

  test('done by two at once is done once; a dead one\'s lock and half an installation are cleared away', async () => {
    const folder = project('at once')
    mkdirSync(path.join(folder, '.backwright'))
    mkdirSync(path.join(folder, 'node_modules', 'half'), { recursive: true })
    const dead = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => dead.on('exit', resolve))
    writeFileSync(path.join(folder, '.backwright', 'set-up.lock'), String(dead.pid))
    const all = await Promise.all([bootstrap(folder, 'start'), bootstrap(folder, 'start'), bootstrap(folder, 'start')])
    assert.deepEqual(all.map((one) => [one.code, one.out]), Array(3).fill([0, '["dev","examples/shop"]\n']))
    assert.equal(all.filter((one) => one.err.includes('installed in')).length, 1)
    assert.equal(existsSync(path.join(folder, 'node_modules', 'half')), false)
    assert.equal(existsSync(path.join(folder, '.backwright', 'set-up.lock')), false)
  })

  test('that fails says npm\'s reason and is tried again', async () => {
    const folder = project('failing')
    const lock = readFileSync(path.join(folder, 'package-lock.json'), 'utf8')
    writeFileSync(path.join(folder, 'package-lock.json'), '{}')
    const failed = await bootstrap(folder, 'start')
    assert.equal(failed.code, 1)
    assert.match(failed.err, /npm error[^]*The set-up failed/)
    writeFileSync(path.join(folder, 'package-lock.json'), lock)
    assert.equal((await bootstrap(folder, 'start')).code, 0)
  })

  test('goes on to a process that gets our signals, gives us its code, and does not outlive us', async () => {
    const folder = project('signals')
    await bootstrap(folder, 'run', '-p', '1')
    const begin = async (program: string, args: string[]) => {
      const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
      let out = ''
      child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
      while (!out.includes('waiting')) await new Promise((resolve) => setTimeout(resolve, 10))
      return { child, closed: new Promise<[number | null, string]>((resolve) => child.on('close', (code) => resolve([code, out]))) }
    }
    const told = await begin(process.execPath, ['tools/bootstrap.mjs', 'run', 'wait.mjs'])
    told.child.kill('SIGTERM')
    assert.deepEqual(await told.closed, [7, 'waiting\nending\n'])
    // npm stands behind a shell; killed, it takes neither the shell nor us along.
    const orphan = await begin('sh', ['-c', `"${process.execPath}" tools/bootstrap.mjs run wait.mjs; true`])
    orphan.child.kill('SIGKILL')
    assert.deepEqual(await orphan.closed, [null, 'waiting\nending\n'])
  })
})

describe('the test run', () => {
  test('fails on a skip in CI and on a process left running, and its summary ends the output', async () => {
    const file = path.join(temporary, 'bad.test.ts')
    writeFileSync(file, `import { spawn } from 'node:child_process'
      import { test } from 'node:test'
      import { testServer } from ${JSON.stringify(path.join(import.meta.dirname, 'server.ts'))}
      test('uses the server', async () => { const { drop } = await (await testServer()).freshDatabase(); await drop() })
      test('not today', { skip: true }, () => {})
      test('leaves something', () => { spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref() })\n`)
    const bad = await run(root, ['-C', 'backwright-source', 'tools/test.ts', file], { CI: 'true' })
    assert.equal(bad.code, 1, bad.out + bad.err)
    assert.match(bad.out, /^Running 1 test files/)
    assert.match(bad.out, /left running: process \d+, sleep 600/)
    assert.match(bad.out, /1 skipped[^]*not today/)
    assert.match(bad.out, /\nℹ tests 3\n[^]*ℹ pass 2\n[^]*ℹ skipped 1\nℹ todo 0\nℹ duration_ms [\d.]+\n$/)
    assert.doesNotMatch(bad.out, /left running: process \d+, .*postgres/)
    assert.equal((await run(root, ['-C', 'backwright-source', 'tools/test.ts', 'no-such-thing'])).code, 2)
  })
})
