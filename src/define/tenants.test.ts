// What cannot be of tenants, memberships, roles and permissions is told at start, with what was probably meant; what can be is in the model.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeclarationErrors } from '../model/compile/index.ts'
import {
  access, allow, backend, caller, choice, compileModel, count, created, deny, entity, Entity, index, integer, list, many, model, one, ref, sequence, sum, text, unique, uuid, type Backend,
} from './index.ts'

const told = (of: Pick<Backend, '~declared'>): readonly string[] => {
  try { compileModel(of) } catch (error) {
    if (error instanceof DeclarationErrors) return error.mistakes.map(m => `${[m.entity, m.field].filter(x => x !== null).join('.')}: ${m.reason}${m.suggestion ? ` ${m.suggestion}` : ''}`)
    throw error
  }
  return []
}
const says = (of: Pick<Backend, '~declared'>, ...parts: readonly string[]): void => {
  const all = told(of)
  for (const part of parts) assert.ok(all.some(line => line.includes(part)), `not told: ${part}\n${all.join('\n') || 'nothing is told'}`)
  assert.equal(all.length, parts.length, all.join('\n'))
}

class Company extends Entity { name = text() }
class User extends entity({ caller: true }) { email = text().unique(); name = text() }
const callers = { user: { entity: User, match: 'email', claim: 'email' } } as const

test('a tenant is one sort of rows with one key, of no tenant themselves', () => {
  class School extends Entity { name = text() }
  class Two extends entity({ key: ['a', 'b'] }) { a = integer(); b = integer() }
  class Class extends entity({ tenant: () => School }) { name = text() }
  class Invoice extends entity({ tenant: () => Company }) { name = text() }
  class Note extends entity({ tenant: () => Two }) { name = text() }
  class Deep extends entity({ tenant: () => Invoice }) { name = text() }
  says(backend({ model: model({ company: Company, school: School, invoice: Invoice, class: Class }) }), 'Class: Its tenant is School, that of others Company: an application has one sort of tenants.')
  says(backend({ model: model({ two: Two, note: Note }) }), 'Two has a key of 2 fields: a tenant has one.')
  says(backend({ model: model({ company: Company, invoice: Invoice, deep: Deep }) }), 'Deep: Its tenant is Invoice, that of others Company', 'Invoice is itself of a tenant, so it cannot be one.')
  says(backend({ model: model({ invoice: Invoice }) }), 'Company is not in model({ … }).')
})

test('what would be one over all tenants is refused: keys that callers choose, uniques of parts; and parts of wholes of none', () => {
  class Page extends entity({ tenant: () => Company, id: text() }) { body = text() }
  class Tag extends entity({ tenant: () => Company, id: uuid() }) { body = text() }
  class Own extends entity({ tenant: () => Company, key: ['tenant', 'slug'] }) { slug = text() }
  class Numbered extends entity({ tenant: () => Company, id: sequence() }) { body = text() }
  class Order extends entity({ tenant: () => Company }) { lines = many(() => Line, 'order').owned() }
  class Line extends Entity { order = ref(() => Order); code = text().unique(); position = integer(); static uniques = [unique(Line, 'order', 'position')] }
  class Kept extends entity({ tenant: () => Company }) { order = ref(() => Order); code = text().unique() }
  class Global extends Entity { notes = many(() => Note, 'global').owned() }
  class Note extends entity({ tenant: () => Company }) { global = ref(() => Global) }
  class Pair extends entity({ tenant: () => Company, key: ['left', 'right'] }) { left = ref(() => Numbered); right = ref(() => Numbered) }
  class Taken extends entity({ tenant: () => Company }) { override tenant = text() as never }
  says(backend({ model: model({ company: Company, page: Page }) }), 'Page: Callers choose its key, id, which is one over all tenants: that it is taken would tell what others have. Leave the id to the server')
  says(backend({ model: model({ company: Company, tag: Tag }) }), 'Tag: Callers choose its key')
  says(backend({ model: model({ company: Company, own: Own }) }), 'Own: The tenant cannot be part of the key.')
  says(backend({ model: model({ company: Company, order: Order, line: Line }) }), 'Line: code would be unique over all tenants, since as a part it does not know its own. Write class Line extends entity({ tenant: () => Company })')
  says(backend({ model: model({ company: Company, global: Global, note: Note }) }), 'Note: It is a part of Global, whose rows are of no tenant')
  says(backend({ model: model({ company: Company, taken: Taken }) }), `Taken.tenant: 'tenant' is a built-in reference`)
  assert.deepEqual(told(backend({ model: model({ company: Company, numbered: Numbered, pair: Pair }) })), [])
  class Whole extends entity({ tenant: () => Company }) { parts = many(() => Part, 'whole').owned() }
  class Part extends entity({ tenant: () => Company }) { whole = ref(() => Whole); code = text().unique() }
  assert.deepEqual(told(backend({ model: model({ company: Company, whole: Whole, part: Part }) })), [])
  assert.deepEqual(told(backend({ model: model({ company: Company, order: Order, line: class Line extends Entity { order = ref(() => Order) } as never, kept: Kept }) })).length > 0, true)
})

