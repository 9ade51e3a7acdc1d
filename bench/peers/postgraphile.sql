-- What PostGraphile needs of the database beside the tables, written by hand: a function for W4, one for W5, and for W6 the rules as policies. They bind nobody else here: the others are the tables' owner.
create schema postgraphile;

create function postgraphile.orders_by_status(customer_id uuid) returns table (status text, count integer, total numeric) language sql stable begin atomic
  select o.status, count(*)::integer, sum(o.total) from public.orders o where o.customer_id = orders_by_status.customer_id group by o.status order by o.status;
end;

-- One statement, as by hand: the order, its lines, and a change row for each.
create function postgraphile.place_order(customer_id uuid, items json) returns public.orders language sql volatile begin atomic
  with l as materialized (
    select uuidv7() as id, x."productId" as product_id, x.quantity, (select p.price from public.products p where p.id = x."productId") as price
    from json_to_recordset(place_order.items) as x("productId" uuid, quantity integer)
  ), o as (
    insert into public.orders (id, customer_id, status, placed_at, total, created_at, updated_at, version)
    select uuidv7(), place_order.customer_id, 'open', now(), (select sum(l.price * l.quantity) from l), now(), now(), 1 returning *
  ), i as (
    insert into public.order_items (id, order_id, product_id, quantity, price, created_at, updated_at, version)
    select l.id, o.id, l.product_id, l.quantity, l.price, now(), now(), 1 from o, l returning *
  ), c as (
    insert into backwright_system.change (entity, key, verb, after, caller, request)
    select 'order', json_build_array(o.id), 'create', (select to_json(r) from (select o.id, o.customer_id as "customerId", o.status, o.placed_at as "placedAt", o.shipped_at as "shippedAt",
      o.note, o.remark, o.total::text as total, o.created_at as "createdAt") r), 'staff', uuidv7()::text from o
    union all
    select 'orderItem', json_build_array(i.id), 'create',
      (select to_json(r) from (select i.id, i.order_id as "orderId", i.product_id as "productId", i.quantity, i.price::text as price, i.created_at as "createdAt") r), 'staff', uuidv7()::text from i
  )
  select * from o;
end;

create role postgraphile_customer nologin;
grant usage on schema public to postgraphile_customer;
grant select on public.orders, public.order_items, public.products to postgraphile_customer;
alter table public.orders enable row level security;
alter table public.order_items enable row level security;
alter table public.products enable row level security;
create policy own on public.orders for select to postgraphile_customer using (customer_id = (select current_setting('caller.customer'))::uuid);
create policy of_own on public.order_items for select to postgraphile_customer using (exists (select from public.orders o where o.id = order_id));
create policy in_stock on public.products for select to postgraphile_customer using (stock > 0);
