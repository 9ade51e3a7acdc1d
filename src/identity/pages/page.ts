// A page as it is described, and as HTML: what stands around every one of them, forms, and their fields.
import { html, type Html } from '../../define/index.ts'
import { inkOn, type Theme } from './theme.ts'

export interface FormField {
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'email' | 'password' | 'code' | 'number' | 'date' | 'url' | 'select' | 'checkbox' | 'tel'
  readonly autocomplete: string
  readonly required: boolean
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly hint?: string | undefined
  readonly choices?: readonly string[] | undefined
  /** A new password: shows how good it is while it is typed. */
  readonly strength?: true
  /** Beside its label. */
  readonly beside?: { readonly text: string; readonly href: string }
  /** Asked of the person, not told to the server. */
  readonly unsent?: true
  /** Shown, and not to be changed: filled by the step before. */
  readonly fixed?: true
}
export interface Form {
  /** Of the page; unique in it. */
  readonly id: string
  /** The last part of the action's address. */
  readonly action: string
  readonly fields: readonly FormField[]
  readonly submit: string
  /** Sent beside the fields. */
  readonly with?: Readonly<Record<string, string>>
  /** The code of the address goes along. */
  readonly code?: true
  /** What comes after: another part of the page by its id; going on to where one wanted to be; or what is answered is saved as a file. */
  readonly after: { readonly show: string } | 'go' | 'save'
  /** It cannot be undone. */
  readonly grave?: true
}
/** Parts of a page of which one is seen. `when`: only where the address brought a code, or only where it brought none. */
export interface Part { readonly id: string; readonly when?: 'code' | 'none' | 'later'; readonly title: string; readonly lead?: Html | string | null; readonly sign?: 'done' | 'mail'; readonly body: Html }
export interface PageOf { readonly parts: readonly Part[]; readonly wide?: true; readonly script?: Readonly<Record<string, string>> }

/** What every page knows. */
export interface Setting {
  readonly theme: Theme
  readonly application: string
  /** What stands before all addresses, where the application is mounted. */
  readonly mount: string
  /** What stands before all addresses of REST: `/api`. */
  readonly api: string
  /** Where one wants to get, safe; null: nothing was asked for. */
  readonly next: string | null
}

