-- What a mass message or a journey costs beside what channels cost: materials, coupons, labour. Money is integer minor units.
create table sending_costs (
  tenant_id int not null references tenants (id),
  source text not null check (source in ('message', 'journey')),
  source_id int not null,
  kind text not null check (kind in ('media', 'content', 'prizes', 'red_packets', 'coupons', 'commission', 'points', 'labour', 'other')),
  currency text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  changed_by int,
  changed_at timestamptz not null,
  primary key (tenant_id, source, source_id, kind)
);
call protect('sending_costs');
