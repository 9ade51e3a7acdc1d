// `/docs/failures`: what each code means and what to do about it. The `type` of every problem leads to its place here.
import { failures, type Code } from '../../../failure/index.ts'
import { declaredFailures, type Model } from '../../../model/index.ts'
import { html, page, raw, type Html } from './html.ts'

/** For the person who must act. */
const advice: Readonly<Record<Code, string>> = {
  'request.malformed': 'The address or the body cannot be read: JSON that is none, brackets that do not match, text that is not UTF-8. The detail says where.',
  'request.route': 'Nothing is at this address. The detail lists what there is; names are plural and kebab-case.',
  'request.method': 'The address is right, the method is not. The header Allow lists those that are.',
  'request.accept': 'Answers are JSON. Leave out Accept, or let it allow application/json.',
  'request.size': 'A body may have 1 MiB. Send it in parts.',
  'request.url': 'An address may have 16 KB. Put a long filter into the body of POST …/query.',
  'request.media': 'Say Content-Type: application/json (or application/merge-patch+json for PATCH), in UTF-8, not compressed.',
  'request.headers': 'All headers together may have 32 KB. Often a token or a cookie has grown.',
  'request.timeout': 'The request did not arrive in time. Send it again.',
  'request.inFlight': 'A request with the same Idempotency-Key is being carried out. Repeat it as it is, and get its answer.',
  'request.reused': 'The Idempotency-Key came with another request before. A new request needs a new key.',
  'resolve.name': 'A field, relation, operator or parameter does not exist. The detail suggests the nearest that does.',
  'resolve.url': 'A value in the address does not fit its field: a text where a number is meant, a choice there is none of.',
  'resolve.cursor': 'A cursor belongs to one sort, one filter and one caller. Take page.next and page.previous as they are, or begin at the first page.',
  'resolve.limit': 'The request is nested too deep, names too much, or asks for too many rows. The detail says the budget and the cost.',
  'resolve.value': 'The body has mistakes. errors lists every one with its place; nothing was written.',
  'caller.token': 'The token is expired, not signed by who must have signed it, or no Bearer token. Get a new one.',
  'caller.unknown': 'This takes somebody known. Send Authorization: Bearer with a token.',
  'caller.forbidden': 'Whoever you are, the rules do not allow this. Another caller, or other values, may do it.',
  'auth.credentials': 'There is no account of this name with this password, or its e-mail is not verified yet. Which of it is not told.',
  'auth.code': 'The code was used, is too old, or was never given. Ask for a new one.',
  'auth.stale': 'Give the password along, or sign in and do it again within ten minutes.',
  'auth.throttled': 'It was tried too often, from here or for this account. Retry-After says when it may be tried again.',
  'row.missing': 'There is no such row, or none that you may see: the two are not told apart.',
  'row.duplicate': 'Another row has this value already. facts.fields names the fields.',
  'row.referenced': 'Other rows refer to this one. Delete or change them first.',
  'row.contended': 'Another write came in between. Repeat the request as it is.',
  'row.count': 'There are not as many rows as expect says: facts.count is how many you may write. Nothing was written. Read them again, and say the number you mean.',
  'row.condition': 'The row is not as the filter of the request has it. Nothing was written. Read it, and decide again.',
  'row.transition': 'The state the row is in leads not to the one asked for, or not for this caller, or not yet. The failure says where it leads.',
  'row.unversioned': 'Rows of this entity are written only by who says which version was read: send its ETag in If-Match.',
  'row.stale': 'The row has changed since you read it. Read it again, decide again, and send the new ETag in If-Match.',
  'row.reference': 'The row that is referred to does not exist, or you may not read it. errors names the reference.',
  'row.invalid': 'The row would break a check that its entity declares.',
  'store.unsupported': 'The store of this entity cannot do what was asked.',
  'store.down': 'The database cannot be reached. Retry-After says when to try again.',
  'store.full': 'The database has no room left. Its operator must act.',
  'store.timeout': 'The database took too long. Ask for less, or try again later.',
  'server.busy': 'Too many passwords are being checked at once. Retry-After says when to try again.',
  'server.stopping': 'This process is shutting down. Another one, or the next, will answer.',
  'internal': 'A mistake on our side. The request id leads to it in the log: quote it when you report it.',
}
const again = { never: 'no', later: 'later', now: 'at once' } as const

/** `shop.outOfStock`, what it means, which actions refuse with it, and what is told of it. */
function declaredOf(model: Model): readonly Html[] {
  return declaredFailures(model).map(({ failure: f, of }) => html`
    <section class="failure" id="${f.code}">
      <h2><a href="#${f.code}">${f.code}</a> <span class="status">${f.status}</span></h2>
      <p><strong>${f.about ?? f.name}.</strong> From ${of.join(', ')}.${f.facts.length === 0 ? '' : ` Facts: ${f.facts.map(m => m.name).join(', ')}.`}</p>
      <p class="quiet">Declared by ${model.name} · repeat: no</p>
    </section>`)
}

export function failuresPage(model: Model): string {
  const rows = (Object.entries(failures) as [Code, (typeof failures)[Code]][]).map(([code, row]): Html => html`
    <section class="failure" id="${code}">
      <h2><a href="#${code}">${code}</a> <span class="status">${row.status}</span></h2>
      <p><strong>${row.title}.</strong> ${advice[code]}</p>
      <p class="quiet">${row.blame === 'caller' ? 'The request must change' : 'Not the caller’s fault'} · repeat: ${again[row.retry]}</p>
    </section>`)
  return page('Failures', '', html`
    <main class="prose">
      <p><a href="../docs">← Reference</a></p>
      <h1>Failures</h1>
      <p>Every refusal is <code>application/problem+json</code> (RFC 9457) with a <code>code</code> that never changes its meaning. What is wrong first is told first: unreadable 400, who asks 401, missing 404, not allowed 403, in the way 409 and 412, mistakes of the body 422.</p>
      ${raw([...rows, ...declaredOf(model)].map(r => r.text).join(''))}
    </main>`)
}
