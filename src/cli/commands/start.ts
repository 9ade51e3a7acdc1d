// `backwright start`: serves an application in production. Nothing applies by itself, nothing of development is there, the log is JSON.
import { existsSync, readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import path from 'node:path'
import { open, SchemaDiffers } from '../../application/index.ts'
import { jsonLog, tracesWanted } from '../../observe/index.ts'
import type { TokenSettings } from '../../engine/index.ts'
import { exit, parse, Trouble, usage, type Command, type Terminal } from '../command.ts'
import { locate, rememberServed, rules, shown } from '../locate.ts'
import { once } from '../opened.ts'
import { logOf, portOf } from '../said.ts'
import { announce, retract } from '../serving.ts'
import { stopping } from '../stopping.ts'

const options = { port: { type: 'string' }, host: { type: 'string' }, log: { type: 'string' }, data: { type: 'string' }, static: { type: 'string' }, 'admin-port': { type: 'string' }, 'no-docs': { type: 'boolean' }, introspection: { type: 'boolean' }, documents: { type: 'string' } } as const

/** When the first requests have been answered. */
const keepAfterMs = 2000

export const start: Command = {
  name: 'start',
  summary: 'serves an application in production',
  help: `backwright start [PATH]        serves an application in production

  DATABASE_URL=postgres://app:…@db.example/shop BACKWRIGHT_JWKS_URL=https://id.example/keys backwright start
  backwright start src/backend.ts --host 0.0.0.0 --port 8080
  backwright start --data /var/lib/shop          the embedded database, in that folder

Changes no schema: where it differs from the declaration, it refuses with exit code 3 (see backwright schema apply).

Options
  --port N       Default: PORT, else 3000
  --host NAME    Default: HOST, else 127.0.0.1
  --data FOLDER  the embedded database's folder, where there is no DATABASE_URL. Default: .backwright/APP/data, if it exists
  --no-docs      without /docs, /openapi.json and /soap?wsdl
  --introspection  GraphQL clients may ask for the schema
  --documents FILE the GraphQL documents that are answered, and no others: JSON, each by its sha256
  --log FORM     json (default), readable, or none
  --static DIR   serves a built front end beside the API: its files, and its index.html wherever a person goes
  --admin-port N /metrics for Prometheus, /health and /ready, on a port of their own on 127.0.0.1 (BACKWRIGHT_ADMIN_HOST)

Environment
  DATABASE_URL                    a PostgreSQL server, 15 or newer
  BACKWRIGHT_JWT_SECRET           tokens are signed with this secret (HS256 …, at least 32 bytes), or
  BACKWRIGHT_JWT_PUBLIC_KEY       verified with this public key (PEM; …_FILE: the file it is in), or
  BACKWRIGHT_JWKS_URL             with the keys found there. None of the three: every token is refused
  BACKWRIGHT_JWT_ISSUER, _AUDIENCE  what a token must say
  BACKWRIGHT_JWT_ROLES            where a token keeps its roles: roles, realm_access.roles …
  BACKWRIGHT_JWT_TENANT           the claim with the key of the tenant a caller acts in: tenant, org_id …
  BACKWRIGHT_ADMIN_PORT, _ADMIN_HOST  where the admin port listens
  BACKWRIGHT_METRICS_TOKEN        who brings this token may read /metrics on the main port
  OTEL_EXPORTER_OTLP_ENDPOINT     traces of requests and statements go there (and the other standard OTEL_… variables)
  ORIGINS                         origins whose pages may read answers, separated by commas; *: all

${rules}

Exit codes: 0 ended by a signal · 1 failed · 2 the command line cannot be understood · 3 the schema differs from the declaration`,
  run: serve,
}

async function serve(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(args, options, 1)
  const { environment: env } = terminal
  const port = portOf(values.port) ?? (env['PORT'] ? undefined : 3000)
  const host = values.host ?? (env['HOST'] || undefined)
  const origins = (env['ORIGINS'] ?? '').split(',').map(o => o.trim()).filter(o => o !== '')
  const form = values.log ?? 'json'
  const observe = form === 'json' ? jsonLog({ write: text => { terminal.out(text) } }) : logOf(form, terminal)
  const metricsToken = env['BACKWRIGHT_METRICS_TOKEN'] || undefined
  if (metricsToken !== undefined && !/^[A-Za-z0-9._~+/-]{16,}=*$/.test(metricsToken)) throw usage('BACKWRIGHT_METRICS_TOKEN must have at least 16 characters, and only those of a bearer token: openssl rand -hex 16')
  const adminPort = adminPortOf(values['admin-port'], env)
  const admin = adminPort === undefined ? undefined : { port: adminPort, host: env['BACKWRIGHT_ADMIN_HOST'] || '127.0.0.1' }
  const files = values.static === undefined ? undefined : path.resolve(terminal.cwd, values.static)
  const graphql = { introspection: values.introspection === true, ...(values.documents === undefined ? {} : { persisted: { documents: documentsIn(path.resolve(terminal.cwd, values.documents)), only: true } }) }
  const app = locate(positionals[0], terminal.cwd)
  const stop = stopping()
  return once(app, terminal.cwd, async ({ backend, name, home }) => {
    if (env['DATABASE_URL'] === '') throw usage('DATABASE_URL is empty. Give it an address, postgres://…, or take it away for the embedded database.')
    const url = env['DATABASE_URL']
    const folder = values.data === undefined ? home.data : path.resolve(terminal.cwd, values.data)
    if (url === undefined && values.data === undefined && !existsSync(folder)) {
      throw usage(`Say where the data is: DATABASE_URL=postgres://…, or --data FOLDER for the embedded database (there is none yet in ${shown(folder, terminal.cwd)}).`)
    }
    const application = await open(backend, {
      ...(url === undefined ? { folder } : { url }), name, schema: 'require', observe, metrics: metricsToken !== undefined || admin !== undefined, ...(tracesWanted(env) ? { tracing: 'export' } : {}), tokens: tokensOf(env), onProgress: line => { terminal.err(`${line}\n`) },
    }).catch((error: unknown) => {
      if (!(error instanceof SchemaDiffers)) throw error
      throw new Trouble(`The schema of the database differs from the declaration:\n${error.message}\nRun: backwright schema apply${values.data === undefined ? '' : ` --data ${pasted(values.data)}`}${positionals[0] === undefined ? '' : ` --app ${pasted(positionals[0])}`}`, exit.differs, error)
    })
    try {
      if (!stop.yes()) {
        const { problems } = application.work.start({ environment: env })
        if (problems.length > 0) throw new Trouble(problems.join('\n'))
        const serving = await application.serve({ ...(port === undefined ? {} : { port }), ...(host === undefined ? {} : { host }), environment: env, origins, docs: values['no-docs'] !== true, graphql, metricsToken, admin, ...(files === undefined ? {} : { files }) })
        announce(home, { url: serving.url, rest: application.model.restPath, pid: process.pid, command: 'start' })
        rememberServed(app, name, terminal.cwd)
        terminal.err(`${name} serves at ${serving.url}, from ${application.database.says}\n`)
        if (serving.adminUrl !== null) terminal.err(`metrics at ${serving.adminUrl}/metrics\n`)
        // Kept now, not at the end only: a process that is killed would leave nothing, and the next one would have to take types off again, with 15 MB that stay.
        const keeping = setTimeout(() => { flushCompileCache() }, keepAfterMs)
        await stop.told
        clearTimeout(keeping)
        retract(home)
      }
    } finally {
      await application.close()
    }
    await stop.settled()
    return exit.ok
  })
}

/** A file of documents by their hash, as build tools of clients write it. */
function documentsIn(file: string): Readonly<Record<string, string>> {
  let read: unknown
  try {
    read = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Trouble(`--documents: ${file} cannot be read: ${(error as Error).message}`, undefined, error)
  }
  const entries = typeof read === 'object' && read !== null && !Array.isArray(read) ? Object.entries(read) : null
  if (entries === null || !entries.every((e): e is [string, string] => typeof e[1] === 'string')) throw usage(`--documents: ${file} is not an object of documents by their sha256.`)
  return Object.fromEntries(entries)
}

function adminPortOf(given: string | undefined, env: Terminal['environment']): number | undefined {
  const said = given ?? (env['BACKWRIGHT_ADMIN_PORT'] || undefined)
  if (said === undefined) return undefined
  if (!/^\d{1,5}$/.test(said) || Number(said) > 65_535) throw usage(`${given === undefined ? 'BACKWRIGHT_ADMIN_PORT' : '--admin-port'} is '${said}'; it must be a number from 0 to 65535.`)
  return Number(said)
}

function tokensOf(env: Terminal['environment']): TokenSettings {
  const said = (name: string): string | undefined => env[`BACKWRIGHT_${name}`] || undefined
  const file = said('JWT_PUBLIC_KEY_FILE')
  let publicKey = said('JWT_PUBLIC_KEY')
  if (file !== undefined) {
    if (publicKey !== undefined) throw usage('Give BACKWRIGHT_JWT_PUBLIC_KEY or BACKWRIGHT_JWT_PUBLIC_KEY_FILE, not both.')
    try {
      publicKey = readFileSync(file, 'utf8')
    } catch (error) {
      throw usage(`BACKWRIGHT_JWT_PUBLIC_KEY_FILE cannot be read: ${(error as Error).message}`)
    }
  }
  const secret = said('JWT_SECRET'), jwks = said('JWKS_URL')
  if ([secret, publicKey, jwks].filter(x => x !== undefined).length > 1) throw usage('Give one of BACKWRIGHT_JWT_SECRET, BACKWRIGHT_JWT_PUBLIC_KEY and BACKWRIGHT_JWKS_URL.')
  if (secret !== undefined && Buffer.byteLength(secret) < 32) throw usage('BACKWRIGHT_JWT_SECRET must have at least 32 bytes: openssl rand -base64 32')
  if (jwks !== undefined && !URL.canParse(jwks)) throw usage(`BACKWRIGHT_JWKS_URL is no address: ${jwks}`)
  const issuer = said('JWT_ISSUER'), audience = said('JWT_AUDIENCE'), roles = said('JWT_ROLES'), tenant = said('JWT_TENANT')
  return {
    ...(secret === undefined ? {} : { secret }), ...(publicKey === undefined ? {} : { publicKey }), ...(jwks === undefined ? {} : { jwks }),
    ...(issuer === undefined ? {} : { issuer }), ...(audience === undefined ? {} : { audience }), ...(roles === undefined ? {} : { roles }), ...(tenant === undefined ? {} : { tenant }),
  }
}

/** A word of a command line to paste: quoted where a shell would take it apart. */
function pasted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
