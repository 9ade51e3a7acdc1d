-- A shop, written by hand after the conventions of Laravel: plural tables, bigserial keys, nullable timestamps of seconds, enums as checks, pivots in the singular and in the order of the alphabet, morphs.
create table migrations (id serial primary key, migration varchar(255) not null, batch integer not null);
create table users (id bigserial primary key, name varchar(255) not null, email varchar(255) not null, email_verified_at timestamp(0), password varchar(255) not null, remember_token varchar(100), created_at timestamp(0), updated_at timestamp(0));
alter table users add constraint users_email_unique unique (email);
create table password_reset_tokens (email varchar(255) not null primary key, token varchar(255) not null, created_at timestamp(0));
create table sessions (id varchar(255) not null primary key, user_id bigint, ip_address varchar(45), user_agent text, payload text not null, last_activity integer not null);
create index sessions_user_id_index on sessions (user_id);
create table products (id bigserial primary key, slug varchar(255) not null, name varchar(255) not null, price numeric(8, 2) not null, status varchar(255) not null default 'draft', stock integer not null default '0', weight real, options json, deleted_at timestamp(0), created_at timestamp(0), updated_at timestamp(0),
  check (status::text in ('draft', 'on sale', 'sold out')));
alter table products add constraint products_slug_unique unique (slug);
create table tags (id bigserial primary key, name varchar(255) not null);
create table product_tag (product_id bigint not null, tag_id bigint not null, constraint product_tag_pkey primary key (product_id, tag_id));
alter table product_tag add constraint product_tag_product_id_foreign foreign key (product_id) references products (id) on delete cascade;
alter table product_tag add constraint product_tag_tag_id_foreign foreign key (tag_id) references tags (id) on delete cascade;
create table orders (id bigserial primary key, user_id bigint not null, placed_at timestamp(0) default current_timestamp not null, shipping jsonb not null default '{}', total numeric(10, 2) not null default '0', created_at timestamp(0), updated_at timestamp(0));
alter table orders add constraint orders_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
create table order_product (id bigserial primary key, order_id bigint not null references orders (id) on delete cascade, product_id bigint not null references products (id), quantity integer not null default '1', price numeric(8, 2) not null, created_at timestamp(0), updated_at timestamp(0));
create table images (id bigserial primary key, url varchar(255) not null, imageable_type varchar(255) not null, imageable_id bigint not null);
create index images_imageable_type_imageable_id_index on images (imageable_type, imageable_id);
create table cache (key varchar(255) not null primary key, value text not null, expiration integer not null);
insert into users (name, email, email_verified_at, password, created_at) values ('Zoe', 'zoe@example.com', '2024-01-01 09:30:00', 'x', '2024-01-01 09:30:00'), ('Yan', 'yan@example.com', null, 'y', null);
insert into products (slug, name, price, status, weight, options) values ('cup', 'Cup', 4.50, 'on sale', 0.3, '{"b": 1, "a": [1,  2]}'), ('pot', 'Pot', 25.00, 'draft', null, null);
insert into tags (name) values ('clay'), ('blue');
insert into product_tag values (1, 1), (1, 2), (2, 1);
insert into orders (user_id, total) values (1, 34.00);
insert into order_product (order_id, product_id, quantity, price) values (1, 1, 2, 4.50), (1, 2, 1, 25.00);
insert into images (url, imageable_type, imageable_id) values ('/cup.png', 'App\Models\Product', 1);
insert into cache values ('k', 'v', 0);
