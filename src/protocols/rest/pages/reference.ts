// `/docs`: the contract as a page to read, and to try requests from. Works without its script; the script searches and sends.
import type { Document, Json, Members } from '../contract/index.ts'
import { html, join, page, raw, type Html } from './html.ts'
import { schemaView, typeText } from './schema.ts'
import { statesView } from './states.ts'

type Look = (of: Json | undefined) => Members
const members = (of: Json | undefined): Members => (typeof of === 'object' && of !== null && !Array.isArray(of) ? of as Members : {})
const list = (of: Json | undefined): readonly Json[] => (Array.isArray(of) ? of as readonly Json[] : [])
const text = (of: Json | undefined): string => (typeof of === 'string' ? of : '')
const methods = ['get', 'post', 'patch', 'put', 'delete']

interface Operation { readonly method: string; readonly path: string; readonly of: Members; readonly id: string; readonly tag: string }

export function referencePage(document: Document): string {
  /** The part a reference names, or the thing itself. */
  const look: Look = of => {
    const { $ref } = members(of)
    if (typeof $ref !== 'string') return members(of)
    return look($ref.slice(2).split('/').reduce<Json | undefined>((at, name) => members(at)[name], document))
  }
  const operations = Object.entries(document.paths).flatMap(([path, item]) => methods.flatMap((method): Operation[] => {
    const of = members(item)[method]
    return of === undefined ? [] : [{ method, path, of: members(of), id: text(members(of)['operationId']), tag: text(list(members(of)['tags'])[0]) }]
  }))
  const base = text(members(list(document['servers'])[0])['url'])
  const tags = list(document['tags']).map(members)
  const title = text(document.info['title'])
  const of = (tag: Members): readonly Operation[] => operations.filter(o => o.tag === tag['name'])
  return page(`${title} · API`, 'docs/', html`
<a class="skip" href="#main">To the content</a>
<header class="top">
  <a class="name" href="docs">${title}</a>
  <label class="search"><span class="hidden">Search</span><input id="search" type="search" placeholder="Search operations" autocomplete="off"></label>
  <label class="token"><span>Token</span><input id="token" type="password" placeholder="Bearer …, for trying" autocomplete="off" spellcheck="false"></label>
  <nav aria-label="Documents"><a href="docs/failures">Failures</a> <a href="openapi.json">JSON</a> <a href="openapi.yaml">YAML</a></nav>
</header>
<div class="columns">
<nav class="side" aria-label="Operations">
${join(tags.map(tag => html`<details open><summary><a href="#tag-${text(tag['name'])}">${text(tag['name'])}</a></summary><ul>${join(of(tag).map(o =>
    html`<li data-find="${`${o.id} ${o.method} ${o.path} ${text(o.of['summary'])}`.toLowerCase()}"><a href="#${o.id}"><b class="verb ${o.method}">${o.method.toUpperCase()}</b> ${text(o.of['summary'])}</a></li>`))}</ul></details>`))}
<details open><summary><a href="#schemas">Schemas</a></summary></details>
</nav>
<main id="main">
<h1>${title} <small>${text(document.info['version'])}</small></h1>
${join(text(document.info['description']).split('\n\n').map(p => html`<p>${linked(p)}</p>`))}
${join(tags.map(tag => html`<section class="tag" id="tag-${text(tag['name'])}"><h2>${text(tag['name'])}</h2><p>${text(tag['description'])}</p>${join(of(tag).map(o => operation(o, base, look)))}</section>`))}
<section class="tag" id="schemas"><h2>Schemas</h2>
${join(Object.entries(members(document.components['schemas'])).map(([name, schema]) => html`<details class="schema" id="schema-${name}"><summary><code>${name}</code> <span class="quiet">${text(members(schema)['description'])}</span></summary>${statesView(members(schema))}${schemaView(members(schema))}</details>`))}
</section>
</main>
</div>`)
}

