-- create, connected by a unique field
with
"#judged" as materialized (select p.*, case when not ((exists (select
  from "customers" t1
  where t1.id = p.customer_id and t1.email = $2::text)) is true) then 1 when not case when p."#asked customer" then p."#found customer" else (p.customer_id is null or exists (select
  from "customers" t2
  where t2.id = p.customer_id and t2.secret = 'false'::boolean)) end then 2 else 0 end as "#bad"
  from (select g.ordinality as "#n", b0.id, b0.customer_id, b0.status, null::integer as number, b0.placed_at, null::text[] collate "C" as notes, null::jsonb as extra, b0.version, b0.updated_at, g.c1 as "#asked customer", l0.found is true as "#found customer"
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 boolean, c1 boolean, c2 text collate "C", c3 uuid, c4 uuid, c5 uuid, c6 text collate "C", c7 boolean)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  left join lateral (select t0.id as k0, true as found
  from "customers" t0
  where (t0.email = g.c2 and t0.secret = 'false'::boolean)) as l0 on true
  cross join lateral (select g.c4 as id, (coalesce(l0.k0, g.c5))::uuid as customer_id, (case when g.c7 then g.c6 else 'open'::text end)::text collate "C" as status, (now())::timestamptz as placed_at, ('1'::integer)::integer as version, (now())::timestamptz as updated_at) as b0 offset 0) as p),
"#made" as (insert into "orders" as t ("id", "customer_id", "status", "placed_at", "version", "updated_at") select j.id, j.customer_id, j.status, j.placed_at, j.version, j.updated_at
  from "#judged" as j
  where not exists (select
  from "#judged"
  where "#bad" <> 0)
  order by j."#n"
  returning t.*) select j."#bad", json_build_array(m.id)::text, m.version::text, null::text, case when (m.id is not null and exists (select
  from "customers" t3
  where t3.id = m.customer_id and t3.email = $2::text)) then to_json("{t4}") end, null::text
  from "#judged" as j full join "#made" as m on m.id = j.id
  cross join lateral (select m.id, m.status) "{t4}"
  order by j."#n";

-- create with nothing asked
with
"#judged" as materialized (select p.*, 0 as "#bad"
  from (select g.ordinality as "#n", b0.id, b0.name, b0.version, b0.updated_at
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 uuid, c1 text collate "C")) with ordinality as r
  where r.ordinality * 0 = 0) as g
  cross join lateral (select g.c0 as id, g.c1 as name, ('1'::integer)::integer as version, (now())::timestamptz as updated_at) as b0) as p),
"#made" as (insert into "tags" as t ("id", "name", "version", "updated_at") select j.id, j.name, j.version, j.updated_at
  from "#judged" as j
  where true
  order by j."#n"
  returning t.*) select j."#bad", json_build_array(m.id)::text, m.version::text, null::text, null::text, null::text
  from "#judged" as j full join "#made" as m on m.id = j.id
  order by j."#n";

-- create with a default through a reference
with
"#judged" as materialized (select p.*, case when not exists (select
  from "products" t1
  where t1.id = p.product_id and t1.hidden = 'false'::boolean) then 2 else 0 end as "#bad"
  from (select g.ordinality as "#n", b0.id, b0.order_id, b0.product_id, b0.quantity, b1.price, b0.version, b0.updated_at
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 uuid, c1 uuid, c2 uuid, c3 integer, c4 numeric(12, 2), c5 boolean)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  cross join lateral (select g.c0 as id, g.c1 as order_id, g.c2 as product_id, g.c3 as quantity, ('1'::integer)::integer as version, (now())::timestamptz as updated_at) as b0
  cross join lateral (select (case when g.c5 then g.c4 else (select t0.price
  from "products" t0
  where (t0.id = b0.product_id and t0.hidden = 'false'::boolean)) end)::numeric(12, 2) as price) as b1 offset 0) as p),
"#made" as (insert into "items" as t ("id", "order_id", "product_id", "quantity", "price", "version", "updated_at") select j.id, j.order_id, j.product_id, j.quantity, j.price, j.version, j.updated_at
  from "#judged" as j
  where not exists (select
  from "#judged"
  where "#bad" <> 0)
  order by j."#n"
  returning t.*) select j."#bad", json_build_array(m.id)::text, m.version::text, null::text, null::text, null::text
  from "#judged" as j full join "#made" as m on m.id = j.id
  order by j."#n";

-- create of a part
select 1
  from "orders" as w
  where (w.id) in (select p.order_id
  from (select g.ordinality as "#n", null::uuid as id, b0.order_id, null::uuid as product_id, null::integer as quantity, null::numeric(12, 2) as price, null::integer as version, null::timestamptz as updated_at
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 uuid)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  cross join lateral (select g.c0 as order_id) as b0) as p)
  order by w.id
  for no key update of w;

