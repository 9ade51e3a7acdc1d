// A shape as the text of a file: what a person would have written, and beside it what the database does on its own.
import { tableOf } from '../../model/compile/index.ts'
import type { Index, LiveSchema } from '../live.ts'
import { defaultOf, referenceDefault } from './defaults.ts'
import { property, remark, textLiteral } from './literal.ts'
import { tableName, type Member, type Shape } from './shape.ts'

export interface Written { readonly text: string; readonly cannot: readonly string[] }

export function write(s: Shape, live: LiveSchema, database: string): Written {
  const { table, key, readOnly } = s.subject
  const uses = new Set<string>(), cannot = [...s.subject.cannot]
  const use = (...names: readonly string[]): void => { for (const n of names) uses.add(n) }
  const memberOf = (column: string): Member | undefined => s.members.find(m => (m.is === 'field' ? m.column.name === column : m.is === 'ref' && m.by.columns.includes(column)))
  const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every(x => b.includes(x))

  // Uniques and indexes, as far as they are of columns alone.
  const keyed = (columns: readonly string[]): boolean => key !== null && same(key, columns)
  const uniqueSets: (readonly string[])[] = []
  for (const u of table.uniques) {
    if (keyed(u.columns)) continue
    if (u.nullsNotDistinct) cannot.push(`unique ${u.name} (${u.columns.join(', ')}) holds of nulls too`)
    else if (!uniqueSets.some(x => same(x, u.columns))) uniqueSets.push(u.columns)
  }
  const plain = (i: Index): boolean => i.valid && i.where === null && i.parts.every(p => p.column !== null && p.opclass === null && p.nulls === null)
  for (const i of table.indexes) {
    if (!i.unique) continue
    const columns = i.parts.flatMap(p => p.column ?? [])
    if (!plain(i) || i.method !== 'btree') cannot.push(`unique index ${i.name} (${remark(i.parts.map(p => p.expression).join(', '))}${i.where === null ? '' : ` where ${remark(i.where)}`}) is over an expression, or over some rows`)
    else if (!keyed(columns) && !uniqueSets.some(x => same(x, columns))) uniqueSets.push(columns)
  }
  const named = (columns: readonly string[]): readonly string[] | null => {
    const names: string[] = []
    for (let at = 0; at < columns.length;) {
      const m = memberOf(columns[at] ?? '')
      if (m === undefined || m.is === 'many' || m.is === 'one') return null
      if (m.is === 'ref' && !m.by.columns.every((c, i) => columns[at + i] === c)) return null
      names.push(m.name)
      at += m.is === 'ref' ? m.by.columns.length : 1
    }
    return names
  }
  const comparable = (m: Member | undefined): boolean => m?.is === 'field' && !m.kind.list && !['json', 'boolean', 'duration'].includes(m.kind.builder)
  const readable = readOnly === null
  const single = new Set(readable ? uniqueSets.filter(u => u.length === 1 && comparable(memberOf(u[0] ?? ''))).map(u => u[0]) : [])
  const uniques = readable ? uniqueSets.filter(u => !(u.length === 1 && (single.has(u[0]) || memberOf(u[0] ?? '')?.is === 'ref'))).flatMap(u => {
    const m = named(u.toSorted((a, b) => table.columns.findIndex(c => c.name === a) - table.columns.findIndex(c => c.name === b)))
    // A reference of several columns that is unique says so itself.
    if (m?.length === 1 && s.members.some(x => x.is === 'ref' && x.name === m[0])) return []
    if (m === null) cannot.push(`unique (${u.join(', ')}) takes part of a reference`)
    return m === null ? [] : [m]
  }) : []
  const leading = (columns: readonly string[]): boolean => [key ?? [], ...uniqueSets].some(u => columns.every((c, i) => u[i] === c))
  const oneIndex = new Set<string>(), indexes: string[] = []
  for (const i of readable ? table.indexes.filter(x => !x.unique && plain(x)) : []) {
    const columns = i.parts.flatMap(p => p.column ?? []), [first = ''] = columns, m = memberOf(first)
    const gin = i.method === 'gin' && columns.length === 1 && m?.is === 'field' && (m.kind.list || m.kind.builder === 'json') && !(m.kind.list && m.kind.type !== null)
    const btree = i.method === 'btree' && columns.every(c => { const x = memberOf(c); return x?.is === 'ref' || (x?.is === 'field' && !x.kind.list && x.kind.builder !== 'json') })
    if (gin || (btree && columns.length === 1 && m?.is === 'field' && i.parts[0]?.desc === false)) { if (!leading(columns)) oneIndex.add(first) } else if (btree) {
      const down = i.parts.map(p => p.desc), names = named(columns)
      if (names === null || new Set(names).size < names.length || (down.includes(true) && names.length < columns.length)) continue
      const line = `index(${s.title}, ${names.map((n, at) => textLiteral(`${down[at] === true ? '-' : ''}${n}`)).join(', ')})`
      if (!indexes.includes(line)) indexes.push(line)
    }
  }

  // Fields.
  const lines: string[] = [], saidChecks = new Set<string>()
  let id: string | null = null
  const keyNames: string[] = []
  for (const column of key ?? []) { const name = memberOf(column)?.name; if (name !== undefined && !keyNames.includes(name)) keyNames.push(name) }
  const asId = keyNames.length === 1 && keyNames[0] === 'id'
  for (const m of s.members) {
    if (m.is === 'field') {
      const inKey = key?.includes(m.column.name) === true
      for (const check of m.kind.said) saidChecks.add(check)
      const counted = !m.kind.list && (m.column.identity !== null || (m.column.sequence != null && m.column.default !== null)) && ['integer', 'bigint'].includes(m.kind.builder) && m.kind.type === null
      const about = m.column.comment === null || m.column.comment === '' ? '' : `.about(${textLiteral(m.column.comment)})`
      const optional = !m.column.notNull && !inKey ? '.optional()' : ''
      const touched = readable && m.kind.builder === 'timestamp' && !m.kind.list && m.column.generated === null && /^updated_?at$/i.test(m.column.name)
      // What frameworks set themselves when a row is made.
      const born = readable && m.kind.builder === 'timestamp' && !m.kind.list && m.column.default === null && m.column.generated === null && /^(created|inserted)_?at$/i.test(m.column.name)
      const made = counted || touched || m.column.generated !== null || !readable ? null : born ? { code: '.default(now)', uses: ['now'] }
        // A trigger fills it in: whoever writes a row has nothing to say of it.
        : m.column.type === 'tsvector' && m.column.default === null && m.column.notNull ? { code: `.default(expression("''::tsvector"))`, uses: ['expression'] } : defaultOf(m.column, m.kind)
      const built = counted && readable ? `sequence(${m.kind.builder === 'bigint' ? "'bigint'" : ''})` : m.kind.code
      if (asId && inKey) {
        // The server's own keys serve any uuid.
        const serves = m.kind.builder === 'uuid' && readable && (m.column.default === null || /^(public\.|extensions\.)?(gen_random_uuid|uuid_generate_v[14]|uuidv[47])\(\)$/.test(m.column.default))
        id = serves && about === '' ? null : serves ? `id()${about}` : `${built}${made?.code ?? ''}${about}`
        if (id !== null) use(...(serves ? ['id'] : counted && readable ? ['sequence'] : m.kind.uses), ...(serves ? [] : made?.uses ?? []))
        continue
      }
      use(...(counted && readable ? ['sequence'] : m.kind.uses), ...(made?.uses ?? []))
      const index = oneIndex.has(m.column.name) && !single.has(m.column.name) ? '.index()' : ''
      const modifiers = [optional, single.has(m.column.name) && !counted ? '.unique()' : single.has(m.column.name) ? '.unique()' : '', index, made?.code ?? '', m.column.generated !== null && readable ? '.generated()' : '', touched ? '.touched()' : '', about].join('')
      const remarks = [
        ...(m.column.generated === null ? [] : [`= ${remark(m.column.generated)}`]),
        ...(m.column.sort === 'd' ? [domainSaid(m.column.type, live)] : []),
      ].filter(r => r !== '')
      lines.push(`  ${m.name} = ${built}${modifiers}${remarks.length === 0 ? '' : `   // ${remarks.join('; ')}`}`)
    } else if (m.is === 'ref') {
      use('ref')
      const columns = m.by.columns.map(c => table.columns.find(x => x.name === c))
      const inKey = m.by.columns.every(c => key?.includes(c))
      const [only] = columns
      const made = m.by.columns.length === 1 && only && readable ? referenceDefault(only) : null
      if (made) use(...made.uses)
      const unique = m.by.unique && !(keyNames.length === 1 && keyNames[0] === m.name)
      const about = columns.length === 1 && only?.comment ? `.about(${textLiteral(only.comment)})` : ''
      const { onDelete, onUpdate } = m.by.reference
      const does = [...(onDelete === 'no action' || onDelete === 'restrict' ? [] : [`on delete ${onDelete}`]), ...(onUpdate === 'no action' || onUpdate === 'restrict' ? [] : [`on update ${onUpdate}`])]
      if (!m.by.reference.valid) does.push('not validated: some rows may point at nothing')
      lines.push(`  ${m.name} = ref(() => ${m.to.title})${m.by.optional && !inKey ? '.optional()' : ''}${unique ? '.unique()' : ''}${made?.code ?? ''}${about}${does.length === 0 ? '' : `   // ${does.join(', ')}`}`)
    } else {
      use(m.is)
      const through = m.link === null ? '' : `   // through ${tableName({ ...s, subject: { ...s.subject, table: m.link.table } }, live.current)}${m.link.extra.length === 0 ? '' : `, whose ${m.link.extra.join(', ')} ${m.link.extra.length === 1 ? 'is' : 'are'} not served`}`
      lines.push(`  ${m.name} = ${m.is}(() => ${m.of.title}${m.field === null ? '' : `, ${textLiteral(m.field)}`})${through}`)
    }
  }

  for (const c of table.checks) if (!saidChecks.has(c.name)) cannot.push(`check ${c.name}: ${remark(c.expression)}`)
  for (const x of table.exclusions ?? []) cannot.push(`exclusion constraint ${x}`)
  if (table.triggers?.length) cannot.push(`triggers: ${table.triggers.join(', ')}`)
  if (table.rowSecurity === true) cannot.push('row security: its policies hold for the role that the store connects as')

  // The statics.
  const options = [
    ...(key === null ? ['key: false'] : asId ? (id === null ? [] : [`id: ${id}`]) : [`key: [${keyNames.map(textLiteral).join(', ')}]`]),
    ...(key !== null && readOnly !== null ? ['readOnly: true'] : []), 'bare: true',
  ]
  use('entity')
  const map = (of: ReadonlyMap<string, string>): string => `{ ${[...of].map(([name, x]) => `${property(name)}: ${textLiteral(x)}`).join(', ')} }`
  const at = [
    ...(table.schema === live.current ? [] : [`schema: ${textLiteral(table.schema)}`]), ...(table.name === tableOf(s.name) ? [] : [`name: ${textLiteral(table.name)}`]), 'adopted: true', ...(table.kind === 'partitioned' ? ['partitioned: true'] : []),
    ...(s.columns.size === 0 ? [] : [`columns: ${map(s.columns)}`]), ...(s.types.size === 0 ? [] : [`types: ${map(s.types)}`]),
    ...(s.links.size === 0 ? [] : [`links: { ${[...s.links].map(([name, l]) => `${name}: { ${l.table.schema === table.schema ? '' : `schema: ${textLiteral(l.table.schema)}, `}name: ${textLiteral(l.table.name)}, near: ${columnsOf(l.near)}, far: ${columnsOf(l.far)} }`).join(', ')} }`]),
  ]
  const statics = [
    at.join(', ').length > 110 ? `  static table = {\n${at.map(x => `    ${x},`).join('\n')}\n  }` : `  static table = { ${at.join(', ')} }`,
    ...(s.path === null ? [] : [`  static path = ${textLiteral(s.path)}`]),
    ...(table.comment === null || table.comment === '' ? [] : [`  static about = ${textLiteral(table.comment)}`]),
    ...(uniques.length === 0 ? [] : [`  static uniques = [${uniques.map(u => `unique(${s.title}, ${u.map(textLiteral).join(', ')})`).join(', ')}]`]),
    ...(indexes.length === 0 ? [] : [`  static indexes = [${indexes.join(', ')}]`]),
  ]
  if (uniques.length > 0) use('unique')
  if (indexes.length > 0) use('index')
  const others = [...new Map(s.members.flatMap(m => (m.is === 'ref' ? [m.to] : m.is === 'field' ? [] : [m.of])).filter(o => o !== s).map(o => [o.file, o])).values()].toSorted((a, b) => (a.file < b.file ? -1 : 1))
  const verbs = readOnly === null ? `allow('read').to('staff'), allow('create', 'update', 'delete').to('admin')` : `allow('read').to('staff')`
  const text = [
    `// ${remark(tableName(s, live.current))} of the database ${remark(database)}${readOnly === null ? '' : `, ${remark(readOnly)}`}. Yours to edit: importing again never overwrites what you changed.`,
    wrapped([...uses].toSorted(), 'backwright'),
    ...others.map(o => `import { ${o.title} } from './${o.file}'`),
    '',
    `export class ${s.title} extends entity({ ${options.join(', ')} }) {`,
    ...lines, ...(lines.length > 0 ? [''] : []),
    ...statics, '',
    '  // Nobody may use it until a rule allows it. For example, with access and allow of backwright:',
    `  // static access = access(${s.title}, () => [${verbs}])`,
    ...(cannot.length === 0 ? [] : ['', '  // In force in the database, and not said here:', ...cannot.map(c => `  // - ${remark(c)}`)]),
    '}', '',
  ]
  return { text: text.join('\n'), cannot }
}

const columnsOf = (columns: readonly string[]): string => (columns.length === 1 ? textLiteral(columns[0] ?? '') : `[${columns.map(textLiteral).join(', ')}]`)

function domainSaid(type: string, live: LiveSchema): string {
  const plain = type.replaceAll('"', '').replace(/(\[\])+$/, '')
  const found = live.domains.find(d => `${d.schema}.${d.name}` === plain || d.name === plain)
  return `domain ${remark(type)}${found && found.checks.length > 0 ? `: ${found.checks.map(remark).join(' and ')}` : ''}`
}

/** An import, in lines that are not too long. */
export function wrapped(names: readonly string[], from: string): string {
  const one = `import { ${names.join(', ')} } from '${from}'`
  if (one.length <= 140) return one
  const rows: string[] = ['']
  for (const n of names) {
    const last = rows.at(-1) ?? ''
    if (last.length + n.length > 130) rows.push(`${n},`)
    else rows[rows.length - 1] = last === '' ? `${n},` : `${last} ${n},`
  }
  return `import {\n${rows.map(r => `  ${r}`).join('\n')}\n} from '${from}'`
}
