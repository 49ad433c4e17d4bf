-- Saved reports: documents that the console, the API and the command line run.
create table reports (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  type text not null,
  document jsonb not null,
  created_by int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
create index reports_updated on reports (tenant_id, updated_at, id);
call protect('reports');
