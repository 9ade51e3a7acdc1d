// `backwright token`: a bearer token for whoever one wants to be, signed as `dev` or `start` expects it.
import { compileModel, type ReadyPerson } from '../../define/index.ts'
import { suggest } from '../../failure/index.ts'
import { devSecret, signed } from '../callers.ts'
import { exit, parse, usage, type Command } from '../command.ts'
import { locate, rules, type Home } from '../locate.ts'
import { once } from '../opened.ts'

const options = {
  as: { type: 'string' }, email: { type: 'string' }, role: { type: 'string', multiple: true }, claim: { type: 'string', multiple: true }, subject: { type: 'string' },
  expires: { type: 'string' }, production: { type: 'boolean' }, json: { type: 'boolean' }, app: { type: 'string' },
} as const

export const token: Command = {
  name: 'token',
  summary: 'prints a bearer token:  backwright token --as anna',
  help: `backwright token        prints a bearer token, and nothing else

  backwright token --as anna                                  a person of backend({ as }), or a role of the rules
  backwright token --role staff --role auditor --subject 7
  backwright token --email ann@example.com --claim tenant=acme --claim 'limits={"day":5}' --expires 1h
  curl -H "Authorization: Bearer $(npx backwright token --as anna)" http://127.0.0.1:3000/api/orders

It is signed with the secret of development, which only \`dev\` of this folder accepts; with --production, with BACKWRIGHT_JWT_SECRET,
for the issuer and audience of the environment, as \`start\` accepts it. A token lets in whoever has it: keep it to yourself.

Options
  --as NAME      who: a person of backend({ as }) or a role
  --email ADDR   the e-mail, as verified
  --role NAME    a role; may be said several times
  --claim K=V    a further fact; V is JSON or, where it is none, text. May be said several times
  --subject ID   the token's subject. Default: NAME of --as, else the e-mail, else 'somebody'
  --expires TIME how long: 90s, 15m, 1h, 30d. Default: 1h
  --production   for \`start\`: signed with BACKWRIGHT_JWT_SECRET
  --json         { "token": …, "claims": …, "expires": … }
  --app PATH     the folder or file of the application

${rules}

Exit codes: 0 printed · 1 failed · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values } = parse(args, options, 0)
    const seconds = secondsOf(values.expires ?? '1h')
    return once(locate(values.app, terminal.cwd), terminal.cwd, async ({ backend, home }) => {
      const { model } = compileModel(backend)
      const person = values.as === undefined ? {} : personOf(values.as, backend.as, model.roles)
      const email = values.email ?? person.email
      const roles = [...new Set([...(person.roles ?? []), ...(values.role ?? [])])]
      const { production = false } = values
      const claims = {
        ...(email === undefined ? {} : { email, email_verified: true }), ...person.claims, ...(production ? expected(terminal.environment, roles) : roles.length === 0 ? {} : { roles }),
        ...Object.fromEntries((values.claim ?? []).map(claimOf)),
      }
      const subject = values.subject ?? values.as ?? email ?? 'somebody'
      const made = await signed(new TextEncoder().encode(production ? productionSecret(terminal.environment) : devSecret(home satisfies Home)), subject, claims, seconds)
      terminal.out(values.json ? `${JSON.stringify({ token: made, claims: { sub: subject, ...claims }, expires: new Date(Date.now() + seconds * 1000).toISOString() })}\n` : `${made}\n`)
      return exit.ok
    })
  },
}

function personOf(name: string, people: Readonly<Record<string, ReadyPerson>>, roles: readonly string[]): ReadyPerson {
  const named = Object.hasOwn(people, name) ? people[name] : undefined
  if (named !== undefined) return named
  if (roles.includes(name)) return { roles: [name] }
  const known = [...Object.keys(people), ...roles]
  throw usage(`There is no '${name}' among the people of backend({ as }) and the roles of the rules.${suggest(name, known)} There are: ${known.join(', ') || 'none'}. Others: --email, --role, --claim.`)
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
function secondsOf(text: string): number {
  const [, n, unit = 's'] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (n === undefined || Number(n) === 0) throw usage(`--expires is '${text}'; it is written 90s, 15m, 1h or 30d.`)
  return Number(n) * (units[unit] ?? 1)
}

function claimOf(text: string): [string, unknown] {
  const at = text.indexOf('=')
  if (at < 1) throw usage(`--claim is '${text}'; it is written name=value.`)
  const value = text.slice(at + 1)
  try {
    return [text.slice(0, at), JSON.parse(value)]
  } catch {
    return [text.slice(0, at), value]
  }
}

function productionSecret(environment: Readonly<Record<string, string | undefined>>): string {
  const secret = environment['BACKWRIGHT_JWT_SECRET']
  if (!secret) throw usage('--production signs with BACKWRIGHT_JWT_SECRET, which is not set. Tokens of a public key or a JWKS are made by whoever has the private key.')
  return secret
}

/** What `start` wants a token to say: issuer, audience, and the roles where it looks for them. */
function expected(environment: Readonly<Record<string, string | undefined>>, roles: readonly string[]): Record<string, unknown> {
  const said = (name: string): string | undefined => environment[`BACKWRIGHT_JWT_${name}`] || undefined
  const [head = 'roles', ...rest] = (said('ROLES') ?? 'roles').split('.')
  const issuer = said('ISSUER'), audience = said('AUDIENCE')
  return {
    ...(issuer === undefined ? {} : { iss: issuer }), ...(audience === undefined ? {} : { aud: audience }),
    ...(roles.length === 0 ? {} : { [head]: rest.reduceRight<unknown>((inner, name) => ({ [name]: inner }), roles) }),
  }
}