/** Our descriptions know two marks: `code` and [links](…). */
function linked(of: string): Html {
  return join(of.split(/(`[^`]+`|\[[^\]]+\]\([^)]+\))/).map(part => {
    const link = /^\[([^\]]+)\]\((\/[^)]*)\)$/.exec(part)
    if (link) return html`<a href="${(link[2] ?? '').replace(/^\/(.*\/)?(?=docs\/)/, '')}">${link[1] ?? ''}</a>`
    return part.startsWith('`') && part.length > 2 ? html`<code>${part.slice(1, -1)}</code>` : html`${part}`
  }))
}

function operation({ method, path, of, id }: Operation, base: string, look: Look): Html {
  const parameters = list(of['parameters']).map(look)
  const body = look(of['requestBody'])
  const [media, content] = Object.entries(members(body['content']))[0] ?? []
  const anonymous = list(of['security']).some(s => Object.keys(members(s)).length === 0)
  return html`<article class="operation" id="${id}" data-find="${`${id} ${method} ${path} ${text(of['summary'])}`.toLowerCase()}">
<h3><a href="#${id}">${text(of['summary'])}</a></h3>
<p class="address"><b class="verb ${method}">${method.toUpperCase()}</b> <code>${base}${path}</code>${anonymous ? html` <span class="badge">no token needed</span>` : html``}</p>
<p>${linked(text(of['description']))}</p>
${parameters.length === 0 ? html`` : html`<details><summary>Parameters (${parameters.length})</summary><table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${join(parameters.map(p =>
    html`<tr><th scope="row"><code>${text(p['name'])}</code><span class="quiet"> ${text(p['in'])}${p['required'] === true ? ', required' : ''}</span></th><td>${typeText(members(p['schema']))}</td><td>${linked(text(p['description']))}</td></tr>`))}</tbody></table></details>`}
${content === undefined ? html`` : html`<details><summary>Body <span class="quiet">${media ?? ''}</span></summary><p>${typeText(members(members(content)['schema']))}</p>${example(members(content)['example'])}</details>`}
<details><summary>Answers</summary><table><thead><tr><th scope="col">Status</th><th scope="col">Meaning</th><th scope="col">Body</th></tr></thead><tbody>${join(Object.entries(members(of['responses'])).map(([status, r]) => {
    const response = look(r), json = members(Object.values(members(response['content']))[0])
    return html`<tr><th scope="row">${status}</th><td>${linked(text(response['description']))}</td><td>${json['schema'] === undefined ? '' : typeText(members(json['schema']))}</td></tr>`
  }))}</tbody></table>${example(members(members(look(members(of['responses'])['200'] ?? members(of['responses'])['201'])['content'])['application/json'])['example'])}</details>
${tryIt(method, `${base}${path}`, parameters, media, members(content)['example'])}
</article>`
}

const example = (of: Json | undefined): Html => (of === undefined ? html`` : html`<pre><code>${JSON.stringify(of, null, 2)}</code></pre>`)

/** Filled in and sent by the script; without it, it stays closed and says nothing. */
function tryIt(method: string, address: string, parameters: readonly Members[], media: string | undefined, body: Json | undefined): Html {
  const id = parameters.find(p => p['in'] === 'path')
  const given = Array.isArray(id?.['example']) ? (id['example'] as readonly Json[]).map(x => encodeURIComponent(String(x))).join(',') : id === undefined ? '' : encodeURIComponent(String(id['example'] ?? ''))
  return html`<details class="try" hidden data-method="${method.toUpperCase()}" data-media="${media ?? ''}"><summary>Try it</summary>
<form><label>Address <input name="address" value="${address.replace('{id}', given)}" spellcheck="false" autocomplete="off"></label>
${media === undefined ? html`` : html`<label>Body <textarea name="body" rows="8" spellcheck="false">${body === undefined ? '' : JSON.stringify(body, null, 2)}</textarea></label>`}
<button>Send</button> <button type="button" data-copy>Copy as curl</button></form><output>${raw('')}</output></details>`
}
