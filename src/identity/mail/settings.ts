// `backend({ mail })` with what the environment says: everything wrong is said in sentences, and then nothing is sent.
import type { FromEnvironment, Mail, MailPurpose } from '../../define/index.ts'
import { suggest } from '../../failure/index.ts'
import { readAddress } from './compose.ts'
import { mailPurposes, placeOf } from './purposes.ts'
import { readServer, type Server } from './smtp.ts'

export interface MailSettings extends Pick<Mail, 'from' | 'replyTo' | 'templates'> {
  readonly application: string
  readonly linkOf: (purpose: MailPurpose, code: string | null) => string
}
export interface ReadMail {
  readonly settings: MailSettings
  /** Null: none is said. */
  readonly server: Server | null
  readonly problems: readonly string[]
}
export interface Around {
  readonly application: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the application is served while it is developed, which links begin with; null: this is no development. */
  readonly served: string | null
}

const options = ['from', 'replyTo', 'smtp', 'url', 'links', 'templates']

/** `mail` as declared; undefined: it is not. */
export function readMail(mail: Mail | undefined, { application, environment, served }: Around): ReadMail {
  const problems: string[] = []
  const given: Partial<Mail> = mail ?? {}
  for (const option of Object.keys(given)) if (!options.includes(option)) problems.push(`mail has no '${option}'.${suggest(option, options)}`)
  const value = (option: 'smtp' | 'url', from: FromEnvironment | string | undefined): string | null => {
    if (typeof from === 'string' || from === undefined) return from ?? null
    const said = environment[from.env]
    if (said !== undefined && said !== '') return said
    if (served === null) problems.push(`mail.${option}: the environment has no ${from.env}.`)
    return null
  }
  const says = (option: 'smtp' | 'url', from: FromEnvironment | string | undefined): string => `mail.${option}${typeof from === 'object' ? `, ${from.env},` : ''}`
  const address = value('smtp', given.smtp)
  const server = address === null ? null : readServer(address)
  if (typeof server === 'string') problems.push(`${says('smtp', given.smtp)} ${server}`)
  const from = given.from ?? `${application} <noreply@localhost>`
  if (readAddress(from) === null) problems.push(`mail.from is no address. Write from: 'Shop <shop@example.com>'.`)
  if (given.replyTo !== undefined && readAddress(given.replyTo) === null) problems.push(`mail.replyTo is no address. Write replyTo: 'help@example.com'.`)
  const url = value('url', given.url) ?? served
  if (url !== null && !isPlace(url)) problems.push(`${says('url', given.url)} is no address. Write https://shop.example.`)
  if (served === null) {
    if (mail === undefined) problems.push(`Accounts need mail: mail: { from: 'Shop <shop@example.com>', smtp: env('SMTP_URL'), url: env('PUBLIC_URL') }.`)
    else {
      if (given.smtp === undefined) problems.push(`mail does not say which server takes it. Write smtp: env('SMTP_URL').`)
      if (given.url === undefined) problems.push(`mail does not say where its links lead. Write url: env('PUBLIC_URL'), the application's public address.`)
    }
  }
  for (const [kind, of] of [['templates', given.templates], ['links', given.links]] as const) {
    for (const name of Object.keys(of ?? {})) if (!mailPurposes.includes(name)) problems.push(`mail.${kind} has no '${name}'.${suggest(name, mailPurposes) || ` There are: ${mailPurposes.join(', ')}.`}`)
  }
  for (const [name, link] of Object.entries(given.links ?? {})) if (!isPlace(link)) problems.push(`mail.links.${name} is no address. Write https://…`)
  const base = (url ?? 'http://localhost').replace(/\/+$/, '')
  return {
    problems, server: typeof server === 'string' ? null : server,
    settings: {
      from, application, ...(given.replyTo === undefined ? {} : { replyTo: given.replyTo }), ...(given.templates === undefined ? {} : { templates: given.templates }),
      // What a link carries is behind the #, which no server is told and no log sees. A code that is typed in is in no link.
      linkOf: (purpose, code) => `${given.links?.[purpose] ?? base + placeOf(purpose)}${code === null || purpose === 'signInCode' ? '' : `#${code}`}`,
    },
  }
}

/** An address that a link can be made of: no query would come behind, and nothing is behind a #. */
const isPlace = (text: string): boolean => /^https?:\/\/[^\s#"<>]+$/.test(text) && URL.canParse(text)
