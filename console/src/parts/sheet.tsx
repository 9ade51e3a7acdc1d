// What a button opens below itself: closed by Escape and by going elsewhere, and then the button is where one was.
import { useEffect, useRef, type ReactNode } from 'react'

interface Props { readonly open: boolean; readonly onOpen: (open: boolean) => void; readonly label: string; readonly button: ReactNode; readonly children: ReactNode }

export function Sheet({ open, onOpen, label, button, children }: Props) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    place.current?.querySelector<HTMLElement>('.card select, .card input')?.focus()
    const away = (event: Event): void => { if (!(event.target instanceof Node) || place.current?.contains(event.target) !== true) onOpen(false) }
    document.addEventListener('pointerdown', away)
    document.addEventListener('focusin', away)
    return () => {
      document.removeEventListener('pointerdown', away)
      document.removeEventListener('focusin', away)
      // What was focused in it is gone with it.
      if (document.activeElement === document.body) place.current?.querySelector<HTMLElement>('button')?.focus()
    }
  }, [open, onOpen])
  return (
    <div className="sheet" ref={place} onKeyDown={event => {
      if (event.key !== 'Escape' || !open) return
      event.stopPropagation()
      onOpen(false)
    }}>
      {button}
      {open && <div className="card" role="dialog" aria-label={label}>{children}</div>}
    </div>
  )
}
