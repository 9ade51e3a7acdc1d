// Generated applications of any size, and what the type-checker spends on them.
import { project } from './tsc.ts'

/** Each entity in its own file: nine fields, two references, their other sides, an index, rules, a query and a create. */
export function application(n: number, pages = false): Record<string, string> {
  const files: Record<string, string> = {}
  const at = (i: number) => (i + n) % n
  for (let i = 0; i < n; i++) {
    const left = at(i - 1), right = at(i + 7)
    files[`e${i}.ts`] = `import { Entity, access, allow, boolean, choice, email, index, integer, json, many, money, now, ref, text, timestamp } from 'backwright'
import { E${left} } from './e${left}.ts'
${right === left ? '' : `import { E${right} } from './e${right}.ts'`}
${at(i + 1) === left || at(i + 1) === right ? '' : `import { E${at(i + 1)} } from './e${at(i + 1)}.ts'`}
${[left, right, at(i + 1)].includes(at(i - 7)) ? '' : `import { E${at(i - 7)} } from './e${at(i - 7)}.ts'`}
export class E${i} extends Entity {
  name = text({ max: 100 }).searchable(); mail = email().unique(); amount = integer({ min: 0 }).default(0); price = money('EUR'); open = boolean().default(true)
  status = choice('a', 'b', 'c').default('a').by('staff'); at = timestamp().default(now); note = text().optional(); extra = json<{ a: number }>().optional()
  left = ref(() => E${left}); right = ref(() => E${right}).optional()
  lefts = many(() => E${at(i + 1)}, 'left'); rights = many(() => E${at(i - 7)}, 'right')
  static indexes = [index(E${i}, 'left', '-at')]
  static access = access(E${i}, ({ row, caller }) => [
    allow('read').when(row.amount.gt(0).or(caller.is('staff'), row.left.mail.eq(caller.claims.email), row.lefts.some(l => l.note.isNull()))),
    allow('create', 'update', 'delete').to('staff'),
  ])
}
`
    files[`use${i}.ts`] = `import type { Db } from 'backwright'
import type { shop } from './model.ts'
export async function use(db: Db<typeof shop.entities>): Promise<string | undefined> {
  const { data } = await db.e${i}.find({ where: { status: 'a', left: { mail: { contains: '@' } }, lefts: { some: { amount: { gt: 1 } } } }, include: { left: true, lefts: { include: { right: true } } }, sort: ['-at', 'left.name'], first: 5 })
  await db.e${i}.create({ name: 'x', mail: 'a@b.c', price: '1.20', leftId: 'x' })
  return data[0]?.lefts[0]?.right?.price.toFixed(2)
}
`
    if (pages) files[`page${i}.ts`] = `import { client } from 'backwright/client'
import type app from './model.ts'
export async function page(): Promise<string | undefined> {
  const api = client<typeof app>('https://x.example')
  const { data } = await api.e${i}.find({ where: { status: 'a', left: { mail: { contains: '@' } }, lefts: { some: { amount: { gt: 1 } } } }, include: { left: true, lefts: { include: { right: true } } }, sort: ['-at', 'left.name'], first: 5 })
  await api.e${i}.create({ name: 'x', mail: 'a@b.c', price: '1.20', leftId: 'x' })
  return data[0]?.lefts[0]?.right?.price
}
`
  }
  const all = Array.from({ length: n }, (_, i) => i)
  files['model.ts'] = `import { backend, model } from 'backwright'
${all.map(i => `import { E${i} } from './e${i}.ts'`).join('\n')}
export const shop = model({ ${all.map(i => `e${i}: E${i}`).join(', ')} })
export default backend({ model: shop })
`
  return files
}

export interface TypeCost { readonly instantiations: number; readonly check: string; readonly total: string; readonly memory: string }

/** What is spent on `n` entities, with a page for each or without; `entry` is what 'backwright' means. Throws what the type-checker says, should it say anything. */
export function typeCost(n: number, pages: boolean, entry: string): TypeCost {
  const made = project(application(n, pages), {}, entry)
  try {
    const { status, output } = made.run('--extendedDiagnostics', '--singleThreaded')
    if (status !== 0) throw new Error(output)
    const figure = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(output)?.[1] ?? '?'
    return { instantiations: Number(figure('Instantiations')), check: figure('Check time'), total: figure('Total time'), memory: figure('Memory used') }
  } finally { made.remove() }
}
