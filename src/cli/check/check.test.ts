// Everything `check` finds, each on a declaration that has it and silent on one that has not; and the command, as a process.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import {
  access, allow, backend, caller, choice, compileModel, deny, entity, Entity, hide, integer, list, many, model, money, ref, signedIn, text, type Backend, type BackendOptions, type Entities,
} from '../../index.ts'
import { backwright, tillFolder } from '../process.fixture.ts'
import { review, type Finding } from './index.ts'

const found = (entities: Entities, more: Partial<BackendOptions<Entities, {}>> = {}): readonly Finding[] => {
  const b = backend({ model: model(entities), ...more } as BackendOptions<Entities, {}>) as Backend
  return review(compileModel(b).model, b)
}
const codes = (entities: Entities, more: Partial<BackendOptions<Entities, {}>> = {}): string[] => found(entities, more).map(f => `${f.code} ${f.subject ?? ''}`)

test('an entity without a rule that allows is one nobody may use', () => {
  class Bare extends Entity { name = text({ max: 9 }) }
  class Denied extends Entity { name = text({ max: 9 }); static access = access(Denied, () => [deny('read').always()]) }
  class Used extends Entity { name = text({ max: 9 }); static access = access(Used, () => [allow('read').always()]) }
  assert.deepEqual(codes({ bare: Bare, denied: Denied, used: Used }), ['entity.unused Bare', 'entity.unused Denied'])
  const [first] = found({ bare: Bare })
  assert.equal(first?.file, import.meta.filename)
  assert.match(readFileSync(import.meta.filename, 'utf8').split('\n')[(first?.line ?? 0) - 1] ?? '', /class Bare/)
})

test('a wider rule makes a narrower one pointless', () => {
  class A extends Entity {
    stock = integer({ min: 0 })
    static access = access(A, ({ row, caller: c }) => [allow('read').always(), allow('read', 'update').when(row.stock.gt(3).and(c.is('staff')))])
  }
  const [wide] = found({ a: A })
  assert.deepEqual([wide?.code, wide?.severity, wide?.subject], ['rule.wide', 'error', 'A.2'])
  assert.match(wide?.says ?? '', /allow\('read'\)\.always\(\) \(line \d+\) allows it already/)
  class B extends Entity {
    stock = integer({ min: 0 })
    // Always so, since stock is never below 0.
    static access = access(B, ({ row }) => [allow('read').when(row.stock.gte(0)), allow('read').to('staff')])
  }
  assert.deepEqual(codes({ b: B }), ['rule.wide B.2'])
  class C extends Entity {
    stock = integer()
    static access = access(C, ({ row, caller: c }) => [allow('read').when(row.stock.gt(0).or(c.is('staff'))), allow('read').to('staff'), allow('update').to('staff')])
  }
  assert.deepEqual(codes({ c: C }), ['rule.wide C.2'])
  class D extends Entity {
    stock = integer({ min: 1 }).optional()
    static access = access(D, ({ row }) => [allow('read').when(row.stock.gte(0)), allow('read').to('staff')])
  }
  assert.deepEqual(codes({ d: D }), [], 'null is not at least 0')
})

test('a rule that can never hold', () => {
  class A extends Entity {
    status = choice('open', 'paid')
    stock = integer({ min: 0, max: 10 })
    static access = access(A, ({ row }) => [
      allow('read').when(row.status.eq('open').and(row.status.eq('paid'))),
      allow('update').when(row.stock.lt(0)),
      allow('create').when(row.stock.gt(5).and(row.stock.lt(3))),
      deny('delete').when(row.stock.gt(10)),
      allow('delete').when(row.stock.gt(5).and(row.status.eq('open'))),
    ])
  }
  assert.deepEqual(codes({ a: A }), ['rule.never A.1', 'rule.never A.2', 'rule.never A.3', 'rule.never A.4'])
})

test('a deny that shadows every allow, and one that denies what nobody may do', () => {
  class A extends Entity {
    status = choice('open', 'paid')
    static access = access(A, ({ row, caller: c }) => [
      allow('read', 'update').when(row.status.eq('open').and(c.is('staff'))),
      deny('update').when(row.status.eq('open').or(row.status.eq('paid'))),
      deny('delete').when(row.status.eq('paid')),
    ])
  }
  assert.deepEqual(codes({ a: A }), ['rule.shadows A.2', 'rule.idle A.3'])
})

test('a hidden value that comes out by a default or a unique', () => {
  class Product extends Entity {
    name = text({ max: 9 })
    cost = money('EUR')
    static access = access(Product, () => [allow('read').always(), hide('cost').unless(caller.is('staff'))])
  }
  class Line extends Entity {
    product = ref(() => Product)
    cost = money('EUR').default(line => line.product.cost)
    static access = access(Line, () => [allow('read', 'create').to(signedIn)])
  }
  assert.deepEqual(codes({ product: Product, line: Line }), ['field.leak Line.cost'])
  class Quiet extends Entity {
    product = ref(() => Product)
    cost = money('EUR').default(line => line.product.cost)
    static access = access(Quiet, () => [allow('read', 'create').to(signedIn), hide('cost').unless(caller.is('staff'))])
  }
  assert.deepEqual(codes({ product: Product, quiet: Quiet }), [])
  class Taken extends Entity {
    code = text({ max: 9 }).unique()
    static access = access(Taken, () => [allow('read', 'create').always(), hide('code').unless(caller.is('staff'))])
  }
  assert.deepEqual(codes({ taken: Taken }), ['field.unique Taken.code'])
})

