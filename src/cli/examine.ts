// What `doctor` looks at, one finding after the other. Nothing here changes anything, but for starting an embedded database that exists and leaving it again.
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { openDatabase } from '../application/index.ts'
import { compileModel } from '../define/index.ts'
import { readMail } from '../identity/mail/index.ts'
import { planOf } from '../migrate/index.ts'
import type { Client } from '../stores/postgres/administer/index.ts'
import { installation } from '../stores/postgres/embedded/index.ts'
import type { Terminal } from './command.ts'
import { homeOf, locate, shown, type Home, type Located } from './locate.ts'
import { once, type Read } from './opened.ts'
import { servedBy } from './serving.ts'
import { explain } from './trouble.ts'
import { version } from './version.ts'

export interface Finding { readonly what: string; readonly status: 'ok' | 'warning' | 'wrong'; readonly says: string; readonly do: string | null }

const ok = (what: string, says: string): Finding => ({ what, status: 'ok', says, do: null })
const warning = (what: string, says: string, todo: string): Finding => ({ what, status: 'warning', says, do: todo })
const wrong = (what: string, says: string, todo: string): Finding => ({ what, status: 'wrong', says, do: todo })

/** Below this much free space a database is soon in trouble. */
const least = 500 * 2 ** 20

export async function* examine(given: string | undefined, terminal: Terminal): AsyncGenerator<Finding> {
  const { cwd, environment } = terminal
  yield ok('backwright', version())
  const major = Number.parseInt(process.versions.node, 10)
  yield major >= 24 ? ok('node', `${process.version} on ${process.platform} ${process.arch}`) : wrong('node', `${process.version}; 24 or newer is needed`, 'Install it from https://nodejs.org, or run npm install: one comes with the packages.')
  const url = environment['DATABASE_URL'] || undefined
  yield environmentFile(cwd)
  yield folderOf(cwd)
  yield disk(cwd)

  let app: Located
  try {
    app = locate(given, cwd)
  } catch (error) {
    yield wrong('application', explain(error, cwd).lines.join('\n'), 'Make one: backwright new my-shop')
    if (url === undefined) yield programs(homeOf('app', cwd))
    yield await port(environment, null)
    return
  }
  let read: Read | null = null
  try {
    read = await once(app, cwd, async r => { compileModel(r.backend); return r })
    yield ok('application', `${read.name}, ${shown(app.file, cwd)}`)
  } catch (error) {
    yield wrong('application', explain(error, cwd).lines.join('\n'), `Put that right in ${shown(app.file, cwd)}.`)
  }
  const home = read?.home ?? homeOf(app.name, cwd)
  if (url === undefined) yield programs(home)
  for (const finding of ownFiles(home, cwd)) yield finding
  const serving = await servedBy(home)
  yield serving === null ? await port(environment, home) : ok('port', `${serving.url}, where process ${serving.pid} serves it (${serving.command})`)
  for (const finding of await database(read, home, url, terminal)) yield finding
}

function environmentFile(cwd: string): Finding {
  const file = path.join(cwd, '.env')
  if (!existsSync(file)) return ok('.env', 'none here')
  const open = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0
  const ignored = ['.gitignore'].some(name => existsSync(path.join(cwd, name)) && /^\/?\.env\b/m.test(readFileSync(path.join(cwd, name), 'utf8')))
  if (!ignored && existsSync(path.join(cwd, '.git'))) return warning('.env', 'git would take it along, and with it what is secret in it', `echo .env >> .gitignore`)
  return open ? warning('.env', 'others on this machine may read it', 'chmod 600 .env') : ok('.env', 'read; what the environment says itself wins')
}

function folderOf(cwd: string): Finding {
  const own = path.join(cwd, '.backwright')
  const at = existsSync(own) ? own : cwd
  try {
    accessSync(at, constants.R_OK | constants.W_OK | constants.X_OK)
    return ok('folder', `${shown(at, cwd) === '.' ? cwd : shown(at, cwd)} may be written`)
  } catch {
    return wrong('folder', `${at} may not be written by ${os.userInfo().username}`, `Run as its owner, or: sudo chown -R ${os.userInfo().username} '${at}'`)
  }
}

function disk(cwd: string): Finding {
  const { bavail, bsize } = statfsSync(cwd)
  const free = bavail * bsize
  const says = `${(free / 2 ** 30).toFixed(1)} GB free`
  return free < least ? warning('disk', says, 'Free some space: a database that finds no more stops.') : ok('disk', says)
}

function programs(home: Home): Finding {
  try {
    const { version: says, runsAs } = installation(home.data)
    const how = { self: '', namespace: ', in a user namespace because this is root', 'other-user': ', as another user because this is root' }[runsAs]
    return ok('postgresql', `${says}${how}`)
  } catch (error) {
    return wrong('postgresql', (error as Error).message, 'Or set DATABASE_URL to a PostgreSQL server, 15 or newer.')
  }
}

