// Databases that people know, imported and served: Northwind and Chinook. Answers equal the SQL's.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { open } from 'backwright'
import shop from '../../examples/shop/shop.ts'
import { answersEqualSql, texts } from './equal.ts'
import { world } from './imported.ts'
import { serve } from './serving.ts'

const root = path.dirname(path.dirname(import.meta.dirname))

test('Northwind: employees with managers, order lines by their composite key, territories', async () => {
  const w = await world(readFileSync(path.join(root, 'examples/northwind/data/northwind.sql'), 'utf8'))
  try {
    const s = await serve(w)
    try {
      assert.ok((await w.plan(s.model)).empty)
      assert.equal(await answersEqualSql(s.get, w.client, s.model), 3_313)
      const [line] = await texts(w.client, 'select quantity, unit_price, discount from order_details where order_id = 10248 and product_id = 11')
      assert.deepEqual(await s.get('/api/order-details/10248,11'), { orderId: 10248, productId: 11, unitPrice: Number(line?.['unit_price']), quantity: Number(line?.['quantity']), discount: Number(line?.['discount']) })
      const { data } = await s.get('/api/employees?include=manager,reports,territories.region&sort=id&fields=id,lastName') as { data: { lastName: string; manager: { lastName: string } | null; reports: unknown[]; territories: { region: { regionDescription: string } }[] }[] }
      const said = await texts(w.client, `select e.last_name, m.last_name as manager, (select count(*) from employees r where r.reports_to = e.employee_id) as reports,
        (select string_agg(distinct r.region_description, ',') from employee_territories et join territories t using (territory_id) join region r using (region_id) where et.employee_id = e.employee_id) as regions
        from employees e left join employees m on m.employee_id = e.reports_to order by e.employee_id`)
      assert.deepEqual(data.map(e => [e.lastName, e.manager?.lastName ?? null, e.reports.length, [...new Set(e.territories.map(t => t.region.regionDescription))].toSorted().join(',')]),
        said.map(e => [e['last_name'], e['manager'], Number(e['reports']), e['regions']]))
      const [total] = await texts(w.client, `select count(*) as n from orders where ship_country = 'Germany' and freight > 50.5`)
      assert.equal((await s.get('/api/orders?filter[shipCountry]=Germany&filter[freight][gt]=50.5&count=exact&page[size]=1') as { page: { total: number } }).page.total, Number(total?.['n']))
      // 32.38 is what the caller was shown of a `real`, and finds it.
      assert.equal((await s.get('/api/orders?filter[freight]=32.38') as { data: unknown[] }).data.length, 1)

      const made = await s.send('POST', '/api/order-details', { orderId: 10248, productId: 1, unitPrice: 18, quantity: 2, discount: 0 })
      assert.equal(made.status, 201, JSON.stringify(made.json))
      assert.equal((await s.send('PATCH', '/api/order-details/10248,1', { quantity: 3 }, { 'if-match': made.etag ?? '' })).status, 200)
      assert.equal((await s.send('PATCH', '/api/order-details/10248,1', { quantity: 4 }, { 'if-match': made.etag ?? '' })).status, 412)
      assert.deepEqual(await texts(w.client, 'select quantity from order_details where order_id = 10248 and product_id = 1'), [{ quantity: '3' }])
      assert.equal((await s.send('POST', '/api/order-details', { orderId: 10248, productId: 1, unitPrice: 18, quantity: 2, discount: 0 })).status, 409)
      assert.equal((await s.send('DELETE', '/api/order-details/10248,1')).status, 204)
      assert.equal((await s.send('DELETE', '/api/customers/ALFKI')).json['code'], 'row.referenced')
    } finally { await s.close() }
  } finally { await w.end() }
})

test('Chinook: media, playlists, invoices', async () => {
  const sql = readFileSync(path.join(import.meta.dirname, 'data/chinook.sql'), 'utf8')
  const w = await world(sql.slice(sql.indexOf('\\c chinook;') + '\\c chinook;'.length))
  try {
    const s = await serve(w)
    try {
      assert.ok((await w.plan(s.model)).empty)
      assert.equal(await answersEqualSql(s.get, w.client, s.model), 6_892)
      const { data } = await s.get('/api/playlists?include[tracks][page][size]=1&filter[tracks][some][album][artist][name]=AC/DC&sort=id') as { data: { id: number }[] }
      assert.deepEqual(data.map(p => String(p.id)), (await texts(w.client, `select distinct playlist_id as id from playlist_track join track using (track_id) join album using (album_id) join artist using (artist_id) where artist.name = 'AC/DC' order by 1`)).map(r => r['id']))
    } finally { await s.close() }
  } finally { await w.end() }
})

test('a database of our own making is one like any other', async () => {
  const w = await world('select 1')
  try {
    await (await open(shop, { url: w.url, schema: 'apply' })).close()
    const s = await serve(w)
    try {
      assert.deepEqual([(await w.plan(s.model)).empty, s.model.entities['order']?.relations['items']?.target], [true, 'orderItem'])
    } finally { await s.close() }
  } finally { await w.end() }
})
