-- Journeys: what is drawn (draft), what runs (versions), who is where (runs), and how they came there (traces).
create table journeys (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  note text not null default '',
  -- draft: never started; running; paused: nobody moves or enters; draining: nobody enters; stopped
  state text not null default 'draft',
  draft jsonb not null,
  -- The version that people enter by; 0 before the first.
  version int not null default 0,
  -- Chance is drawn with it.
  salt text not null,
  -- Who came in by an event from before this is no newcomer.
  started_at timestamptz,
  -- Of a schedule: when it is due next, and how far the people of the one that is due were let in.
  due_at timestamptz,
  due_after int,
  created_by int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id)
);
create unique index journeys_name on journeys (tenant_id, name) where archived_at is null;
create index journeys_updated on journeys (tenant_id, updated_at, id);
call protect('journeys');

create table journey_versions (
  tenant_id int not null,
  journey_id int not null,
  version int not null,
  definition jsonb not null,
  -- What message steps say, by step: rows of contents.
  contents jsonb not null default '{}',
  published_by int,
  published_at timestamptz not null,
  primary key (tenant_id, journey_id, version),
  foreign key (tenant_id, journey_id) references journeys (tenant_id, id) on delete cascade
);
call protect('journey_versions');

-- Which events a version listens for, and what they do there.
create table journey_listeners (
  tenant_id int not null,
  journey_id int not null,
  version int not null,
  -- entry, exit, goal, wait
  role text not null,
  event text not null,
  -- Of segment.entered and segment.left.
  segment_id int,
  foreign key (tenant_id, journey_id) references journeys (tenant_id, id) on delete cascade
);
create index journey_listeners_event on journey_listeners (tenant_id, event);
create index journey_listeners_journey on journey_listeners (tenant_id, journey_id, version);
call protect('journey_listeners');

-- One person on one way. Whoever comes in again has another run.
create table journey_runs (
  tenant_id int not null,
  id bigint generated always as identity,
  journey_id int not null,
  version int not null,
  customer_id int not null,
  entry_key text not null default '',
  -- active, done, left, stopped, failed
  state text not null default 'active',
  -- How it ended: exit, goal, merged, endless, …
  reason text,
  step text,
  -- Waiting at the step since then; null: the step is still to be done.
  since timestamptz,
  wake_at timestamptz,
  entry jsonb not null default '{}',
  happened jsonb not null default '{}',
  -- What was waited for has happened and was not yet acted upon.
  signal jsonb,
  goal_at timestamptz,
  turns int not null default 0,
  entered_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, journey_id) references journeys (tenant_id, id) on delete cascade
);
create index journey_runs_due on journey_runs (tenant_id, journey_id, wake_at) where state = 'active';
create index journey_runs_customer on journey_runs (tenant_id, customer_id, journey_id);
create index journey_runs_step on journey_runs (tenant_id, journey_id, step) where state = 'active';
create index journey_runs_journey on journey_runs (tenant_id, journey_id, id);
call protect('journey_runs');

-- What one turn of the worker, or one event, did to a run.
create table journey_traces (
  tenant_id int not null,
  run_id bigint not null,
  turn int not null,
  at timestamptz not null,
  passed jsonb not null,
  primary key (tenant_id, run_id, turn),
  foreign key (tenant_id, run_id) references journey_runs (tenant_id, id) on delete cascade
);
call protect('journey_traces');

-- How many ever: by step and way out of it; the step '' is the journey itself (entered, refused, done, left …).
create table journey_counts (
  tenant_id int not null,
  journey_id int not null,
  version int not null,
  step text not null,
  way text not null,
  people bigint not null,
  primary key (tenant_id, journey_id, version, step, way),
  foreign key (tenant_id, journey_id) references journeys (tenant_id, id) on delete cascade
);
call protect('journey_counts');

-- Behaviour events that consumers wait for: the loader tells them through the log when ClickHouse has them.
create table logged_events (
  tenant_id int not null references tenants (id),
  name text not null,
  primary key (tenant_id, name)
);
call protect('logged_events');
