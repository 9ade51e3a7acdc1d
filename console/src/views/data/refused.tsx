// A refusal: what, where, and what to do; the rules that had a say are below it.
import { root } from '../../application/application.tsx'
import { gap } from '../../parts/gap.ts'
import { Icon } from '../../parts/icon.tsx'
import type { Answer } from '../../request/ask.ts'

export function Refused({ answer }: { readonly answer: Answer }) {
  const { status, problem, why, caller } = answer
  if (problem === null) return null
  const about = problem.type.startsWith('/') ? `${root}${problem.type}` : null
  const rules = [...new Map((why?.rows ?? []).flatMap(r => r.rules).map(rule => [rule.rule, rule])).values()]
  return (
    <div className="card refused" role="alert">
      <span className="badge" aria-hidden="true"><Icon name="alert" size={20} /></span>
      <div className="grow stack" style={gap('8px')}>
        <h2>{status} {problem.title}</h2>
        <p>{problem.detail}</p>
        {problem.errors.filter(e => e.detail !== problem.detail).length > 0 && <ul className="mistakes">{problem.errors.map((e, i) => <li key={i}><code>{e.pointer ?? e.parameter ?? ''}</code> {e.detail}</li>)}</ul>}
        {why !== null && why.refused !== null && rules.length > 0 && <div><p className="small soft">What would have to hold for {caller}:</p><ul className="would">{rules.map(r => <li key={r.rule}><strong>{r.rule}</strong> <code>{r.text}</code></li>)}</ul></div>}
        {problem.code !== '' && <p className="small soft"><code>{problem.code}</code>{about !== null && <> · <a href={about} target="_blank" rel="noreferrer">what it means<span className="out"> (in a new tab)</span></a></>}</p>}
      </div>
    </div>
  )
}
