-- Metrics of the company's own: parts and a formula over them.
create table own_metrics (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  definition jsonb not null,
  owner_id int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
call protect('own_metrics');

-- What a metric should come to in each day, week or month from a day on, until the next one.
create table metric_targets (
  tenant_id int not null,
  metric text not null,
  period text not null check (period in ('day', 'week', 'month')),
  since date not null,
  value numeric not null,
  set_by int,
  set_at timestamptz not null,
  primary key (tenant_id, metric, period, since)
);
call protect('metric_targets');

-- Who is told when a metric crosses a bound or changes too much.
create table metric_alerts (
  tenant_id int not null,
  id int generated always as identity,
  metric text not null,
  rule jsonb not null,
  active boolean not null default true,
  created_by int,
  created_at timestamptz not null,
  -- The last period that was looked at: what came before it was judged.
  judged_until date,
  primary key (tenant_id, id)
);
call protect('metric_alerts');

-- Once an alert and period: the key is what keeps a repeated look from telling twice.
create table metric_notices (
  tenant_id int not null,
  id bigint generated always as identity,
  alert_id int not null,
  metric text not null,
  period_start date not null,
  value numeric,
  bound numeric,
  before numeric,
  told_at timestamptz not null,
  seen_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, alert_id, period_start),
  foreign key (tenant_id, alert_id) references metric_alerts (tenant_id, id) on delete cascade
);
create index metric_notices_told on metric_notices (tenant_id, told_at desc, id desc);
call protect('metric_notices');

-- Boards: cards of metrics and reports on a grid.
create table boards (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  layout jsonb not null,
  -- Roles that see it beside its maker; null is everybody.
  roles int[],
  owner_id int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
call protect('boards');

-- When a board or a report goes out, and to whom.
create table board_schedules (
  tenant_id int not null,
  id int generated always as identity,
  subject text not null,
  rhythm jsonb not null,
  target jsonb not null,
  active boolean not null default true,
  next_at timestamptz not null,
  -- Whose customers the numbers are of.
  created_by int,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create index board_schedules_next on board_schedules (tenant_id, next_at) where active;
call protect('board_schedules');

-- The intent of a sending, written before anything leaves the house; one a schedule and moment.
create table board_sendings (
  tenant_id int not null,
  id bigint generated always as identity,
  schedule_id int not null,
  planned_at timestamptz not null,
  state text not null default 'planned' check (state in ('planned', 'sent', 'failed')),
  text text,
  attempts int not null default 0,
  error text,
  sent_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, schedule_id, planned_at),
  foreign key (tenant_id, schedule_id) references board_schedules (tenant_id, id) on delete cascade
);
call protect('board_sendings');
