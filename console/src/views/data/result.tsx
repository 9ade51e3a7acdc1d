// What came of a request: its status, and rows, JSON, the statement, or what the entity is made of.
import { Skeleton, Tabs } from '@mantine/core'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { Caller } from '../../application/callers.ts'
import type { Entity } from '../../application/contract.ts'
import { keyOf, sameKey, type Answer, type Row, type WhyRow } from '../../request/ask.ts'
import type { Asking } from '../../request/asking.ts'
import { hrefOf } from '../../frame/place.ts'
import { gap } from '../../parts/gap.ts'
import { Code } from '../../parts/code.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Fields } from './fields.tsx'
import { Refused } from './refused.tsx'
import { RowPanel } from './panel.tsx'
import { reasonsOf, Rows } from './rows.tsx'
import { Toolbar } from './toolbar.tsx'

const Drawing = lazy(() => import('../drawing/drawing.tsx'))

/** A row, its reasons, or both: what the rules leave out has reasons only. */
export interface Chosen { readonly key: readonly unknown[]; readonly row: Row | null; readonly why: WhyRow | null }

interface Props { readonly asking: Asking; readonly caller: Caller; readonly entity: Entity | null; readonly called: boolean }

export function Result({ asking, caller, entity, called }: Props) {
  const { answer, trouble, pending, draft } = asking
  const [tab, setTab] = useState<string | null>('rows')
  const [key, setKey] = useState<readonly unknown[] | null>(null)
  const path = answer?.request.address.split('?')[0]
  // One row alone is looked at in full.
  const alone = answer !== null && entity !== null && !answer.many && answer.rows?.length === 1 && answer.rows[0] !== undefined && !called ? keyOf(answer.rows[0], entity.key).join() : null
  const byHand = useRef(false)
  useEffect(() => {
    byHand.current = false
    setKey(alone === null || answer?.rows?.[0] === undefined || entity === null ? null : keyOf(answer.rows[0], entity.key))
  }, [path, alone])
  // Whoever sends something wants to see what came of it.
  const sent = answer !== null && answer.request.method !== 'GET' ? answer : null
  useEffect(() => { if (sent !== null) setTab('rows') }, [sent])

  if (answer === null && trouble === null && !pending) {
    return <section className="card" aria-label="Answer"><Empty icon="action" title="Not sent yet"><p>Look the request over, then press Send: it is carried out as {caller.name}, and what comes stands here.</p></Empty></section>
  }
  const chosen = answer === null || key === null || entity === null ? null : choose(answer, entity, key)
  const tabs = entity !== null && !called
  // Where one came from: the row's own button.
  const close = (): void => {
    document.querySelector<HTMLElement>('.bare-chip[aria-expanded="true"]')?.focus()
    setKey(null)
  }
  return (
    <section className="result" aria-label="Answer" aria-busy={pending}>
      <Tabs className="tabs" value={tab} onChange={setTab} keepMounted={false}>
        <div className="line strip">
          <Tabs.List aria-label="Answer" className="grow">
            <Tabs.Tab value="rows">{answer !== null && !answer.many && answer.rows === null ? 'Answer' : answer?.many === false ? 'Row' : 'Rows'}</Tabs.Tab><Tabs.Tab value="json">JSON</Tabs.Tab><Tabs.Tab value="statement">Statement</Tabs.Tab>
            {tabs && <Tabs.Tab value="structure">Structure</Tabs.Tab>}
          </Tabs.List>
          <Status answer={answer} pending={pending} caller={caller} />
        </div>
        <Tabs.Panel value="rows">
          {tabs && entity !== null && answer?.request.method !== 'POST' && path?.endsWith('/aggregate') !== true && <Toolbar entity={entity} at={answer?.request.address ?? draft.address} caller={caller.name} />}
          <div className="beside" data-panel={chosen !== null || undefined}>
            <div className="stack" style={gap('16px')}>
              {trouble !== null && <div className="card" role="alert"><Empty icon="alert" title="No answer came"><p>{trouble}. Is <code>backwright dev</code> still running?</p></Empty></div>}
              {answer === null && trouble === null && <Waiting />}
              {answer?.problem && <Refused answer={answer} />}
              {answer !== null && answer.request.method !== 'GET' && entity !== null && !called && <p className="small"><a href={hrefOf(asking.home, caller.name)} onClick={asking.begin}>Back to the rows</a></p>}
              {answer !== null && answer.request.method !== 'GET' && answer.caller !== caller.name && <p className="note card">This was sent as {answer.caller}. It writes, so it is not sent again as {caller.name} unless you press Send.</p>}
              {answer !== null && answer.problem === null && answer.rows === null && <div className="card"><Empty icon="check" title={answer.body === undefined ? 'Done' : 'Answered'}><p>{answer.body === undefined ? `${answer.status}: there is nothing more to say.` : 'What came is no row; it is under JSON.'}</p></Empty></div>}
              {answer !== null && entity !== null && (answer.rows !== null || answer.why?.rows.some(r => r.key.length > 0) === true) && <Rows answer={answer} entity={entity} chosen={key} onChoose={next => { byHand.current = true; setKey(next) }} />}
              {answer !== null && entity === null && answer.rows !== null && <Code what="answer" text={JSON.stringify(answer.body, null, 2)} />}
            </div>
            {chosen !== null && entity !== null && answer !== null && <RowPanel chosen={chosen} entity={entity} answer={answer} asking={asking} focus={byHand.current} onClose={close} />}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="json">{answer === null ? <Waiting /> : <Code what="answer" text={answer.body === undefined ? '' : JSON.stringify(answer.body, null, 2)} />}</Tabs.Panel>
        <Tabs.Panel value="statement">
          {answer?.why?.statement == null ? <div className="card"><Empty icon="none" title="No statement to show"><p>Reads show theirs; what is refused before the database is asked has none.</p></Empty></div>
            : <div className="stack"><h2>What PostgreSQL was asked</h2><Code what="statement" text={answer.why.statement} />{answer.why.plan !== null && <><h2>How it goes about it</h2><Code what="plan" text={answer.why.plan} /></>}</div>}
        </Tabs.Panel>
        {tabs && entity !== null && <Tabs.Panel value="structure">
          <div className="stack" style={gap('24px')}>
            <Fields entity={entity} />
            <div><h2 style={{ marginBottom: 12 }}>Drawing</h2><div className="card pane"><Suspense fallback={<p className="soft waits" role="status">Loading the drawing…</p>}><Drawing around={entity.name} /></Suspense></div></div>
          </div>
        </Tabs.Panel>}
      </Tabs>
    </section>
  )
}

