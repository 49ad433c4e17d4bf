-- Customer groups of WeCom and who is or was in them.
create table groups (
  tenant_id int not null,
  id int generated always as identity,
  corp int not null,
  chat_id text not null,
  name text not null default '',
  notice text not null default '',
  owner_userid text not null default '',
  owner_id int,
  admins text[] not null default '{}',
  created_at timestamptz not null,
  dismissed_at timestamptz,
  -- The state of members that is stored: a callback that starts from it can be applied without asking.
  member_version text not null default '',
  members_count int not null default 0,
  customers_count int not null default 0,
  -- An answer of WeCom that was asked for before this says nothing new.
  changed_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, corp, chat_id)
);
create index groups_owner on groups (tenant_id, owner_id);
create index groups_created on groups (tenant_id, created_at, id);
create index groups_customers on groups (tenant_id, customers_count, id);
call protect('groups');

-- One row a stay: whoever leaves and comes back has two.
create table group_members (
  tenant_id int not null,
  id bigint generated always as identity,
  group_id int not null,
  -- A userid or an external_userid of the group's corp.
  member text not null,
  kind text not null check (kind in ('employee', 'customer')),
  customer_id int,
  employee_id int,
  name text not null default '',
  nickname text not null default '',
  -- Null where WeCom did not say.
  join_scene text check (join_scene in ('invited', 'link', 'code')),
  state text not null default '',
  inviter_userid text not null default '',
  inviter_id int,
  joined_at timestamptz not null,
  left_at timestamptz,
  -- Null where only their absence was seen.
  quit_scene text check (quit_scene in ('left', 'removed', 'dismissed')),
  primary key (tenant_id, id),
  foreign key (tenant_id, group_id) references groups (tenant_id, id) on delete cascade
);
create unique index group_members_present on group_members (tenant_id, group_id, member) where left_at is null;
create index group_members_of_group on group_members (tenant_id, group_id, joined_at, id);
create index group_members_customer on group_members (tenant_id, customer_id) where customer_id is not null;
call protect('group_members');
