-- Roles: the program never works as the owner of its tables. liuliang_app sees one tenant at a time, liuliang_system
-- (loader, consumers, jobs, login) crosses tenants. Both are worn by the connecting user from the first byte of a connection.
do $$
begin
  if not exists (select from pg_roles where rolname = 'liuliang_app') then create role liuliang_app nologin; end if;
  if not exists (select from pg_roles where rolname = 'liuliang_system') then create role liuliang_system nologin; end if;
  -- Two databases of one server may start at the same moment.
exception when duplicate_object or unique_violation then null;
end $$;
grant liuliang_app, liuliang_system to current_user;
grant usage on schema public to liuliang_app, liuliang_system;

-- The tenant of the current connection; null when nobody has said one, which sees nothing.
create function current_tenant() returns int language sql stable parallel safe
  return nullif(current_setting('app.tenant', true), '')::int;

-- Puts a tenant's table behind row-level security. Every table with a tenant_id calls this once.
create procedure protect(name text) language plpgsql as $$
begin
  execute format('alter table %I enable row level security', name);
  execute format('create policy tenant on %I to liuliang_app using (tenant_id = (select current_tenant())) with check (tenant_id = (select current_tenant()))', name);
  execute format('create policy system on %I to liuliang_system using (true) with check (true)', name);
  execute format('grant select, insert, update, delete on %I to liuliang_app, liuliang_system', name);
end $$;

-- Facts of this installation: the key of the id codec, the time of the first start.
create table installation (
  name text primary key,
  value text not null
);
grant select, insert, update on installation to liuliang_system;

create table tenants (
  id int generated always as identity primary key,
  name text not null,
  timezone text not null default 'Asia/Shanghai',
  currency text not null default 'CNY',
  week_start text not null default 'monday' check (week_start in ('monday', 'sunday')),
  language text not null default 'zh' check (language in ('zh', 'en')),
  created_at timestamptz not null default now()
);
alter table tenants enable row level security;
create policy tenant on tenants to liuliang_app using (id = (select current_tenant()));
create policy system on tenants to liuliang_system using (true) with check (true);
grant select, update on tenants to liuliang_app;
grant select, insert, update on tenants to liuliang_system;

-- The spine. event_log feeds consumers in order, event_inbox feeds the loader.
create table event_log (
  tenant_id int not null,
  transaction xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity (cache 1),
  partition smallint not null,
  -- Set on the two copies of a fact that concerns two customers at once: the other copy's partition.
  barrier smallint,
  id uuid not null,
  name text not null,
  customer_id int,
  at timestamptz not null,
  properties jsonb not null,
  request_id text,
  primary key (partition, transaction, seq)
);
call protect('event_log');

create table event_inbox (
  seq bigint generated always as identity primary key,
  tenant_id int not null,
  received_at timestamptz not null default now(),
  events int not null,
  -- JSON array of events; text, because the loader parses it and nobody queries it.
  payload text not null
);
call protect('event_inbox');

-- The loader's promise: these very rows are on their way under this deduplication token.
create table event_load (
  id bigint generated always as identity primary key,
  rows bigint[] not null,
  started_at timestamptz not null default now()
);
grant select, insert, delete on event_load to liuliang_system;

-- Ids that senders gave to their events; a second arrival within the horizon is a duplicate.
create table event_ids (
  tenant_id int not null,
  id uuid not null,
  received_on date not null default current_date,
  primary key (tenant_id, id)
);
create index event_ids_received_on on event_ids (received_on);
call protect('event_ids');

create table quarantined_events (
  tenant_id int not null,
  id bigint generated always as identity,
  received_at timestamptz not null default now(),
  reason text not null,
  field text,
  event jsonb not null,
  replayed_at timestamptz,
  primary key (tenant_id, id)
);
call protect('quarantined_events');

create table consumer_positions (
  consumer text not null,
  partition smallint not null,
  transaction xid8 not null,
  seq bigint not null,
  moved_at timestamptz not null default now(),
  primary key (consumer, partition)
);
grant select, insert, update, delete on consumer_positions to liuliang_system;

create table dead_letters (
  tenant_id int not null,
  id bigint generated always as identity,
  consumer text not null,
  event_id uuid not null,
  event jsonb not null,
  error_code text not null,
  error_message text not null,
  failed_at timestamptz not null default now(),
  attempts int not null default 1,
  replayed_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, consumer, event_id)
);
call protect('dead_letters');

-- Work that outlives a request. A worker holds a lease and beats; a lease that ran out is taken over, and the fence
-- (attempts) keeps the late writes of the old holder out.
create table jobs (
  tenant_id int not null,
  id bigint generated always as identity,
  name text not null,
  payload jsonb not null,
  key text,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  run_at timestamptz not null default now(),
  attempts int not null default 0,
  max_attempts int not null default 5,
  lease_until timestamptz,
  worker text,
  progress jsonb,
  result jsonb,
  error jsonb,
  cancel_requested boolean not null default false,
  request_id text,
  created_by int,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, id)
);
create unique index jobs_key on jobs (tenant_id, name, key) where key is not null and state in ('waiting', 'running');
create index jobs_due on jobs (run_at) where state = 'waiting';
create index jobs_leased on jobs (lease_until) where state = 'running';
call protect('jobs');

-- One row per planned moment of a schedule: whoever inserts it runs it.
create table schedule_runs (
  name text not null,
  slot timestamptz not null,
  primary key (name, slot)
);
grant select, insert, delete on schedule_runs to liuliang_system;

create table idempotency_keys (
  tenant_id int not null,
  actor text not null,
  key text not null,
  request_hash text not null,
  status int,
  body text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, actor, key)
);
create index idempotency_keys_created_at on idempotency_keys (created_at);
call protect('idempotency_keys');

create table files (
  tenant_id int not null,
  id bigint generated always as identity,
  name text not null,
  content_type text not null,
  bytes bigint not null,
  sha256 text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
call protect('files');

create table secrets (
  tenant_id int not null,
  name text not null,
  -- AES-256-GCM: key version, nonce, ciphertext, tag.
  sealed bytea not null,
  primary key (tenant_id, name)
);
call protect('secrets');

create table audit_log (
  tenant_id int not null,
  seq bigint not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text,
  details jsonb not null default '{}',
  request_id text,
  ip text,
  previous_hash text not null,
  hash text not null,
  primary key (tenant_id, seq)
);
alter table audit_log enable row level security;
create policy tenant on audit_log to liuliang_app using (tenant_id = (select current_tenant())) with check (tenant_id = (select current_tenant()));
create policy system on audit_log to liuliang_system using (true) with check (true);
-- Append only, for everybody the program can be.
grant select, insert on audit_log to liuliang_app, liuliang_system;

-- Processes that beat: web, worker, engine, with how often each was started.
create table processes (
  name text primary key,
  started_at timestamptz not null,
  beat_at timestamptz not null,
  restarts int not null default 0,
  version text not null
);
grant select, insert, update, delete on processes to liuliang_system;
grant select on processes to liuliang_app;
