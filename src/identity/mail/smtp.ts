// Mail by SMTP: an address read, TLS demanded, connections kept for a while. nodemailer is loaded with the first mail, so that a start does not wait for it.
import type { Message } from './compose.ts'

/** What takes mail: a server, or the outbox of development. `send` throws NotSent. */
export interface Transport {
  send(message: Message): Promise<void>
  close(): Promise<void>
}

/** A mail that was not taken. `forGood`: it will never be. The message says why, without the addresses in it. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
  readonly forGood: boolean
  constructor(reason: string, forGood: boolean) {
    super(withoutAddresses(reason).slice(0, 500))
    this.forGood = forGood
  }
}

/** People's addresses are nobody's business in a log. */
const withoutAddresses = (text: string): string => text.replace(/[^\s<>"'(),;:@]+@[^\s<>"'(),;:]+/g, '…@…').replace(/\s+/g, ' ')

export interface Server { readonly host: string; readonly port: number; readonly implicit: boolean; readonly demanded: boolean; readonly user: string | null; readonly password: string | null }

/** `smtp://user:password@host:587`, `smtps://…`. A sentence where it cannot be one; the address may hold a password, so it is not in it. */
export function readServer(address: string): Server | string {
  const form = 'It is written smtp://user:password@host:587, or smtps://user:password@host:465.'
  if (!URL.canParse(address)) return `is no address of a mail server. ${form}`
  const { protocol, hostname, port, username, password, searchParams, pathname } = new URL(address)
  if (protocol !== 'smtp:' && protocol !== 'smtps:') return `is no address of a mail server. ${form}`
  if (hostname === '' || (pathname !== '' && pathname !== '/')) return `names no mail server. ${form}`
  for (const name of searchParams.keys()) if (name !== 'tls') return `has '${name.slice(0, 40)}' behind it; there is tls alone: ?tls=optional.`
  const tls = searchParams.get('tls') ?? 'required'
  if (tls !== 'required' && tls !== 'optional') return `has a tls that is neither required nor optional.`
  const host = hostname.replace(/^\[|\]$/g, ''), implicit = protocol === 'smtps:'
  let user: string, pass: string
  try { [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)] } catch { return `has a user or password that cannot be read: % is written %25.` }
  return {
    host, port: port === '' ? (implicit ? 465 : 587) : Number(port), implicit, demanded: !implicit && tls === 'required' && !isHere(host),
    user: user === '' ? null : user, password: pass === '' ? null : pass,
  }
}

const isHere = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/** Milliseconds: to connect, to be greeted, and of silence. */
const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 }

/** Sends by a server. `timeouts`: for tests. */
export function smtp(server: Server, timeouts: Partial<typeof patience> = {}): Transport {
  let made: Promise<Sender> | null = null
  const open = async (): Promise<Sender> => {
    const { default: mailer } = await import('nodemailer')
    return mailer.createTransport({
      pool: true, maxConnections: 4, maxMessages: 100, host: server.host, port: server.port, secure: server.implicit, requireTLS: server.demanded, ...patience, ...timeouts,
      // What a message says is text; it never names a file or an address to be fetched.
      disableFileAccess: true, disableUrlAccess: true,
      ...(server.user === null ? {} : { auth: { user: server.user, pass: server.password ?? '' } }),
    })
  }
  return {
    async send({ from, replyTo, to, subject, text, html }) {
      const sender = await (made ??= open())
      try {
        await sender.sendMail({
          from: parts(from), ...(replyTo === null ? {} : { replyTo: parts(replyTo) }), to: { name: '', address: to }, envelope: { from: from.address, to: [to] }, subject, text, ...(html === null ? {} : { html }),
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        })
      } catch (error) {
        throw refusal(error as Refused, server)
      }
    },
    async close() {
      const sender = await made?.catch(() => null)
      sender?.close()
    },
  }
}

interface Sender { sendMail(message: object): Promise<unknown>; close(): void }
const parts = ({ name, address }: Message['from']): { readonly name: string; readonly address: string } => ({ name: name ?? '', address })

/** What nodemailer throws. */
interface Refused extends Error { readonly code?: string; readonly command?: string; readonly response?: string; readonly responseCode?: number }

/** A recipient that is refused for good stays so; whatever may be the server's trouble or ours is tried again. */
function refusal({ code, command, response, responseCode = 0, message }: Refused, { host, port, demanded }: Server): NotSent {
  const at = `${host}:${port}`
  if (demanded && (code === 'ETLS' || command === 'STARTTLS')) return new NotSent(`${at} offers no TLS: ${response ?? message}. Where that is meant, write ?tls=optional behind its address`, false)
  if (response !== undefined) return new NotSent(`${at} answered: ${response}`, responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE') && command !== 'MAIL FROM')
  return new NotSent(`${at}: ${message}`, false)
}