with
"#judged" as materialized (select p.*, case when not ((exists (select
  from "orders" t1
  where t1.id = p.order_id and t1.status = 'open'::text)) is true) then 1 when not exists (select
  from "products" t2
  where t2.id = p.product_id and t2.hidden = 'false'::boolean) then 2 else 0 end as "#bad"
  from (select g.ordinality as "#n", b0.id, b0.order_id, b0.product_id, b0.quantity, b1.price, b0.version, b0.updated_at
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 uuid, c1 uuid, c2 uuid, c3 integer, c4 numeric(12, 2), c5 boolean)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  cross join lateral (select g.c0 as id, g.c1 as order_id, g.c2 as product_id, g.c3 as quantity, ('1'::integer)::integer as version, (now())::timestamptz as updated_at) as b0
  cross join lateral (select (case when g.c5 then g.c4 else (select t0.price
  from "products" t0
  where (t0.id = b0.product_id and t0.hidden = 'false'::boolean)) end)::numeric(12, 2) as price) as b1 offset 0) as p),
"#made" as (insert into "items" as t ("id", "order_id", "product_id", "quantity", "price", "version", "updated_at") select j.id, j.order_id, j.product_id, j.quantity, j.price, j.version, j.updated_at
  from "#judged" as j
  where not exists (select
  from "#judged"
  where "#bad" <> 0)
  order by j."#n"
  returning t.*) select j."#bad", json_build_array(m.id)::text, m.version::text, json_build_array(json_build_array(m.order_id))::text, null::text, null::text
  from "#judged" as j full join "#made" as m on m.id = j.id
  order by j."#n";

update "orders" as w set "version" = w.version + 1, "updated_at" = now()
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 uuid)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  where w.id = g.c0
  returning case when (w.status = 'open'::text) is true then 0 else 1 end, json_build_array(w.id)::text, null::text, null::text, null::text, null::text;

-- nested create
with
"#judged" as materialized (select p.*, case when not ((exists (select
  from "customers" t1
  where t1.id = p.customer_id and t1.email = $2::text)) is true) then 1 when not case when p."#asked customer" then p."#found customer" else (p.customer_id is null or exists (select
  from "customers" t2
  where t2.id = p.customer_id and t2.secret = 'false'::boolean)) end then 2 else 0 end as "#bad"
  from (select g.ordinality as "#n", b0.id, b0.customer_id, b0.status, null::integer as number, b0.placed_at, null::text[] collate "C" as notes, null::jsonb as extra, b0.version, b0.updated_at, g.c1 as "#asked customer", l0.found is true as "#found customer"
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 boolean, c1 boolean, c2 text collate "C", c3 uuid, c4 uuid, c5 uuid, c6 text collate "C", c7 boolean)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  left join lateral (select t0.id as k0, true as found
  from "customers" t0
  where (t0.email = g.c2 and t0.secret = 'false'::boolean)) as l0 on true
  cross join lateral (select g.c4 as id, (coalesce(l0.k0, g.c5))::uuid as customer_id, (case when g.c7 then g.c6 else 'open'::text end)::text collate "C" as status, (now())::timestamptz as placed_at, ('1'::integer)::integer as version, (now())::timestamptz as updated_at) as b0 offset 0) as p),
"#made" as (insert into "orders" as t ("id", "customer_id", "status", "placed_at", "version", "updated_at") select j.id, j.customer_id, j.status, j.placed_at, j.version, j.updated_at
  from "#judged" as j
  where not exists (select
  from "#judged"
  where "#bad" <> 0)
  order by j."#n"
  returning t.*) select j."#bad", json_build_array(m.id)::text, m.version::text, null::text, case when (m.id is not null and exists (select
  from "customers" t3
  where t3.id = m.customer_id and t3.email = $2::text)) then to_json("{t4}") end, null::text
  from "#judged" as j full join "#made" as m on m.id = j.id
  cross join lateral (select m.id, m.status) "{t4}"
  order by j."#n";

with
"#judged" as materialized (select g.ordinality as "#n", l.found is true as "#found", g.c1 as order_id, l.k0 as tag_id
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 text collate "C", c1 uuid)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  left join lateral (select t0.id as k0, true as found
  from "tags" t0
  where t0.name = g.c0) as l on true),
"#made" as (insert into "order_tags" ("order_id", "tag_id") select j.order_id, j.tag_id
  from "#judged" as j
  where not exists (select
  from "#judged"
  where not "#found")
  order by j."#n" on conflict do nothing) select case when j."#found" then 0 else 2 end, null::text, null::text, null::text, null::text, null::text
  from "#judged" as j
  order by j."#n";

