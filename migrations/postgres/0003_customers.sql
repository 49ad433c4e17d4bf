-- Customers, their identities and merges, follows, tags.
--
-- Every fact names the ORIGINAL customer it came to. Who an original counts as now is `canonical_id`: merges and undos
-- change that one column and nothing else, which is why an undo gives everything back.

create extension if not exists btree_gin;

-- The next id of a tenant. Taken in blocks outside the asker's transaction, so that makers of customers do not wait for
-- each other; a gap where a process died is no harm.
create table customer_ids (
  tenant_id int primary key,
  next_id bigint not null
);
call protect('customer_ids');

create table customers (
  tenant_id int not null,
  id int not null,
  canonical_id int not null,
  created_at timestamptz not null default now(),
  -- The last act of the customer's own as this original.
  active_at timestamptz not null default 'epoch',
  -- The rest is kept by refresh_customers() on canonical rows: what everybody merged into it adds up to.
  -- Devices nobody logged in on, and merged originals, are not listed.
  listed boolean not null default false,
  name text,
  avatar text,
  gender text,
  kind text not null default 'person',
  company text,
  position text,
  attributes jsonb not null default '{}',
  has_phone boolean not null default false,
  -- Names, remarks and the last digits of phones in small letters, and every pair of neighbouring letters in them.
  search text not null default '',
  search_pairs text not null default '',
  added_at timestamptz not null default now(),
  last_active_at timestamptz not null default 'epoch',
  orders_count int not null default 0,
  paid_minor bigint not null default 0,
  currency text,
  primary key (tenant_id, id)
);
create index customers_canonical on customers (tenant_id, canonical_id) where canonical_id <> id;
create index customers_added on customers (tenant_id, added_at, id) where listed;
create index customers_active on customers (tenant_id, last_active_at, id) where listed;
create index customers_orders on customers (tenant_id, orders_count, id) where listed;
create index customers_paid on customers (tenant_id, paid_minor, id) where listed;
call protect('customers');

-- What is known about one original: the sources of what canonical rows show. Empty text means "cleared by hand".
create table customer_facts (
  tenant_id int not null,
  customer_id int not null,
  name text,
  avatar text,
  gender text check (gender in ('male', 'female', '')),
  kind text check (kind in ('person', 'company')),
  company text,
  position text,
  remark text,
  -- A JSON null under a key means "cleared by hand".
  attributes jsonb not null default '{}',
  at timestamptz not null default now(),
  primary key (tenant_id, customer_id)
);
call protect('customer_facts');

create table identities (
  tenant_id int not null,
  kind text not null,
  -- Which corp an external_userid, which app an openid belongs to; empty where values are unique by themselves.
  scope text not null default '',
  -- The value, or its keyed fingerprint where the value is sealed.
  value text not null,
  customer_id int not null,
  sealed bytea,
  masked text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, kind, value, scope)
);
create index identities_customer on identities (tenant_id, customer_id);
call protect('identities');

-- Active rows form a forest over originals.
create table merges (
  tenant_id int not null,
  id bigint generated always as identity,
  keep_id int not null,
  merge_id int not null,
  reason text not null,
  details jsonb not null default '{}',
  merged_at timestamptz not null,
  merged_by text not null,
  undone_at timestamptz,
  undone_by text,
  primary key (tenant_id, id)
);
create index merges_keep on merges (tenant_id, keep_id) where undone_at is null;
create index merges_merge on merges (tenant_id, merge_id) where undone_at is null;
call protect('merges');

-- Pairs that a rule would merge but must not by itself, and pairs somebody declared to be two people.
create table merge_reviews (
  tenant_id int not null,
  id bigint generated always as identity,
  first_id int not null,
  second_id int not null check (first_id < second_id),
  reason text not null,
  details jsonb not null default '{}',
  state text not null default 'open' check (state in ('open', 'merged', 'separate')),
  created_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  primary key (tenant_id, id),
  unique (tenant_id, first_id, second_id)
);
create index merge_reviews_open on merge_reviews (tenant_id, id) where state = 'open';
create index merge_reviews_second on merge_reviews (tenant_id, second_id);
call protect('merge_reviews');

-- Customers whose row in ClickHouse's `persons` is out of date.
create table person_changes (
  tenant_id int not null,
  seq bigint generated always as identity,
  customer_id int not null,
  primary key (tenant_id, seq)
);
call protect('person_changes');

create sequence person_versions;
grant usage on sequence person_versions to liuliang_app, liuliang_system;

create table follows (
  tenant_id int not null,
  customer_id int not null,
  employee_id int not null,
  canonical_id int not null,
  -- Null where only the end is known yet.
  added_at timestamptz,
  ended_at timestamptz,
  ended_by text check (ended_by in ('customer', 'employee', 'transfer')),
  add_way text,
  state text,
  channel_id int,
  operator text,
  remark text,
  description text,
  primary key (tenant_id, customer_id, employee_id)
);
create index follows_employee on follows (tenant_id, employee_id, canonical_id);
create index follows_canonical on follows (tenant_id, canonical_id);
create index follows_channel on follows (tenant_id, channel_id, canonical_id) where channel_id is not null;
call protect('follows');

