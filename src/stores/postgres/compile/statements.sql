-- Made by statements.test.ts from PostgreSQL 18's point of view; read what changes.

-- one row by its key  [read, generic]
select to_json("{t1}") as body, t0.version::text as version
  from "posts" t0 cross join lateral (select t0.id, t0.title, t0.status, t0.price::text as price, t0.created_at as "createdAt") "{t1}"
  where t0.id = $1::uuid;

-- one row and its parts  [read, generic]
select to_json("{t6}") as body, t0.version::text as version, t2.c as c0
  from "posts" t0
  left join lateral (select coalesce(array_to_json(case when t1.n > 100 then t1.a[1:100] else t1.a end), '[]') as j, t1.n > 100 as c
  from (select array_agg("{t5}") as a, count(*) as n
  from (select t1.id, t1.text, t1.author_id
  from "comments" t1
  where t1.post_id = t0.id
  order by t1.id
  limit 101) t1 cross join lateral (select t1.id, t1.text, (select "{t4}"
  from "persons" t3 cross join lateral (select t3.id, t3.name) "{t4}"
  where t3.id = t1.author_id) as author) "{t5}") t1) t2 on true cross join lateral (select t0.id, t2.j as comments) "{t6}"
  where t0.id = $1::uuid;

-- a page  [read, custom]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.price::text, t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id, t0.title, t0.price
  from "posts" t0
  where t0.status = $1::text
  order by t0.price, t0.id
  limit 21 offset $2::bigint) t0) t0 cross join lateral (select t0.id, t0.title, t0.price::text as price) "{t1}";

