// The table: rows with the rule that let each in, what is hidden of them, and the rows that the rules leave out.
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Entity, Field } from '../../application/contract.ts'
import { go, hrefOf } from '../../frame/place.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { get, parse, set, write } from '../../request/address.ts'
import { keyOf, sameKey, type Answer, type Row, type WhyRow } from '../../request/ask.ts'
import { Cell } from './cell.tsx'

/** Rows that are left out are shown so many, until somebody wants them all. */
const few = 3

interface Props { readonly answer: Answer; readonly entity: Entity; readonly chosen: readonly unknown[] | null; readonly onChoose: (key: readonly unknown[] | null) => void }

export function Rows({ answer, entity, chosen, onChoose }: Props) {
  const rows = answer.rows ?? [], reasons = answer.why?.rows ?? []
  const left = reasons.filter(r => !r.granted && r.key.length > 0)
  const [all, setAll] = useState(false)
  const columns = columnsOf(answer, entity)
  const address = parse(answer.request.address)
  // As many as a page holds are told of; there may be more.
  const size = Number(get(address, 'page[size]') ?? 20)
  const reading = answer.request.method === 'GET' && answer.many
  const toggle = (key: readonly unknown[]): void => { onChoose(chosen !== null && sameKey(chosen, key) ? null : key) }
  const page = (name: 'after' | 'before', cursor: string): void => { go(write({ ...address, parameters: [...address.parameters.filter(([n]) => !['page[after]', 'page[before]', 'page[number]'].includes(n)), [`page[${name}]`, cursor]] }), answer.caller) }
  if (rows.length === 0 && left.length === 0) {
    return <div className="card"><Empty icon="table" title={get(address, 'filter') !== null || address.parameters.some(([n]) => n.startsWith('filter')) ? 'No row fits' : 'No rows yet'}><p>{address.parameters.some(([n]) => n.startsWith('filter')) ? 'Take a condition away, or look as somebody else.' : <>Choose POST above to create one, or put some into <code>data/{entity.name}.json</code>.</>}</p></Empty></div>
  }
  return (
    <div className="card table">
      <div className="scroll" role="region" aria-label={`${entity.title} rows`} tabIndex={0}>
        <table>
          <caption className="out">{entity.title} as {answer.caller} sees it</caption>
          <thead><tr>
            <th scope="col" className="ruled">Rule</th>
            {columns.map(column => <Head key={column.name} column={column} answer={answer} sortable={reading} />)}
          </tr></thead>
          <tbody>
            {rows.map((row, i) => {
              const { key, why } = reasonsOf(row, i, rows, reasons, entity)
              const open = chosen !== null && key !== null && sameKey(chosen, key)
              if (key === null) return <tr key={i}><td className="ruled faint">–</td>{columns.map(({ name, field }) => <td key={name} data-number={field !== null && numeric(field) || undefined}><Cell value={row[name]} there={name in row} field={field} relation={null} hidden={null} /></td>)}</tr>
              return (
                <tr key={key.join()} data-open={open || undefined} onClick={event => { if ((event.target as HTMLElement).closest('a, button') === null && getSelection()?.isCollapsed !== false) toggle(key) }}>
                  <td className="ruled"><Ruled why={why} open={open} name={`row ${key.join()}`} onClick={() => { toggle(key) }} /></td>
                  {columns.map(({ name, field }) => <td key={name} data-number={field !== null && numeric(field) || undefined}><Cell value={row[name]} there={name in row} field={field} relation={entity.relations.find(r => r.name === name) ?? null} hidden={why?.hidden[name] ?? null} /></td>)}
                </tr>
              )
            })}
          </tbody>
          {left.length > 0 && <tbody className="left">
            <tr><th scope="rowgroup" colSpan={columns.length + 1}><span className="line"><Icon name="eyeoff" size={14} />{left.length === 1 ? 'One row' : `${left.length}${left.length >= size ? ' or more' : ''} rows`} that the rules leave out for {answer.caller}</span></th></tr>
            {(all ? left : left.slice(0, few)).map(why => {
              const open = chosen !== null && sameKey(chosen, why.key)
              return (
                <tr key={why.key.join()} data-open={open || undefined} onClick={event => { if ((event.target as HTMLElement).closest('button') === null) toggle(why.key) }}>
                  <td className="ruled"><Ruled why={why} open={open} name={`left out row ${why.key.join()}`} onClick={() => { toggle(why.key) }} /></td>
                  <td colSpan={columns.length}><span className="mono soft">{why.key.join(', ')}</span></td>
                </tr>
              )
            })}
            {left.length > few && !all && <tr><td className="ruled" colSpan={columns.length + 1}><button type="button" className="bare more" onClick={() => { setAll(true) }}>Show the other {left.length - few}</button></td></tr>}
          </tbody>}
        </table>
      </div>
      {reading && answer.page !== null && (
        <nav className="line pager" aria-label="Pages">
          <span className="small soft grow">{rows.length} {rows.length === 1 ? 'row' : 'rows'}{answer.page.next === null ? '' : ', more follow'}</span>
          <Button className="compact" size="compact-sm" variant="default" disabled={answer.page.previous === null} leftSection={<Icon name="left" size={14} />} onClick={() => { if (answer.page?.previous) page('before', answer.page.previous) }}>Previous</Button>
          <Button className="compact" size="compact-sm" variant="default" disabled={answer.page.next === null} rightSection={<Icon name="right" size={14} />} onClick={() => { if (answer.page?.next) page('after', answer.page.next) }}>Next</Button>
        </nav>
      )}
    </div>
  )
}

