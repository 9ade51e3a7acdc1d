// Requests and what comes of them: the rows of an entity, one row, an action; as whom, and why.
import { useMemo } from 'react'
import { useKnown } from '../../application/application.tsx'
import type { Caller } from '../../application/callers.ts'
import { meaningOf, parse } from '../../request/address.ts'
import type { Request } from '../../request/ask.ts'
import { useAsking } from '../../request/asking.ts'
import { hrefOf } from '../../frame/place.ts'
import { nameOf } from '../../request/code.ts'
import { RequestBar } from './bar.tsx'
import { Result } from './result.tsx'
import { ViewAs } from './viewas.tsx'
import './data.css'

export function Data({ at, step, caller, setCaller }: { readonly at: string; readonly step: number; readonly caller: Caller; readonly setCaller: (name: string) => void }) {
  const known = useKnown()
  const { application, callers } = known
  const meaning = useMemo(() => meaningOf(parse(at).path, application), [at, application])
  const { entity, id, action } = meaning
  const called = action === null ? undefined : entity === null ? application.actions.find(a => nameOf(a.name) === nameOf(action)) : entity.actions.find(a => nameOf(a.name) === nameOf(action))
  const begins = useMemo((): Request => (called === undefined ? { method: 'GET', address: at, body: '' } : { method: 'POST', address: at, body: called.example === undefined ? '' : JSON.stringify(called.example, null, 2) }), [at, called])
  const asking = useAsking(begins, step, caller, callers)
  const title = called?.name ?? entity?.title ?? 'Request'
  const about = called?.about ?? entity?.about ?? 'Any address of this server.'
  return (
    <div className="data">
      <header className="about">
        <div className="grow">
          <h1>{title}</h1>
          <p className="soft">{about}{entity?.partOf != null && called === undefined ? ` A part of its ${entity.partOf}, whose rules it follows.` : ''}</p>
          {id !== null && entity !== null && action === null && <p className="small"><a href={hrefOf(`${application.prefix}/${entity.path}?page[size]=20`)}>All of {entity.path}</a></p>}
        </div>
        <ViewAs callers={callers} caller={caller} onChange={setCaller} others={asking.others} pending={asking.pending} />
      </header>
      <RequestBar asking={asking} caller={caller} meaning={meaning} />
      <Result asking={asking} caller={caller} entity={entity} called={called !== undefined} />
    </div>
  )
}
