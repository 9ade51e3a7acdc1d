// What an entity is made of: every field, and the states it moves through.
import type { Entity } from '../../application/contract.ts'
import { Icon } from '../../parts/icon.tsx'

export const Fields = ({ entity }: { readonly entity: Entity }) => (
  <div className="card table"><div className="scroll" role="region" aria-label="Fields" tabIndex={0}><table>
    <caption className="out">Fields of {entity.title}</caption>
    <thead><tr><th scope="col">Field</th><th scope="col">Kind</th><th scope="col">Null</th><th scope="col">About</th></tr></thead>
    <tbody>{entity.fields.map(f => (
      <tr key={f.name}>
        <th scope="row"><span className="line mono">{f.name}{f.key && <span title="key"><Icon name="key" size={13} /></span>}</span></th>
        <td>{f.kind}{f.list ? ' list' : ''}{f.reference !== null && <span className="soft"> → {f.reference.to}</span>}</td>
        <td>{f.nullable ? 'may be' : <span className="faint">never</span>}</td>
        <td className="wide">{f.choices.length > 0 && <span className="line wrap" style={{ gap: 4 }}>{f.choices.map(c => <span key={c} className="chip">{c}</span>)}</span>}{f.about}{f.asked && <span className="soft"> Only where <code>fields</code> names it.</span>}{f.deprecated && <span className="chip hide">deprecated</span>}</td>
      </tr>
    ))}</tbody>
  </table></div></div>
)
