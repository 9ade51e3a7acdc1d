// Mail as an application declares it: who it is from, how it goes out, and what it says where that is not what we say.
import type { FromEnvironment } from './webhook.ts'

/** What a mail is for. Those before `accountExists` carry a code, by which whoever got the mail shows that they did. */
export type MailPurpose = 'verifyEmail' | 'resetPassword' | 'changeEmail' | 'signInLink' | 'signInCode' | 'accountExists' | 'noAccount' | 'passwordChanged' | 'emailChanged' | 'accountDeleted'

/** What a template is told. */
export interface MailFacts {
  /** Where the mail leads: with its code, where it has one. */
  readonly link: string
  /** What the link carries behind `#`, or, of `signInCode`, what is to be typed in; null: this mail has none. */
  readonly code: string | null
  /** What the account's holder is called, where the account has a `name`; null also where that name could be read as an address to go to. */
  readonly name: string | null
  readonly email: string
  /** What the application is called. */
  readonly application: string
  /** For how long the code holds, for people: `30 minutes`. */
  readonly validFor: string
  /** As the account or the request said: `de`; null: not known. */
  readonly locale: string | null
}

/** HTML that has no text in it which was not escaped. Made by `html`. */
export interface Html { readonly '~html': string }
/** What a template makes. Without `html` the mail is text alone. */
export interface MailText { readonly subject: string; readonly text: string; readonly html?: Html }
export type MailTemplate = (facts: MailFacts) => MailText | Promise<MailText>

export interface Mail {
  /** `Shop <shop@example.com>`. */
  readonly from: string
  readonly replyTo?: string
  /**
   * The server that takes mail: `smtp://user:password@host:587`, `smtps://…:465`. Without it development keeps mails at `/mail`, and production sends none and says so.
   * TLS is demanded of all but this machine, unless `?tls=optional` is written behind it.
   */
  readonly smtp?: FromEnvironment | string
  /** The application's public address, which links begin with. In development where it is served, unless said. */
  readonly url?: FromEnvironment | string
  /** Pages of your own that links lead to, by what the mail is for: `{ resetPassword: 'https://app.example/reset' }`. The code comes behind `#`. */
  readonly links?: Readonly<Partial<Record<MailPurpose, string>>>
  readonly templates?: Readonly<Partial<Record<MailPurpose, MailTemplate>>>
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)

/** HTML as it is written, with what is put into it escaped: `` html`<p>Hello ${name}</p>` ``. Put into it may be text, numbers, other HTML, or a list of those. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { '~html': parts.reduce((all, part, i) => all + shown(values[i - 1]) + part) }
}
export type HtmlValue = string | number | Html | null | undefined | readonly HtmlValue[]
const shown = (value: HtmlValue): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value))
  return isHtml(value) ? value['~html'] : value.map(shown).join('')
}
const isHtml = (value: Html | readonly HtmlValue[]): value is Html => '~html' in value

/** HTML that something else has made and that is trusted as it is. Text of others must not be in it unescaped. */
export function trustedHtml(text: string): Html { return { '~html': text } }
