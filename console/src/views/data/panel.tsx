// One row in full: why it is there, its fields, and what can be done with it. Nothing is done here: a request is made ready above, to be looked at and sent.
import { ActionIcon, Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useKnown } from '../../application/application.tsx'
import type { Entity } from '../../application/contract.ts'
import { hrefOf } from '../../frame/place.ts'
import { gap } from '../../parts/gap.ts'
import { Icon } from '../../parts/icon.tsx'
import { keyText, type Answer, type Method } from '../../request/ask.ts'
import { nameOf } from '../../request/code.ts'
import type { Asking } from '../../request/asking.ts'
import { Cell } from './cell.tsx'
import type { Chosen } from './result.tsx'
import { Why } from './why.tsx'

interface Props { readonly chosen: Chosen; readonly entity: Entity; readonly answer: Answer; readonly asking: Asking; /** Opened by somebody's hand, who goes on in it. */ readonly focus: boolean; readonly onClose: () => void }

export function RowPanel({ chosen: { key, row, why }, entity, answer, asking, focus, onClose }: Props) {
  const { application } = useKnown()
  const panel = useRef<HTMLElement>(null)
  const id = key.join()
  useEffect(() => { if (focus) panel.current?.focus({ preventScroll: true }) }, [id])
  const at = `${application.prefix}/${entity.path}/${keyText(key)}`
  const ready = (method: Method, address: string, body = ''): void => {
    asking.setDraft({ method, address, body })
    const input = document.querySelector<HTMLInputElement>('.address')
    input?.scrollIntoView({ block: 'center' })
    input?.focus()
  }
  const state = entity.states.map(s => s.transitions.filter(t => row !== null && t.from.includes(String(row[s.field]))).map(t => t.name)).flat()
  const actions = entity.actions.filter(a => !entity.states.some(s => s.transitions.some(t => t.name === nameOf(a.name))) || state.includes(nameOf(a.name)))
  const names = row === null ? [] : [...Object.keys(row), ...Object.keys(why?.hidden ?? {}).filter(name => !(name in row))]
  return (
    <aside className="card panel" ref={panel} tabIndex={-1} aria-label={`${entity.title} ${id}`} onKeyDown={event => { if (event.key === 'Escape') onClose() }}>
      <header className="line"><div className="grow"><h2>{entity.title}</h2><p className="mono soft small">{key.join(', ')}</p></div><ActionIcon variant="subtle" color="gray" onClick={onClose} aria-label="Close"><Icon name="cross" /></ActionIcon></header>
      {why !== null && <Why why={why} caller={answer.caller} verb={answer.why?.verb ?? 'read'} />}
      {row !== null && <div className="stack" style={gap('6px')}><h3>Fields</h3><dl className="fields">{names.map(name => (
        <div key={name}><dt>{name}</dt><dd><Cell whole value={row[name]} there={name in row} field={entity.fields.find(f => f.name === name) ?? null} relation={entity.relations.find(r => r.name === name) ?? null} hidden={why?.hidden[name] ?? null} /></dd></div>
      ))}</dl></div>}
      <div className="stack" style={gap('8px')}>
        <h3>Make a request of it</h3>
        <div className="line wrap">
          {answer.many && row !== null && <a className="chip toggle" href={hrefOf(at)}>open alone</a>}
          <Button className="compact" size="compact-sm" variant="default" onClick={() => { ready('PATCH', at, JSON.stringify(entity.examples.PATCH ?? {}, null, 2)) }}>change</Button>
          <Button className="compact" size="compact-sm" variant="default" onClick={() => { ready('DELETE', at) }}>delete</Button>
          {actions.map(a => <Button key={a.name} className="compact" size="compact-sm" variant="default" onClick={() => { ready('POST', `${at}/${a.name}`, a.example === undefined ? '' : JSON.stringify(a.example, null, 2)) }}>{a.name}</Button>)}
        </div>
        <p className="small soft">It is written into the request above; you send it.</p>
      </div>
      {entity.relations.some(r => r.many) && row !== null && <div className="stack" style={gap('8px')}><h3>Its lists</h3><div className="line wrap">{entity.relations.filter(r => r.many).map(r => <a key={r.name} className="chip toggle" href={hrefOf(`${at}/${r.name}`)}>{r.name}</a>)}</div></div>}
    </aside>
  )
}
