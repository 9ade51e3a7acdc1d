// A project made from this clone with the packed package, installed by npm for real, and used with the system's own (older) Node: `npm run test:new`.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'

const root = path.dirname(path.dirname(import.meta.dirname))
const temporary = mkdtempSync(path.join(tmpdir(), 'bw-new-'))
const project = path.join(temporary, 'my-shop')
after(() => { rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) })

/** As in a terminal: without the Node that our own packages put first. */
const { NODE_TEST_CONTEXT: _, DATABASE_URL: __, NODE_OPTIONS: ___, ...rest } = process.env
const env = { ...rest, PATH: (rest['PATH'] ?? '').split(path.delimiter).filter(folder => !folder.includes('node_modules')).join(path.delimiter) }

async function run(command: string, args: readonly string[], cwd: string, seconds = 300): Promise<string> {
  const child = spawn(command, args, { cwd, env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString() })
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  const code = await new Promise(resolve => { child.on('close', resolve) })
  clearTimeout(timer)
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${said}`)
  return said
}

test('a project is made, installed, tested, type-checked, looked over and served', { timeout: 600_000 }, async () => {
  console.log(`node of the system: ${(await run('node', ['-v'], root)).trim()}`)
  await run('npm', ['start', '--', 'new', project], root)
  const size = readFileSync(path.join(project, 'vendor', (await run('ls', ['vendor'], project)).trim())).length
  console.log(`the package: ${Math.round(size / 1024)} kB`)
  assert.match(await run('npm', ['test'], project), /4 stories, each through REST, GraphQL, SOAP and db/)
  await run('npm', ['run', 'typecheck'], project)
  await run('npm', ['run', 'check'], project)
  // As CI and Docker do it, from the lockfile alone.
  await run('npm', ['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund'], project)
  const dev = spawn('npm', ['start', '--', '--port', '0'], { cwd: project, env, detached: true })
  let said = ''
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString() })
  const ended = new Promise(resolve => { dev.on('close', resolve) })
  try {
    for (const until = Date.now() + 60_000; !/open +http/.test(said);) {
      assert.ok(Date.now() < until && dev.exitCode === null, said)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    const url = /http:\/\/[\d.]+:\d+/.exec(said)?.[0] ?? ''
    const [, header = ''] = readFileSync(path.join(project, '.backwright', 'my-shop', 'as', 'anna'), 'utf8').trim().split(/: (.*)/)
    const answer = await fetch(`${url}/api/tasks`, { headers: { authorization: header } })
    assert.equal((await answer.json() as { data: unknown[] }).data.length, 3)
    // Saved is served.
    writeFileSync(path.join(project, 'backend.ts'), readFileSync(path.join(project, 'backend.ts'), 'utf8').replace('due = date().optional()', 'due = date().optional()\n  effort = text().optional()'))
    for (const until = Date.now() + 20_000; !said.includes('tasks.effort');) {
      assert.ok(Date.now() < until, said)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  } finally {
    if (dev.pid !== undefined) process.kill(-dev.pid, 'SIGINT')
    await ended
  }
})
