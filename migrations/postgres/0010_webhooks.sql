-- Webhooks out: who wants which events, and every delivery with what became of it.
create table webhooks (
  tenant_id int not null,
  id bigint generated always as identity,
  name text not null,
  url text not null,
  -- Event names; empty for all.
  events text[] not null default '{}',
  sealed_secret bytea not null,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
call protect('webhooks');

create table webhook_deliveries (
  tenant_id int not null,
  id bigint generated always as identity,
  webhook_id bigint not null,
  event_id uuid not null,
  event_name text not null,
  body text not null,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
  attempts int not null default 0,
  last_status int,
  last_error text,
  request_id text,
  next_at timestamptz,
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, webhook_id) references webhooks (tenant_id, id) on delete cascade
);
-- One delivery for an event and a receiver, however often the log is read.
create unique index webhook_deliveries_event on webhook_deliveries (tenant_id, webhook_id, event_id);
create index webhook_deliveries_webhook on webhook_deliveries (tenant_id, webhook_id, id desc);
create index webhook_deliveries_due on webhook_deliveries (next_at) where state = 'waiting';
call protect('webhook_deliveries');
