-- What WeCom lets the app of a corp do, as it answered last. Asking costs calls, so a page shows what is written here.
create table wecom_capabilities (
  tenant_id int not null,
  corp int not null,
  capability text not null,
  state text not null check (state in ('ok', 'refused', 'absent', 'unknown')),
  errcode int,
  -- Why it is not usable although nothing was refused: not bought, nobody in it, another domain.
  reason text,
  details jsonb not null default '{}',
  request_id text,
  checked_at timestamptz not null,
  -- Since when it is in this state.
  since timestamptz not null,
  primary key (tenant_id, corp, capability),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
call protect('wecom_capabilities');

-- Callbacks that were turned away at the door, by hour: they leave no other trace.
create table wecom_refusals (
  tenant_id int not null,
  corp int not null,
  hour timestamptz not null,
  reason text not null,
  times int not null,
  last_at timestamptz not null,
  primary key (tenant_id, corp, hour, reason),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
call protect('wecom_refusals');

-- Whom a call was about, so that support finds it by the customer or the member.
alter table wecom_calls add column external_userid text;
alter table wecom_calls add column user_id text;