function* ownFiles(home: Home, cwd: string): Generator<Finding> {
  if (!existsSync(home.folder)) {
    yield ok('own files', `none yet; backwright dev makes ${shown(home.folder, cwd)}`)
    return
  }
  const secrets = [home.secret, ...(existsSync(home.as) ? readdirSync(home.as).map(name => path.join(home.as, name)) : [])].filter(file => existsSync(file))
  const open = process.platform === 'win32' ? [] : secrets.filter(file => (statSync(file).mode & 0o077) !== 0)
  yield open.length > 0
    ? wrong('own files', `others on this machine may read ${open.map(file => shown(file, cwd)).join(', ')}`, `chmod 600 ${open.map(file => `'${shown(file, cwd)}'`).join(' ')}`)
    : ok('own files', `${shown(home.folder, cwd)}: ${secrets.length === 0 ? 'no secret yet' : 'secrets are their owner\'s alone'}`)
  const left = readdirSync(home.folder).filter(name => /^data\.new-\d+-/.test(name) && !lives(Number(/\d+/.exec(name)?.[0])))
  if (left.length > 0) yield warning('left over', `${left.join(', ')}: a database that was never finished`, `rm -r ${left.map(name => `'${shown(path.join(home.folder, name), cwd)}'`).join(' ')}`)
  if (existsSync(home.startOver)) yield warning('left over', `${shown(home.startOver, cwd)}: a reset that did not end`, `rm '${shown(home.startOver, cwd)}', then backwright reset`)
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

async function port(environment: Terminal['environment'], home: Home | null): Promise<Finding> {
  const wanted = environment['PORT'] || '3000'
  if (!/^\d{1,5}$/.test(wanted) || Number(wanted) > 65_535) return wrong('port', `PORT is '${wanted}', which is no port`, 'PORT=3000')
  const free = await new Promise<boolean>(resolve => {
    const probe = createServer().once('error', () => { resolve(false) }).once('listening', () => { probe.close(() => { resolve(true) }) })
    probe.listen(Number(wanted), '127.0.0.1')
  })
  if (free) return ok('port', `${wanted} is free${home === null ? '' : '; nothing of this application is served from here'}`)
  return environment['PORT'] ? wrong('port', `${wanted} (PORT) is taken by another program`, 'Stop that one, or choose another port.') : warning('port', '3000 is taken by another program', 'dev takes the next free one; start needs --port.')
}

async function database(read: Read | null, home: Home, url: string | undefined, terminal: Terminal): Promise<readonly Finding[]> {
  if (url === undefined && !existsSync(home.data)) return [ok('database', 'none yet; backwright dev makes it'), ...mailing(read, terminal)]
  try {
    const opened = await openDatabase({ url, folder: home.data, name: read?.name ?? path.basename(home.folder) })
    try {
      return await opened.client(async client => {
        const { rows: [row] } = await client.query(`select current_setting('server_version') as version, current_setting('server_encoding') as encoding, pg_size_pretty(pg_database_size(current_database())) as size`)
        const { version: is, encoding, size } = row as { version: string; encoding: string; size: string }
        const says = `PostgreSQL ${is.split(' ')[0] ?? is}${opened.embedded === null ? ` at ${opened.says.replace('PostgreSQL at ', '')}` : `, embedded, ${opened.embedded.state === 'adopted' ? 'running' : 'started for this'}`}, ${size}`
        if (Number.parseInt(is, 10) < 15) return [wrong('database', says, '15 or newer is needed: upgrade the server.')]
        if (encoding !== 'UTF8') return [wrong('database', `${says}, encoded in ${encoding}`, `Create it with encoding 'UTF8'.`)]
        if (read === null) return [ok('database', says)]
        const plan = await planOf(client, Object.freeze({ ...compileModel(read.backend).model, name: read.name }))
        return [
          plan.empty ? ok('database', `${says}; its schema is the declaration's`) : warning('database', `${says}; its schema differs from the declaration`, 'backwright schema   (dev applies what is additive by itself)'),
          ...mailing(read, terminal), ...await lostMail(client),
        ]
      })
    } finally {
      await opened.close()
    }
  } catch (error) {
    return [wrong('database', explain(error, terminal.cwd).lines.join('\n'), url === undefined ? 'backwright reset begins anew, where the data is not worth keeping.' : 'Correct DATABASE_URL, or start that server.'), ...mailing(read, terminal)]
  }
}

/** How the mail of accounts goes out, as far as it is known here. */
function mailing(read: Read | null, { environment }: Terminal): readonly Finding[] {
  if (read === null || read.backend['~declared'].identity === null || read.backend['~declared'].identity === undefined) return []
  const { problems, server } = readMail(read.backend.mail, { application: read.name, environment, served: null })
  if (problems.length > 0) return [warning('mail', `none is sent by start; dev keeps it at /mail\n${problems.join('\n')}`, 'Where that is meant to serve others, put it right: docs/how-to/mail.md')]
  return [ok('mail', `by ${server?.host ?? ''}:${server?.port ?? ''}${server?.implicit === true || server?.demanded === true ? ', over TLS' : ''}`)]
}

/** Mails of the last day that were given up, where this database knows of any. */
async function lostMail(client: Client): Promise<readonly Finding[]> {
  const { rows: [there] } = await client.query(`select to_regclass('backwright_system.mail') is not null as mail`)
  if ((there as { mail: boolean }).mail !== true) return []
  const { rows } = await client.query(`select error, count(*)::int as count from backwright_system.mail where status in ('failed', 'expired') and error is not null and ended_at > now() - interval '1 day' group by error order by count desc limit 3`)
  const lost = rows as readonly { error: string; count: number }[]
  return lost.length === 0 ? [] : [warning('mail', `not sent within a day:\n${lost.map(l => `${l.count} × ${l.error}`).join('\n')}`, 'Look at the server that takes mail, and at its address in mail.smtp.')]
}
