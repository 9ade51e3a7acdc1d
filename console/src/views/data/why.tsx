// Why a row is there or not: every rule, clause by clause, as it turned out.
import type { Clause, WhyRow, WhyRule } from '../../request/ask.ts'
import { gap } from '../../parts/gap.ts'
import { Icon } from '../../parts/icon.tsx'

export function Why({ why, caller, verb }: { readonly why: WhyRow; readonly caller: string; readonly verb: string }) {
  const hidden = Object.entries(why.hidden)
  return (
    <div className="stack why">
      <p className={`verdict ${why.granted ? 'allow' : 'deny'}`}><Icon name={why.granted ? 'check' : 'cross'} size={16} /><span><strong>{caller} may {why.granted ? '' : 'not '}{verb} this row</strong>{why.decidedBy === null ? ': no rule allows it' : `: ${why.decidedBy} decides`}</span></p>
      <ul className="rules">{why.rules.map(rule => <Rule key={rule.rule} rule={rule} decided={rule.rule === why.decidedBy} />)}</ul>
      {hidden.length > 0 && <div className="stack" style={gap('6px')}><h3>Hidden</h3><ul className="line wrap" style={{ gap: 6 }}>{hidden.map(([field, rule]) => <li key={field} className="chip hide"><Icon name="eyeoff" size={12} />{field}<span className="soft">by {rule}</span></li>)}</ul></div>}
    </div>
  )
}

const Rule = ({ rule: { rule, text, effect, holds, clause, place }, decided }: { readonly rule: WhyRule; readonly decided: boolean }) => (
  <li data-decided={decided || undefined}>
    <div className="line" style={{ alignItems: 'flex-start' }}>
      <Mark holds={holds} good={holds === (effect === 'allow')} />
      <div className="grow"><span className="line wrap" style={{ gap: 6 }}><strong>{rule}</strong>{decided && <span className="chip accent">decides</span>}<span className="small soft place">{place.file.split(/[\\/]/).at(-1)}:{place.line}</span></span><code>{text}</code>{clause.of === undefined ? <Leaf clause={clause} /> : <Clauses of={clause.of} />}</div>
    </div>
  </li>
)

const Clauses = ({ of }: { readonly of: readonly Clause[] }) => <ul className="clauses">{of.map((clause, i) => <li key={i}><Leaf clause={clause} />{clause.of !== undefined && <Clauses of={clause.of} />}</li>)}</ul>
const Leaf = ({ clause }: { readonly clause: Clause }) => <span className="leaf" data-holds={clause.holds}>{clause.text} <span>{clause.holds ? 'is true' : 'is not true'}</span></span>

const Mark = ({ holds, good }: { readonly holds: boolean; readonly good: boolean }) => <span className="mark2" data-good={good}><Icon name={holds ? 'check' : 'cross'} size={13} /><span className="out">{holds ? 'holds:' : 'does not hold:'}</span></span>