test('uniques and indexes are within the tenant, but for what a reference to a row of none is found by', () => {
  class Seat extends entity({ tenant: () => Company }) {
    number = integer().unique()
    room = text().index()
    holder = ref(() => User).unique()
    keeper = ref(() => User).optional()
    static indexes = [index(Seat, 'room', '-number')]
    static uniques = [unique(Seat, 'tenant', 'room', 'number')]
  }
  const { model: made } = compileModel(backend({ model: model({ company: Company, user: User, seat: Seat }), callers })), { seat } = made.entities
  assert.deepEqual(seat?.uniques.map(u => [u.name, u.fields, u.within]), [['seats_tenant_id_number_key', ['number'], 'tenantId'], ['seats_tenant_id_holder_id_key', ['holderId'], 'tenantId'], ['seats_tenant_id_room_number_key', ['room', 'number'], 'tenantId']])
  assert.deepEqual(seat?.indexes.map(i => [i.name, i.within ?? null]), [['seats_tenant_id_room_number_idx', 'tenantId'], ['seats_tenant_id_room_idx', 'tenantId'], ['seats_holder_id_idx', null], ['seats_keeper_id_idx', null]])
  assert.deepEqual([seat?.tenant, seat?.fields['tenantId']?.generated, seat?.fields['tenantId']?.fixed, seat?.relations['tenant']?.fixed, made.tenant], ['tenantId', 'tenant', true, true, { entity: 'company', scalar: 'uuid' }])
})

test('memberships name a user that a caller is bound to, a tenant, each pair once, and roles that are texts', () => {
  class Invoice extends entity({ tenant: () => Company }) { name = text() }
  class Membership extends Entity { user = ref(() => User); company = ref(() => Company); roles = list(choice('staff')); level = integer(); static uniques = [unique(Membership, 'user', 'company')] }
  class Twice extends Entity { user = ref(() => User); company = ref(() => Company) }
  const entities = { company: Company, user: User, invoice: Invoice, membership: Membership, twice: Twice }
  const of = (memberships: object, more: object = { callers }) => backend({ model: model(entities), ...more, memberships: memberships as never })
  assert.deepEqual(told(of({ entity: Membership, user: 'user', tenant: 'company', roles: 'roles' })), [])
  says(of({ entity: Membership, user: 'usr', tenant: 'company' }), `memberships: user is 'usr', which is no reference of Membership. Did you mean 'user'?`)
  says(of({ entity: Membership, user: 'user', tenant: 'user' }), 'memberships: Membership.user is a user; tenants are company rows.', 'memberships: user and user of Membership are not unique together')
  says(of({ entity: Twice, user: 'user', tenant: 'company' }), 'memberships: user and company of Twice are not unique together, so one could be in a tenant twice.')
  says(of({ entity: Membership, user: 'user', tenant: 'company', roles: 'level' }), `memberships: roles is 'level', which is no text, choice or list of texts of Membership.`)
  says(of({ entity: Membership, user: 'user', tenant: 'company', role: 'x' }), `memberships: It has no 'role'.`)
  says(backend({ model: model({ company: Company, user: User, membership: Membership }), callers, memberships: { entity: Membership, user: 'user', tenant: 'company' } }), 'memberships: No entity is of a tenant.')
})

