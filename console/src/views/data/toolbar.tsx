// What of the rows is asked for: conditions, and what to include. All of it stands in the address too.
import { Button } from '@mantine/core'
import { useId, useState } from 'react'
import { Sheet } from '../../parts/sheet.tsx'
import type { Entity } from '../../application/contract.ts'
import { go } from '../../frame/place.ts'
import { gap } from '../../parts/gap.ts'
import { Icon } from '../../parts/icon.tsx'
import { get, parse, set, without, write } from '../../request/address.ts'

const words: Readonly<Record<string, string>> = {
  eq: 'is', in: 'is one of', lt: 'less than', lte: 'at most', gt: 'more than', gte: 'at least', null: 'is null', contains: 'contains', containsi: 'contains (any case)', startsWith: 'begins with', startsWithi: 'begins with (any case)',
  endsWith: 'ends with', endsWithi: 'ends with (any case)', has: 'has', search: 'search',
}
const symbols: Readonly<Record<string, string>> = { eq: '=', lt: '<', lte: '≤', gt: '>', gte: '≥', in: 'in', null: 'null =' }

export function Toolbar({ entity, at, caller }: { readonly entity: Entity; readonly at: string; readonly caller: string }) {
  const address = parse(at)
  const included = (get(address, 'include') ?? '').split(',').filter(x => x !== '')
  const single = address.path.split('/').length > 3
  const toggle = (name: string): void => {
    const next = included.includes(name) ? included.filter(x => x !== name && !x.startsWith(`${name}.`)) : [...included, name]
    go(write(set(address, 'include', next.length === 0 ? null : next.join(','))), caller)
  }
  const filters = address.parameters.map(([name, value], i) => ({ name, value, i })).filter(({ name }) => name.startsWith('filter['))
  return (
    <div className="line wrap toolbar">
      {!single && <Filter entity={entity} onAdd={(name, value) => { go(write(set(address, name, value)), caller) }} />}
      {filters.map(({ name, value, i }) => (
        <span key={i} className="chip accent">{shown(name)} {value}<button type="button" className="bare line" aria-label={`Remove the condition ${shown(name)} ${value}`} onClick={() => { go(write(without(address, i)), caller) }}><Icon name="cross" size={12} /></button></span>
      ))}
      {entity.relations.length > 0 && <span className="line wrap" role="group" aria-label="Include">
        <span className="small soft">with</span>
        {entity.relations.map(r => <button key={r.name} type="button" className="chip toggle" aria-pressed={included.some(x => x === r.name || x.startsWith(`${r.name}.`))} onClick={() => { toggle(r.name) }}>{r.name}</button>)}
      </span>}
    </div>
  )
}

function shown(name: string): string {
  const path = name.replaceAll(']', '').split('[').slice(1), last = path.at(-1) ?? ''
  return Object.hasOwn(words, last) ? `${path.slice(0, -1).join('.')} ${symbols[last] ?? words[last]}` : `${path.join('.')} =`
}

function Filter({ entity, onAdd }: { readonly entity: Entity; readonly onAdd: (name: string, value: string) => void }) {
  const fields = entity.fields.filter(f => f.operators.length > 0)
  const [open, setOpen] = useState(false)
  const [name, setName] = useState((fields.find(f => f.choices.length > 0) ?? fields.find(f => !f.key && f.reference === null) ?? fields[0])?.name ?? '')
  const [operator, setOperator] = useState('eq')
  const [value, setValue] = useState('')
  const id = useId()
  const field = fields.find(f => f.name === name)
  if (field === undefined) return null
  const op = field.operators.includes(operator) ? operator : field.operators[0] ?? 'eq'
  const choices = op === 'null' || field.kind === 'boolean' ? ['true', 'false'] : ['eq', 'not'].includes(op) ? field.choices : []
  const said = choices.length > 0 ? (choices.includes(value) ? value : choices[0] ?? '') : value
  const path = field.name.includes('.') ? field.name.split('.').map(part => `[${part}]`).join('') : `[${field.name}]`
  return (
    <Sheet open={open} onOpen={setOpen} label="Add a condition" button={<Button className="compact" size="compact-sm" variant="default" leftSection={<Icon name="filter" size={14} />} onClick={() => { setOpen(!open) }} aria-expanded={open}>Filter</Button>}>
        <form className="stack" style={gap('10px')} onSubmit={event => { event.preventDefault(); setOpen(false); setValue(''); onAdd(`filter${path}${op === 'eq' ? '' : `[${op}]`}`, said) }}>
          <label className="stack" style={gap('4px')} htmlFor={`${id}f`}><span className="small soft">Field</span><select id={`${id}f`} className="field" value={name} onChange={event => { setName(event.currentTarget.value); setValue('') }}>{fields.map(f => <option key={f.name}>{f.name}</option>)}</select></label>
          <label className="stack" style={gap('4px')} htmlFor={`${id}o`}><span className="small soft">Comparison</span><select id={`${id}o`} className="field" value={op} onChange={event => { setOperator(event.currentTarget.value) }}>{field.operators.map(o => <option key={o} value={o}>{words[o] ?? o}</option>)}</select></label>
          <label className="stack" style={gap('4px')} htmlFor={`${id}v`}><span className="small soft">Value</span>
            {choices.length > 0 ? <select id={`${id}v`} className="field" value={said} onChange={event => { setValue(event.currentTarget.value) }}>{choices.map(c => <option key={c}>{c}</option>)}</select>
              : <input id={`${id}v`} className="field" value={value} placeholder={field.kind === 'timestamp' ? '2026-11-20T09:30:00Z' : op === 'in' ? 'one,another' : ''} onChange={event => { setValue(event.currentTarget.value) }} />}
          </label>
          <Button type="submit" className="compact" size="compact-md">Add the condition</Button>
        </form>
    </Sheet>
  )
}
