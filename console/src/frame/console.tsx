// The frame around every view: where one is, where one can go, and as whom one looks.
import { Button } from '@mantine/core'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { places, Provide, root, useKnown, useReading } from '../application/application.tsx'
import { visitor } from '../application/callers.ts'
import { Empty } from '../parts/empty.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Data } from '../views/data/data.tsx'
import { Start } from '../views/start/start.tsx'
import { hrefOf, usePlace } from './place.ts'
import { Scheme } from './scheme.tsx'
import './frame.css'

const Drawing = lazy(() => import('../views/drawing/drawing.tsx'))

export function Console() {
  const { reading, again } = useReading()
  switch (reading.state) {
    case 'reading': return <main className="waiting" aria-busy="true"><h1 className="out">Backwright</h1><p className="soft" role="status">Reading the contract…</p></main>
    case 'failed': return (
      <main className="waiting"><h1 className="out">Backwright</h1>
        <div role="alert"><Empty icon="alert" title="The application does not answer"><p>{reading.why}</p><p>Is <code>backwright dev</code> still running?</p><Button mt="sm" size="sm" onClick={again}>Try again</Button></Empty></div>
      </main>
    )
    case 'known': return <Provide known={reading.known}><Frame /></Provide>
  }
}

/** Actions that are shown of very many, until somebody wants them all. */
const few = 8

function Frame() {
  const known = useKnown()
  const { at, step, as, setAs } = usePlace()
  const [open, setOpen] = useState(false)
  const [all, setAll] = useState(false)
  const { application, callers } = known
  const many = !all && application.actions.length > few + 2 && !application.actions.slice(few).some(a => at.split('?')[0] === `${application.prefix}${a.path}`)
  const caller = callers.find(c => c.name === as) ?? callers.find(c => c.name !== 'visitor') ?? visitor
  const main = useRef<HTMLElement>(null)
  const view = at === '/' ? 'start' : at === '/drawing' ? 'drawing' : 'data'
  const collection = at.slice(application.prefix.length + 1).split(/[/?]/)[0] ?? ''
  useEffect(() => {
    setOpen(false)
    main.current?.scrollTo(0, 0)
  }, [at, step])
  useEffect(() => {
    document.title = `${view === 'start' ? '' : view === 'drawing' ? 'Drawing · ' : `${collection} · `}${application.name} · Backwright`
  }, [view, collection, application.name])

  return (
    <div className="frame" data-open={open || undefined}>
      <a className="skip" href="#content" onClick={event => { event.preventDefault(); main.current?.focus() }}>Skip to the content</a>
      <header className="side">
        <div className="brand">
          <a href={hrefOf('/')} className="line"><Mark /><span className="stack" style={{ gap: 0 }}><strong>{application.name}</strong><span className="small soft">Backwright · development</span></span><span className="out">, to the beginning</span></a>
          <button type="button" className="bare menu" aria-expanded={open} aria-controls="navigation" aria-label="Menu" onClick={() => { setOpen(!open) }}><Icon name={open ? 'cross' : 'menu'} size={22} /></button>
        </div>
        <nav id="navigation" aria-label="Views">
          <ul>
            <Item to="/" icon="home" text="Start" here={view === 'start'} />
            <Item to="/drawing" icon="drawing" text="Drawing" here={view === 'drawing'} />
          </ul>
          <h2 className="label" id="nav-entities">Entities</h2>
          <ul aria-labelledby="nav-entities">
            {application.entities.map(e => (
              <Item key={e.name} to={`${application.prefix}/${e.path}?page[size]=20`} icon="table" text={e.title} here={view === 'data' && (collection === e.path || collection === `~${e.name}`)} {...(e.partOf === null ? {} : { note: 'part' })} />
            ))}
          </ul>
          {application.actions.length > 0 && <>
            <h2 className="label" id="nav-actions">Actions</h2>
            <ul aria-labelledby="nav-actions">{(many ? application.actions.slice(0, few) : application.actions).map(a => <Item key={a.name} to={`${application.prefix}${a.path}`} icon="action" text={a.name} here={view === 'data' && at.split('?')[0] === `${application.prefix}${a.path}`} />)}
              {many && <li><button type="button" className="bare more" onClick={() => { setAll(true) }}>{application.actions.length - few} more</button></li>}
            </ul>
          </>}
          <h2 className="label" id="nav-more">Elsewhere</h2>
          <ul aria-labelledby="nav-more">
            {elsewhere.filter(one => one.always || places.includes(one.at)).map(one => (
              <li key={one.at}><a href={`${root}${one.href ?? one.at}`} target="_blank" rel="noreferrer"><Icon name={one.icon} />{one.text}<span className="note"><Icon name="out" size={13} /><span className="out">(in a new tab)</span></span></a></li>
            ))}
          </ul>
        </nav>
        <Scheme />
      </header>
      <main id="content" ref={main} tabIndex={-1}>
        {view === 'start' && <Start caller={caller} />}
        {view === 'drawing' && <Suspense fallback={<p className="waiting soft" role="status">Loading the drawing…</p>}><Drawing whole /></Suspense>}
        {view === 'data' && <Data at={at} step={step} caller={caller} setCaller={setAs} />}
      </main>
    </div>
  )
}

export const elsewhere: readonly { readonly at: string; readonly href?: string; readonly icon: IconName; readonly text: string; readonly about: string; readonly always?: boolean }[] = [
  { at: '/docs', icon: 'book', text: 'API reference', about: 'The REST contract, written to be read: every address, body and failure.' },
  { at: '/graphql', icon: 'graph', text: 'GraphQL', about: 'A page to try documents on, names completed, as any of the callers.' },
  { at: '/soap', href: '/soap?wsdl', icon: 'envelope', text: 'WSDL', about: 'The SOAP service, for Java, .NET, PHP and whoever else asks for it.' },
  { at: '/auth', href: '/auth/sign-in', icon: 'key', text: 'Accounts', about: 'Pages to sign up, sign in, and find back a password.' },
  { at: '/mail', icon: 'mail', text: 'Mail', about: 'What the application has sent while you develop.' },
]

const Item = ({ to, icon, text, here, note }: { readonly to: string; readonly icon: IconName; readonly text: string; readonly here: boolean; readonly note?: string }) => (
  <li><a href={hrefOf(to)} aria-current={here ? 'page' : undefined}><Icon name={icon} /><span className="grow">{text}</span>{note === undefined ? null : <span className="note">{note}</span>}</a></li>
)

const Mark = () => (
  <svg className="mark" width="30" height="30" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" /><path d="M9 7h14l-5.2 8v2L23 25H9l5.2-8v-2z" fill="none" stroke="#fff" strokeWidth="2.2" strokeLinejoin="round" /><path d="M13.2 21.5h5.6L21 25H11z" fill="#fff" /></svg>
)