/** The reasons of a row: by its key, or where the answer has no key in it by its place, since both come in one order. Rows of groups have none. */
export function reasonsOf(row: Row, place: number, rows: readonly Row[], reasons: readonly WhyRow[], entity: Entity): { readonly key: readonly unknown[] | null; readonly why: WhyRow | null } {
  const key = keyOf(row, entity.key)
  if (key.length > 0 && !key.includes(undefined)) return { key, why: reasons.find(r => r.granted && sameKey(r.key, key)) ?? null }
  const granted = reasons.filter(r => r.granted), why = granted.length === rows.length && entity.key.length > 0 ? granted[place] ?? null : null
  return { key: why?.key ?? null, why }
}

export interface Column { readonly name: string; readonly field: Field | null; /** The rule that hides it whatever the row. */ readonly hidden: string | null }

/** In the entity's own order, then what was included, then what is hidden from this caller in every row. */
function columnsOf(answer: Answer, entity: Entity): readonly Column[] {
  const rows = answer.rows ?? [], reasons = answer.why?.rows ?? []
  const there = new Set(rows.flatMap(row => Object.keys(row)))
  const names = rows.length === 0 ? entity.fields.filter(f => !f.asked).map(f => f.name) : [...there].filter(name => name !== 'probes')
  const fields = get(parse(answer.request.address), 'fields')
  const hidden = rows.length === 0 || fields !== null ? [] : [...new Set(reasons.flatMap(r => Object.keys(r.hidden)))].filter(name => !there.has(name) && reasons.every(r => name in r.hidden))
  const column = (name: string, by: string | null): Column => ({ name, field: entity.fields.find(f => f.name === name) ?? null, hidden: by })
  return [...names.map(name => column(name, null)), ...hidden.map(name => column(name, reasons[0]?.hidden[name] ?? null))]
}

export const numeric = (field: Field): boolean => !field.list && (/^(integer|number|bigint|decimal|money)/.test(field.kind))

function Head({ column: { name, field, hidden }, answer, sortable }: { readonly column: Column; readonly answer: Answer; readonly sortable: boolean }) {
  const address = parse(answer.request.address)
  const [first = ''] = (get(address, 'sort') ?? '').split(',')
  const dir = first === name ? 'ascending' : first === `-${name}` ? 'descending' : undefined
  const next = dir === undefined ? name : dir === 'ascending' ? `-${name}` : null
  const text = <span className="colhead"><span>{name}</span>{hidden !== null ? <span className="kind">by {hidden}</span> : field && <span className="kind">{field.kind}{field.list ? ' list' : ''}</span>}</span>
  if (hidden !== null) return <th scope="col" className="hiddencolumn" title={`Hidden from ${answer.caller} whatever the row, by ${hidden}`}><span className="line"><Icon name="eyeoff" size={13} />{text}</span></th>
  return (
    <th scope="col" aria-sort={dir} data-number={field !== null && numeric(field) || undefined}>
      {sortable && field?.sortable === true
        ? <button type="button" className="bare line" onClick={() => { go(write(set(address, 'sort', next)), answer.caller) }}>{text}<span className="arrow" data-on={dir}>{dir === undefined ? <Icon name="up" size={12} /> : <Icon name={dir === 'ascending' ? 'up' : 'down'} size={12} />}</span><span className="out">, sort</span></button>
        : <span className="line">{text}</span>}
    </th>
  )
}

function Ruled({ why, open, name, onClick }: { readonly why: WhyRow | null; readonly open: boolean; readonly name: string; readonly onClick: () => void }) {
  const text = why === null ? 'details' : why.decidedBy ?? 'no rule'
  return (
    <button type="button" className={`chip bare-chip ${why === null ? '' : why.granted ? 'allow' : 'deny'}`} aria-expanded={open} onClick={onClick}>
      {why !== null && <Icon name={why.granted ? 'check' : 'cross'} size={12} />}{text}<span className="out">: why, {name}</span>
    </button>
  )
}

export const rowHref = (prefix: string, path: string, id: string): string => hrefOf(`${prefix}/${path}/${id}`)