export function render({ parts, wide, script = {} }: PageOf, { theme, application, mount, api, next }: Setting): string {
  const name = theme.name ?? application, at = `${mount}/auth`
  const brand = theme.logo === null ? html`<span class="mark" aria-hidden="true">${[...name][0]?.toUpperCase() ?? ''}</span><span>${name}</span>` : html`<img src="${theme.logo.startsWith('data:') ? theme.logo : mount + theme.logo}" alt=""><span>${name}</span>`
  const data = Object.entries(script).map(([key, value]) => html` data-${key}="${value}"`)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${parts[0]?.title ?? name} – ${name}</title>
<link rel="icon" href="${theme.logo === null ? markOf(name, theme.accent) : theme.logo.startsWith('data:') ? theme.logo : mount + theme.logo}">
<link rel="stylesheet" href="${at}/style.css">
<script src="${at}/script.js" defer></script>
</head>
<body data-api="${mount}${api}" data-at="${at}" data-next="${next ?? mount + theme.after}"${data}>
<header><a class="brand" href="${mount}${theme.after}">${brand}</a></header>
<main${wide ? html` class="wide"` : null}>
<noscript><p class="problems">This page needs JavaScript to talk to the server. Switch it on for this site, and load the page again.</p></noscript>
${parts.map((part, i) => partOf(part, i))}</main>
</body>
</html>
`['~html']
}

/** A mark of the name's first letter, where there is no logo. */
const markOf = (name: string, accent: string): string => `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="${accent}"/><text x="16" y="22.5" font-family="system-ui,sans-serif" font-size="18" font-weight="700" text-anchor="middle" fill="${inkOn(accent)}">${/^[\p{L}\p{N}]/u.exec(name)?.[0]?.toUpperCase() ?? '•'}</text></svg>`)}`

const partOf = ({ id, when, title, lead, sign, body }: Part, i: number): Html => html`<section id="${id}" data-title="${title}"${when === undefined ? null : html` data-when="${when}"`}${i > 0 || when === 'code' ? html` hidden` : null}>
${sign === undefined ? null : signs[sign]}<h1 tabindex="-1">${title}</h1>
${lead === undefined || lead === null ? null : html`<p class="lead">${lead}</p>`}
${body}</section>
`

const signs = {
  done: html`<div class="sign" aria-hidden="true"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg></div>`,
  mail: html`<div class="sign" aria-hidden="true"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><rect x="3.5" y="5.5" width="17" height="13" rx="2.5"/><path d="M4 7.5l8 6 8-6"/></svg></div>`,
}

/** Posted, should the script be missing: what is typed into a form must never stand in an address. */
export const formOf = ({ id, action, fields, submit, with: more = {}, code, after, grave }: Form): Html => html`<form id="${id}" method="post" novalidate data-action="${action}" data-with="${JSON.stringify(more)}"${code ? html` data-code` : null} data-then="${typeof after === 'string' ? after : after.show}">
<div class="problems" role="alert" tabindex="-1" hidden><h2>This did not work</h2><ul></ul></div>
${fields.map(f => fieldOf(f, id))}<button class="${grave ? 'act grave' : 'act'}" type="submit">${submit}</button>
</form>
`

function fieldOf(f: FormField, form: string): Html {
  const id = `${form}-${f.name}`, hint = f.hint !== undefined || f.strength !== undefined
  const described = [...(hint ? [`${id}-hint`] : []), `${id}-error`].join(' ')
  const text = html`${f.label}${f.required ? null : html` <span class="optional">(optional)</span>`}`
  const rest = html` id="${id}" name="${f.name}" autocomplete="${f.autocomplete}" aria-describedby="${described}"${f.required ? html` required` : null}${f.unsent ? html` data-unsent` : null}${f.fixed ? html` readonly data-fill="${f.name}"` : null}`
  const error = html`<p class="error" id="${id}-error" hidden></p>`
  const said = hint ? html`<p class="hint" id="${id}-hint">${f.hint ?? ''}</p>` : null
  if (f.type === 'checkbox') return html`<div class="field"><div class="check"><input type="checkbox"${rest}><label for="${id}">${text}</label></div>${said}${error}</div>\n`
  const label = f.beside === undefined ? html`<label for="${id}">${text}</label>` : html`<div class="over"><label for="${id}">${text}</label><a href="${f.beside.href}">${f.beside.text}</a></div>`
  return html`<div class="field">${label}${control(f, id, rest)}${f.strength ? html`<div class="strength" aria-hidden="true"><i></i><i></i><i></i><i></i></div>` : null}${said}${error}</div>\n`
}

function control(f: FormField, id: string, rest: Html): Html {
  const bounds = html`${f.min === undefined ? null : html` minlength="${f.min}"`}${f.max === undefined ? null : html` maxlength="${f.max}"`}`
  switch (f.type) {
    case 'select': return html`<select${rest}>${f.required ? null : html`<option value=""></option>`}${(f.choices ?? []).map(c => html`<option>${c}</option>`)}</select>`
    case 'password': return html`<div class="with"><input type="password"${rest}${bounds} autocapitalize="none" autocorrect="off" spellcheck="false"${f.strength ? html` data-strength` : null}><button class="show" type="button" aria-label="Show password" aria-controls="${id}" aria-pressed="false">Show</button></div>`
    case 'code': return html`<input class="digits" type="text" inputmode="numeric" pattern="[0-9 ]*"${rest} maxlength="11">`
    case 'email': return html`<input type="email"${rest}${bounds} autocapitalize="none" spellcheck="false">`
    case 'text': case 'number': case 'date': case 'url': case 'tel': return html`<input type="${f.type}"${f.type === 'number' ? html` step="any"` : null}${rest}${bounds}>`
    default: return html``
  }
}