-- Earlier times of the same relation: added, deleted, added again.
create table follow_periods (
  tenant_id int not null,
  customer_id int not null,
  employee_id int not null,
  added_at timestamptz not null,
  ended_at timestamptz not null,
  ended_by text not null,
  add_way text,
  state text,
  channel_id int,
  primary key (tenant_id, customer_id, employee_id, added_at)
);
call protect('follow_periods');

-- Kept by the orders feature through addTotals().
create table customer_totals (
  tenant_id int not null,
  customer_id int not null,
  currency text not null,
  orders_count int not null default 0,
  paid_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  first_paid_at timestamptz,
  last_paid_at timestamptz,
  primary key (tenant_id, customer_id, currency)
);
call protect('customer_totals');

create table attributes (
  tenant_id int not null,
  id int generated always as identity,
  key text not null,
  name text not null,
  type text not null check (type in ('text', 'number', 'date', 'boolean', 'choice')),
  choices text[] not null default '{}',
  position int not null default 0,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, key)
);
call protect('attributes');

-- Companies with their people, households with their members.
create table customer_links (
  tenant_id int not null,
  from_id int not null,
  to_id int not null,
  kind text not null,
  note text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, from_id, to_id, kind)
);
create index customer_links_to on customer_links (tenant_id, to_id);
call protect('customer_links');

