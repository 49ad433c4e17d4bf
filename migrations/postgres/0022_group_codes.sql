-- Codes into customer groups (加入群聊). The row is the intent: it stands before WeCom is asked.
create table group_codes (
  tenant_id int not null,
  id int generated always as identity,
  corp int not null,
  -- What WeCom gives back with everybody who scans: short and meaningless.
  state text not null,
  name text not null,
  -- One to five groups that are filled one after the other; WeCom puts those it makes itself among them.
  chat_ids text[] not null,
  -- Whether somebody chose them since WeCom was told: else WeCom's own list is newer.
  groups_chosen boolean not null default true,
  new_groups boolean not null default true,
  base_name text,
  base_number int,
  config_id text,
  qr_url text,
  wanted_version int not null default 1,
  synced_version int not null default 0,
  synced_at timestamptz,
  sync_error jsonb,
  sync_attempts int not null default 0,
  retry_at timestamptz,
  lease_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, state)
);
call protect('group_codes');
create index group_members_state on group_members (tenant_id, state) where state <> '';
