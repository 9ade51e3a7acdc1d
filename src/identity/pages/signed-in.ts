// Pages for somebody who is signed in: their account, and where they are signed in.
import { html, type Html } from '../../define/index.ts'
import { act, email, foot, has, link, newPassword, sent, type Asked } from './parts.ts'
import { formOf, type FormField, type PageOf, type Part } from './page.ts'

/** Whoever has just signed in need not show it again; whoever has no password can do it only so. */
const proof = (name: string): FormField => ({ name, label: 'Password now', type: 'password', autocomplete: 'current-password', required: false, hint: 'Not needed if you have signed in within the last minutes.' })

export function account(asked: Asked): PageOf | null {
  const { visitor, model } = asked
  if (visitor === null || model.identity === undefined) return null
  const back = act(asked, 'account', 'Back to the account')
  const piece = (id: string, title: string, says: string, body: Html): Html => html`<details class="piece" name="account"><summary id="${id}-title">${title}</summary><p class="lead">${says}</p>${body}</details>\n`
  const parts: Part[] = [{
    id: 'account', title: 'Your account', lead: visitor.email === null ? null : html`<strong>${visitor.email}</strong>`,
    body: html`${has(model, 'changePassword') ? piece('password', 'Change the password', 'Everywhere else you are signed out then.', formOf({
      id: 'change-password', action: 'change-password', submit: 'Change password', after: { show: 'password-changed' }, fields: [proof('current'), { ...newPassword(asked), label: 'New password' }],
    })) : null}${has(model, 'changeEmail') ? piece('email', 'Change the e-mail address', 'We send a mail to the new one. Nothing changes until you follow its link.', formOf({
      id: 'change-email', action: 'change-email', submit: 'Send me the mail', after: { show: 'email-asked' }, fields: [email({ label: 'New e-mail' }), proof('password')],
    })) : null}${has(model, 'exportAccount') ? piece('export', 'Get what is kept of you', 'As a file of JSON.', formOf({ id: 'export-account', action: 'export-account', submit: 'Save the file', after: 'save', fields: [proof('password')] })) : null}${has(model, 'deleteAccount') ? piece('delete', 'Delete the account', 'It goes with all that belongs to it, at once and for good.', formOf({
      id: 'delete-account', action: 'delete-account', submit: 'Delete the account', grave: true, after: { show: 'deleted' },
      fields: [proof('password'), { name: 'sure', label: 'I know that this cannot be undone', type: 'checkbox', autocomplete: 'off', required: true, unsent: true }],
    })) : null}${foot(link(asked, 'sessions', 'Where you are signed in'))}`,
  }]
  parts.push(
    { id: 'password-changed', when: 'later', title: 'Your password is changed', sign: 'done', lead: 'Everywhere else you are signed out.', body: back },
    { id: 'email-asked', when: 'later', title: 'Look into your mail', sign: 'mail', lead: html`We have sent a mail to ${sent}. Follow its link, and the address is yours.`, body: back },
    { id: 'deleted', when: 'later', title: 'Your account is deleted', sign: 'done', lead: 'Farewell.', body: html`` },
  )
  return { parts }
}

export function sessions(asked: Asked): PageOf | null {
  const { visitor, model } = asked
  if (visitor === null || model.identity === undefined) return null
  return {
    wide: true, script: { session: visitor.session ?? '', sessions: model.entities[model.identity.session]?.path ?? 'sessions' },
    parts: [{
      id: 'sessions', title: 'Where you are signed in', lead: visitor.email === null ? null : html`As <strong>${visitor.email}</strong>. Sign out what you do not know, and choose a new password.`,
      body: html`<div class="problems" role="alert" tabindex="-1" hidden><h2>This did not work</h2><ul></ul></div>
<p id="said" class="quiet" role="status"></p>
<ul class="sessions" aria-label="Sessions" aria-busy="true"></ul>
<div class="row"><button class="plain" type="button" id="sign-out">Sign out here</button><button class="plain bad" type="button" id="others" hidden>Sign out everywhere else</button></div>
${foot(link(asked, 'account', 'Your account'))}`,
    }],
  }
}
