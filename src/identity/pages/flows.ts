// The pages themselves: what each asks, of which public action, and where it leads. Which there are follows from which actions the application has.
import { html } from '../../define/index.ts'
import type { ActionModel, FieldModel } from '../../model/index.ts'
import { act, again, called, email, foot, has, link, missing, newPassword, sent, to, type Asked } from './parts.ts'
import { formOf, type Form, type FormField, type PageOf } from './page.ts'
import { account, sessions } from './signed-in.ts'

export type { Asked, Visitor } from './parts.ts'

/** Those that are for somebody who is signed in. */
export const ownPages: readonly string[] = ['account', 'sessions']
/** Pages by the last part of their address. Null: this application has no such page, or not for whoever asks. */
export const flows: Readonly<Record<string, (asked: Asked) => PageOf | null>> = {
  'sign-in': signIn, 'sign-up': signUp, forgotten, 'reset-password': resetPassword, 'verify-email': verifyEmail, 'sign-in-link': signInLink, 'sign-in-code': signInCode, 'confirm-email': confirmEmail, account, sessions,
}

function signIn(asked: Asked): PageOf | null {
  const { model, visitor } = asked, action = model.actions?.['signIn']
  if (action === undefined) return null
  const username = /\bthe e-mail, or the (\w+)/i.exec(memberOf(action, 'login')?.about ?? '')?.[1] ?? null
  const form: Form = {
    id: 'sign-in', action: 'sign-in', submit: 'Sign in', with: { as: 'cookie' }, after: 'go', fields: [
      { name: 'login', label: username === null ? 'E-mail' : `E-mail or ${username}`, type: username === null ? 'email' : 'text', autocomplete: 'username', required: true, max: 254 },
      { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', required: true, ...(has(model, 'requestReset') ? { beside: { text: 'Forgotten?', href: to(asked, 'forgotten') } } : {}) },
    ],
  }
  const ways = [...(has(model, 'requestLink') ? [link(asked, 'sign-in-link', 'E-mail me a link')] : []), ...(has(model, 'requestCode') ? [link(asked, 'sign-in-code', 'E-mail me a code')] : [])]
  return {
    parts: [{
      id: 'form', title: 'Sign in', lead: visitor === null ? `Welcome back to ${called(asked)}.` : html`You are signed in${visitor.email === null ? null : html` as <strong>${visitor.email}</strong>`}. <a href="${asked.next ?? asked.mount + asked.theme.after}">Go on</a>, or sign in as somebody else.`,
      body: html`${formOf(form)}${ways.length === 0 ? null : html`<p class="or">or</p><div class="ways">${ways}</div>`}${foot(has(model, 'signUp') ? html`No account yet? ${link(asked, 'sign-up', 'Sign up')}` : null, has(model, 'requestVerification') ? html`Address not confirmed yet? ${link(asked, 'verify-email', 'Ask for the mail')}` : null)}`,
    }],
  }
}

function signUp(asked: Asked): PageOf | null {
  const { model } = asked, action = model.actions?.['signUp']
  if (action === undefined) return null
  const own = action.input.flatMap(m => (m.kind === 'value' && m.name !== 'email' && m.name !== 'password' ? [m.field] : [])).filter(f => !f.list && f.scalar !== 'json' && f.scalar !== 'bytes')
  const form: Form = { id: 'sign-up', action: 'sign-up', submit: 'Make an account', after: { show: 'sent' }, fields: [...own.map(fieldFor), email({ autocomplete: 'username' }), newPassword(asked)] }
  return {
    parts: [
      { id: 'form', title: 'Make an account', lead: `For ${called(asked)}.`, body: html`${formOf(form)}${foot(html`Have one already? ${link(asked, 'sign-in', 'Sign in')}`)}` },
      {
        id: 'sent', when: 'later', title: 'Look into your mail', sign: 'mail', lead: html`We have sent a mail to ${sent}. Follow the link in it to confirm that it is yours, and then sign in.`,
        body: foot(html`${link(asked, 'sign-in', 'Sign in')}${has(model, 'requestVerification') ? html` · ${link(asked, 'verify-email', 'No mail came?')}` : null}`),
      },
    ],
  }
}

function forgotten(asked: Asked): PageOf | null {
  if (!has(asked.model, 'requestReset')) return null
  return {
    parts: [
      { id: 'form', title: 'Choose a new password', lead: 'Say where your mail goes, and we send you a link.', body: html`${formOf({ id: 'forgotten', action: 'request-reset', submit: 'Send me the link', after: { show: 'sent' }, fields: [email({ autocomplete: 'username' })] })}${foot(link(asked, 'sign-in', 'Back to sign in'))}` },
      { id: 'sent', when: 'later', title: 'Look into your mail', sign: 'mail', lead: html`If there is an account for ${sent}, a mail with a link is on its way.`, body: foot(link(asked, 'sign-in', 'Back to sign in'), html`Nothing came? Look among unwanted mail, or ${link(asked, 'forgotten', 'try once more')}.`) },
    ],
  }
}

function resetPassword(asked: Asked): PageOf | null {
  if (!has(asked.model, 'resetPassword')) return null
  return {
    parts: [
      { id: 'form', when: 'code', title: 'Choose a new password', lead: 'You are signed out everywhere once it is changed.', body: html`${formOf({ id: 'reset', action: 'reset-password', submit: 'Change password', code: true, after: { show: 'done' }, fields: [{ ...newPassword(asked), label: 'New password' }] })}${again(asked, 'forgotten')}` },
      missing(asked, 'This page is reached by the link in a mail, which works once.', 'forgotten', 'Send me another link'),
      { id: 'done', when: 'later', title: 'Your password is changed', sign: 'done', lead: 'Sign in with the new one from now on.', body: act(asked, 'sign-in', 'Sign in') },
    ],
  }
}

function verifyEmail(asked: Asked): PageOf | null {
  if (!has(asked.model, 'verifyEmail')) return null
  return {
    parts: [
      // A button, since programs that look mails through follow links: it must be a person who confirms.
      { id: 'form', when: 'code', title: 'Confirm your address', lead: `Press the button, and the address is yours at ${called(asked)}.`, body: html`${formOf({ id: 'verify', action: 'verify-email', submit: 'Confirm this address', code: true, after: { show: 'done' }, fields: [] })}${has(asked.model, 'requestVerification') ? again(asked, 'verify-email') : null}` },
      !has(asked.model, 'requestVerification') ? missing(asked, 'This page is reached by the link in a mail, which works once.', 'sign-in', 'Sign in') : {
        id: 'ask', when: 'none', title: 'Confirm your address', lead: 'Say where your mail goes, and we send the link again.',
        body: html`${formOf({ id: 'again', action: 'request-verification', submit: 'Send me the link', after: { show: 'sent' }, fields: [email()] })}${foot(link(asked, 'sign-in', 'Back to sign in'))}`,
      },
      { id: 'sent', when: 'later', title: 'Look into your mail', sign: 'mail', lead: html`If an account with ${sent} waits to be confirmed, a mail with a link is on its way.`, body: foot(link(asked, 'sign-in', 'Back to sign in')) },
      { id: 'done', when: 'later', title: 'Your address is confirmed', sign: 'done', lead: null, body: act(asked, 'sign-in', 'Sign in') },
    ],
  }
}

function signInLink(asked: Asked): PageOf | null {
  if (!has(asked.model, 'requestLink')) return null
  return {
    parts: [
      { id: 'form', when: 'code', title: 'Sign in', lead: `Press the button to sign in to ${called(asked)} on this device.`, body: html`${formOf({ id: 'link', action: 'sign-in-by-code', submit: 'Sign in', with: { as: 'cookie' }, code: true, after: 'go', fields: [] })}${again(asked, 'sign-in-link')}` },
      { id: 'ask', when: 'none', title: 'Sign in by mail', lead: 'We send you a link; no password is needed.', body: html`${formOf({ id: 'ask-link', action: 'request-link', submit: 'Send me the link', after: { show: 'sent' }, fields: [email({ autocomplete: 'username' })] })}${foot(link(asked, 'sign-in', 'Sign in with a password'))}` },
      { id: 'sent', when: 'later', title: 'Look into your mail', sign: 'mail', lead: html`If there is an account for ${sent}, a link is on its way. It works once, for a quarter of an hour.`, body: foot(link(asked, 'sign-in', 'Back to sign in')) },
    ],
  }
}

function signInCode(asked: Asked): PageOf | null {
  if (!has(asked.model, 'requestCode')) return null
  return {
    parts: [
      { id: 'ask', title: 'Sign in by mail', lead: 'We send you a code; no password is needed.', body: html`${formOf({ id: 'ask-code', action: 'request-code', submit: 'Send me a code', after: { show: 'type' }, fields: [email({ autocomplete: 'username' })] })}${foot(link(asked, 'sign-in', 'Sign in with a password'))}` },
      {
        id: 'type', when: 'later', title: 'Type in the code', sign: 'mail', lead: html`If there is an account for ${sent}, a mail with eight digits is on its way.`,
        body: html`${formOf({
          id: 'code', action: 'sign-in-by-code', submit: 'Sign in', with: { as: 'cookie' }, after: 'go',
          fields: [email({ autocomplete: 'username', fixed: true }), { name: 'code', label: 'Code', type: 'code', autocomplete: 'one-time-code', required: true }],
        })}${foot(html`Nothing came? ${link(asked, 'sign-in-code', 'Ask for another code')}`)}`,
      },
    ],
  }
}

function confirmEmail(asked: Asked): PageOf | null {
  if (!has(asked.model, 'confirmEmail')) return null
  return {
    parts: [
      { id: 'form', when: 'code', title: 'Use this address', lead: `Press the button, and ${called(asked)} writes to this address from now on.`, body: formOf({ id: 'confirm', action: 'confirm-email', submit: 'Use this address', code: true, after: { show: 'done' }, fields: [] }) },
      missing(asked, 'This page is reached by the link in a mail, which works once.', 'sign-in', 'Sign in'),
      { id: 'done', when: 'later', title: 'Your address is changed', sign: 'done', lead: 'Sign in with it from now on.', body: act(asked, 'sign-in', 'Go on') },
    ],
  }
}

const memberOf = (action: ActionModel, name: string): FieldModel | undefined => action.input.flatMap(m => (m.kind === 'value' && m.name === name ? [m.field] : []))[0]

const known: Readonly<Record<string, string>> = { name: 'name', fullName: 'name', firstName: 'given-name', givenName: 'given-name', lastName: 'family-name', familyName: 'family-name', username: 'nickname', nickname: 'nickname', phone: 'tel', company: 'organization', country: 'country-name' }
const types: Readonly<Partial<Record<FieldModel['scalar'], FormField['type']>>> = { integer: 'number', number: 'number', date: 'date', boolean: 'checkbox' }

/** What else an account of this application must have, or may. */
function fieldFor(f: FieldModel): FormField {
  const { choices, minLength, maxLength } = f.bounds, text = f.name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  const autocomplete = known[f.name] ?? 'off'
  return {
    name: f.name, label: text.charAt(0).toUpperCase() + text.slice(1), autocomplete, required: !f.optional && f.default === null && f.scalar !== 'boolean',
    type: choices !== undefined ? 'select' : f.kind === 'email' ? 'email' : f.kind === 'url' ? 'url' : autocomplete === 'tel' ? 'tel' : types[f.scalar] ?? 'text',
    min: minLength, max: maxLength, hint: f.about ?? undefined, choices,
  }
}
