// The application as the page knows it: read once, and again when somebody comes back to the page, since it may have been changed meanwhile.
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'
import { applicationOf, type Application, type Entity } from './contract.ts'
import { brought, readCallers, type Caller } from './callers.ts'

/** Where the server begins: what stands before `/dev/console/`, empty unless it is mounted below another one. */
export const root: string = new URL(import.meta.env.DEV ? '/' : '../../', import.meta.env.DEV ? location.href : import.meta.url).pathname.replace(/\/$/, '')
/** Addresses that this server has. */
export const places: readonly string[] = (document.documentElement.dataset['places'] ?? '').split(' ').filter(place => place !== '')

export interface Known {
  readonly application: Application
  readonly callers: readonly Caller[]
  /** Looks as whose token this is from now on, until the page is loaded again; answers its name. */
  readonly bring: (token: string) => string
  readonly entity: (name: string) => Entity | undefined
}
type Read = Omit<Known, 'bring'>
export type Reading = { readonly state: 'reading' } | { readonly state: 'failed'; readonly why: string } | { readonly state: 'known'; readonly known: Read }

const Context = createContext<Known | null>(null)

/** What is known; only below `Provide`. */
export function useKnown(): Known {
  const known = use(Context)
  if (known === null) throw new Error('nothing is known of the application here')
  return known
}

export function Provide({ known, children }: { readonly known: Read; readonly children: ReactNode }) {
  const [own, setOwn] = useState<readonly Caller[]>([])
  const whole = useMemo((): Known => ({
    ...known, callers: [...known.callers, ...own],
    bring: token => {
      const caller = brought(token, [...known.callers, ...own])
      setOwn([...own, caller])
      return caller.name
    },
  }), [known, own])
  return <Context value={whole}>{children}</Context>
}

export function useReading(): { readonly reading: Reading; readonly again: () => void } {
  const [reading, setReading] = useState<Reading>({ state: 'reading' })
  const again = useCallback(() => {
    read().then(known => {
      setReading(now => (now.state === 'known' && same(now.known, known) ? now : { state: 'known', known }))
    }, (error: unknown) => {
      // What was known stays: a server that is being restarted is no reason to show nothing.
      setReading(now => (now.state === 'known' ? now : { state: 'failed', why: error instanceof Error ? error.message : String(error) }))
    })
  }, [])
  useEffect(() => {
    again()
    const back = (): void => { if (document.visibilityState === 'visible') again() }
    document.addEventListener('visibilitychange', back)
    window.addEventListener('focus', back)
    return () => {
      document.removeEventListener('visibilitychange', back)
      window.removeEventListener('focus', back)
    }
  }, [again])
  return useMemo(() => ({ reading, again }), [reading, again])
}

async function read(): Promise<Read> {
  const [answer, callers] = await Promise.all([fetch(`${root}/openapi.json`), readCallers(root)])
  if (!answer.ok) throw new Error(`The contract cannot be read: ${root}/openapi.json answers ${answer.status}.`)
  const application = applicationOf(await answer.json())
  const byName = new Map(application.entities.map(e => [e.name, e]))
  return { application, callers, entity: name => byName.get(name) }
}

const same = (a: Read, b: Read): boolean => a.application.version === b.application.version && JSON.stringify(a.callers) === JSON.stringify(b.callers)
