// The switch: the same request through other eyes, and in a word what each of them gets.
import type { Caller } from '../../application/callers.ts'
import type { Summary } from '../../request/asking.ts'

interface Props { readonly callers: readonly Caller[]; readonly caller: Caller; readonly onChange: (name: string) => void; readonly others: ReadonlyMap<string, Summary>; readonly pending: boolean }

export const ViewAs = ({ callers, caller, onChange, others, pending }: Props) => (
  <fieldset className="viewas" aria-busy={pending}>
    <legend className="label">View as</legend>
    <div className="eyesrow">
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
    </div>
  </fieldset>
)
