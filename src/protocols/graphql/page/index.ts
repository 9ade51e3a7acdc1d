// The page to try documents on, in development: everything it needs comes from this server.
import { createHash } from 'node:crypto'
import type { Reply } from '../../protocol.ts'
import { script } from './script.ts'
import { style } from './style.ts'

/** Nothing is loaded from, embedded by or sent to anybody else. */
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const html = (name: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>GraphQL · ${name.replace(/[&<>"]/g, '')}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="graphql/explorer.css"><script type="module" src="graphql/explorer.js"></script></head>
<body>
<header><h1>${name.replace(/[&<>"]/g, '')} · GraphQL</h1><label>as <select id="as"><option value="">nobody</option></select></label><label>token <input id="token" autocomplete="off" spellcheck="false"></label><button id="run" title="Ctrl+Enter">Run</button><span id="status" role="status"></span></header>
<main>
<section aria-label="Document"><textarea id="document" aria-label="Document" spellcheck="false" autocapitalize="off"></textarea><ul id="complete" role="listbox" hidden></ul><label for="variables">Variables</label><textarea id="variables" spellcheck="false" rows="5"></textarea></section>
<section aria-label="Answer"><pre id="answer" tabindex="0"></pre></section>
<aside aria-label="Schema"><input id="search" type="search" placeholder="Find in the schema" aria-label="Find in the schema"><div id="schema"></div></aside>
</main></body></html>
`

/** The page and what belongs to it, by what stands behind the path of GraphQL; null: there is no such. */
export function pageAt(rest: string, name: string): Reply | null {
  const texts: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '': ['text/html; charset=utf-8', html(name)], '/explorer.js': ['text/javascript; charset=utf-8', script], '/explorer.css': ['text/css; charset=utf-8', style],
  }
  const found = Object.hasOwn(texts, rest) ? texts[rest] : undefined
  if (found === undefined) return null
  const [type, text] = found
  return {
    status: 200, body: [text],
    headers: {
      'content-type': type, 'cache-control': 'no-cache', etag: `"${createHash('sha256').update(text).digest('base64url')}"`, 'x-content-type-options': 'nosniff',
      ...(rest === '' ? { 'content-security-policy': policy, 'referrer-policy': 'no-referrer', vary: 'Accept' } : {}),
    },
  }
}