create table tag_groups (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  color text,
  position int not null default 0,
  source text not null default 'local' check (source in ('local', 'wecom')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
call protect('tag_groups');

create table tags (
  tenant_id int not null,
  id int generated always as identity,
  group_id int not null,
  name text not null,
  position int not null default 0,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, group_id, name),
  foreign key (tenant_id, group_id) references tag_groups (tenant_id, id) on delete cascade
);
call protect('tags');

create table customer_tags (
  tenant_id int not null,
  customer_id int not null,
  tag_id int not null,
  canonical_id int not null,
  source text not null,
  tagged_at timestamptz not null,
  primary key (tenant_id, customer_id, tag_id),
  foreign key (tenant_id, tag_id) references tags (tenant_id, id) on delete cascade
);
create index customer_tags_tag on customer_tags (tenant_id, tag_id, canonical_id);
create index customer_tags_canonical on customer_tags (tenant_id, canonical_id);
call protect('customer_tags');

-- Every pair of neighbouring letters, separated by U+0001: finds two-letter Chinese names, which three-letter grams do not.
create function letter_pairs(text text) returns text language sql immutable parallel safe as $$
  select coalesce(string_agg(distinct substr(text, i, 2), chr(1)), '') from generate_series(1, length(text) - 1) as i
$$;
create index customers_search on customers using gin (tenant_id, string_to_array(search_pairs, chr(1))) where search_pairs <> '';

-- Array operators lose their index behind row-level security, so the search runs as the owner, for the current tenant only.
create function search_customers(question text, most int) returns setof int language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if length(question) < 2 then
    return query select c.id from customers c where c.tenant_id = current_tenant() and c.listed and position(lower(question) in c.search) > 0 limit most;
  else
    return query select c.id from customers c
      where c.tenant_id = current_tenant() and c.listed and c.search_pairs <> ''
        and string_to_array(c.search_pairs, chr(1)) @> string_to_array(letter_pairs(lower(question)), chr(1))
        and position(lower(question) in c.search) > 0
      limit most;
  end if;
end $$;

-- What one group of merged customers adds up to. A canonical's own facts come first, then the latest ones.
create function summary_of(canonical int) returns table (
  listed boolean, name text, avatar text, gender text, kind text, company text, "position" text, attributes jsonb, has_phone boolean, search text,
  added_at timestamptz, last_active_at timestamptz, orders_count int, paid_minor bigint, currency text
) language sql stable rows 1 set search_path = public, pg_temp as $$
  with members as materialized (
    select c.id, c.created_at, c.active_at from customers c where c.tenant_id = (select current_tenant()) and c.id = canonical
    union all
    select c.id, c.created_at, c.active_at from customers c where c.tenant_id = (select current_tenant()) and c.canonical_id = canonical and c.canonical_id <> c.id
  ),
  facts as materialized (
    select f.*, row_number() over (order by (f.customer_id = canonical) desc, f.at desc, f.customer_id) as place
    from members m join lateral (select * from customer_facts x where x.tenant_id = (select current_tenant()) and x.customer_id = m.id) f on true
  ),
  told as (
    select count(*) > 0 as any,
      nullif((array_agg(f.name order by place) filter (where f.name is not null))[1], '') as name,
      nullif((array_agg(f.avatar order by place) filter (where f.avatar is not null))[1], '') as avatar,
      nullif((array_agg(f.gender order by place) filter (where f.gender is not null))[1], '') as gender,
      coalesce((array_agg(f.kind order by place) filter (where f.kind is not null))[1], 'person') as kind,
      nullif((array_agg(f.company order by place) filter (where f.company is not null))[1], '') as company,
      nullif((array_agg(f.position order by place) filter (where f.position is not null))[1], '') as position,
      string_agg(concat_ws(' ', f.name, f.company, f.remark), ' ' order by place) as words
    from facts f
  ),
  attributed as (
    select coalesce(jsonb_object_agg(one.key, one.value) filter (where one.value <> 'null'), '{}') as attributes
    from (select distinct on (a.key) a.key, a.value from facts f, jsonb_each(f.attributes) a order by a.key, place) one
  ),
  named as (
    select coalesce(bool_or(i.kind = 'phone'), false) as has_phone, coalesce(bool_or(i.kind <> 'device'), false) as known,
      string_agg(case i.kind when 'phone' then right(i.masked, 4) end, ' ') as words
    from members m join lateral (select * from identities x where x.tenant_id = (select current_tenant()) and x.customer_id = m.id) i on true
  ),
  followed as (
    select count(*) > 0 as any, min(f.added_at) as added_at, string_agg(f.remark, ' ') as words
    from members m join lateral (select * from follows x where x.tenant_id = (select current_tenant()) and x.customer_id = m.id) f on true
  ),
  paid as (
    select t.currency, sum(t.orders_count)::int as orders_count, sum(t.paid_minor - t.refunded_minor)::bigint as net
    from members m join lateral (select * from customer_totals x where x.tenant_id = (select current_tenant()) and x.customer_id = m.id) t on true
    group by t.currency order by 2 desc, 1 limit 1
  ),
  lived as (select min(created_at) as created_at, max(active_at) as active_at from members)
  select n.known or t.any or f.any, t.name, t.avatar, t.gender, t.kind, t.company, t.position, a.attributes, n.has_phone,
    lower(concat_ws(' ', nullif(t.words, ''), nullif(n.words, ''), nullif(f.words, ''))),
    coalesce(f.added_at, l.created_at), l.active_at, coalesce(p.orders_count, 0), coalesce(p.net, 0), p.currency
  from told t cross join attributed a cross join named n cross join followed f cross join lived l left join paid p on true
$$;

-- Makes the shown side of canonical rows agree with the facts of everybody merged into them. Ids may be any originals. What
-- reports may ask for is queued for ClickHouse; merges and undos queue their rows themselves.
create function refresh_customers(originals int[]) returns void language plpgsql set search_path = public, pg_temp as $$
begin
  update customers c set listed = false
  where c.tenant_id = current_tenant() and c.id = any(originals) and c.canonical_id <> c.id and c.listed;
  with canonicals as materialized (
    select distinct c.canonical_id as id from customers c where c.tenant_id = current_tenant() and c.id = any(originals)
  ),
  fresh as materialized (
    select k.id, o.attributes as old_attributes, o.gender as old_gender, o.kind as old_kind, s.*
    from canonicals k
    join lateral (select * from customers x where x.tenant_id = current_tenant() and x.id = k.id) o on true
    join lateral summary_of(k.id) s on true
  ),
  changed as (
    update customers c set
      listed = f.listed, name = f.name, avatar = f.avatar, gender = f.gender, kind = f.kind, company = f.company, position = f.position, attributes = f.attributes,
      has_phone = f.has_phone, search = f.search, search_pairs = letter_pairs(f.search), added_at = f.added_at, last_active_at = f.last_active_at, orders_count = f.orders_count, paid_minor = f.paid_minor, currency = f.currency
    from fresh f
    where c.tenant_id = current_tenant() and c.id = f.id
      and (c.listed, c.name, c.avatar, c.gender, c.kind, c.company, c.position, c.attributes, c.has_phone, c.search, c.added_at, c.last_active_at, c.orders_count, c.paid_minor, c.currency)
        is distinct from (f.listed, f.name, f.avatar, f.gender, f.kind, f.company, f.position, f.attributes, f.has_phone, f.search, f.added_at, f.last_active_at, f.orders_count, f.paid_minor, f.currency)
  )
  insert into person_changes (tenant_id, customer_id)
  select current_tenant(), m.id from fresh f
  join lateral (
    select f.id
    union all
    select c.id from customers c where c.tenant_id = current_tenant() and c.canonical_id = f.id and c.canonical_id <> c.id
  ) m on true
  where (f.old_attributes, coalesce(f.old_gender, ''), f.old_kind) is distinct from (f.attributes, coalesce(f.gender, ''), f.kind);
end $$;
