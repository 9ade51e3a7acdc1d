// `backwright db`: the database's address, for psql, DBeaver and everything else that speaks PostgreSQL.
import { existsSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server as Listener } from 'node:net'
import path from 'node:path'
import { readAddress } from '../../application/index.ts'
import { createDatabase, embedded } from '../../stores/postgres/embedded/index.ts'
import { withClient } from '../../stores/postgres/administer/index.ts'
import { exit, paint, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { locate, rules, shown } from '../locate.ts'
import { once } from '../opened.ts'
import { portOf } from '../said.ts'
import { stopping } from '../stopping.ts'

const options = { keep: { type: 'boolean' }, tcp: { type: 'boolean' }, port: { type: 'string' }, json: { type: 'boolean' }, app: { type: 'string' }, data: { type: 'string' } } as const

export const db: Command = {
  name: 'db',
  summary: 'prints the address of the database, for psql and DBeaver',
  help: `backwright db        prints the database's address. It holds the password: a secret

  psql "$(npx backwright db)"            while dev or start serves the application
  backwright db --keep                   starts the database where nothing else does, and keeps it until Ctrl-C
  backwright db --tcp --port 5433        for DBeaver and others that know no Unix sockets: also at 127.0.0.1, until Ctrl-C
  backwright db --json | jq -r .password

The user of that address may do everything in the database, past all rules. With DATABASE_URL it is that.

Options
  --keep        start it if need be, and keep it until Ctrl-C
  --tcp         at a port of this machine instead of a socket, until Ctrl-C
  --port N      that port. Default: a free one. Only with --tcp
  --json        { "url", "host", "port", "user", "password", "database" }
  --app PATH    the folder or file of the application
  --data FOLDER the embedded data, where it is not .backwright/APP/data

${rules}

Exit codes: 0 printed · 1 failed: no data yet, or it does not run · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values } = parse(args, options, 0)
    const { keep = false, tcp = false } = values
    const port = portOf(values.port) ?? 0
    if (values.port !== undefined && !tcp) throw usage('--port goes with --tcp.')
    return once(locate(values.app, terminal.cwd), terminal.cwd, async ({ name, home }) => {
      const url = terminal.environment['DATABASE_URL']
      if (url && values.data === undefined) {
        if (tcp || keep) throw usage(`DATABASE_URL names a server: it is where it is. Leave ${tcp ? '--tcp' : '--keep'} out.`)
        print({ ...ofUrl(url), url }, values.json === true, terminal)
        return exit.ok
      }
      const folder = values.data === undefined ? home.data : path.resolve(terminal.cwd, values.data)
      if (!existsSync(folder)) throw new Trouble(`There is no data in ${shown(folder, terminal.cwd)} yet: backwright dev makes it.`)
      const stop = keep || tcp ? stopping() : null
      const server = await embedded(folder, { onProgress: line => { terminal.err(`  ${line}\n`) } })
      let listener: Listener | null = null
      try {
        if (server.state !== 'adopted' && !keep && !tcp) throw new Trouble(`The database of ${name} does not run. Start the application (backwright dev), or keep it: backwright db --keep`)
        const { rows } = await withClient(server.config, client => client.query('select from pg_database where datname = $1', [name]))
        if (rows.length === 0) await createDatabase(server, name)
        const { config } = server
        if (tcp && path.isAbsolute(config.host)) listener = await forwarding(config, port)
        const at = listener === null ? config : { ...config, host: '127.0.0.1', port: (listener.address() as AddressInfo).port }
        print({ ...at, database: name }, values.json === true, terminal)
        if (stop !== null) {
          terminal.err(paint(terminal, 2, '  Until Ctrl-C.\n'))
          // A seat at the server keeps no process alive.
          const alive = setInterval(() => {}, 2 ** 30)
          await stop.told
          clearInterval(alive)
        }
        return exit.ok
      } finally {
        listener?.close()
        await server.release()
        await stop?.settled()
      }
    })
  },
}

interface Where { readonly host: string; readonly port: number; readonly user: string; readonly password: string; readonly database: string; readonly url?: string }

function print(where: Where, json: boolean, terminal: Terminal): void {
  const { host, port, user, password, database } = where
  // A socket's folder stands in the query: psql, libpq and the drivers of most languages take that, a host with slashes fewer.
  const url = where.url ?? (path.isAbsolute(host)
    ? `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${encodeURIComponent(user)}${password === '' ? '' : `:${encodeURIComponent(password)}`}@${host.includes(':') ? `[${host}]` : host}:${port}/${database}`)
  terminal.out(json ? `${JSON.stringify({ url, host, port, user, password, database })}\n` : `${url}\n`)
  if (!json) terminal.err(paint(terminal, 2, `  This holds the database's password, past all rules: a secret.\n`))
}

function ofUrl(url: string): Where {
  let parsed: ReturnType<typeof readAddress>
  try {
    parsed = readAddress(url)
  } catch {
    throw usage(`DATABASE_URL cannot be read. It is written postgres://user:password@host:5432/database.`)
  }
  const { hostname, port, username, password, pathname, searchParams } = parsed
  return {
    host: searchParams.get('host') ?? decodeURIComponent(hostname).replace(/^\[|\]$/g, ''), port: Number(port || searchParams.get('port') || 5432),
    user: decodeURIComponent(username), password: decodeURIComponent(password), database: decodeURIComponent(pathname.slice(1)),
  }
}

/** Hands connections to a port of this machine on to the server's socket; the password is asked there as ever. */
async function forwarding({ host, port }: { readonly host: string; readonly port: number }, listenAt: number): Promise<Listener> {
  const listener = createServer(from => {
    const to = connect(path.join(host, `.s.PGSQL.${port}`))
    from.pipe(to).pipe(from)
    // Either end going away takes the other along.
    for (const [one, other] of [[from, to], [to, from]] as const) one.on('error', () => { other.destroy() }).on('close', () => { other.destroy() })
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', error => { reject((error as { code?: string }).code === 'EADDRINUSE' ? new Trouble(`Port ${listenAt} is taken. Choose another, or none.`) : error) })
    listener.listen(listenAt, '127.0.0.1', resolve)
  })
  return listener
}
