-- Customer acquisition links (获客助手). The row is the intent: it stands before WeCom is asked.
create table acquisition_links (
  tenant_id int not null,
  id int generated always as identity,
  corp int not null,
  -- WeCom's handle and address; null until it answered.
  link_id text,
  url text,
  name text not null,
  -- Made here, or found at WeCom.
  origin text not null default 'here' check (origin in ('here', 'wecom')),
  channel_id int,
  welcome jsonb,
  -- Members and departments by WeCom's own names for them.
  user_ids text[] not null default '{}',
  department_ids bigint[] not null default '{}',
  skip_verify boolean not null default true,
  mark_source boolean not null default true,
  -- Whom a customer who knows somebody already is led to: anybody of the company, or these.
  priority text check (priority in ('company', 'listed')),
  priority_user_ids text[] not null default '{}',
  -- When a link was asked for whose answer is not known: it may exist at WeCom already.
  asked_at timestamptz,
  asked_name text,
  wanted_version int not null default 1,
  synced_version int not null default 0,
  synced_at timestamptz,
  sync_error jsonb,
  sync_attempts int not null default 0,
  retry_at timestamptz,
  lease_until timestamptz,
  -- Nobody is left behind it; the administrator deleted it; it was deleted here.
  unavailable_at timestamptz,
  gone_at timestamptz,
  deleted_at timestamptz,
  -- When its customers were read last.
  read_at timestamptz,
  created_by int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, channel_id) references channels (tenant_id, id)
);
create unique index acquisition_links_wecom on acquisition_links (tenant_id, corp, link_id) where link_id is not null;
create index acquisition_links_channel on acquisition_links (tenant_id, channel_id);
call protect('acquisition_links');

create table acquisition_link_tags (
  tenant_id int not null,
  link_id int not null,
  tag_id int not null,
  primary key (tenant_id, link_id, tag_id),
  foreign key (tenant_id, link_id) references acquisition_links (tenant_id, id) on delete cascade,
  foreign key (tenant_id, tag_id) references tags (tenant_id, id) on delete cascade
);
create index acquisition_link_tags_tag on acquisition_link_tags (tenant_id, tag_id);
call protect('acquisition_link_tags');

-- The same link given away at several places, each told apart by what its address says.
create table acquisition_variants (
  tenant_id int not null,
  id int generated always as identity,
  link_id int not null,
  -- `customer_channel` of the address: short and meaningless, because everybody can read it.
  state text not null,
  name text not null,
  note text,
  -- Where it is not the link's own.
  channel_id int,
  is_main boolean not null default false,
  created_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, state),
  foreign key (tenant_id, link_id) references acquisition_links (tenant_id, id) on delete cascade,
  foreign key (tenant_id, channel_id) references channels (tenant_id, id)
);
create index acquisition_variants_link on acquisition_variants (tenant_id, link_id);
create index acquisition_variants_channel on acquisition_variants (tenant_id, channel_id);
call protect('acquisition_variants');

-- Every friendship that came through a link, once.
create table acquisition_customers (
  tenant_id int not null,
  id bigint generated always as identity,
  link_id int not null,
  variant_id int,
  external_userid text not null,
  user_id text not null,
  customer_id int not null,
  employee_id int not null,
  added_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  chat text not null default 'silent' check (chat in ('silent', 'wrote', 'unknown')),
  -- Null where only WeCom's list said so, which gives no time.
  wrote_at timestamptz,
  messages int not null default 0,
  primary key (tenant_id, id),
  foreign key (tenant_id, link_id) references acquisition_links (tenant_id, id) on delete cascade,
  foreign key (tenant_id, variant_id) references acquisition_variants (tenant_id, id)
);
create unique index acquisition_customers_friendship on acquisition_customers (tenant_id, link_id, external_userid, user_id, added_at);
create unique index acquisition_customers_present on acquisition_customers (tenant_id, link_id, external_userid, user_id) where ended_at is null;
create index acquisition_customers_added on acquisition_customers (tenant_id, link_id, added_at);
create index acquisition_customers_pair on acquisition_customers (tenant_id, external_userid, user_id);
create index acquisition_customers_customer on acquisition_customers (tenant_id, customer_id, employee_id);
create index acquisition_customers_variant on acquisition_customers (tenant_id, variant_id);
call protect('acquisition_customers');

-- What WeCom counted itself, by its own days.
create table acquisition_link_days (
  tenant_id int not null,
  link_id int not null,
  day date not null,
  clicks int not null,
  added int not null,
  read_at timestamptz not null,
  primary key (tenant_id, link_id, day),
  foreign key (tenant_id, link_id) references acquisition_links (tenant_id, id) on delete cascade
);
call protect('acquisition_link_days');

-- How many customers may still come through the links of a corp, and whether the app may use them at all.
create table acquisition_quotas (
  tenant_id int not null,
  corp int not null,
  total int,
  balance int,
  lots jsonb not null default '[]',
  read_at timestamptz,
  -- The day that WeCom last warned of a lot that ends.
  warned_at timestamptz,
  problem jsonb,
  problem_at timestamptz,
  primary key (tenant_id, corp)
);
call protect('acquisition_quotas');
