// What our mails say, as text and as HTML: one short letter for each purpose. Nothing is loaded from anywhere, and what the mail does not need is not in it.
import { html, type Html, type MailFacts, type MailPurpose, type MailText } from '../../define/index.ts'
import { absurd } from '../../operation/index.ts'

/** A letter before it is set. */
interface Letter {
  readonly subject: string
  readonly says: readonly string[]
  /** What the link is called; null: the code stands alone. */
  readonly act: string | null
  /** Said small, at the end: what to do where it was not meant. */
  readonly else: string
}

/** Our own letter. */
export function letter(purpose: MailPurpose, facts: MailFacts): MailText {
  const written = letterOf(purpose, facts)
  return { subject: written.subject, text: textOf(written, facts, purpose), html: htmlOf(written, facts, purpose) }
}

function letterOf(purpose: MailPurpose, { application, email, validFor }: MailFacts): Letter {
  const once = `It works once, within ${validFor}.`
  switch (purpose) {
    case 'verifyEmail': return {
      subject: `Confirm your e-mail address for ${application}`, says: [`Please confirm that ${email} is your address for ${application}.`, once],
      act: 'Confirm this address', else: 'If you did not ask for an account, leave this mail alone: without your confirmation the address is not used.',
    }
    case 'resetPassword': return {
      subject: `Choose a new password for ${application}`, says: [`Somebody, probably you, asked to choose a new password for ${application}.`, once],
      act: 'Choose a new password', else: 'If it was not you, leave this mail alone: your password stays as it is.',
    }
    case 'changeEmail': return {
      subject: `Confirm your new e-mail address for ${application}`, says: [`Please confirm that ${email} is to be your address for ${application} from now on.`, once],
      act: 'Use this address', else: 'If you did not ask for this, leave this mail alone: nothing is changed.',
    }
    case 'signInLink': return {
      subject: `Sign in to ${application}`, says: [`Here is your link to sign in to ${application}.`, once],
      act: 'Sign in', else: 'If you did not ask for it, leave this mail alone, and give the link to nobody.',
    }
    case 'signInCode': return {
      subject: `Your code for ${application}`, says: [`Type this code in where you are signing in to ${application}.`, once],
      act: null, else: 'If you did not ask for it, leave this mail alone. Nobody of ours will ever ask you for it.',
    }
    case 'accountExists': return {
      subject: `You have an account at ${application}`, says: [`Somebody, probably you, wanted to make an account at ${application} with ${email}. There is one already: sign in, or choose a new password there if you do not remember it.`],
      act: 'Sign in', else: 'If it was not you, there is nothing to do: nobody was let in.',
    }
    case 'noAccount': return {
      subject: `You have no account at ${application}`, says: [`Somebody, probably you, asked for a mail to get into an account at ${application}, but there is none with ${email}. Perhaps you signed up with another address.`],
      act: null, else: 'If it was not you, there is nothing to do.',
    }
    case 'passwordChanged': return {
      subject: `Your password for ${application} was changed`, says: [`The password of your account at ${application} has just been changed.`],
      act: 'It was not me', else: 'If it was you, there is nothing to do.',
    }
    case 'emailChanged': return {
      subject: `Your e-mail address for ${application} was changed`, says: [`Your account at ${application} has another e-mail address from now on; ${email} is used for it no more.`],
      act: null, else: `If it was not you, tell the people of ${application} at once.`,
    }
    case 'accountDeleted': return {
      subject: `Your account at ${application} was deleted`, says: [`Your account at ${application} and what belongs to it was deleted, as you asked.`],
      act: null, else: `If it was not you, tell the people of ${application} at once.`,
    }
    default: return absurd(purpose)
  }
}

const greeted = (name: string | null): string => (name === null ? 'Hello,' : `Hello ${name},`)
/** `1234 5678`, as people read and type it. */
const spaced = (code: string): string => code.replace(/^(\d{4})(\d{4})$/, '$1 $2')

function textOf({ says, act, else: otherwise }: Letter, { name, link, code, application }: MailFacts, purpose: MailPurpose): string {
  const [first = '', ...rest] = says
  const middle = purpose === 'signInCode' && code !== null ? [`    ${spaced(code)}`] : act === null ? [] : [`${act}:\n${link}`]
  return `${[greeted(name), first, ...middle, ...rest, otherwise].join('\n\n')}\n\n-- \n${application}\n`
}

/** Colours stand twice: in the elements, for readers that drop style sheets, and for the dark in a sheet. */
const sheet = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page{background:#14161a!important}.card{background:#1f232a!important;border-color:#343a44!important}
.ink{color:#eceff4!important}.soft{color:#a9b1bd!important}.act{background:#dfe5ee!important;color:#14161a!important}.code{background:#14161a!important;color:#eceff4!important}.link{color:#9ec1ff!important}}`

const face = `font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif`

function htmlOf({ subject, says, act, else: otherwise }: Letter, { name, link, code, application }: MailFacts, purpose: MailPurpose): Html {
  const [first = '', ...rest] = says
  const paragraph = (text: string): Html => html`<p class="ink" style="margin:0 0 16px;font-size:16px;line-height:1.5;color:#1c1f24">${text}</p>\n`
  const button = act === null ? null : html`<p style="margin:24px 0"><a class="act" href="${link}" style="display:inline-block;padding:12px 22px;border-radius:8px;background:#1c1f24;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none">${act}</a></p>\n`
  const typed = purpose === 'signInCode' && code !== null
    ? html`<p class="code ink" style="margin:24px 0;padding:16px;border-radius:8px;background:#f1f3f6;color:#1c1f24;font:600 28px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:3px;text-align:center">${spaced(code)}</p>\n` : null
  const plain = act === null ? null : html`<p class="soft" style="margin:0 0 16px;font-size:13px;line-height:1.5;color:#59616d">If the button does nothing, copy this address:<br><a class="link" href="${link}" style="color:#2456b3;word-break:break-all">${link}</a></p>\n`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>${trusted(sheet)}</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f1f3f6;${face}">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f1f3f6"><tr><td align="center" style="padding:32px 16px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="max-width:520px;background:#ffffff;border:1px solid #dfe3e8;border-radius:12px"><tr><td style="padding:32px;${face}">
<p class="soft" style="margin:0 0 24px;font-size:14px;font-weight:600;color:#59616d">${application}</p>
<h1 class="ink" style="margin:0 0 16px;font-size:22px;line-height:1.3;color:#1c1f24">${subject}</h1>
${paragraph(greeted(name))}${paragraph(first)}${typed}${button}${rest.map(paragraph)}${plain}<p class="soft" style="margin:0;font-size:13px;line-height:1.5;color:#59616d">${otherwise}</p>
</td></tr></table>
</td></tr></table>
</body>
</html>
`
}

const trusted = (css: string): Html => ({ '~html': css })
