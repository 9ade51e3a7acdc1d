// A value as a cell shows it: short, told apart from what is not there, and leading on where it names another row.
import { useKnown } from '../../application/application.tsx'
import type { Entity, Field, Relation } from '../../application/contract.ts'
import { Icon } from '../../parts/icon.tsx'
import { keyOf, keyText, type Row } from '../../request/ask.ts'
import { rowHref } from './rows.tsx'

interface Props { readonly value: unknown; readonly there: boolean; readonly field: Field | null; readonly relation: Relation | null; readonly hidden: string | null; readonly whole?: boolean }

export function Cell({ value, there, field, relation, hidden, whole = false }: Props) {
  const { application, entity } = useKnown()
  if (hidden !== null && (value === null || !there)) {
    return <span className="hidden" title={there ? `Null by rule: ${hidden} hides it in this row` : `Left out: ${hidden} hides it`}><Icon name="eyeoff" size={12} />{there ? 'null by rule' : 'hidden'}<span className="out"> {hidden}</span></span>
  }
  if (!there) return <span className="faint">–</span>
  if (value === null) return <span className="faint mono">null</span>
  if (relation !== null) {
    const target = entity(relation.to)
    if (Array.isArray(value)) return <span className="chip">{value.length} {relation.name}</span>
    if (target !== undefined && typeof value === 'object') return <a className="ref" href={rowHref(application.prefix, target.path, keyText(keyOf(value as Row, target.key)))}>{nameOf(value as Row, target)}</a>
  }
  const reference = field?.reference ?? null, target = reference === null ? undefined : entity(reference.to)
  const plain = typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean)
  if (target !== undefined && typeof value !== 'object') return <a className="mono ref" href={rowHref(application.prefix, target.path, encodeURIComponent(plain))} title={`${target.title} ${plain}`}>{whole ? plain : short(plain)}</a>
  if (target !== undefined && typeof value === 'object') {
    const parts = target.key.map(name => (value as Row)[name])
    if (!parts.includes(undefined)) return <a className="mono ref" href={rowHref(application.prefix, target.path, keyText(parts))}>{parts.map(part => short(String(part))).join(', ')}</a>
  }
  switch (typeof value) {
    case 'boolean': return <span className="mono">{plain}</span>
    case 'number': return <span className="number">{plain}</span>
    // A group, its sums: few values, each with its name.
    case 'object': if (field === null && !Array.isArray(value) && Object.values(value).every(part => typeof part !== 'object' || part === null)) return <span>{Object.entries(value).map(([name, part], i) => <span key={name}>{i > 0 && ' '}<span className="faint">{name}</span> {String(part)}</span>)}</span>
      return <span className="mono small">{whole ? JSON.stringify(value, null, 2) : clipped(JSON.stringify(value))}</span>
    default: {
      const text = plain
      if (field?.kind === 'choice') return <span className="chip">{text}</span>
      if (field?.kind === 'timestamp') return <time dateTime={text} title={text} className="number">{whole ? text : text.replace('T', ' ').slice(0, 16)}</time>
      if (field !== null && /^(money|decimal|bigint)/.test(field.kind)) return <span className="number">{text}</span>
      if (field?.kind === 'uuid') return <span className="mono" title={text}>{whole ? text : short(text)}</span>
      return <span title={text.length > 60 ? text : undefined}>{whole ? text : clipped(text)}</span>
    }
  }
}

const clipped = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text)
/** The end tells keys apart: those made one after the other begin alike. */
const short = (text: string): string => (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(text) ? `…${text.slice(-8)}` : clipped(text))

/** What a person would call the row. */
function nameOf(row: Row, { fields, key }: Entity): string {
  const named = ['name', 'title', 'label', 'company', 'email'].find(name => typeof row[name] === 'string') ?? fields.find(f => f.kind === 'text' && typeof row[f.name] === 'string')?.name
  return named === undefined ? short(keyOf(row, key).join(', ')) : String(row[named])
}