test('a reference whose target no reader of the row may read', () => {
  class Shelf extends Entity { name = text({ max: 9 }); static access = access(Shelf, () => [allow('read').to('stock')]) }
  class Book extends Entity { shelf = ref(() => Shelf); static access = access(Book, () => [allow('read').to('sales')]) }
  assert.deepEqual(codes({ shelf: Shelf, book: Book }), ['reference.unreadable Book.shelf'])
  class Open extends Entity { shelf = ref(() => Shelf); static access = access(Open, () => [allow('read').always()]) }
  assert.deepEqual(codes({ shelf: Shelf, open: Open }), [], 'among everybody are those of the stock')
})

test('a part that shows what its whole hides', () => {
  class Order extends Entity {
    remark = text({ max: 9 }).optional()
    lines = many(() => Line, 'order').owned()
    static access = access(Order, () => [allow('read').always(), hide('remark').unless(caller.is('staff'))])
  }
  class Line extends Entity { order = ref(() => Order); remark = text({ max: 9 }).optional() }
  assert.deepEqual(codes({ order: Order, line: Line }), ['part.shows Line.remark'])
})

test('rules that no index serves; texts, lists and pages without bounds', () => {
  class Person extends entity({ caller: true }) { email = text({ max: 99 }).unique(); name = text({ max: 9 }); static access = access(Person, ({ row, caller: c }) => [allow('read').when(row.is(c))]) }
  class Note extends Entity {
    author = text({ max: 99 })
    body = text()
    tags = list(text({ max: 9 }))
    static page = { size: 20, max: 5000 }
    static access = access(Note, ({ row, caller: c }) => [allow('read', 'create').when(row.author.eq(c.claims.email))])
  }
  const callers = { person: { entity: Person, match: 'email', claim: 'email' } } as never
  assert.deepEqual(codes({ person: Person, note: Note }, { callers }).toSorted(), ['index.missing Note.1', 'list.unbounded Note', 'text.unbounded Note.body', 'text.unbounded Note.tags'])
  class Indexed extends Entity {
    author = text({ max: 99 }).index()
    static access = access(Indexed, ({ row, caller: c }) => [allow('read', 'create').when(row.author.eq(c.claims.email))])
  }
  assert.deepEqual(codes({ person: Person, indexed: Indexed }, { callers }), [])
})

test('a role that is a slip of the pen', () => {
  class A extends Entity { name = text({ max: 9 }); static access = access(A, () => [allow('read').to('staff'), allow('create').to('staff'), allow('update').to('stuff'), allow('delete').to('auditor')]) }
  assert.deepEqual(codes({ a: A }, { as: { ann: { roles: ['staf'] }, ben: { roles: ['auditor'] } } }), ['role.unknown as.ann', 'role.once A.3'])
})

test('the shop has nothing to be said', async () => {
  const { default: shop } = await import('../../../examples/shop/shop.ts') as { default: Backend }
  assert.deepEqual(review(compileModel(shop).model, shop), [])
})

const folder = tillFolder()
after(() => { folder.remove() })

test('the command tells hints, and fails on errors only, unless strict', async () => {
  const plain = await backwright(folder, ['check', 'till', '--no-types'])
  assert.equal(plain.code, 0, plain.err)
  assert.match(plain.out, /^till\/customer\.ts:\d+ {2}hint {2}Customer\.name: A text of any length\.\n {4}Whoever .*\n {4}→ text\(\{ max: 200 \}\)$/m)
  assert.match(plain.out, /0 errors, 0 warnings, 2 hints\n$/)
  folder.change('till/order.ts', `    allow('read', 'create').when(row.customer.is(caller)),`, `    allow('read', 'create').when(row.customer.is(caller)),\n    allow('read').when(row.status.eq('open').and(row.status.eq('paid'))),`)
  const error = await backwright(folder, ['check', 'till', '--no-types', '--json'])
  assert.equal(error.code, 1)
  assert.deepEqual((JSON.parse(error.out) as Finding[]).filter(f => f.severity === 'error').map(f => [f.code, f.file, f.subject]), [['rule.never', path.join('till', 'order.ts'), 'Order.2']])
})

test('a file that breaks the application when it is imported first is found', async () => {
  // Harmless from till.ts, which imports customer.ts first; order.ts first needs Customer before it is declared.
  folder.change('till/order.ts', `    allow('read').when(row.status.eq('open').and(row.status.eq('paid'))),\n`, '')
  folder.change('till/order.ts', 'void integer', 'export const whose = Customer.name\nvoid integer')
  folder.change('till/customer.ts', `  static access`, `  static about = 'A customer.'\n  static access`)
  folder.change('till/till.ts', `import { Customer } from './customer.ts'\nimport { Order } from './order.ts'`, `import { Order } from './order.ts'\nimport { Customer } from './customer.ts'`)
  const { out, code } = await backwright(folder, ['check', 'till', '--no-types'])
  assert.equal(code, 1, out)
  assert.match(out, /till\/customer\.ts:1 {2}error {2}The application breaks when this file is imported first, at till\/order\.ts:\d+: Customer is used before till\/customer\.ts:4 declares it/)
})

test('an action that does not say who may call it', () => {
  class Till extends Entity { name = text({ max: 9 }); static access = access(Till, () => [allow('read').always()]) }
  const shelf = model({ till: Till })
  const b = backend({ model: shelf, actions: { shut: shelf.action({ run: () => {} }), open: shelf.action({ allow: signedIn, run: () => {} }) } })
  assert.deepEqual(review(compileModel(b).model, b).map(f => `${f.code} ${f.subject ?? ''}`), ['action.closed shut'])
})
