// An application of several firms: people who are in some of them, and everything a firm has apart from all others.
import {
  access, allow, backend, caller, choice, count, deny, email, entity, Entity, everyone, hide, id, integer, list, many, model, money, ref, signedIn, some, sum, text, transitions, unique,
} from '../../src/index.ts'

export class Company extends Entity {
  name = text({ max: 60 })
  invoices = many(() => Invoice, 'tenant')

  static access = access(Company, ({ row, caller }) => [
    allow('read').when(row.id.eq(caller.tenant)),
    allow('update').when(row.id.eq(caller.tenant).and(caller.may('company.rename'))),
    allow('create').when(caller.fresh('10 minutes')),
  ])
}

export class Person extends entity({ caller: true }) {
  name = text()
  email = email().unique()
  favourite = ref(() => Product).optional()
  motto = text().optional()
  written = many(() => Invoice, 'writer')
  voids = some(Person, 'written', invoice => invoice.status.eq('void'))
  static access = access(Person, ({ row, caller }) => [
    allow('read', 'update').when(row.is(caller)), allow('read').to(signedIn),
    // Of what somebody wrote the rule knows what was written in the caller's tenant.
    hide('motto').when(row.written.some(invoice => invoice.note.eq('secret'))),
  ])
}

export class Membership extends Entity {
  person = ref(() => Person)
  company = ref(() => Company)
  roles = list(choice('buyer', 'staff', 'boss')).default([])
  static uniques = [unique(Membership, 'person', 'company')]
  static access = access(Membership, ({ row, caller }) => [allow('read').when(row.person.is(caller))])
}

export class Tag extends entity({ tenant: () => Company }) {
  name = text({ max: 40 }).unique()
  products = many(() => Product, 'tags')
  static access = access(Tag, () => [allow('read', 'create', 'update', 'delete').to(signedIn)])
}

export class Product extends entity({ tenant: () => Company }) {
  sku = text({ max: 40 }).unique()
  name = text({ max: 100 }).searchable()
  price = money('EUR')
  stock = integer().default(0).index()
  cost = money('EUR').optional()
  tags = many(() => Tag)
  lines = many(() => InvoiceLine, 'product')
  related = ref(() => Product).optional()
  tagCount = count(Product, 'tags')

  static access = access(Product, ({ caller }) => [
    allow('read').always(), allow('create', 'update', 'delete').to('staff', 'boss'),
    hide('cost').unless(caller.may('cost.see')),
  ])
}

export class Customer extends entity({ tenant: () => Company }) {
  name = text({ max: 100 })
  email = email().unique()
  invoices = many(() => Invoice, 'customer')
  owes = some(Customer, 'invoices', invoice => invoice.status.eq('open'))
  static access = access(Customer, ({ caller }) => [allow('read', 'create', 'update').to(signedIn), allow('delete').to('boss'), deny('delete').when(caller.fresh('10 minutes').not())])
}

export class Invoice extends entity({ tenant: () => Company }) {
  number = text({ max: 20 }).unique()
  customer = ref(() => Customer)
  status = choice('open', 'paid', 'void').default('open')
  note = text().optional()
  writer = ref(() => Person).default(caller.person).optional()
  lines = many(() => InvoiceLine, 'invoice').owned()
  total = sum(Invoice, 'lines', line => line.price.times(line.quantity))

  static transitions = transitions(Invoice, 'status', ({ caller }) => ({
    pay: { from: 'open', to: 'paid' }, cancel: { from: 'open', to: 'void', when: caller.may('invoice.cancel') },
  }))
  static access = access(Invoice, () => [allow('read', 'create', 'update', 'delete').to(signedIn)])
}

/** A part: of the tenant of its invoice. */
export class InvoiceLine extends Entity {
  invoice = ref(() => Invoice)
  product = ref(() => Product)
  quantity = integer({ min: 1 })
  price = money('EUR').default((line: { product: { price: unknown } }) => line.product.price)
  static uniques = [unique(InvoiceLine, 'invoice', 'product')]
}

export const firm = model({ company: Company, person: Person, membership: Membership, tag: Tag, product: Product, customer: Customer, invoice: Invoice, invoiceLine: InvoiceLine })

const keys = { output: { ids: list(id(Product)) } }
export const actions = {
  /** Whatever the system sees where it says no tenant. */
  seen: firm.action({ allow: everyone, ...keys, run: async ({ db }) => ({ ids: (await db.asSystem('looks').product.find({ first: 100 })).data.map(p => p.id) }) }),
  seenIn: firm.action({ allow: everyone, input: { company: id(Company) }, ...keys, run: async ({ db, input }) => ({ ids: (await db.asSystem('looks', { tenant: input.company }).product.find({ first: 100 })).data.map(p => p.id) }) }),
  seenEverywhere: firm.action({ allow: everyone, ...keys, run: async ({ db }) => ({ ids: (await db.asSystem('looks', { allTenants: true }).product.find({ first: 100 })).data.map(p => p.id) }) }),
  whoAmI: firm.action({
    allow: signedIn, output: { tenant: text().optional(), staff: text(), may: text(), fresh: text() },
    run: ({ caller }) => ({ tenant: caller.tenant === null ? null : String(caller.tenant), staff: String(caller.is('staff')), may: String(caller.may('cost.see')), fresh: String(caller.fresh('10 minutes')) }),
  }),
  /** Made by the system: still of the caller's tenant. */
  makeTag: firm.action({ allow: signedIn, input: { name: text() }, output: { id: id(Tag), tenant: id(Company) }, run: async ({ db, input }) => { const tag = await db.asSystem('makes').tag.create({ name: input.name }); return { id: tag.id, tenant: tag.tenantId } } }),
  cancelAll: firm.action({ allow: ({ caller }) => caller.may('invoice.cancel'), run: async ({ db }) => { await db.asSystem('cancels').invoice.updateMany({ where: { note: 'cancel me' } }, { note: 'cancelled' }, { expect: await db.asSystem('counts').invoice.count({ where: { note: 'cancel me' } }) }) } }),
  stock: firm.action(Product, { allow: 'staff', input: { add: integer() }, output: { stock: integer() }, run: async ({ row, db, input }) => ({ stock: (await db.product.update(row.id, { stock: { add: input.add } })).stock }) }),
}

/** What the system sees around a write is of the tenant of whoever writes. */
export const counting = firm.hook(Customer, { beforeUpdate: async ({ row, db }) => (row.name === 'how many' ? { name: String(await db.asSystem('counts').customer.count()) } : undefined) })

export default backend({
  name: 'firm', model: firm, actions, hooks: { counting },
  callers: { person: { entity: Person, match: 'email', claim: 'email' } },
  roles: { staff: ['cost.see', 'invoice.cancel'], boss: ['company.rename', 'cost.see'], buyer: [] },
  memberships: { entity: Membership, user: 'person', tenant: 'company', roles: 'roles' },
})