with
"#judged" as materialized (select p.*, case when not exists (select
  from "orders" t1
  where t1.id = p.order_id) then -1 when not exists (select
  from "products" t2
  where t2.id = p.product_id and t2.hidden = 'false'::boolean) then 2 else 0 end as "#bad"
  from (select g.ordinality as "#n", b0.id, b0.order_id, b0.product_id, b0.quantity, b1.price, b0.version, b0.updated_at
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 uuid, c1 uuid, c2 uuid, c3 integer, c4 numeric(12, 2), c5 boolean)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  cross join lateral (select g.c0 as id, g.c1 as order_id, g.c2 as product_id, g.c3 as quantity, ('1'::integer)::integer as version, (now())::timestamptz as updated_at) as b0
  cross join lateral (select (case when g.c5 then g.c4 else (select t0.price
  from "products" t0
  where (t0.id = b0.product_id and t0.hidden = 'false'::boolean)) end)::numeric(12, 2) as price) as b1 offset 0) as p),
"#made" as (insert into "items" as t ("id", "order_id", "product_id", "quantity", "price", "version", "updated_at") select j.id, j.order_id, j.product_id, j.quantity, j.price, j.version, j.updated_at
  from "#judged" as j
  where not exists (select
  from "#judged"
  where "#bad" <> 0)
  order by j."#n"
  returning t.*) select j."#bad", json_build_array(m.id)::text, m.version::text, null::text, null::text, null::text
  from "#judged" as j full join "#made" as m on m.id = j.id
  order by j."#n";

-- nested create in one statement
with "#judged 1" as materialized (select p.*, case when not exists (select
  from "products" t1
  where t1.id = p.product_id and t1.hidden = 'false'::boolean) then 2 else 0 end as "#bad"
  from (select g.ordinality as "#n", b0.id, b0.order_id, b0.product_id, b0.quantity, b1.price, b0.version, b0.updated_at
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 uuid, c1 uuid, c2 uuid, c3 integer, c4 numeric(12, 2), c5 boolean)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  cross join lateral (select g.c0 as id, g.c1 as order_id, g.c2 as product_id, g.c3 as quantity, ('1'::integer)::integer as version, (now())::timestamptz as updated_at) as b0
  cross join lateral (select (case when g.c5 then g.c4 else (select t0.price
  from "products" t0
  where (t0.id = b0.product_id and t0.hidden = 'false'::boolean)) end)::numeric(12, 2) as price) as b1 offset 0) as p),
