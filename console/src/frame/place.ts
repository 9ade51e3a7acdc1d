// Where in the page somebody is, kept behind the # of its address so that it can be linked and gone back from: `#anna@/api/orders?sort=-total`, `#/drawing`, `#/`.
import { useCallback, useEffect, useMemo, useState } from 'react'

export interface Place { /** As whom; null: as before. */ readonly as: string | null; /** `/`, `/drawing`, or the address of a request. */ readonly at: string }

const key = 'backwright.as'

export function placeOf(hash: string): Place {
  const text = hash.replace(/^#/, '')
  const at = text.indexOf('@')
  const whole = at > 0 && at < (text.includes('/') ? text.indexOf('/') : Infinity) ? { as: plain(text.slice(0, at)), at: text.slice(at + 1) } : { as: null, at: text }
  return { ...whole, at: whole.at.startsWith('/') ? readable(whole.at) : '/' }
}
const plain = (text: string): string => {
  try { return decodeURIComponent(text) } catch { return text }
}
const readable = (text: string): string => text.replaceAll('%5B', '[').replaceAll('%5D', ']')

export const hrefOf = (at: string, as?: string): string => `#${as === undefined ? '' : `${encodeURIComponent(as)}@`}${at}`
export const go = (at: string, as?: string): void => { location.hash = hrefOf(at, as) }

/** `step`: grows whenever somebody goes somewhere, be it where they are. */
export function usePlace(): { readonly at: string; readonly step: number; readonly as: string; readonly setAs: (name: string) => void } {
  const [place, setPlace] = useState(() => ({ ...placeOf(location.hash), step: 0 }))
  const [as, keepAs] = useState(() => placeOf(location.hash).as ?? sessionStorage.getItem(key) ?? '')
  useEffect(() => {
    const changed = (): void => {
      const now = placeOf(location.hash)
      setPlace(before => ({ ...now, step: before.step + 1 }))
      if (now.as !== null) { keepAs(now.as); sessionStorage.setItem(key, now.as) }
    }
    window.addEventListener('hashchange', changed)
    return () => { window.removeEventListener('hashchange', changed) }
  }, [])
  const setAs = useCallback((name: string) => {
    keepAs(name)
    sessionStorage.setItem(key, name)
    const { at } = placeOf(location.hash)
    // Not a step of its own: going back leads to another place, not to another pair of eyes.
    if (at !== '/' && at !== '/drawing') history.replaceState(null, '', hrefOf(at, name))
  }, [])
  return useMemo(() => ({ at: place.at, step: place.step, as, setAs }), [place, as, setAs])
}
