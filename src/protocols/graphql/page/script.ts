// What the page does: sends documents as somebody, shows answers, shows the schema, and completes names. Plain JavaScript for browsers.

export const script = String.raw`
const $ = id => document.getElementById(id)
const place = location.pathname.replace(/\/$/, '')
const base = place.slice(0, place.lastIndexOf('/'))
const callers = {}
const remembered = key => { try { return localStorage.getItem('graphql ' + place + key) } catch { return null } }
const remember = (key, value) => { try { localStorage.setItem('graphql ' + place + key, value) } catch { /* private windows */ } }

async function send(body) {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json;q=0.9', ...callers[$('as').value] }
  if ($('token').value.trim()) headers.authorization = 'Bearer ' + $('token').value.trim()
  return fetch(place, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function run() {
  remember(' document', $('document').value)
  remember(' variables', $('variables').value)
  const at = performance.now()
  let variables = {}
  try { variables = $('variables').value.trim() ? JSON.parse($('variables').value) : {} } catch (e) { show('Variables are not JSON: ' + e.message, true); return }
  $('status').textContent = '\u2026'
  try {
    const response = await send({ query: $('document').value, variables, operationName: operationAt() })
    const text = await response.text()
    $('status').textContent = response.status + ' \u00b7 ' + Math.round(performance.now() - at) + ' ms'
    // Numbers keep their digits: only white space is added.
    show(pretty(text), text.startsWith('{"errors"') && !text.includes('"data":'))
  } catch (e) { show(String(e), true); $('status').textContent = '' }
}
function show(text, bad) { $('answer').textContent = text; $('answer').className = bad ? 'bad' : '' }
function pretty(json) {
  let out = '', depth = 0
  for (const [token] of json.matchAll(/"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s{}\[\],:"]+/g)) {
    if (token === '{' || token === '[') { depth++; out += token + '\n' + '  '.repeat(depth) }
    else if (token === '}' || token === ']') { depth--; out = out.trimEnd(); out += /[{\[]$/.test(out) ? token : '\n' + '  '.repeat(depth) + token }
    else if (token === ',') out += ',\n' + '  '.repeat(depth)
    else if (token === ':') out += ': '
    else out += token
  }
  return out
}
/** The operation that the cursor is in, where there are several. */
function operationAt() {
  const named = [...$('document').value.matchAll(/^\s*(?:query|mutation)\s+(\w+)/gm)]
  if (named.length < 2) return named[0]?.[1]
  return (named.findLast(m => m.index <= $('document').selectionStart) ?? named[0])[1]
}

// The schema.
const types = {}
let roots = { query: 'Query', mutation: null }
const text = t => t.kind === 'NON_NULL' ? text(t.ofType) + '!' : t.kind === 'LIST' ? '[' + text(t.ofType) + ']' : t.name
const named = t => t.ofType ? named(t.ofType) : t.name
function element(tag, of, ...children) { const e = Object.assign(document.createElement(tag), of); e.append(...children); return e }
const link = name => element('a', { href: '#' + name, textContent: name, onclick: e => { e.preventDefault(); open(name) } })
function typed(t) { const e = element('span', {}); const [before, after] = text(t).split(named(t)); e.append(before, link(named(t)), after ?? ''); return e }
function entry(f) {
  const dt = element('dt', {}, element('code', {}, f.isDeprecated ? element('s', { textContent: f.name }) : f.name))
  if (f.args?.length) { dt.append('('); f.args.forEach((a, i) => dt.append((i ? ', ' : '') + a.name + ': ', typed(a.type))); dt.append(')') }
  if (f.type) dt.append(': ', typed(f.type))
  return [dt, ...(f.description ? [element('dd', { textContent: f.description })] : [])]
}
function open(name) {
  const t = types[name]
  if (!t) return
  const list = element('dl', {})
  for (const f of t.fields ?? t.inputFields ?? t.enumValues ?? []) list.append(...entry(f))
  for (const p of t.possibleTypes ?? []) list.append(element('dt', {}, link(p.name)))
  $('schema').replaceChildren(element('p', {}, link(roots.query), ...(roots.mutation ? [' \u00b7 ', link(roots.mutation)] : [])), element('h2', { textContent: name }), ...(t.description ? [element('p', { textContent: t.description })] : []),
    ...(t.specifiedByURL ? [element('p', {}, element('a', { href: t.specifiedByURL, textContent: t.specifiedByURL, rel: 'noreferrer' }))] : []), list)
}
function search() {
  const wanted = $('search').value.toLowerCase()
  if (!wanted) { open(roots.query); return }
  const found = element('dl', {})
  for (const t of Object.values(types)) {
    if (t.name.startsWith('__')) continue
    if (t.name.toLowerCase().includes(wanted)) found.append(element('dt', {}, link(t.name)))
    for (const f of t.fields ?? t.inputFields ?? []) if (f.name.toLowerCase().includes(wanted)) found.append(element('dt', {}, link(t.name), '.' + f.name))
    if (found.children.length > 200) break
  }
  $('schema').replaceChildren(found)
}

// Completion: what may stand at the cursor, by the type of the braces around it.
function around() {
  const before = $('document').value.slice(0, $('document').selectionStart)
  const word = /[_A-Za-z]\w*$/.exec(before)?.[0] ?? ''
  const stack = []
  let last = null, round = 0, on = null, field = null
  for (const [token] of before.slice(0, before.length - word.length).matchAll(/"""[^]*?"""|"(?:\\.|[^"\\\n])*"|#.*|\.\.\.|[_A-Za-z]\w*|[{}()\[\]:$@=!]/g)) {
    if (token[0] === '#' || token[0] === '"') continue
    if (token === '(') { round++; if (round === 1) field = { type: stack.at(-1), name: last } }
    else if (token === ')') round--
    else if (round > 0) continue
    else if (token === '{') {
      const type = on ?? (stack.length === 0 ? roots[last === 'mutation' || kindOf(last) === 'mutation' ? 'mutation' : 'query'] : fieldType(stack.at(-1), last))
      stack.push(type); on = null; last = null
    } else if (token === '}') { stack.pop(); last = null }
    else if (token === 'on') on = ''
    else if (on === '') on = token
    else if (/^\w/.test(token)) { if (stack.length === 0 && (token === 'query' || token === 'mutation')) kind = token; last = token }
  }
  const type = types[stack.at(-1)]
  if (!type) return null
  if (round > 0) return { word, names: (types[field?.type]?.fields?.find(f => f.name === field.name)?.args ?? []).map(a => ({ name: a.name + ': ', about: text(a.type) })) }
  return { word, names: [...(type.fields ?? []).map(f => ({ name: f.name, about: text(f.type) })), { name: '__typename', about: 'String!' }] }
}
let kind = 'query'
const kindOf = name => name === null || name === 'query' || name === 'mutation' ? name : kind
const fieldType = (type, name) => { const f = types[type]?.fields?.find(x => x.name === name); return f ? named(f.type) : undefined }
let offered = [], chosen = 0
function complete(force) {
  const at = around()
  offered = at && (force || at.word) ? at.names.filter(n => n.name.toLowerCase().startsWith(at.word.toLowerCase()) && n.name !== at.word).slice(0, 50) : []
  chosen = 0
  const list = $('complete')
  list.hidden = offered.length === 0
  list.replaceChildren(...offered.map((n, i) => element('li', { role: 'option', ariaSelected: String(i === 0), onmousedown: e => { e.preventDefault(); take(i) } }, n.name, element('small', { textContent: n.about }))))
  const lines = $('document').value.slice(0, $('document').selectionStart).split('\n')
  list.style.top = Math.min(lines.length * 19.5 + 14 - $('document').scrollTop, $('document').clientHeight - 60) + 'px'
  list.style.left = Math.min(lines.at(-1).length * 7.8 + 14, $('document').clientWidth - 260) + 'px'
}
function take(i) {
  const { word } = around()
  $('document').setRangeText(offered[i].name, $('document').selectionStart - word.length, $('document').selectionStart, 'end')
  $('complete').hidden = true
}
function pick(by) {
  chosen = (chosen + by + offered.length) % offered.length
  ;[...$('complete').children].forEach((li, i) => { li.ariaSelected = String(i === chosen); if (i === chosen) li.scrollIntoView({ block: 'nearest' }) })
}
$('document').addEventListener('input', () => complete(false))
$('document').addEventListener('blur', () => { $('complete').hidden = true })
$('document').addEventListener('keydown', e => {
  const shown = !$('complete').hidden
  if (e.key === ' ' && e.ctrlKey) { e.preventDefault(); complete(true) }
  else if (shown && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) { e.preventDefault(); pick(e.key === 'ArrowDown' ? 1 : -1) }
  else if (shown && (e.key === 'Tab' || (e.key === 'Enter' && !e.ctrlKey && !e.metaKey))) { e.preventDefault(); take(chosen) }
  else if (shown && e.key === 'Escape') $('complete').hidden = true
})
document.addEventListener('keydown', e => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); run() } })
$('run').addEventListener('click', run)
$('search').addEventListener('input', search)

const typeRef = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }'
const asked = 'query { __schema { queryType { name } mutationType { name } types { kind name description specifiedByURL fields(includeDeprecated: true) { name description isDeprecated args { name type { ' + typeRef + ' } } type { ' + typeRef + ' } } inputFields { name description type { ' + typeRef + ' } } enumValues(includeDeprecated: true) { name description isDeprecated } possibleTypes { name } } } }'
try {
  const { data } = await (await fetch(place, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: asked }) })).json()
  for (const t of data.__schema.types) types[t.name] = t
  roots = { query: data.__schema.queryType.name, mutation: data.__schema.mutationType?.name ?? null }
  open(roots.query)
  const first = types[roots.query].fields.find(f => named(f.type).endsWith('Connection'))
  $('document').value = remembered(' document') || (first ? '# Ctrl+Enter runs it, Ctrl+Space completes\n{\n  ' + first.name + '(first: 5) {\n    totalCount\n    nodes {\n      nodeId\n    }\n  }\n}\n' : '{ __typename }')
  $('variables').value = remembered(' variables') || ''
} catch (e) { show('The schema could not be had: ' + e, true) }
try {
  const { data } = await (await fetch(base + '/dev/as')).json()
  for (const { name, headers } of data) { callers[name] = headers; $('as').append(element('option', { value: name, textContent: name })) }
} catch { /* not in development: a token will do */ }
`