"#judged" as materialized (select p.*, case when not ((exists (select
  from "customers" t3
  where t3.id = p.customer_id and t3.email = $3::text)) is true) then 1 when not case when p."#asked customer" then p."#found customer" else (p.customer_id is null or exists (select
  from "customers" t4
  where t4.id = p.customer_id and t4.secret = 'false'::boolean)) end then 2 else 0 end as "#bad"
  from (select g.ordinality as "#n", b0.id, b0.customer_id, b0.status, null::integer as number, b0.placed_at, null::text[] collate "C" as notes, null::jsonb as extra, b0.version, b0.updated_at, g.c1 as "#asked customer", l0.found is true as "#found customer"
  from (select *
  from rows
  from (jsonb_to_recordset($2::jsonb) as (c0 boolean, c1 boolean, c2 text collate "C", c3 uuid, c4 uuid, c5 uuid, c6 text collate "C", c7 boolean)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  left join lateral (select t2.id as k0, true as found
  from "customers" t2
  where (t2.email = g.c2 and t2.secret = 'false'::boolean)) as l0 on true
  cross join lateral (select g.c4 as id, (coalesce(l0.k0, g.c5))::uuid as customer_id, (case when g.c7 then g.c6 else 'open'::text end)::text collate "C" as status, (now())::timestamptz as placed_at, ('1'::integer)::integer as version, (now())::timestamptz as updated_at) as b0 offset 0) as p),
"#made" as (insert into "orders" as t ("id", "customer_id", "status", "placed_at", "version", "updated_at") select j.id, j.customer_id, j.status, j.placed_at, j.version, j.updated_at
  from "#judged" as j
  where (not exists (select
  from "#judged"
  where "#bad" <> 0) and not exists (select
  from "#judged 1"
  where "#bad" <> 0))
  returning t.*), "#made 1" as (insert into "items" as t ("id", "order_id", "product_id", "quantity", "price", "version", "updated_at") select j.id, j.order_id, j.product_id, j.quantity, j.price, j.version, j.updated_at
  from "#judged 1" as j
  where exists (select
  from "#made")
  returning t.*) select j."#bad", json_build_array(m.id)::text, m.version::text, null::text, case when (m.id is not null and exists (select
  from "customers" t5
  where t5.id = m.customer_id and t5.email = $3::text)) then to_json("{t9}") end, json_build_array(case when t7.c then 'items' end)::text, (select json_agg(json_build_array(x.p, x.n, x.b))
  from (select 0 as p, "#n" as n, "#bad" as b
  from "#judged 1"
  where "#bad" <> 0) as x)::text
  from "#judged" as j
  left join "#made" as m on m.id = j.id
  left join lateral (select coalesce(array_to_json(case when t6.n > 20 then t6.a[1:20] else t6.a end), '[]') as j, t6.n > 20 as c
  from (select array_agg("{t8}") as a, count(*) as n
  from (select t6.price
  from "#made 1" t6
  where (m.id is not null and exists (select
  from "customers" t5
  where t5.id = m.customer_id and t5.email = $3::text)) and t6.order_id = m.id limit 21) t6
  cross join lateral (select t6.price::text as price) "{t8}") t6) t7 on true
  cross join lateral (select m.id, m.status, t7.j as items) "{t9}"
  order by j."#n";

-- update
with
"#target" as materialized (select t.*
  from "orders" as t
  where (t.id = $1::uuid and exists (select
  from "customers" t0
  where t0.id = t.customer_id and t0.email = $2::text)) and t.version::text = $3::text
  order by t.id
  for no key update of t),
"#judged" as materialized (select p.*, case when not ((exists (select
  from "customers" t1
  where t1.id = p.customer_id and t1.email = $2::text)) is true) then 1 else 0 end as "#bad"
  from (select g.ordinality as "#n", o.id, o.customer_id, b0.status, o.number, o.placed_at, o.notes, o.extra, b0.version, b0.updated_at, o.id as "#old id"
  from "#target" as o cross join (select *
  from rows
  from (jsonb_to_recordset($4::jsonb) as (c0 text collate "C")) with ordinality as r
  where r.ordinality * 0 = 0) as g
  cross join lateral (select g.c0 as status, (o.version + 1)::integer as version, (now())::timestamptz as updated_at) as b0 offset 0) as p),
"#made" as (update "orders" as t set "status" = j.status, "version" = j.version, "updated_at" = j.updated_at
  from "#judged" as j
  where t.id = j."#old id" and not exists (select
  from "#judged"
  where "#bad" <> 0)
  returning t.*) select j."#bad", json_build_array(m.id)::text, m.version::text, null::text, case when (m.id is not null and exists (select
  from "customers" t2
  where t2.id = m.customer_id and t2.email = $2::text)) then to_json("{t3}") end, null::text
  from "#judged" as j full join "#made" as m on m.id = j.id
  cross join lateral (select m.id, m.status) "{t3}"
  order by j.id;

-- update of a part
select 1
  from "orders" as w
  where (w.id) in (select p.order_id
  from (select t.*
  from "items" as t
  where t.id = $1::uuid) as p)
  order by w.id
  for no key update of w;

with
"#target" as materialized (select t.*
  from "items" as t
  where t.id = $1::uuid and exists (select
  from "orders" t0
  where t0.id = t.order_id and t0.status = 'open'::text)
  order by t.id
  for no key update of t),
"#judged" as materialized (select p.*, 0 as "#bad"
  from (select g.ordinality as "#n", o.id, o.order_id, o.product_id, b0.quantity, o.price, b0.version, b0.updated_at, o.id as "#old id"
  from "#target" as o cross join (select *
  from rows
  from (jsonb_to_recordset($2::jsonb) as (c0 integer)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  cross join lateral (select g.c0 as quantity, (o.version + 1)::integer as version, (now())::timestamptz as updated_at) as b0) as p),
"#made" as (update "items" as t set "quantity" = j.quantity, "version" = j.version, "updated_at" = j.updated_at
  from "#judged" as j
  where t.id = j."#old id"
  returning t.*) select j."#bad", json_build_array(m.id)::text, m.version::text, json_build_array(json_build_array(m.order_id))::text, null::text, null::text
  from "#judged" as j full join "#made" as m on m.id = j.id
  order by j.id;

update "orders" as w set "version" = w.version + 1, "updated_at" = now()
  from (select *
  from rows
  from (jsonb_to_recordset($1::jsonb) as (c0 uuid)) with ordinality as r
  where r.ordinality * 0 = 0) as g
  where w.id = g.c0
  returning case when (w.status = 'open'::text) is true then 0 else 1 end, json_build_array(w.id)::text, null::text, null::text, null::text, null::text;

-- delete
with
"#made" as (delete
  from "orders" as t
  where (t.id = $1::uuid and exists (select
  from "customers" t0
  where t0.id = t.customer_id and t0.email = $2::text)) and t.version::text = $3::text
  returning t.*) select 0, json_build_array(m.id)::text, m.version::text, null::text, null::text, null::text
  from "#made" as m
  order by m.id;
