-- Trials of a treatment: who gets what is a function of the salt and the person (assign.ts), so nothing of it is stored before the
-- moment at which somebody is treated, or would have been.
create table experiments (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  hypothesis text not null default '',
  salt text not null,
  -- Of a thousand people so many are left untreated.
  holdout_per_mille int not null check (holdout_per_mille between 0 and 990),
  -- [{key, name, weight}]; weights add up to a thousand.
  variants jsonb not null,
  -- Whom the others are held against: a variant, or holdout.
  control text not null,
  -- Does the touch work, does the business move, and what must not suffer.
  trial_metric jsonb not null,
  growth_metric jsonb not null,
  guard_rails jsonb not null default '[]',
  window_days int not null check (window_days between 1 and 366),
  -- What the trial metric is expected to be without treatment, and the least lift worth finding.
  plan jsonb not null,
  -- What is treated, as its feature calls it outside.
  thing_kind text,
  thing_id text,
  thing_step text,
  state text not null default 'draft' check (state in ('draft', 'running', 'stopped', 'archived')),
  planned_end date,
  winner text,
  started_at timestamptz,
  stopped_at timestamptz,
  archived_at timestamptz,
  -- The variants came in other shares than they were dealt out in; told once.
  ratio_alarmed_at timestamptz,
  created_by int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  check ((thing_kind is null) = (thing_id is null))
);
-- Two trials of one thing would each treat whom the other leaves alone.
create unique index experiments_thing on experiments (tenant_id, thing_kind, thing_id, coalesce(thing_step, '')) where state = 'running';
create index experiments_state on experiments (tenant_id, state, id);
call protect('experiments');

-- The first exposure of a person, or the moment at which a held-out one would have been treated (ghost). `customer_id` is whom they
-- counted as then; who they count as now is looked up.
create table experiment_exposures (
  tenant_id int not null,
  experiment_id int not null,
  customer_id int not null,
  variant text not null,
  ghost boolean not null,
  at timestamptz not null,
  primary key (tenant_id, experiment_id, customer_id),
  foreign key (tenant_id, experiment_id) references experiments (tenant_id, id)
);
create index experiment_exposures_customer on experiment_exposures (tenant_id, customer_id);
call protect('experiment_exposures');

-- The company-wide control group: each row holds until the next one begins, and none is ever changed once it has begun.
create table control_groups (
  tenant_id int not null references tenants (id),
  from_at timestamptz not null,
  salt text not null,
  -- 0: nobody.
  per_mille int not null check (per_mille between 0 and 500),
  set_by int,
  set_at timestamptz not null,
  primary key (tenant_id, from_at)
);
call protect('control_groups');
