-- What several processes must agree on when they speak to WeCom: one token per app, one budget per api of a corp.
create table wecom_tokens (
  tenant_id int not null,
  corp_id text not null,
  -- sha256 of corp and secret: a new secret is a new row.
  secret_hash text not null,
  -- Null between the first asker's row and WeCom's answer.
  sealed bytea,
  expires_at timestamptz,
  primary key (tenant_id, corp_id, secret_hash)
);
call protect('wecom_tokens');

-- One row per api of a corp; tenant 0 with the empty corp counts the calls of this address.
create table wecom_budgets (
  tenant_id int not null,
  corp_id text not null,
  api text not null,
  minute_start timestamptz not null,
  minute_used int not null,
  hour_start timestamptz not null,
  hour_used int not null,
  day_start timestamptz not null,
  day_used int not null,
  paused_until timestamptz,
  primary key (tenant_id, corp_id, api)
) with (fillfactor = 70);
call protect('wecom_budgets');
