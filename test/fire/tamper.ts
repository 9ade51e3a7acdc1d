// Whether the judge can see: data that is spoilt in one way after another, each undone again, must be found wrong in the way that it is.
import type pg from 'pg'
import type { Judged, Wrong } from './judge.ts'
import type { Application } from './world.ts'

interface Spoilt { readonly what: string; readonly in: Application; readonly sql: string; readonly found: Wrong['of'] }
const acknowledged = (is: string): string => `(select key from backwright_system.idempotency where status < 300 and key in (${is}))`
const spoilt: readonly Spoilt[] = [
  { what: 'half of a transfer is gone', in: 'bank', sql: `delete from moves where id = (select min(id::text)::uuid from moves where note in ${acknowledged('select note from moves')})`, found: 'lost' },
  { what: 'a transfer is there twice', in: 'bank', sql: `insert into moves (id, account_id, amount, note) select gen_random_uuid(), account_id, amount, note from moves where note = (select min(note) from moves where note <> 'opening')`, found: 'twice' },
  { what: 'money out of nothing', in: 'bank', sql: `update accounts set balance = balance + 1 where name = 'account 0'`, found: 'sum' },
  { what: 'a stored total that is off', in: 'bank', sql: `update accounts set booked = booked + 1 where name = 'account 1'`, found: 'sum' },
  { what: 'a lost payment', in: 'bank', sql: `update accounts set cash = cash + 1 where name = 'account 2'`, found: 'sum' },
  { what: 'a lost update', in: 'bank', sql: `update counters set value = value - 1 where name = 'counter 0'`, found: 'sum' },
  { what: 'a change without a raised version', in: 'bank', sql: `update counters set version = version - 1 where name = 'counter 1'`, found: 'sum' },
  { what: 'a ticket that is gone', in: 'bank', sql: `delete from tickets where id = (select min(id::text)::uuid from tickets)`, found: 'lost' },
  { what: 'two equal tickets', in: 'bank', sql: `do $$ begin execute (select string_agg(format('alter table tickets drop constraint %I', conname), ';') from pg_constraint where conrelid = 'tickets'::regclass and contype = 'u'); end $$;
    insert into tickets (id, code, note, version, created_at, updated_at) select gen_random_uuid(), code, 'again', version, created_at, updated_at from tickets limit 1`, found: 'unique' },
  { what: 'less than nothing in stock', in: 'shop', sql: `do $$ begin execute (select string_agg(format('alter table products drop constraint %I', conname), ';') from pg_constraint where conrelid = 'products'::regclass and contype = 'c'); end $$;
    update products set stock = -1 where sku = 'P-0'`, found: 'range' },
  { what: 'stock that nobody bought', in: 'shop', sql: `update products set stock = stock + 1 where sku = 'P-1'`, found: 'sum' },
  { what: 'an order that is gone', in: 'shop', sql: `delete from orders where note = (select min(note) from orders where note <> 'basket')`, found: 'lost' },
  { what: 'a line without its total', in: 'shop', sql: `update order_items set quantity = quantity + 1 where id = (select min(id::text)::uuid from order_items)`, found: 'sum' },
  { what: 'a change that nobody tells of', in: 'bank', sql: `delete from backwright_system.change where id = (select min(id) from backwright_system.change where verb = 'update')`, found: 'log' },
  { what: 'a change that is told twice', in: 'shop', sql: `insert into backwright_system.change (at, entity, key, verb, before, after, request) select at, entity, key, verb, before, after, request from backwright_system.change where verb = 'update' limit 1`, found: 'log' },
  { what: 'a write carried out by two attempts', in: 'bank', sql: `update backwright_system.change set request = split_part(request, '.', 1) || '.99' where id = (select max(id) from backwright_system.change where entity = 'move')`, found: 'twice' },
  { what: 'an answer that is not kept', in: 'bank', sql: `delete from backwright_system.idempotency where status = 201`, found: 'record' },
  { what: 'a refusal that is not kept', in: 'bank', sql: `delete from backwright_system.idempotency where status >= 400`, found: 'record' },
]

/** What of it the judge did not see. */
export async function tamper(clients: Readonly<Record<Application, pg.Client>>, again: () => Promise<Judged>): Promise<readonly string[]> {
  const unseen: string[] = []
  for (const { what, in: application, sql, found } of spoilt) {
    const client = clients[application]
    await client.query('begin')
    try {
      const done = await client.query(sql)
      const { wrong } = await again()
      // Of several statements the last is the one that spoils.
      if (([done].flat().at(-1)?.rowCount ?? 0) === 0) unseen.push(`${what}: there is nothing to spoil`)
      else if (!wrong.some(w => w.of === found)) unseen.push(`${what}: ${wrong.map(w => w.of).join(', ')}`)
    } finally {
      await client.query('rollback')
    }
  }
  return unseen
}
