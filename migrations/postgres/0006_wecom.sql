-- Corps of WeCom that a tenant has connected. Secrets are sealed and leave this table only towards WeCom.
create table wecom_corps (
  tenant_id int not null,
  id int generated always as identity,
  corp_id text not null,
  name text not null,
  agent_id int,
  secret bytea not null,
  callback_token bytea not null,
  callback_key bytea not null,
  state text not null default 'active' check (state in ('active', 'paused')),
  callback_verified_at timestamptz,
  synced_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, corp_id)
);
-- The callback door knows the corp before it knows the tenant.
create index wecom_corps_corp_id on wecom_corps (corp_id);
call protect('wecom_corps');

-- Every callback as it came, once. A lane is what must stay in order: one customer, the directory, the tags.
create table wecom_inbox (
  tenant_id int not null,
  id bigint generated always as identity,
  corp int not null,
  key text not null,
  type text not null,
  lane text not null,
  at timestamptz not null,
  body text not null,
  received_at timestamptz not null default now(),
  repeats int not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'ignored', 'dead')),
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  lease_until timestamptz,
  error_code text,
  error_message text,
  processed_at timestamptz,
  request_id text,
  primary key (tenant_id, id),
  unique (tenant_id, corp, key),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
create index wecom_inbox_waiting on wecom_inbox (tenant_id, corp, lane, id) where state = 'waiting';
create index wecom_inbox_listed on wecom_inbox (tenant_id, corp, id);
create index wecom_inbox_dead on wecom_inbox (tenant_id, corp, id) where state = 'dead';
create index wecom_inbox_received on wecom_inbox (tenant_id, received_at);
call protect('wecom_inbox');

-- The friendships as WeCom has them. history: the last changes by event time, so that late and doubled events end in the
-- same state; tag_ids: the corp tags WeCom shows, so that what we push and what comes back are told apart.
create table wecom_follows (
  tenant_id int not null,
  corp int not null,
  external_userid text not null,
  user_id text not null,
  -- Null while only an end is known, whose beginning will name both.
  customer_id int,
  employee_id int,
  live boolean not null,
  half boolean not null default false,
  history jsonb not null default '[]',
  tag_ids text[] not null default '{}',
  add_way int,
  state text,
  remark text,
  description text,
  seen_in bigint,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, corp, external_userid, user_id),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
create index wecom_follows_customer on wecom_follows (tenant_id, customer_id);
create index wecom_follows_user on wecom_follows (tenant_id, corp, user_id);
call protect('wecom_follows');

-- Greetings: the intent stands before the call, so that a crash in between is seen and not repeated blindly.
create table wecom_welcomes (
  tenant_id int not null,
  id bigint generated always as identity,
  corp int not null,
  welcome_code text not null,
  external_userid text not null,
  user_id text not null,
  link_state text,
  event_at timestamptz not null,
  received_at timestamptz not null,
  expires_at timestamptz not null,
  status text not null default 'pending' check (status in ('pending', 'sending', 'sent', 'failed', 'unknown', 'skipped')),
  attempts int not null default 0,
  lease_until timestamptz,
  content jsonb,
  reason text,
  error_code text,
  finished_at timestamptz,
  request_id text,
  primary key (tenant_id, id),
  unique (tenant_id, corp, welcome_code),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
create index wecom_welcomes_due on wecom_welcomes (tenant_id, received_at) where status in ('pending', 'sending');
create index wecom_welcomes_pair on wecom_welcomes (tenant_id, corp, external_userid, user_id);
call protect('wecom_welcomes');

-- Which local tag is which tag of a corp. A group and a tag may exist in several corps.
create table wecom_tags (
  tenant_id int not null,
  corp int not null,
  tag_id text not null,
  group_id text not null,
  local_tag_id int not null,
  primary key (tenant_id, corp, tag_id),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
create index wecom_tags_local on wecom_tags (tenant_id, local_tag_id);
call protect('wecom_tags');

create table wecom_tag_groups (
  tenant_id int not null,
  corp int not null,
  group_id text not null,
  local_group_id int not null,
  primary key (tenant_id, corp, group_id),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
call protect('wecom_tag_groups');

-- Taggings made here that WeCom does not show yet. What is to be shown is read when pushing, so one row a pair is enough.
create table wecom_tag_pushes (
  tenant_id int not null,
  customer_id int not null,
  tag_id int not null,
  version int not null default 1,
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  error_message text,
  primary key (tenant_id, customer_id, tag_id)
);
create index wecom_tag_pushes_due on wecom_tag_pushes (tenant_id, due_at);
call protect('wecom_tag_pushes');

-- What a comparison with WeCom found different and put right.
create table wecom_repairs (
  tenant_id int not null,
  id bigint generated always as identity,
  corp int not null,
  run bigint not null,
  at timestamptz not null default now(),
  kind text not null,
  external_userid text,
  user_id text,
  customer_id int,
  details jsonb not null default '{}',
  primary key (tenant_id, id),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
create index wecom_repairs_listed on wecom_repairs (tenant_id, corp, id);
call protect('wecom_repairs');

-- The last calls of WeCom's API, for whoever looks for a fault. No tokens, no bodies.
create table wecom_calls (
  tenant_id int not null,
  id bigint generated always as identity,
  corp_id text not null,
  at timestamptz not null,
  endpoint text not null,
  errcode int,
  milliseconds int,
  message text,
  request_id text,
  primary key (tenant_id, id)
);
create index wecom_calls_listed on wecom_calls (tenant_id, corp_id, id);
create index wecom_calls_at on wecom_calls (tenant_id, at);
call protect('wecom_calls');

-- Files that lie at WeCom under a media id, which ends after three days.
create table wecom_media (
  tenant_id int not null,
  corp int not null,
  file text not null,
  kind text not null,
  media_id text not null,
  expires_at timestamptz not null,
  primary key (tenant_id, corp, file, kind),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
call protect('wecom_media');
