// `/mail` of development: the mails that were kept instead of sent, as pages and as JSON. What a mail says is shown in a frame that may do nothing.
import { Failure } from '../../failure/index.ts'
import { html, trustedHtml, type Html } from '../../define/index.ts'
import type { Exchange, Reply } from '../../protocols/protocol.ts'
import type { Kept, Outbox } from './outbox.ts'

const root = '/mail'
/** Answers at `/mail`, `/mail.json`, `/mail/ID`, `/mail/ID.json`, `/mail/ID.html`, `/mail/ID.txt`. */
export interface OutboxPages { readonly root: string; owns(path: string): boolean; answer(exchange: Pick<Exchange, 'method' | 'path' | 'headers' | 'mount'>): Reply }

export function outboxPages(box: Outbox): OutboxPages {
  return {
    root,
    owns: path => path === root || path === `${root}.json` || path.startsWith(`${root}/`),
    answer({ path, headers, mount = '' }) {
      const at = mount + root
      if (path === `${root}.json` || (path === root && wantsJson(headers))) return json({ data: box.all() })
      if (path === root) return page(listPage(box.all(), at), null)
      if (path === `${root}/script.js`) return { status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' }, body: [script] }
      if (path === `${root}/style.css`) return { status: 200, headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }, body: [style] }
      const [, id = '', form] = /^\/mail\/([\w-]+)(?:\.(html|txt|json))?$/.exec(path) ?? []
      const mail = box.all().find(m => m.id === id)
      if (mail === undefined) throw new Failure('request.route', `There is no such mail at ${mount}${path.slice(0, 200)}: the last 200 since the start are kept. ${at} lists them.`)
      if (form === 'json' || (form === undefined && wantsJson(headers))) return json({ data: mail })
      if (form === 'txt') return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, body: [mail.text] }
      if (form === 'html') return page(framed(mail), "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self'; form-action 'none'; frame-ancestors 'self'")
      return page(mailPage(mail, at), null)
    },
  }
}

const wantsJson = (headers: Exchange['headers']): boolean => { const accept = String(headers['accept'] ?? '*/*'); return accept.includes('json') && !accept.includes('text/html') }
const json = (body: object): Reply => ({ status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: [JSON.stringify(body)] })
const own = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const page = (text: Html, policy: string | null): Reply => ({
  status: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'content-security-policy': policy ?? own }, body: [text['~html']],
})

const around = (title: string, at: string, body: Html): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="${at}/style.css">
<script src="${at}/script.js" defer></script>
</head>
<body data-at="${at}">
${body}
</body>
</html>
`

const listPage = (mails: readonly Kept[], at: string): Html => around('Mail', at, html`<header><h1>Mail</h1><p>Kept here instead of sent, while you develop. <a href="${at}.json">JSON</a></p></header>
<main data-newest="${mails[0]?.id ?? ''}">
${mails.length === 0 ? html`<p class="none">No mail yet. Sign up, or ask for a new password, and it is here.</p>` : html`<ul class="mails">${mails.map(m => html`
<li><a href="${at}/${m.id}"><span class="subject">${m.subject}</span><span class="to">${m.to}</span><time datetime="${m.at}">${m.at.slice(11, 19)} UTC</time></a></li>`)}
</ul>`}
</main>`)

const mailPage = (m: Kept, at: string): Html => around(m.subject, at, html`<header><p><a href="${at}">← All mail</a></p><h1>${m.subject}</h1></header>
<main>
<dl><dt>From</dt><dd>${m.from.name === null ? m.from.address : `${m.from.name} <${m.from.address}>`}</dd><dt>To</dt><dd>${m.to}</dd>${m.replyTo === null ? null : html`<dt>Reply to</dt><dd>${m.replyTo.address}</dd>`}<dt>At</dt><dd><time datetime="${m.at}">${m.at.slice(0, 19).replace('T', ' ')} UTC</time></dd><dt>For</dt><dd>${m.purpose}</dd></dl>
${m.html === null ? null : html`<section><h2>HTML</h2><iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" src="${at}/${m.id}.html"></iframe></section>`}
<section><h2>Text</h2><pre tabindex="0">${linked(m.text)}</pre></section>
<p class="forms"><a href="${at}/${m.id}.json">JSON</a> <a href="${at}/${m.id}.txt">Text alone</a></p>
</main>`)

/** Addresses in a text can be followed. */
const linked = (text: string): readonly Html[] => text.split(/(https?:\/\/[^\s<>"']+)/).map((part, i) => (i % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`))

/** Links in the frame open beside it: the frame itself may go nowhere. */
const framed = ({ html: text }: Kept): Html => trustedHtml((text ?? '').replace(/<head>/i, '<head><base target="_blank">'))

const script = `
'use strict'
// A list that is looked at shows what comes.
const main = document.querySelector('main[data-newest]')
if (main) setInterval(async () => {
  if (document.hidden) return
  try {
    const { data } = await (await fetch(document.body.dataset.at + '.json')).json()
    if ((data[0]?.id ?? '') !== main.dataset.newest) location.reload()
  } catch { }
}, 2000)
`

const style = `
:root { color-scheme: light dark; --ink: light-dark(#1c1f24, #eceff4); --soft: light-dark(#59616d, #a9b1bd); --back: light-dark(#f4f5f7, #14161a); --card: light-dark(#fff, #1f232a); --line: light-dark(#dfe3e8, #343a44); --link: light-dark(#1d4fa8, #9ec1ff) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 56rem; padding: 2rem 1rem 4rem; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem } h2 { font-size: .875rem; color: var(--soft); margin: 1.5rem 0 .5rem; font-weight: 600 }
header p { margin: 0 0 .75rem; color: var(--soft) } a { color: var(--link) }
.mails { list-style: none; margin: 1.5rem 0 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden }
.mails li + li { border-top: 1px solid var(--line) }
.mails a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .75rem 1rem; color: inherit; text-decoration: none }
.mails a:hover, .mails a:focus-visible { background: light-dark(#f4f5f7, #282d36) } .mails a:focus-visible { outline: 2px solid var(--link); outline-offset: -2px }
.subject { font-weight: 600 } .to { grid-row: 2; color: var(--soft); overflow-wrap: anywhere } time { color: var(--soft); font-variant-numeric: tabular-nums }
.none { padding: 3rem 1rem; text-align: center; background: var(--card); border: 1px dashed var(--line); border-radius: 12px; color: var(--soft) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .125rem 1rem; margin: 1rem 0 } dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
iframe { width: 100%; height: 34rem; border: 1px solid var(--line); border-radius: 12px; background: #fff }
pre { margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.5 ui-monospace, monospace }
.forms a + a { margin-left: 1rem }
`