test('where roles are declared, there are no others; permissions are those of roles', () => {
  class Order extends Entity {
    state = choice('open', 'sent').default('open').by('stafff')
    static access = access(Order, ({ caller: c }) => [
      allow('read').when(c.may('order.read', 'order.ship')), allow('update').when(c.may('order.shp')), allow('delete').to('bos'), deny('delete').when(c.fresh('10 minutes').not()), allow('create').when(c.fresh('soon' as never)),
    ])
  }
  const roles = { staff: ['order.read', 'order.ship'], boss: ['order.read'] }
  says(backend({ model: model({ order: Order }), roles }), `Order: There is no role 'stafff'. Did you mean 'staff'?`, `Order: No role may 'order.shp'. Did you mean 'order.ship'?`, `Order: There is no role 'bos'. Did you mean 'boss'?`, `caller.fresh('soon') says no time. Write caller.fresh('10 minutes').`)
  class Read extends Entity { static access = access(Read, ({ caller: c }) => [allow('read').when(c.may('order.read'))]) }
  assert.deepEqual(compileModel(backend({ model: model({ read: Read }), roles })).model.entities['read']?.rules[0]?.when, { kind: 'or', of: [{ kind: 'caller', role: 'staff' }, { kind: 'caller', role: 'boss' }] })
  says(backend({ model: model({ read: Read }) }), `Read: No role may 'order.read'. Permissions are declared: backend({ roles: { staff: ['order.read'] } }).`)
  const shop = model({ order: class Order extends Entity {} })
  says(backend({ model: shop, roles, actions: { go: shop.action({ allow: 'stf', run: () => {} }), may: shop.action({ allow: caller.may('x'), run: () => {} }) } }), `go: There is no role 'stf'.`, `may: No role may 'x'.`)
  says(backend({ model: shop, roles: { 'a b': ['x'], c: 'd' } as never }), `roles: 'a b' is no usable name of a role.`, `roles: c is 'd', which is no list of permissions.`)
})

test('a webhook on rows of tenants says whose', () => {
  class Invoice extends entity({ tenant: () => Company }) { name = text(); lines = many(() => Line, 'invoice').owned() }
  class Line extends Entity { invoice = ref(() => Invoice) }
  const of = (webhook: object) => backend({ model: model({ company: Company, invoice: Invoice, line: Line }), webhooks: { told: { to: 'https://x.example', ...webhook } as never } })
  says(of({ on: created(Invoice) }), 'webhooks.told: Rows of Invoice are of tenants, and it would tell of those of all.')
  says(of({ on: created(Line) }), 'webhooks.told: Rows of Line are of tenants')
  says(of({ on: created(Invoice), as: { roles: ['staff'] } }), 'webhooks.told: Rows of Invoice are of tenants, and its caller acts in none.')
  says(of({ on: created(Invoice), allTenants: true, as: { roles: ['staff'], claims: { tenant: 'x' } } }), 'allTenants has no effect beside as')
  says(of({ on: created(Company), allTenants: true }), 'allTenants has no effect: it tells of no rows that are of tenants.')
  for (const fine of [{ on: created(Invoice), allTenants: true }, { on: created(Invoice), as: { claims: { tenant: 'x' } } }, { on: created(Company) }]) assert.deepEqual(told(of(fine)), [])
})

test('totals, counts and the other side of the tenant are as ever', () => {
  class Firm extends Entity { orders = many(() => Order, 'tenant'); orderCount = count(Firm, 'orders') }
  class Order extends entity({ tenant: () => Firm }) { lines = many(() => Line, 'order').owned(); pieces = sum(Order, 'lines', line => line.quantity); bill = one(() => Bill, 'order') }
  class Line extends Entity { order = ref(() => Order); quantity = integer() }
  class Bill extends entity({ tenant: () => Firm }) { order = ref(() => Order).unique() }
  assert.deepEqual(told(backend({ model: model({ firm: Firm, order: Order, line: Line, bill: Bill }) })), [])
})
