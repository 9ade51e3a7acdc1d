// Texts of a known form: e-mail addresses, web addresses, slugs.
import { fieldOf, type Field } from '../field.ts'

/** An e-mail address. */
export function email(): Field<'email', never, string> { return fieldOf('email', 'text', { maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$' }, email) }
/** A web address: http or https. */
export function url(): Field<'url', never, string> { return fieldOf('url', 'text', { maxLength: 2048, pattern: '^https?://[^\\s]+$' }, url) }
/** A word for addresses: small letters, digits, single hyphens. */
export function slug(bounds: { readonly max?: number } = {}): Field<'slug', never, string> {
  return fieldOf('slug', 'text', { maxLength: bounds.max ?? 200, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }, slug)
}
