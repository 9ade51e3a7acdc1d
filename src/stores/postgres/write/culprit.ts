// Which of several rows of one statement a constraint refused, by what the database says of it: it names no row, but tells its values.
import { Decimal } from 'decimal.js'
import type { Failure } from '../../../failure/index.ts'
import type { EntityModel, FieldModel } from '../../../model/index.ts'
import type { Value } from '../../../operation/index.ts'
import { isReport } from '../failures.ts'
import type { Given } from './intake.ts'

/** Its place among `rows`; null where it cannot be told: its values were made by the database, or are of another table. */
export function culprit({ code, cause }: Failure, entity: EntityModel, rows: readonly Given[]): number | null {
  if (!isReport(cause) || cause.detail === undefined || cause.table !== entity.table.name) return null
  if (code === 'row.duplicate' || code === 'row.reference') {
    // `Key (shelf, sku)=(A, b-1) already exists.` or `Key (tenant_id)=(0194…) is not present in table "firms".`, in whichever language.
    const [, columns = '', values] = /\(((?:"(?:[^"]|"")*"|[^()"])*)\)=\(([^]*)\)/.exec(cause.detail) ?? []
    const fields = [...columns.matchAll(/"((?:[^"]|"")*)"|([^\s,]+)/g)].map(m => Object.values(entity.fields).find(f => f.column === (m[1]?.replaceAll('""', '"') ?? m[2])))
    if (values === undefined || fields.length === 0 || fields.includes(undefined)) return null
    // What the row does not say itself, its tenant, may be any.
    const says = (row: Given): RegExp => new RegExp(`^${fields.map(f => (f !== undefined && Object.hasOwn(row, f.name) ? escaped(textOf(f, row[f.name] ?? null)) : '[^]*')).join(', ')}$`)
    const fit = rows.flatMap((row, i) => (says(row).test(values) ? [{ row, i }] : [])), same = fit.filter(({ row }) => fields.some(f => f !== undefined && Object.hasOwn(row, f.name))).map(({ i }) => i)
    // Where no row says it, all were given the same: the tenant that whoever writes acts in.
    if (code === 'row.reference') return same[0] ?? fit[0]?.i ?? null
    // Where two rows of the body are the same, the second is one too many.
    return same[1] ?? same[0] ?? null
  }
  // `Failing row contains (0194…, …).`: the row that has this key, where it names one.
  const [, told] = /\(([^]*)\)/.exec(cause.detail) ?? []
  const [key, ...others] = entity.key.map(name => entity.fields[name])
  if (told === undefined || key === undefined || others.length > 0) return null
  const values = told.split(', ')
  const i = rows.findIndex(row => { const value = row[key.name] ?? null; return value !== null && values.includes(textOf(key, value)) })
  return i < 0 ? null : i
}

/** A canonical value as the database writes it as text. */
function textOf(field: FieldModel, value: Value): string {
  if (value === null) return 'null'
  switch (field.scalar) {
    case 'boolean': return value === true ? 't' : 'f'
    case 'decimal': return field.bounds.scale === undefined ? String(value as string) : new Decimal(value as string).toFixed(field.bounds.scale)
    case 'timestamp': {
      const [, day, time, part = ''] = /^(\S{10})T([\d:]{8})(?:\.(\d+))?/.exec(new Date(value as string).toISOString().slice(0, 19) + (/\.\d+/.exec(value as string)?.[0] ?? '')) ?? []
      return `${day} ${time}${part.replace(/0+$/, '') === '' ? '' : `.${part.replace(/0+$/, '')}`}+00`
    }
    case 'uuid': return (value as string).toLowerCase()
    case 'bytes': return `\\x${Buffer.from(value as string, 'base64url').toString('hex')}`
    default: return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
