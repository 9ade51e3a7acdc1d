// The embedded server's life, with real servers and real processes: durable, shared, adopted only when it is ours, stopped by the last one out.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { olderBinaries } from '../../../../test/server.ts'
import { binaries, program } from './binaries.ts'
import { explained } from './folder.ts'
import { embedded, type Config, type Options, type Server } from './index.ts'

const root = mkdtempSync(path.join(tmpdir(), 'bw-life-'))
const index = path.join(import.meta.dirname, 'index.ts')
let count = 0
const somewhere = () => path.join(root, String(++count), 'data')
const open: Server[] = []
const use = async (folder: string, options: Options = {}) => {
  const server = await embedded(folder, options)
  open.push(server)
  return server
}

after(async () => {
  for (const server of open) await server.release()
  rmSync(root, { recursive: true, force: true, maxRetries: 5 })
})

/** A whole data folder to copy, so that not every test pays for an initdb. */
const seed = path.join(root, 'seed', 'data')
before(async () => {
  const server = await embedded(seed)
  await ask(server.config, 'create table kept (n int)')
  await server.release()
})
const copied = () => {
  const folder = somewhere()
  cpSync(seed, folder, { recursive: true })
  return folder
}

async function ask(config: Config, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(config)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

const pidOf = (folder: string): number | undefined => {
  try {
    return Number.parseInt(readFileSync(path.join(folder, 'postmaster.pid'), 'utf8'), 10)
  } catch {
    return undefined
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function until(what: () => boolean | Promise<boolean>, ms = 5000): Promise<void> {
  for (const end = Date.now() + ms; !(await what());) {
    if (Date.now() > end) throw new Error(`did not happen within ${ms} ms: ${String(what)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Another process that uses the server of a folder until it is told to leave or killed. */
async function another(folder: string, options: Options = {}, run: readonly string[] = [process.execPath], code = index): Promise<{ child: ChildProcess; state: string; config: Config; leave(): Promise<void> }> {
  const script = `import { embedded } from ${JSON.stringify(code)}
    const server = await embedded(${JSON.stringify(folder)}, ${JSON.stringify(options)})
    console.log(JSON.stringify({ state: server.state, config: server.config }))
    process.stdin.on('end', async () => { await server.release(); process.exit() }).resume()`
  const [node = '', ...args] = [...run, '--input-type=module', '-e', script]
  const child = spawn(node, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: { ...process.env, ...(code === index ? {} : { TMPDIR: '/tmp', HOME: '/tmp' }) } })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => { said += chunk.toString() })
  for await (const line of createInterface({ input: child.stdout })) {
    const { state, config } = JSON.parse(line) as { state: string; config: Config }
    return { child, state, config, leave: () => new Promise((resolve) => { child.on('exit', () => resolve()); child.stdin.end() }) }
  }
  throw new Error(said)
}
const ended = (child: ChildProcess) => new Promise<void>((resolve) => { child.on('exit', () => resolve()) })

describe('a data folder', () => {
  test('is created whole, private, with a password, and text as decided', async () => {
    const folder = somewhere()
    const lines: string[] = []
    const server = await use(folder, { onProgress: (line) => lines.push(line) })
    assert.equal(server.state, 'created')
    assert.equal(lines.length, 2)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.equal(statSync(path.join(folder, 'backwright.password')).mode & 0o777, 0o600)
    assert.equal(statSync(server.config.host).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(path.dirname(folder)), ['data'])
    const [row] = await ask(server.config, `select lower('ÄÉЖ') as folded, 'a' < 'B' as dictionary, current_setting('fsync') as fsync, current_setting('server_encoding') as encoding`)
    assert.deepEqual(row, { folded: 'äéж', dictionary: false, fsync: 'on', encoding: 'UTF8' })
    await assert.rejects(ask({ ...server.config, password: 'guess' }, 'select 1'), { code: '28P01' })
    const byUrl = new pg.Client({ connectionString: server.url })
    await byUrl.connect()
    await byUrl.end()
    await server.release()
    assert.equal(pidOf(folder), undefined)
    assert.equal(existsSync(server.config.host), false)
  })

  test('starts again in well under a second, and takes settings', async () => {
    const folder = copied()
    const began = performance.now()
    const server = await use(folder, { settings: { log_statement: 'all' } })
    const took = performance.now() - began
    assert.equal(server.state, 'started')
    assert.ok(took < 1000, `${took.toFixed(0)} ms`)
    assert.deepEqual(await ask(server.config, 'show log_statement'), [{ log_statement: 'all' }])
    await ask(server.config, `select 'in the log'`)
    assert.match(readFileSync(path.join(folder, 'server.log'), 'utf8'), /statement: select 'in the log'/)
    await server.release()
  })

  test('may lie deep, with spaces and any letters in its path', async () => {
    const folder = path.join(root, 'a project with "quotes" & spaces', 'jürgens größtes projekt ж'.repeat(5), 'data')
    mkdirSync(path.dirname(folder), { recursive: true })
    cpSync(seed, folder, { recursive: true })
    const server = await use(folder)
    assert.ok(Buffer.byteLength(folder) > 160)
    assert.ok(Buffer.byteLength(path.join(server.config.host, '.s.PGSQL.5432')) <= 107)
    const other = await another(folder)
    assert.equal(other.state, 'adopted')
    await other.leave()
    assert.deepEqual(await ask(server.config, 'select count(*)::int as n from kept'), [{ n: 0 }])
    await server.release()
  })

  test('of another major is refused with the way out', async () => {
    const folder = somewhere()
    await assert.rejects(async () => {
      const older = await use(folder, { native: olderBinaries(), tcp: true, throwaway: true })
      assert.equal(older.config.host, '127.0.0.1')
      assert.match(String((await ask(older.config, 'show server_version'))[0]?.['server_version']), /^15\./)
      await assert.rejects(ask({ ...older.config, password: 'guess' }, 'select 1'), { code: '28P01' })
      await older.release()
      await embedded(folder)
    }, /PostgreSQL 15's; this is PostgreSQL 18[^]*dump[^]*mv '/)
  })

  test('that is something else is left alone', async () => {
    const folder = somewhere()
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'thesis.txt'), 'precious')
    await assert.rejects(embedded(folder), /not empty[^]*mv '/)
    assert.deepEqual(readdirSync(folder), ['thesis.txt'])
  })

  test('that cannot be made for want of space says so', () => {
    // The words are PostgreSQL 18's on a full disk, where they end with the assertion of a crash.
    assert.match(explained('FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes at block 10\nHINT:  Check free disk space.\nPANIC:  cannot abort transaction 1'), /^the disk is full\./)
    assert.match(explained('FATAL:  could not write lock file "postmaster.pid": No space left on device'), /^the disk is full\./)
  })

  test('half made by a killed process is made anew, the remains removed', async () => {
    const folder = somewhere()
    mkdirSync(path.dirname(folder), { recursive: true })
    const script = `import { embedded } from ${JSON.stringify(index)}; await embedded(${JSON.stringify(folder)})`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore', detached: true })
    const half = () => readdirSync(path.dirname(folder)).find((name) => name.startsWith('data.new-'))
    await until(() => { const name = half(); return name !== undefined && existsSync(path.join(path.dirname(folder), name, 'base')) })
    process.kill(-(child.pid ?? 0), 'SIGKILL') // the process and its initdb
    await ended(child)
    assert.equal(existsSync(folder), false)
    const server = await use(folder)
    assert.equal(server.state, 'created')
    assert.deepEqual(readdirSync(path.dirname(folder)), ['data'])
    await server.release()
  })

  test('two processes that start at once make one of them, and share its server', async () => {
    const folder = somewhere()
    const both = await Promise.all([another(folder), another(folder)])
    assert.deepEqual(both.map((one) => one.state).sort(), ['adopted', 'created'])
    assert.deepEqual(both[0].config, both[1].config)
    assert.deepEqual(readdirSync(path.dirname(folder)), ['data'])
    const pid = pidOf(folder)
    assert.ok(pid)
    await Promise.all(both.map((one) => one.leave()))
    assert.equal(isAlive(pid), false)
  })
})

describe('a server', () => {
  test('is stopped by the last one out, however the others go', async () => {
    const folder = copied()
    const first = await another(folder)
    assert.equal(first.state, 'started')
    const pid = pidOf(folder)
    assert.ok(pid)
    const second = await another(folder)
    const third = await another(folder)
    assert.equal(second.state, 'adopted')
    process.kill(-(first.child.pid ?? 0), 'SIGINT') // Ctrl-C of the one that started it: its whole group
    await ended(first.child)
    third.child.kill('SIGKILL')
    await ended(third.child)
    await ask(second.config, 'insert into kept values (1)')
    assert.ok(isAlive(pid))
    await second.leave()
    assert.equal(isAlive(pid), false)
    assert.equal(pidOf(folder), undefined)
  })

  test('survives its only user, killed, and is adopted by the next', async () => {
    const folder = copied()
    const first = await another(folder)
    await ask(first.config, 'insert into kept values (1)')
    first.child.kill('SIGKILL')
    await ended(first.child)
    const pid = pidOf(folder)
    assert.ok(pid && isAlive(pid))
    const began = performance.now()
    const server = await use(folder)
    assert.ok(performance.now() - began < 1000)
    assert.equal(server.state, 'adopted')
    assert.deepEqual(await ask(server.config, 'select n from kept'), [{ n: 1 }])
    await server.release()
    assert.equal(isAlive(pid), false)
  })

  test('killed while in use loses nothing committed and comes back where it was', async () => {
    for (const tcp of [false, true]) {
      const folder = copied()
      const server = await use(folder, { tcp })
      const before = { ...server.config }
      await ask(before, 'insert into kept select generate_series(1, 1000)')
      const pid = pidOf(folder)
      assert.ok(pid)
      process.kill(pid, 'SIGKILL')
      await until(() => !isAlive(pid))
      await until(() => ask(before, 'select count(*)::int as n from kept').then((rows) => rows[0]?.['n'] === 1000, () => false), 15_000)
      assert.deepEqual({ ...server.config }, before)
      await server.release()
      assert.equal(pidOf(folder), undefined)
    }
  })

  test('and all its users killed: the next start recovers', async () => {
    const folder = copied()
    const first = await another(folder)
    await ask(first.config, 'insert into kept values (7)')
    const pid = pidOf(folder)
    assert.ok(pid)
    first.child.kill('SIGKILL')
    process.kill(pid, 'SIGKILL')
    await ended(first.child)
    const server = await use(folder)
    assert.equal(server.state, 'started')
    assert.deepEqual(await ask(server.config, 'select n from kept'), [{ n: 7 }])
    await server.release()
  })

  test('that left its pid to a stranger is not adopted, and the stranger not touched', async () => {
    const folder = copied()
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' })
    const other = await use(copied())
    try {
      for (const pid of [stranger.pid, process.pid]) {
        // What a killed server leaves, with its pid taken by another process, and the address by another server.
        writeFileSync(path.join(folder, 'postmaster.pid'), `${pid}\n${folder}\n1700000000\n${other.config.port}\n${other.config.host}\n\n  123456    1\nready   \n`)
        const server = await use(folder)
        assert.equal(server.state, 'started')
        assert.notEqual(server.config.host, other.config.host)
        await server.release()
      }
      assert.ok(stranger.pid && isAlive(stranger.pid))
      await ask(other.config, 'select 1')
    } finally {
      stranger.kill()
      await other.release()
    }
  })

  test('of other data behind our pid file is found out by asking it', async () => {
    const mine = copied()
    const theirs = copied() // a copy of the same data: same password
    const other = await use(theirs)
    const pid = pidOf(theirs)
    writeFileSync(path.join(mine, 'postmaster.pid'), readFileSync(path.join(theirs, 'postmaster.pid'), 'utf8'))
    const server = await use(mine)
    assert.equal(server.state, 'started')
    assert.notEqual(pidOf(mine), pid)
    await ask(server.config, 'insert into kept values (1)')
    assert.deepEqual(await ask(other.config, 'select n from kept'), [])
    await server.release()
    await other.release()
  })

  test('whose connections are all taken is waited for', async () => {
    const folder = copied()
    const server = await use(folder, { settings: { max_connections: '4', superuser_reserved_connections: '0' } })
    const taken = await Promise.all(Array.from({ length: 3 }, async () => {
      const client = new pg.Client(server.config)
      await client.connect()
      return client
    }))
    const later = another(folder)
    await until(() => /too many clients/.test(readFileSync(path.join(folder, 'server.log'), 'utf8')))
    for (const client of taken) await client.end()
    const other = await later
    assert.equal(other.state, 'adopted')
    await other.leave()
    await server.release()
  })

  test('that cannot start says why', async () => {
    const folder = copied()
    await assert.rejects(embedded(folder, { settings: { shared_buffers: 'plenty' } }), /does not start[^]*shared_buffers/)
    await assert.rejects(embedded(folder, { native: root }), /programs are not in[^]*DATABASE_URL/)
    const server = await use(folder)
    await server.release()
    await server.release()
  })
})

const isRoot = process.getuid?.() === 0

describe('accounts', () => {
  // Only root has two ways; whoever is not root runs everything above as itself.
  if (isRoot) test('as root, as another user where user namespaces are forbidden, in a home only root may enter', async () => {
    const home = path.join(root, 'home')
    mkdirSync(home, { mode: 0o700 })
    const folder = path.join(home, 'project', 'data')
    const native = path.join(home, 'native') // the programs lie in that home too
    cpSync(path.dirname(path.dirname(program(binaries().folder, 'postgres'))), native, { recursive: true, verbatimSymlinks: true })
    const server = await use(folder, { asRoot: 'other-user', throwaway: true, native })
    assert.equal(server.state, 'created')
    assert.notEqual(statSync(folder).uid, 0)
    await ask(server.config, 'create table kept (n int)')
    await server.release()
    const again = await use(folder) // whose data it is stays, whatever could be had now
    assert.deepEqual(await ask(again.config, 'select n from kept'), [])
    await again.release()
    const changed = copied() // data of the namespace's, after namespaces were forbidden
    const later = await use(changed, { asRoot: 'other-user' })
    assert.deepEqual(await ask(later.config, 'select n from kept'), [])
    await later.release()
  })

  test('as a user who is not root', async () => {
    if (!isRoot) {
      const server = await use(copied())
      assert.equal(statSync(server.config.host).uid, process.getuid?.())
      return server.release()
    }
    // Code, binaries and Node are copied to where that user may read them, with no capability left: the clone may lie in a home of root's.
    const place = mkdtempSync(path.join('/tmp', 'bw-user-'))
    const nobody = 65534
    try {
      cpSync(import.meta.dirname, path.join(place, 'embedded'), { recursive: true, filter: (file) => !file.endsWith('.test.ts') })
      const resolve = createRequire(import.meta.url).resolve
      const modules = path.join(path.dirname(resolve('pg/package.json')), '..')
      for (const name of readdirSync(modules).filter((one) => /^(pg|postgres-(?!15)|split2|xtend)/.test(one))) {
        cpSync(path.join(modules, name), path.join(place, 'node_modules', name), { recursive: true })
      }
      cpSync(path.dirname(path.dirname(program(binaries().folder, 'postgres'))), path.join(place, 'native'), { recursive: true, verbatimSymlinks: true })
      cpSync(process.execPath, path.join(place, 'node'))
      writeFileSync(path.join(place, 'package.json'), '{"type":"module"}')
      mkdirSync(path.join(place, 'home'))
      for (const [file, owner] of [[place, 0], [path.join(place, 'home'), nobody]] as const) {
        chmodSync(file, 0o755)
        chownSync(file, owner, owner)
      }
      const folder = path.join(place, 'home', 'data')
      const as = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all', '--no-new-privs', '--', path.join(place, 'node')]
      const seat = await another(folder, { throwaway: true, native: path.join(place, 'native') }, as, path.join(place, 'embedded', 'index.ts'))
      assert.equal(seat.state, 'created')
      const pid = pidOf(folder)
      assert.ok(pid)
      assert.equal(statSync(folder).uid, nobody)
      assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^CapEff:\t0+$/m)
      await ask(seat.config, 'create table kept (n int)')
      await seat.leave()
      assert.equal(isAlive(pid), false)
    } finally {
      rmSync(place, { recursive: true, force: true, maxRetries: 5 })
    }
  })
})
