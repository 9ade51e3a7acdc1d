// A mail made of a template and its facts, and what must never be in one: lines in a header, names that are addresses, more than one recipient.
import type { Mail, MailFacts, MailPurpose } from '../../define/index.ts'
import { letter } from './letters.ts'

export interface Address { readonly name: string | null; readonly address: string }
/** A mail as it goes out. */
export interface Message {
  readonly purpose: MailPurpose
  readonly from: Address
  readonly replyTo: Address | null
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string | null
}

/** What a template made cannot be sent, whenever it is tried. */
export class Unsendable extends Error { override readonly name = 'Unsendable' }

const control = /[\u0000-\u001f\u007f\u2028\u2029]/
const single = /^[^\s<>()[\],;:"\\@]{1,64}@[^\s<>()[\],;:"\\@]{1,255}$/
/** Whether this is one address and nothing else. */
export const isAddress = (text: string): boolean => single.test(text)

/** `Shop <shop@example.com>`, or the address alone. Null where it is neither. */
export function readAddress(text: string): Address | null {
  if (control.test(text)) return null
  const found = /^\s*(?:"?([^"<>\r\n]*?)"?\s*<([^<>]+)>|([^<>\s]+))\s*$/.exec(text)
  const address = found?.[2]?.trim() ?? found?.[3]
  if (address === undefined || !isAddress(address)) return null
  return { name: found?.[1] ? found[1] : null, address }
}

/**
 * What somebody called themselves, where it is fit to be said to whoever has the address they gave. A stranger may sign up with another's address: what they call themselves
 * then is a letter of ours, and must lead nowhere.
 */
export function safeName(name: unknown): string | null {
  if (typeof name !== 'string') return null
  const text = name.trim()
  return text !== '' && text.length <= 60 && /^[\p{L}\p{M}\p{N} .'’-]+$/u.test(text) && !/\p{L}\.\p{L}{2}|www|\d{5}/iu.test(text) ? text : null
}

/** Throws Unsendable where the template made what is no mail. */
export async function compose(purpose: MailPurpose, facts: MailFacts, { templates = {}, from, replyTo }: Pick<Mail, 'templates' | 'from' | 'replyTo'>): Promise<Message> {
  const own = templates[purpose]
  const say = (reason: string): never => { throw new Unsendable(`${own === undefined ? `the mail ${purpose}` : `mail.templates.${purpose}`}: ${reason}`) }
  let made
  try {
    made = own === undefined ? letter(purpose, facts) : await own(facts)
  } catch (error) {
    return say(`threw ${error instanceof Error ? error.name : 'something'}`)
  }
  const { subject, text, html } = made
  if (typeof subject !== 'string' || subject.trim() === '' || typeof text !== 'string' || text.trim() === '') return say('makes no subject, or no text')
  if (control.test(subject)) return say('makes a subject of more than one line')
  if (subject.length > 250) return say('makes a subject of more than 250 characters')
  if (html !== undefined && typeof html['~html'] !== 'string') return say('makes html that is not made by html`…`')
  if (!isAddress(facts.email)) return say('goes to what is no address')
  const sender = readAddress(from)
  if (sender === null) return say('is from what is no address')
  return { purpose, from: sender, replyTo: replyTo === undefined ? null : readAddress(replyTo), to: facts.email, subject, text, html: html?.['~html'] ?? null }
}
