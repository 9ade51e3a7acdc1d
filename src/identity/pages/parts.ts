// What pages of the flows are made of: fields that many ask, links from one page to another, and what each page knows of who looks at it.
import { html, type Html } from '../../define/index.ts'
import type { Model } from '../../model/index.ts'
import type { FormField, PageOf, Setting } from './page.ts'

/** Who looks at the page; null: nobody who is signed in. */
export interface Visitor { readonly email: string | null; readonly session: string | null }
export interface Asked extends Setting { readonly model: Model; readonly visitor: Visitor | null; readonly passwordMin: number }

export const has = (model: Model, action: string): boolean => Object.hasOwn(model.actions ?? {}, action)

export const email = (more: Partial<FormField> = {}): FormField => ({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'email', required: true, max: 254, ...more })
export const newPassword = ({ passwordMin }: Asked): FormField => ({
  name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', required: true, min: passwordMin, hint: `At least ${passwordMin} characters. A few words in a row are good.`, strength: true,
})
export const called = ({ theme, application }: Asked): string => theme.name ?? application

/** A page of the flow, with where one wants to get. */
export const to = ({ mount, next }: Asked, page: string): string => `${mount}/auth/${page}${next === null ? '' : `?next=${encodeURIComponent(next)}`}`
export const link = (asked: Asked, page: string, text: string): Html => html`<a href="${to(asked, page)}">${text}</a>`
export const foot = (...says: readonly (Html | null)[]): Html => html`${says.filter(s => s !== null).map(s => html`<p class="foot">${s}</p>`)}`

/** `We have sent a mail to …`: filled in by the script with what was typed. */
export const sent = html`<strong data-fill="email"></strong>`

export const act = (asked: Asked, page: string, text: string): Html => html`<a class="act" href="${to(asked, page)}">${text}</a>`
export const missing = (asked: Asked, lead: string, page: string, text: string): PageOf['parts'][number] => ({ id: 'missing', when: 'none', title: 'A link is needed', lead, body: act(asked, page, text) })

/** Of a link that works no more. */
export const again = (asked: Asked, page: string): Html => foot(html`It works no more? ${link(asked, page, 'Ask for another link')}`)
