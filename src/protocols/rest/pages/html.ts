// HTML as text, escaped unless it is HTML already.

export interface Html { readonly text: string }
export const raw = (text: string): Html => ({ text })
export const join = (parts: readonly Html[]): Html => raw(parts.map(p => p.text).join(''))
const escaped = (text: string): string => text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)

/** What is put in is escaped, but for what this made. */
export function html(strings: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  return raw(strings.map((s, i) => {
    const v = values[i]
    return s + (v === undefined ? '' : typeof v === 'object' ? v.text : escaped(String(v)))
  }).join(''))
}

/** A whole page. Nothing in it comes from anywhere else; `docs` is where `/docs/` is as seen from it, so that it may be served below any address. */
export function page(title: string, docs: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${docs}style.css">
<script src="${docs}script.js" defer></script>
</head>
<body>
${body}
</body>
</html>
`.text
}
