// The switch: the same request through other eyes, and in a word what each of them gets.
import { ActionIcon, Button } from '@mantine/core'
import { useId, useState } from 'react'
import { useKnown } from '../../application/application.tsx'
import type { Caller } from '../../application/callers.ts'
import { gap } from '../../parts/gap.ts'
import { Icon } from '../../parts/icon.tsx'
import { Sheet } from '../../parts/sheet.tsx'
import type { Summary } from '../../request/asking.ts'

interface Props { readonly callers: readonly Caller[]; readonly caller: Caller; readonly onChange: (name: string) => void; readonly others: ReadonlyMap<string, Summary>; readonly pending: boolean }

export const ViewAs = ({ callers, caller, onChange, others, pending }: Props) => (
  <fieldset className="viewas" aria-busy={pending}>
    <legend className="label">View as</legend>
    <div className="eyesrow" data-many={callers.length > 6 || undefined}>
      {callers.map(c => {
        const summary = others.get(c.name)
        return (
          <label key={c.name}>
            <input type="radio" className="out" name="as" value={c.name} checked={c.name === caller.name} onChange={() => { onChange(c.name) }} />
            <span>{c.name}</span>
            {(summary !== undefined || pending) && <span className="got" data-status={summary === undefined ? undefined : Math.floor(summary.status / 100)} aria-hidden="true">{summary?.text ?? '·'}</span>}
            {summary !== undefined && <span className="out">, {summary.said}</span>}
          </label>
        )
      })}
      <Token onChange={onChange} />
    </div>
  </fieldset>
)

/** Somebody else's eyes, by their token: of a sign-in, or of `backwright token`. */
function Token({ onChange }: Pick<Props, 'onChange'>) {
  const { bring } = useKnown()
  const [open, setOpen] = useState(false)
  const [token, setToken] = useState('')
  const id = useId()
  const plain = token.trim().replace(/^Bearer\s+/i, '')
  const use = (): void => {
    if (!/^[\w.~+/-]+=*$/.test(plain)) return
    setOpen(false)
    setToken('')
    onChange(bring(plain))
  }
  return (
    <Sheet open={open} onOpen={setOpen} label="Another caller" button={<ActionIcon className="other" variant="subtle" color="gray" aria-label="Another caller, by token" title="Another caller, by token" aria-expanded={open} onClick={() => { setOpen(!open) }}><Icon name="plus" size={15} /></ActionIcon>}>
      <div className="stack tokened" style={gap('10px')}>
        <label className="stack" style={gap('4px')} htmlFor={id}><span className="small soft">Bearer token, of a sign-in or of <code>npx backwright token</code></span>
          <input id={id} className="field mono" spellCheck={false} autoComplete="off" value={token} onChange={event => { setToken(event.currentTarget.value) }} onKeyDown={event => { if (event.key === 'Enter') { event.preventDefault(); use() } }} /></label>
        <Button type="button" className="compact" size="compact-md" disabled={plain === ''} onClick={use}>Look as them</Button>
        <p className="small soft">It is kept until this page is loaded again, and nowhere else.</p>
      </div>
    </Sheet>
  )
}
