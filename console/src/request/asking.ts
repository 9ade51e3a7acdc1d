// A request as somebody works on it: what is typed, what was sent, what came, and what the same would be to others.
import { useCallback, useEffect, useRef, useState } from 'react'
import { root } from '../application/application.tsx'
import type { Caller } from '../application/callers.ts'
import { go } from '../frame/place.ts'
import { ask, type Answer, type Request } from './ask.ts'

/** What somebody else gets, in a word. */
export interface Summary { readonly status: number; readonly text: string; readonly said: string }

export interface Asking {
  readonly draft: Request
  readonly setDraft: (draft: Request) => void
  readonly send: () => void
  /** The address of the place, and what leads back to what it begins with. */
  readonly home: string
  readonly begin: () => void
  readonly pending: boolean
  readonly answer: Answer | null
  /** No answer came. */
  readonly trouble: string | null
  /** By the names of callers. */
  readonly others: ReadonlyMap<string, Summary>
}

/** More are asked only when one looks as them. */
const compared = 8

/** `begins`: what a place begins with, at each `step` anew; a read is sent at once, what writes is only made ready. */
export function useAsking(begins: Request, step: number, caller: Caller, callers: readonly Caller[]): Asking {
  const at = begins.address
  const [draft, setDraft] = useState<Request>(begins)
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [pending, setPending] = useState(begins.method === 'GET')
  const [others, setOthers] = useState<ReadonlyMap<string, Summary>>(new Map())
  const running = useRef<AbortController | null>(null)
  const latest = useRef<Request>(draft)
  /** Who has been asked for already, of which request. */
  const known = useRef<{ readonly request: Request | null; readonly names: Set<string> }>({ request: null, names: new Set() })

  const run = useCallback((request: Request) => {
    running.current?.abort()
    const mine = new AbortController()
    running.current = mine
    latest.current = request
    setPending(true)
    setTrouble(null)
    const { signal } = mine
    ask(root, request, caller, { signal }).then(got => {
      if (signal.aborted) return
      setAnswer(got)
      setPending(false)
      if (request.method !== 'GET') { setOthers(new Map([[caller.name, summaryOf(got)]])); return }
      const fresh = known.current.request !== request
      known.current = { request, names: fresh ? new Set([caller.name]) : new Set([...known.current.names, caller.name]) }
      setOthers(now => new Map(fresh ? [] : now).set(caller.name, summaryOf(got)))
      // A read may be asked as everybody: nothing comes of it but what each would see. Once for each request is enough.
      for (const other of callers.slice(0, compared)) {
        if (known.current.names.has(other.name)) continue
        known.current.names.add(other.name)
        ask(root, request, other, { why: false }).then(theirs => {
          if (latest.current === request) setOthers(now => new Map(now).set(other.name, summaryOf(theirs)))
        }, () => {})
      }
    }, (error: unknown) => {
      if (signal.aborted) return
      setTrouble(error instanceof Error ? error.message : String(error))
      setAnswer(null)
      setOthers(new Map())
      setPending(false)
    })
  }, [caller, callers])

  // Another place: its rows. Another pair of eyes: the same once more, but for what writes, which is sent by hand only.
  const shown = useRef<string | null>(null)
  useEffect(() => {
    if (shown.current !== `${step} ${at}`) {
      shown.current = `${step} ${at}`
      setDraft(begins)
      setAnswer(now => (now !== null && pathOf(now.request.address) === pathOf(at) ? now : null))
      latest.current = begins
      if (begins.method === 'GET') run(begins)
      else {
        running.current?.abort()
        setPending(false)
        setTrouble(null)
        setOthers(new Map())
      }
    } else if (latest.current.method === 'GET') run(latest.current)
  }, [at, step, begins, run])
  useEffect(() => () => { running.current?.abort() }, [])

  const send = useCallback(() => {
    if (draft.method === 'GET' && draft.address !== at) go(draft.address, caller.name)
    else run({ ...draft })
  }, [draft, at, run, caller.name])
  const begin = useCallback(() => {
    setDraft(begins)
    run({ ...begins })
  }, [begins, run])
  return { draft, setDraft, send, home: at, begin, pending, answer, trouble, others }
}

const pathOf = (address: string): string => address.split('?')[0] ?? ''

function summaryOf({ status, rows, many, page, problem }: Answer): Summary {
  if (problem !== null) return { status, text: String(status), said: `${status} ${problem.title}` }
  if (!many) return { status, text: rows === null ? String(status) : '1', said: rows === null ? `${status}` : 'sees it' }
  const n = rows?.length ?? 0, more = page?.next !== null && page !== null
  return { status, text: `${n}${more ? '+' : ''}`, said: `${n}${more ? ' rows and more' : n === 1 ? ' row' : ' rows'}` }
}
