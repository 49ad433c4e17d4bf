-- By which rules a company layers its customers, and what it plans for each layer; without a row the printed defaults hold.
create table layer_settings (
  tenant_id int not null primary key references tenants (id),
  rules jsonb,
  plans jsonb not null default '{}',
  changed_by int,
  changed_at timestamptz not null
);
call protect('layer_settings');
