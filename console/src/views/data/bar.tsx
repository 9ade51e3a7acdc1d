// The request: method, address, body, and the same as code.
import { Button, Tabs } from '@mantine/core'
import { useRef, useState } from 'react'
import { root, useKnown } from '../../application/application.tsx'
import type { Caller } from '../../application/callers.ts'
import type { Meaning } from '../../request/address.ts'
import { parse, write } from '../../request/address.ts'
import { takesBody, verbs, type Method, type Request } from '../../request/ask.ts'
import type { Asking } from '../../request/asking.ts'
import { client, commandLine, curl, headerOf } from '../../request/code.ts'
import { Code } from '../../parts/code.tsx'

export function RequestBar({ asking: { draft, setDraft, send, pending }, caller, meaning }: { readonly asking: Asking; readonly caller: Caller; readonly meaning: Meaning }) {
  const { application } = useKnown()
  const [shown, setShown] = useState<string | null>('curl')
  const typed = useRef<{ body: string | null }>({ body: null })
  const { method, address, body } = draft
  const pick = (next: Method): void => { setDraft({ method: next, address: addressFor(next, draft, meaning), body: takesBody(next) ? typed.current.body ?? exampleFor(next, meaning, application.actions) : '' }) }
  const problem = takesBody(method) ? mistakeIn(body) : null
  const code = client(draft, application)
  return (
    <section className="card request" aria-label="Request">
      <form onSubmit={event => { event.preventDefault(); send() }}>
        <div className="line bar">
          <select className="method" data-method={method} aria-label="Method" value={method} onChange={event => { pick(event.currentTarget.value as Method) }}>
            {verbs.map(verb => <option key={verb}>{verb}</option>)}
          </select>
          <input className="mono address" aria-label="Address" spellCheck={false} autoCapitalize="off" autoComplete="off" value={address} onChange={event => { setDraft({ ...draft, address: event.currentTarget.value }) }} />
          <Button type="submit" size="sm" className="send" aria-disabled={pending}>Send<span className="out"> as {caller.name}</span></Button>
        </div>
        {takesBody(method) && (
          <div className="body">
            <label className="label" htmlFor="body">Body</label>
            <textarea id="body" className="mono" spellCheck={false} rows={Math.min(14, Math.max(3, body.split('\n').length))} value={body} aria-invalid={problem !== null} aria-describedby="body-problem"
              onChange={event => { typed.current.body = event.currentTarget.value; setDraft({ ...draft, body: event.currentTarget.value }) }}
              onKeyDown={event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send() } }} />
            <p id="body-problem" className="small" data-wrong={problem !== null || undefined}>{problem ?? 'JSON. Ctrl and Enter sends it.'}</p>
          </div>
        )}
      </form>
      <Tabs className="tabs codes" value={shown} onChange={setShown} keepMounted={false}>
        <Tabs.List aria-label="The same as code"><Tabs.Tab value="curl">curl</Tabs.Tab><Tabs.Tab value="client">TypeScript client</Tabs.Tab><Tabs.Tab value="command">Command line</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="curl"><Code what="curl" text={curl(draft, location.origin + root, headerOf(caller, application.name))} /></Tabs.Panel>
        <Tabs.Panel value="client"><Code what="TypeScript" text={code === null ? '// The typed client has no word for this request.' : `import { client } from 'backwright/client'\nimport type app from './${application.name}.ts'\n\nconst api = client<typeof app>('${location.origin}${root}'${caller.name === 'visitor' ? '' : ', { token }'})\n${code}`} /></Tabs.Panel>
        <Tabs.Panel value="command"><Code what="command line" text={commandLine(draft, caller, application.prefix)} /></Tabs.Panel>
      </Tabs>
    </section>
  )
}

/** Where a method applies: writes of a list have no paging and order. */
function addressFor(method: Method, { address }: Request, { entity, id }: Meaning): string {
  const parsed = parse(address)
  if (method === 'GET' || entity === null) return address
  const kept = parsed.parameters.filter(([name]) => (method === 'POST' || id !== null ? /^(fields|include)\b/.test(name) : /^(filter|expect)\b/.test(name)))
  return write({ ...parsed, parameters: id === null && (method === 'PATCH' || method === 'DELETE') && !kept.some(([name]) => name === 'expect') ? [...kept, ['expect', '1']] : kept })
}

function exampleFor(method: Method, { entity, action }: Meaning, actions: readonly { readonly name: string; readonly example: unknown }[]): string {
  const example = action !== null ? (actions.find(a => a.name === action) ?? entity?.actions.find(a => a.name === action))?.example
    : entity !== null && (method === 'POST' || method === 'PATCH' || method === 'PUT') ? entity.examples[method] : undefined
  return example === undefined ? (action === null ? '{}' : '') : JSON.stringify(example, null, 2)
}

function mistakeIn(body: string): string | null {
  if (body.trim() === '') return null
  try {
    JSON.parse(body)
    return null
  } catch (error) {
    return `Not JSON yet: ${(error as Error).message}`
  }
}
