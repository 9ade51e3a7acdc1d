// What the pages do: send what is typed as JSON, say what is wrong and where, show what comes next. Keeps nothing, and puts no text of others anywhere but as text.
export const script = String.raw`'use strict'
const { api, at, next, session, sessions } = document.body.dataset
const all = (s, within = document) => [...within.querySelectorAll(s)]
const title = document.querySelector('.brand span:last-child').textContent

// The code of a mail stands behind the #, which no server is told. It is taken out of the address, so that neither the history nor who looks on has it.
let code = ''
const take = () => {
  if (location.hash.length < 2) return
  code = location.hash.slice(1)
  history.replaceState(history.state, '', location.pathname + location.search)
}
const sections = all('main > section')
/** One part is seen. Whoever listens is told its heading, but for the first. */
const show = (one, first) => {
  for (const section of sections) section.hidden = section !== one
  document.title = one.dataset.title + ' \u2013 ' + title
  const begin = one.querySelector('input:not([readonly]):not([type=checkbox]), select')
  if (begin && !first) begin.focus()
  else if (!first) one.querySelector('h1').focus()
}
const choose = first => show(sections.find(s => s.dataset.when === (code ? 'code' : 'none')) ?? sections.find(s => !s.dataset.when) ?? sections[0], first)
take()
choose(true)
addEventListener('hashchange', () => { take(); if (code) choose(false) })
// Going back must not show what was typed before.
addEventListener('pageshow', e => { if (e.persisted) location.reload() })

const post = async (path, body, method = 'POST') => {
  try {
    const answer = await fetch(api + path, { method, headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}), credentials: 'same-origin', cache: 'no-store', redirect: 'error' })
    const value = await answer.json().catch(() => null)
    return { ok: answer.ok, status: answer.status, value }
  } catch { return { ok: false, status: 0, value: null } }
}

// What goes wrong, in words for whoever sits here.
const words = (status, problem) => {
  const wait = problem?.facts?.retryAfter
  const soon = wait > 90 ? 'in ' + Math.ceil(wait / 60) + ' minutes' : wait ? 'in ' + wait + ' second' + (wait === 1 ? '' : 's') : 'in a moment'
  if (status === 0) return 'The server cannot be reached. Are you online?'
  if (problem?.code === 'auth.throttled' || status === 429) return 'That was tried too often. Try again ' + soon + '.'
  if (status === 503) return 'There is a lot going on just now. Try again ' + soon + '.'
  if (status >= 500 || !problem) return 'Something went wrong with us, not with you. Try again in a moment.'
  return problem.detail ?? problem.title
}
const sentence = text => { const s = text.charAt(0).toUpperCase() + text.slice(1); return /[.!?]$/.test(s) ? s : s + '.' }

const labelOf = field => document.querySelector('label[for="' + field.id + '"]')?.firstChild?.textContent.trim() ?? field.name
/** What the browser finds wrong with a field, as we say it. */
const wrong = field => {
  const v = field.validity, name = labelOf(field)
  if (v.valid) return ''
  if (v.valueMissing) return field.type === 'checkbox' ? 'This is needed' : name + ' is missing'
  if (v.typeMismatch) return field.type === 'email' ? 'That is no e-mail address, as anna@example.com is one' : name + ' is not written as it must be'
  if (v.tooShort) return name + ' must have at least ' + field.minLength + ' characters'
  if (v.tooLong) return name + ' must have at most ' + field.maxLength + ' characters'
  if (v.patternMismatch) return name + ' has digits only'
  return field.validationMessage || name + ' is not right'
}
const long = field => [...field.value].length
const check = field => wrong(field) || (field.minLength > 0 && field.value && long(field) < field.minLength ? labelOf(field) + ' must have at least ' + field.minLength + ' characters' : '')

const mark = (field, says) => {
  const place = document.getElementById(field.id + '-error')
  if (place) { place.textContent = says ? sentence(says) : ''; place.hidden = !says }
  if (says) field.setAttribute('aria-invalid', 'true')
  else field.removeAttribute('aria-invalid')
}
/** The list of what is wrong, at the top, read out at once; each leads to its field. */
const tell = (within, problems) => {
  const box = within.querySelector('.problems'), list = box.querySelector('ul')
  list.replaceChildren(...problems.map(({ field, says }) => {
    const item = document.createElement('li')
    if (!field) item.textContent = sentence(says)
    else {
      const link = document.createElement('a')
      link.href = '#' + field.id
      link.textContent = sentence(says)
      link.addEventListener('click', e => { e.preventDefault(); field.focus() })
      item.append(link)
    }
    return item
  }))
  box.hidden = problems.length === 0
  if (problems.length > 0) { document.title = 'Error: ' + document.title.replace(/^Error: /, ''); box.focus() }
  else document.title = document.title.replace(/^Error: /, '')
}

for (const form of all('form[data-action]')) {
  const fields = all('input, select', form), button = form.querySelector('button[type=submit]')
  for (const field of fields) field.addEventListener('input', () => { if (field.hasAttribute('aria-invalid')) mark(field, check(field)) })
  form.addEventListener('submit', async e => {
    e.preventDefault()
    if (button.getAttribute('aria-disabled') === 'true') return
    const mistakes = fields.map(field => ({ field, says: check(field) })).filter(m => m.says)
    for (const field of fields) mark(field, mistakes.find(m => m.field === field)?.says)
    if (mistakes.length > 0) return tell(form, mistakes)
    const values = {}
    for (const field of fields) {
      if ('unsent' in field.dataset) continue
      if (field.type === 'checkbox') values[field.name] = field.checked
      else if (field.type === 'number') { if (field.value !== '') values[field.name] = Number(field.value) }
      else if (field.classList.contains('digits')) values[field.name] = field.value.replace(/\s/g, '')
      else if (field.value !== '' || field.required) values[field.name] = field.type === 'password' ? field.value : field.value.trim()
    }
    button.setAttribute('aria-disabled', 'true')
    const { ok, status, value } = await post('/actions/' + form.dataset.action, { ...values, ...JSON.parse(form.dataset.with), ...('code' in form.dataset ? { code } : {}) })
    button.removeAttribute('aria-disabled')
    if (!ok) {
      const found = (value?.errors ?? []).map(({ pointer = '', detail }) => ({ field: fields.find(f => '/' + f.name === pointer && !f.readOnly), says: detail })).filter(m => m.field)
      const said = status < 500 && found.length > 0 ? found.map(m => ({ field: m.field, says: m.says.toLowerCase().includes(m.field.name.toLowerCase()) || /^[A-Z]/.test(m.says) ? m.says : labelOf(m.field) + ' ' + m.says })) : [{ field: null, says: words(status, value) }]
      for (const m of said) if (m.field) mark(m.field, m.says)
      return tell(form, said)
    }
    tell(form, [])
    // Used, it is of no use to anybody.
    if ('code' in form.dataset) code = ''
    const then = form.dataset.then
    if (then === 'go') return location.assign(next)
    if (then === 'save') {
      const link = document.createElement('a'), url = URL.createObjectURL(new Blob([JSON.stringify(value.data ?? value, null, 2)], { type: 'application/json' }))
      link.href = url
      link.download = 'account.json'
      link.click()
      return setTimeout(() => URL.revokeObjectURL(url), 10000)
    }
    const part = document.getElementById(then)
    for (const place of all('[data-fill]', part)) {
      const text = values[place.dataset.fill] ?? ''
      if (place instanceof HTMLInputElement) place.value = text
      else place.textContent = text
    }
    for (const field of fields) if (field.type === 'password') field.value = ''
    show(part, false)
  })
}

for (const button of all('.show')) {
  const field = document.getElementById(button.getAttribute('aria-controls'))
  button.addEventListener('click', () => {
    const seen = field.type === 'password'
    field.type = seen ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(seen))
    button.textContent = seen ? 'Hide' : 'Show'
    field.focus()
  })
  // Sent as a password, so that it is kept and forgotten as one.
  field.form.addEventListener('submit', () => { field.type = 'password'; button.setAttribute('aria-pressed', 'false'); button.textContent = 'Show' })
}

// A hint only: what is too easy the server decides.
const easy = /(.)\1{2,}|0123|1234|2345|3456|4567|5678|6789|abcd|qwer|asdf|passw|letme|welcome|admin|iloveyou/gi
const strength = (text, min, own) => {
  const plain = own.filter(w => w.length > 2).reduce((rest, w) => rest.replaceAll(w.toLowerCase(), ''), text.toLowerCase()).replace(easy, '')
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter(k => k.test(text)).length
  const worth = new Set(plain).size + plain.length / 2 + 2 * kinds
  return [...text].length < min ? 1 : worth < 16 ? 1 : worth < 21 ? 2 : worth < 27 ? 3 : 4
}
for (const field of all('[data-strength]')) {
  const bar = field.closest('.field').querySelector('.strength'), hint = document.getElementById(field.id + '-hint'), usual = hint.textContent
  const others = () => all('input:not([type=password])', field.form).flatMap(f => [f.value, ...f.value.split(/[@.\s]+/)])
  field.addEventListener('input', () => {
    const left = field.minLength - long(field), of = field.value === '' ? 0 : strength(field.value, field.minLength, others())
    bar.dataset.of = of
    hint.textContent = of === 0 ? usual : left > 0 ? left + ' more character' + (left === 1 ? '' : 's') + ' at least.' : ['', 'Easy to guess. Make it longer.', 'Not bad. Longer is better.', 'Good.', 'Very good.'][of]
  })
}

const list = document.querySelector('ul.sessions')
if (list) {
  const said = document.getElementById('said'), others = document.getElementById('others'), section = list.closest('section')
  const named = device => {
    if (!device) return 'Unknown device'
    const by = [[/\bEdg/, 'Edge'], [/\bOPR\//, 'Opera'], [/\bFirefox\//, 'Firefox'], [/\b(HeadlessChrome|Chrome|CriOS)\//, 'Chrome'], [/\bSafari\//, 'Safari'], [/^curl\//, 'curl']].find(([is]) => is.test(device))?.[1]
    const on = [[/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Macintosh|Mac OS X/, 'Mac'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux']].find(([is]) => is.test(device))?.[1]
    return by && on ? by + ' on ' + on : by ?? device.slice(0, 60)
  }
  const when = text => {
    const date = new Date(text), now = new Date(), time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(date)
    return date.toDateString() === now.toDateString() ? 'today at ' + time : new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(date) + ' at ' + time
  }
  const make = (tag, text, className) => { const made = document.createElement(tag); made.textContent = text; if (className) made.className = className; return made }
  // Signed out meanwhile, elsewhere.
  const leave = () => location.assign(at + '/sign-in?next=' + encodeURIComponent(location.pathname))
  const fail = (status, value) => status === 401 || status === 403 ? leave() : tell(section, [{ field: null, says: words(status, value) }])
  const end = async one => {
    const { ok, status, value } = await post('/' + sessions + '/' + encodeURIComponent(one.id), null, 'DELETE')
    if (ok || status === 404) return true
    fail(status, value)
    return false
  }
  const load = async () => {
    const { ok, status, value } = await post('/' + sessions + '?sort=-signedInAt&page[size]=100', null, 'GET')
    list.removeAttribute('aria-busy')
    if (!ok) return fail(status, value)
    const rows = value.data.filter(s => new Date(s.expiresAt) > new Date())
    if (rows.length === 0) return leave()
    others.hidden = !rows.some(s => s.id !== session)
    others.onclick = async () => {
      let count = 0
      for (const one of rows) if (one.id !== session) { if (!(await end(one))) return; count++ }
      await load()
      said.textContent = 'Signed out in ' + count + (count === 1 ? ' other place' : ' other places')
      section.querySelector('h1').focus()
    }
    list.replaceChildren(...rows.sort((a, b) => (b.id === session) - (a.id === session)).map(one => {
      const item = document.createElement('li'), about = document.createElement('div'), mine = one.id === session, name = make('h2', named(one.device))
      if (mine) name.append(make('span', 'This one', 'tag'))
      about.append(name, make('p', 'Signed in ' + when(one.signedInAt) + (one.address ? ' from ' + one.address : '') + (one.lastUsedAt ? ', used ' + when(one.lastUsedAt) : '')))
      item.append(about)
      if (!mine) {
        const button = make('button', 'Sign out', 'plain')
        button.type = 'button'
        button.setAttribute('aria-label', 'Sign out ' + named(one.device) + ', signed in ' + when(one.signedInAt))
        button.addEventListener('click', async () => {
          if (!(await end(one))) return
          await load()
          said.textContent = named(one.device) + ' is signed out'
          section.querySelector('h1').focus()
        })
        item.append(button)
      }
      return item
    }))
  }
  document.getElementById('sign-out').addEventListener('click', async () => {
    const { ok, status, value } = await post('/actions/sign-out', {})
    if (ok || status === 401) location.assign(at + '/sign-in')
    else fail(status, value)
  })
  load()
}
`
