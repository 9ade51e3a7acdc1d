// The first page: what is running, what to try first, and where things are.
import { lazy, Suspense } from 'react'
import { places, root, useKnown } from '../../application/application.tsx'
import type { Caller } from '../../application/callers.ts'
import type { Application, Entity } from '../../application/contract.ts'
import { elsewhere } from '../../frame/console.tsx'
import { hrefOf } from '../../frame/place.ts'
import { Copy } from '../../parts/code.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import './start.css'

const Drawing = lazy(() => import('../drawing/drawing.tsx'))

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

export function Start({ caller }: { readonly caller: Caller }) {
  const { application, callers } = useKnown()
  const { entities, actions, name, prefix } = application
  const first = telling(application)
  const people = callers.filter(c => c.name !== 'visitor')
  const listed = (e: Entity): string => `${prefix}/${e.path}?page[size]=20`
  return (
    <div className="start">
      <section className="hero" aria-labelledby="hero">
        <span className="chip allow"><span className="pulse" aria-hidden="true" />running</span>
        <h1 id="hero">{name}</h1>
        <p className="lead">{said([count(entities.length, 'entity', 'entities'), ...(actions.length === 0 ? [] : [count(actions.length, 'action')])])} over {said(protocols())}, on PostgreSQL. Change the declaration, save it, and all of this follows.</p>
        {first && <div className="line wrap" style={{ gap: 10 }}>
          <a className="call" href={hrefOf(listed(first), caller.name)}>Look at {plural(first)} as {caller.name}<Icon name="right" size={16} /></a>
          {places.includes('/docs') && <a className="call plain" href={`${root}/docs`} target="_blank" rel="noreferrer">Read the API reference<span className="out"> (in a new tab)</span></a>}
        </div>}
      </section>

      {entities.length === 0 && <section className="card" aria-label="Nothing declared yet"><Empty icon="table" title="No entity yet"><p>Declare one that somebody may read, and save: it appears here when you come back to this page.</p></Empty></section>}
      {entities.length > 0 && <section aria-labelledby="drawn">
        <div className="line head"><h2 id="drawn">How it hangs together</h2><a href={hrefOf('/drawing')} className="small">Open the drawing</a></div>
        <div className="card pane"><Suspense fallback={<p className="soft waits" role="status">Loading the drawing…</p>}><Drawing /></Suspense></div>
      </section>}

      {first && people.length > 0 && <section aria-labelledby="who">
        <h2 id="who" className="head">The same request, other eyes</h2>
        <ul className="eyes">
          {callers.map(c => (
            <li key={c.name}><a className="card" href={hrefOf(listed(first), c.name)}>
              <span className="face" aria-hidden="true">{c.name.slice(0, 1).toUpperCase()}</span><span className="stack" style={{ gap: 1 }}><strong>{plural(first)} as {c.name}</strong><span className="small soft">{c.name === 'visitor' ? 'nobody in particular' : 'and why, row by row'}</span></span>
            </a></li>
          ))}
        </ul>
      </section>}

      {entities.length > 0 && <section aria-labelledby="entities">
        <h2 id="entities" className="head">Entities</h2>
        <ul className="entities">{entities.map(e => <li key={e.name}><EntityCard entity={e} href={hrefOf(listed(e))} /></li>)}</ul>
      </section>}

      <div className="two">
        <section aria-labelledby="terminal">
          <h2 id="terminal" className="head">From a terminal</h2>
          <ul className="card lines">{commands(first, people[0], prefix).map(([line, about]) => (
            <li key={line}><div className="grow"><code>{line}</code><p className="small soft">{about}</p></div><Copy text={line} what={line} /></li>
          ))}</ul>
        </section>
        <section aria-labelledby="where">
          <h2 id="where" className="head">Where things are</h2>
          <ul className="card lines">{elsewhere.filter(one => places.includes(one.at)).map(one => (
            <li key={one.at}><Icon name={one.icon} /><div className="grow"><a href={`${root}${one.href ?? one.at}`} target="_blank" rel="noreferrer">{one.text}<span className="out"> (in a new tab)</span></a> <code className="soft">{one.href ?? one.at}</code><p className="small soft">{one.about}</p></div></li>
          ))}</ul>
        </section>
      </div>
    </div>
  )
}

/** The entity whose rows differ most by who looks: one that hangs together with others and moves through states, if there is one. */
function telling({ entities }: Application): Entity | undefined {
  const whole = entities.filter(e => e.partOf === null)
  return whole.find(e => e.states.length > 0) ?? whole.toSorted((a, b) => b.relations.length - a.relations.length)[0] ?? entities[0]
}

const protocols = (): readonly string[] => ['REST', ...(places.includes('/graphql') ? ['GraphQL'] : []), ...(places.includes('/soap') ? ['SOAP'] : [])]
const said = (parts: readonly string[]): string => [parts.slice(0, -1).join(', '), parts.at(-1) ?? ''].filter(part => part !== '').join(' and ')
/** `order items` of `order-items`. */
const plural = ({ path }: Entity): string => path.replaceAll('-', ' ')

function commands(entity: Entity | undefined, person: Caller | undefined, prefix: string): readonly (readonly [string, string])[] {
  const as = person === undefined ? '' : ` --as ${person.name}`
  return [
    ...(entity === undefined ? [] : [[`npx backwright get ${entity.path}${as} --why`, 'Rows, and which rule decided'], [`npx backwright explain get ${entity.path}${as}`, 'Every rule clause by clause, statement and plan']] as const),
    ['npx backwright check', 'Looks over declaration and rules like a reviewer'],
    ['npx backwright read', 'Says in plain English who may do what'],
    ['npx backwright test', 'Runs your stories, and what the rules prove of themselves'],
    [`curl ${location.origin}${root}${prefix}`, 'The API, from its root'],
  ]
}

function EntityCard({ entity, href }: { readonly entity: Entity; readonly href: string }) {
  const plain = entity.fields.filter(f => !f.asked)
  return (
    <a className="card entity" href={href}>
      <span className="line"><Icon name="table" size={16} /><strong className="grow">{entity.title}</strong><span className="small soft">{count(plain.length, 'field')}</span></span>
      <span className="small soft cardabout">{entity.about}</span>
      <span className="line wrap" style={{ gap: 6 }}>
        {entity.partOf !== null && <span className="chip">part of {entity.partOf}</span>}
        {entity.relations.filter(r => !(r.by.length > 0 && entity.partOf === r.to)).map(r => <span key={r.name} className="chip">{r.name}{r.many ? ' ∗' : ''}</span>)}
        {entity.states.map(s => <span key={s.field} className="chip accent">{s.states.length} states</span>)}
      </span>
    </a>
  )
}
