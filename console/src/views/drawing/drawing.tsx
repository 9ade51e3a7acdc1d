// The drawing, loaded after the page: of all entities, or of one and its neighbours; and of the states of fields that have some. Below it the same in words.
import { Tabs } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useKnown } from '../../application/application.tsx'
import type { Entity } from '../../application/contract.ts'
import { hrefOf } from '../../frame/place.ts'
import { Canvas } from './canvas.tsx'
import { howMany, linksOf, relationGraph, stateGraph } from './graph.ts'
import './drawing.css'

/** `whole`: a view of its own, with the states and the words; `around`: one entity, its neighbours and its states; neither: a picture on another page. */
export default function Drawing({ whole = false, around }: { readonly whole?: boolean; readonly around?: string }) {
  const { application: { entities } } = useKnown()
  const shown = around === undefined ? entities : entities.filter(e => e.name === around)
  const machines = whole || around !== undefined ? shown.flatMap(entity => entity.states.map(states => ({ id: `${entity.name}.${states.field}`, title: `${entity.title}.${states.field}`, states }))) : []
  const [tab, setTab] = useState<string | null>('relations')
  const graph = useMemo(() => relationGraph(entities, around ?? null), [entities, around])
  const graphs = useMemo(() => new Map(machines.map(m => [m.id, stateGraph(m.states)])), [entities, around])
  const picture = <Canvas graph={graph} entities={entities} wheel={whole} label={`${graph.boxes.length} entities and ${graph.links.length} relations`} marked={around ?? null} />
  if (machines.length === 0 && !whole) return picture
  const tabs = (
    <Tabs className="tabs drawn" value={tab} onChange={setTab} keepMounted={false}>
      <Tabs.List aria-label="What is drawn"><Tabs.Tab value="relations">Relations</Tabs.Tab>{machines.map(m => <Tabs.Tab key={m.id} value={m.id}>{m.title}</Tabs.Tab>)}</Tabs.List>
      <Tabs.Panel value="relations">{picture}</Tabs.Panel>
      {machines.map(m => { const of = graphs.get(m.id); return <Tabs.Panel key={m.id} value={m.id}>{of && <Canvas graph={of} entities={[]} begins={m.states.begins} wheel={whole} label={`The states of ${m.title}`} marked={null} />}</Tabs.Panel> })}
    </Tabs>
  )
  if (!whole) return tabs
  return (
    <div className="drawing">
      <header><h1>Drawing</h1><p className="soft">Entities, how many rows of one belong to how many of another, and the ways from state to state.</p></header>
      <div className="card big">{tabs}</div>
      <Words entities={entities} />
    </div>
  )
}

const Words = ({ entities }: { readonly entities: readonly Entity[] }) => {
  const title = (name: string): string => entities.find(e => e.name === name)?.title ?? name
  const { prefix } = useKnown().application
  const moving = entities.flatMap(e => e.states.flatMap(s => s.transitions.map(t => ({ e, s, t }))))
  return (
    <div className="words">
      <section aria-labelledby="words-relations">
        <h2 id="words-relations">Relations in words</h2>
        <ul className="card lines">{linksOf(entities).length === 0 ? <li className="soft">No entity refers to another.</li> : entities.flatMap(e => e.relations.map(r => (
          <li key={`${e.name}.${r.name}`}><span className="grow"><a href={hrefOf(`${prefix}/${e.path}?page[size]=20`)}>{e.title}</a> <code>{r.name}</code> <span className="soft">{r.owned ? 'has as its parts' : 'has'} {howMany(r)}</span> {title(r.to)}</span></li>
        )))}</ul>
      </section>
      {moving.length > 0 && <section aria-labelledby="words-states">
        <h2 id="words-states">Ways from state to state</h2>
        <ul className="card lines">{moving.map(({ e, s, t }) => (
          <li key={`${e.name}.${s.field}.${t.name}`}><span className="grow"><code>{t.name}</code> <span className="soft">takes {e.title}.{s.field} from</span> {t.from.join(' or ')} <span className="soft">to</span> {t.to}{t.by !== null && <span className="soft">, by {t.by.join(' or ')}</span>}{t.when !== null && <> <span className="soft">when</span> <code className="when">{t.when}</code></>}</span></li>
        ))}</ul>
      </section>}
    </div>
  )
}