-- own rows, their parts, and each part's reference  [read, generic]
select coalesce(array_to_json(array_agg("{t6}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.created_at, t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys, bool_or(t2.c) as c0
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id, t0.status, t0.price, t0.created_at
  from "posts" t0
  where t0.author_id = $1::uuid
  order by t0.created_at desc, t0.id desc
  limit 21) t0) t0
  left join lateral (select coalesce(array_to_json(case when t1.n > 100 then t1.a[1:100] else t1.a end), '[]') as j, t1.n > 100 as c
  from (select array_agg("{t5}") as a, count(*) as n
  from (select t1.id, t1.text, t1.author_id
  from "comments" t1
  where t0."#" <= 20 and t1.post_id = t0.id
  order by t1.id
  limit 101) t1 cross join lateral (select t1.id, t1.text, (select "{t4}"
  from "persons" t3 cross join lateral (select t3.id, t3.name) "{t4}"
  where t3.id = t1.author_id) as author) "{t5}") t1) t2 on true cross join lateral (select t0.id, t0.status, t0.price::text as price, t0.created_at as "createdAt", t2.j as comments) "{t6}";

-- many-to-many, self reference, one-to-one  [read, generic]
select coalesce(array_to_json(array_agg("{t12}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys, bool_or(t6.c) as c0, bool_or(t6.c0) as c1
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.name, t0.manager_id, t0.id
  from "persons" t0
  order by t0.id
  limit 21) t0) t0
  left join lateral (select coalesce(array_to_json(array_agg("{t11}") filter (where t5."#" <= 100)), '[]') as j, count(*) > 100 as c, bool_or(t9.c) as c0
  from (select t5.*, row_number() over () as "#", count(*) over () as "##"
  from (select t5.id
  from "posts" t5
  where t0."#" <= 20 and t5.author_id = t0.id
  order by t5.id
  limit 101) t5) t5
  left join lateral (select coalesce(array_to_json(case when t8.n > 100 then t8.a[1:100] else t8.a end), '[]') as j, t8.n > 100 as c
  from (select array_agg("{t10}") as a, count(*) as n
  from (select t8.label
  from "post_tags" t7 join "tags" t8 on t8.id = t7.tag_id
  where t5."#" <= 100 and t7.post_id = t5.id
  order by t8.id
  limit 101) t8 cross join lateral (select t8.label) "{t10}") t8) t9 on true cross join lateral (select t5.id, t9.j as tags) "{t11}") t6 on true cross join lateral (select t0.name, (select "{t2}"
  from "persons" t1 cross join lateral (select t1.name) "{t2}"
  where t1.id = t0.manager_id) as manager, (select "{t4}"
  from "profiles" t3 cross join lateral (select t3.bio) "{t4}"
  where t3.person_id = t0.id) as profile, t6.j as posts) "{t12}";

-- a composite key  [read, generic]
select coalesce(array_to_json(array_agg("{t4}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.seat_row, t0.seat_number, t0.id
  from "bookings" t0
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.seat_row as row, t0.seat_number as number) "{t1}" cross join lateral (select case when not (t0.seat_row is null or t0.seat_number is null) then "{t1}" end as seat, (select "{t3}"
  from "seats" t2 cross join lateral (select t2.label) "{t3}"
  where t2.row = t0.seat_row and t2.number = t0.seat_number) as seat) "{t4}";

-- after a cursor, one direction  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.created_at, t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id, t0.created_at
  from "posts" t0
  where (t0.created_at, t0.id) < ($1::timestamptz, $2::uuid)
  order by t0.created_at desc, t0.id desc
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- before a cursor, mixed directions, nulls possible  [read, generic]
select coalesce(array_to_json(array_agg("{t1}"
  order by t0."#" desc) filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.rating, t0.created_at, t0.id)
  order by t0."#" desc) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id, t0.rating, t0.created_at
  from "posts" t0
  where (t0.rating <= $1::integer and (t0.rating < $1::integer or (t0.rating = $1::integer and (t0.created_at > $2::timestamptz or (t0.created_at = $2::timestamptz and t0.id < $3::uuid)))))
  order by t0.rating desc, t0.created_at, t0.id desc
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- after a cursor at a null  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.rating, t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id, t0.rating
  from "posts" t0
  where (t0.rating is null and (t0.rating is null and t0.id < $1::uuid))
  order by t0.rating, t0.id desc
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- ordered through a reference  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0."#0", t0."#1", t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id, t2.name as "#0", t4.name as "#1"
  from "comments" t0
  left join "persons" t2 on t2.id = t0.author_id
  left join "posts" t3 on t3.id = t0.post_id
  left join "persons" t4 on t4.id = t3.author_id
  order by t2.name, t4.name, t0.id desc
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- counted  [own, custom]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys, (select count(*)
  from "posts" t2
  where t2.status = $1::text) as total
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where t0.status = $1::text
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- counted to a thousand  [read, custom]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys, (select count(*)
  from (select
  from "posts" t2
  where t2.status = $1::text
  limit 1001) x) as total
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where t0.status = $1::text
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- hidden by row  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0."#0"::text, t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id, t0.price, t0.status, t0.author_id, case when t0.status = $1::text then t0.price end as "#0"
  from "posts" t0
  order by case when t0.status = $1::text then t0.price end desc, t0.id
  limit 21) t0) t0 cross join lateral (select t0.id, case when (t0.status = $1::text or t0.author_id = $2::uuid) then t0.price end::text as price) "{t1}";

-- not: plain where required  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where (t0.status <> 'draft'::text and not (t0.created_at >= now()))
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- not: wrapped where null could be  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where ((t0.rating < '3'::integer) is not true and ((t0.rating >= '3'::integer) is not true and not exists (select
  from "comments" t2
  where t2.post_id = t0.id and t2.author_id = $1::uuid)))
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- in, null, has  [read, custom]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "things" t0
  where (t0.b_uuid = any($1::uuid[]) or t0.b_text is not null or t0.c_text @> array[$2::text])
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- starts with  [read, custom]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where (t0.title >= $1::text and t0.title < $2::text)
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- ends with, folded  [read, custom]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where right((case when octet_length(t0.title) = length(t0.title) then lower(t0.title collate "pg_catalog".pg_c_utf8) else translate(lower(t0.title collate "pg_catalog".pg_c_utf8), '꟎꟒꟔𖺠𖺡𖺢𖺣𖺤𖺥𖺦𖺧𖺨𖺩𖺪𖺫𖺬𖺭𖺮𖺯𖺰𖺱𖺲𖺳𖺴𖺵𖺶𖺷𖺸'::text, '꟏ꟓꟕ𖺻𖺼𖺽𖺾𖺿𖻀𖻁𖻂𖻃𖻄𖻅𖻆𖻇𖻈𖻉𖻊𖻋𖻌𖻍𖻎𖻏𖻐𖻑𖻒𖻓'::text) end) collate "C", length($1::text)) = $1::text
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- contains  [read, custom]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where strpos(t0.title, $1::text) > 0
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- full text  [read, custom]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where to_tsvector('simple'::regconfig, t0.title) @@ websearch_to_tsquery('simple'::regconfig, $1::text)
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- some to-many, seeing the row around it  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where exists (select
  from "comments" t2
  where t2.post_id = t0.id and t2.author_id = t0.author_id)
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- some through a reference, asked of the reference  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "comments" t0
  where t0.author_id = $1::uuid
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- grants through several relations  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id
  from "posts" t0
  where (t0.status = 'open'::text or t0.id in (select t2.id
  from "posts" t2
  where exists (select
  from "persons" t3
  where t3.id = t2.author_id and t3.manager_id = $1::uuid)
  union all select t4.post_id
  from "comments" t4
  where t4.author_id = $1::uuid
  union all select t5.id
  from "posts" t5
  where t5.author_id = $1::uuid))
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id) "{t1}";

-- count and sum by group  [read, generic]
select coalesce(array_to_json((array_agg("{t3}"))[:100]), '[]') as body, count(*) as rows
  from (select t0.status as "g0", count(*) as "m0", sum(t0.price) as "m1"
  from "posts" t0
  where t0.author_id = $1::uuid
  group by 1
  order by "m1" desc, "g0"
  limit 101) x cross join lateral (select x.g0 as status) "{t1}" cross join lateral (select x.m1::text as price) "{t2}" cross join lateral (select "{t1}" as group, x.m0 as count, "{t2}" as sum) "{t3}";

-- wider than a function takes  [read, generic]
select coalesce(array_to_json(array_agg("{t1}") filter (where t0."#" <= 20)), '[]') as body, count(*) as rows, json_agg(json_build_array(t0.id)) filter (where t0."#" in (1, least(t0."##", 20))) as keys
  from (select t0.*, row_number() over () as "#", count(*) over () as "##"
  from (select t0.id, t0.field0, t0.field1, t0.field2, t0.field3, t0.field4, t0.field5, t0.field6, t0.field7, t0.field8, t0.field9, t0.field10, t0.field11, t0.field12, t0.field13, t0.field14, t0.field15, t0.field16, t0.field17, t0.field18, t0.field19, t0.field20, t0.field21, t0.field22, t0.field23, t0.field24, t0.field25, t0.field26, t0.field27, t0.field28, t0.field29, t0.field30, t0.field31, t0.field32, t0.field33, t0.field34, t0.field35, t0.field36, t0.field37, t0.field38, t0.field39, t0.field40, t0.field41, t0.field42, t0.field43, t0.field44, t0.field45, t0.field46, t0.field47, t0.field48, t0.field49, t0.field50
  from "wides" t0
  order by t0.id
  limit 21) t0) t0 cross join lateral (select t0.id, t0.field0::text as field0, t0.field1, t0.field2::text as field2, t0.field3, t0.field4::text as field4, t0.field5, t0.field6::text as field6, t0.field7, t0.field8::text as field8, t0.field9, t0.field10::text as field10, t0.field11, t0.field12::text as field12, t0.field13, t0.field14::text as field14, t0.field15, t0.field16::text as field16, t0.field17, t0.field18::text as field18, t0.field19, t0.field20::text as field20, t0.field21, t0.field22::text as field22, t0.field23, t0.field24::text as field24, t0.field25, t0.field26::text as field26, t0.field27, t0.field28::text as field28, t0.field29, t0.field30::text as field30, t0.field31, t0.field32::text as field32, t0.field33, t0.field34::text as field34, t0.field35, t0.field36::text as field36, t0.field37, t0.field38::text as field38, t0.field39, t0.field40::text as field40, t0.field41, t0.field42::text as field42, t0.field43, t0.field44::text as field44, t0.field45, t0.field46::text as field46, t0.field47, t0.field48::text as field48, t0.field49, t0.field50::text as field50) "{t1}";