function choose({ rows, why }: Answer, entity: Entity, key: readonly unknown[]): Chosen | null {
  const row = rows?.find((r, i) => sameKey(reasonsOf(r, i, rows, why?.rows ?? [], entity).key ?? [], key)) ?? null
  const reasons = why?.rows.find(r => sameKey(r.key, key)) ?? null
  return row === null && reasons === null ? null : { key, row, why: reasons }
}

function Status({ answer, pending, caller }: { readonly answer: Answer | null; readonly pending: boolean; readonly caller: Caller }) {
  if (answer === null) return <p className="small soft status" role="status">{pending ? 'Asking…' : ''}</p>
  const { status, ms, rows, many, bytes } = answer
  return (
    <p className="line small soft status" role="status">
      <span className={`chip ${status < 400 ? 'allow' : 'deny'}`}>{status}</span>
      {many && <span>{rows?.length} {rows?.length === 1 ? 'row' : 'rows'}</span>}
      <span>{Math.round(ms)} ms</span><span>{bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`}</span>
      <span className="out">as {answer.caller === caller.name ? caller.name : answer.caller}</span>
    </p>
  )
}

const Waiting = () => (
  <div className="card waiting-rows" aria-hidden="true">{[92, 78, 88, 70, 84, 76].map((width, i) => <Skeleton key={i} height={14} width={`${width}%`} radius="sm" />)}</div>
)
