// What the page can do beyond being read: find, open what a link points at, send a request as the holder of a token. Keeps nothing.
export const script = `
'use strict'
const all = s => [...document.querySelectorAll(s)]
const search = document.getElementById('search')
if (search) {
  search.addEventListener('input', () => {
    const wanted = search.value.toLowerCase().split(/\\s+/).filter(Boolean)
    for (const one of all('[data-find]')) one.hidden = !wanted.every(w => one.dataset.find.includes(w))
    for (const group of all('.side details, section.tag')) {
      const inner = [...group.querySelectorAll('[data-find]')]
      group.hidden = wanted.length > 0 && inner.length > 0 && inner.every(x => x.hidden)
    }
  })
  document.addEventListener('keydown', e => { if (e.key === '/' && !/^(input|textarea)$/i.test(document.activeElement.tagName)) { e.preventDefault(); search.focus() } })
}
const open = () => { const at = document.getElementById(decodeURIComponent(location.hash.slice(1))); if (at instanceof HTMLDetailsElement) { at.open = true; at.scrollIntoView() } }
addEventListener('hashchange', open)
open()
const quoted = text => "'" + text.replaceAll("'", "'\\\\''") + "'"
for (const one of all('.try')) {
  one.hidden = false
  const form = one.querySelector('form'), output = one.querySelector('output')
  const asked = () => {
    const token = document.getElementById('token').value.trim().replace(/^Bearer +/i, '')
    const { method, media } = one.dataset
    return { address: form.elements.address.value, method, headers: { ...(media ? { 'content-type': media } : {}), ...(token ? { authorization: 'Bearer ' + token } : {}) }, ...(media ? { body: form.elements.body.value } : {}) }
  }
  form.addEventListener('submit', async e => {
    e.preventDefault()
    const { address, ...request } = asked()
    output.textContent = '…'
    try {
      const answer = await fetch(new URL(address, location.origin), request)
      const text = await answer.text()
      let shown = text
      if ((answer.headers.get('content-type') || '').includes('json')) try { shown = JSON.stringify(JSON.parse(text), null, 2) } catch { }
      const pre = document.createElement('pre')
      pre.textContent = answer.status + ' ' + answer.statusText + '\\n' + [...answer.headers].map(h => h.join(': ')).join('\\n') + '\\n\\n' + shown
      output.replaceChildren(pre)
    } catch (error) { output.textContent = String(error) }
  })
  one.querySelector('[data-copy]').addEventListener('click', async e => {
    const { address, method, headers, body } = asked()
    const line = ['curl -g -X ' + method, quoted(new URL(address, location.origin).href), ...Object.entries(headers).map(h => '-H ' + quoted(h.join(': '))), ...(body === undefined ? [] : ['-d ' + quoted(body)])].join(' ')
    try { await navigator.clipboard.writeText(line); e.target.textContent = 'Copied' } catch { const pre = document.createElement('pre'); pre.textContent = line; output.replaceChildren(pre) }
  })
}
`
