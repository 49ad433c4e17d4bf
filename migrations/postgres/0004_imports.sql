-- One row per import: how far it has come is committed together with what it changed.
create table imports (
  tenant_id int not null,
  id int generated always as identity,
  kind text not null,
  file_name text not null,
  -- Where the uploaded file lies, below the data folder; null when the caller's own file was read in place.
  stored_path text,
  mapping jsonb not null default '{}',
  dry_run boolean not null default false,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  job_id bigint,
  -- Grows with every takeover; a late writer finds its own fence outgrown.
  fence int not null default 0,
  cancel_requested boolean not null default false,
  total_rows bigint,
  -- File rows whose effects are committed, and the bytes of the error file that belong to them.
  rows_done bigint not null default 0,
  rejected_bytes bigint not null default 0,
  imported bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  rejected bigint not null default 0,
  result jsonb,
  error jsonb,
  created_by int,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, id)
);
create index imports_job on imports (tenant_id, job_id);
call protect('imports');

create table exports (
  tenant_id int not null,
  id int generated always as identity,
  what text not null,
  format text not null check (format in ('csv', 'xlsx')),
  query jsonb not null default '{}',
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  job_id bigint,
  rows bigint not null default 0,
  -- The list had more rows than one file may hold.
  truncated boolean not null default false,
  stored_path text,
  bytes bigint,
  error jsonb,
  created_by int,
  actor text not null,
  reveal_phone boolean not null default false,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  expires_at timestamptz,
  primary key (tenant_id, id)
);
call protect('exports');

create index files_content on files (tenant_id, sha256);
