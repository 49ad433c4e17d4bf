-- What is said to people: never changed once written, so that everybody knows what was sent.
create table contents (
  tenant_id int not null,
  id int generated always as identity,
  text text not null,
  attachments jsonb not null default '[]',
  created_at timestamptz not null,
  created_by int,
  primary key (tenant_id, id)
);
call protect('contents');

-- One mass message of WeCom that one member is asked to send. The row is the intent: it stands before WeCom is asked.
create table mass_tasks (
  tenant_id int not null,
  id bigint generated always as identity,
  key text not null,
  corp int not null,
  user_id text not null,
  employee_id int not null,
  audience text not null check (audience in ('customers', 'groups')),
  content_id int not null,
  source_kind text not null,
  source_id int not null,
  step text,
  size int not null,
  -- planned: nobody asked yet; calling: on its way; unknown: nobody knows whether WeCom heard; asked: waits for the member;
  -- confirmed: the member sent, results are read; done, cancelled, failed: over
  state text not null default 'planned' check (state in ('planned', 'calling', 'unknown', 'asked', 'confirmed', 'done', 'cancelled', 'failed')),
  msg_id text,
  called_at timestamptz,
  asked_at timestamptz,
  confirmed_at timestamptz,
  finished_at timestamptz,
  -- When somebody has to do something about it next; null when it is over.
  next_at timestamptz,
  attempts int not null default 0,
  lease_until timestamptz,
  fence int not null default 0,
  cancel_wanted text,
  remind_wanted boolean not null default false,
  reminded_at timestamptz[] not null default '{}',
  error jsonb,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, key),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade,
  foreign key (tenant_id, content_id) references contents (tenant_id, id)
);
create index mass_tasks_due on mass_tasks (tenant_id, next_at) where next_at is not null;
create index mass_tasks_sender on mass_tasks (tenant_id, corp, user_id, id) where state in ('planned', 'calling', 'unknown');
create index mass_tasks_source on mass_tasks (tenant_id, source_kind, source_id, id);
create unique index mass_tasks_message on mass_tasks (tenant_id, corp, msg_id) where msg_id is not null;
call protect('mass_tasks');

-- A wish to say something to one customer or in one group, and what became of it.
create table sends (
  tenant_id int not null,
  id bigint generated always as identity,
  key text not null,
  customer_id int,
  group_id int,
  employee_id int,
  content_id int not null,
  kind text not null check (kind in ('marketing', 'service')),
  source_kind text not null check (source_kind in ('message', 'journey')),
  source_id int not null,
  step text,
  state text not null default 'intended' check (state in ('intended', 'suppressed', 'waiting', 'tasked', 'sent', 'failed', 'unknown', 'cancelled')),
  -- Why it is suppressed, failed or waits; `task` waits for nothing but being asked of WeCom together with others.
  reason text,
  not_before timestamptz,
  -- When it is decided next.
  due_at timestamptz not null,
  -- Whom the gate let through: who sends, and what WeCom calls the customer or group.
  corp int,
  user_id text,
  target text,
  task bigint,
  created_at timestamptz not null,
  decided_at timestamptz,
  tasked_at timestamptz,
  sent_at timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, key),
  check ((customer_id is null) <> (group_id is null)),
  foreign key (tenant_id, content_id) references contents (tenant_id, id),
  foreign key (tenant_id, task) references mass_tasks (tenant_id, id)
);
create index sends_due on sends (tenant_id, due_at, id) where state = 'intended' or (state = 'waiting' and reason <> 'task');
create index sends_to_task on sends (tenant_id, decided_at) where state = 'waiting' and reason = 'task';
create index sends_task on sends (tenant_id, task) where task is not null;
create index sends_source on sends (tenant_id, source_kind, source_id, state);
create index sends_customer on sends (tenant_id, customer_id, id) where customer_id is not null;
create index sends_target on sends (tenant_id, corp, target, tasked_at) where target is not null;
create index sends_rate on sends (tenant_id, corp, tasked_at) where tasked_at is not null;
call protect('sends');

-- The company's rules of the gate; without a row the printed defaults hold.
create table send_policies (
  tenant_id int primary key,
  policy jsonb not null,
  updated_at timestamptz not null
);
call protect('send_policies');

-- Whether somebody may be written to for a purpose, as they said last; a row for each time, the newest counts.
create table consents (
  tenant_id int not null,
  id bigint generated always as identity,
  customer_id int not null,
  purpose text not null,
  allowed boolean not null,
  source text not null,
  at timestamptz not null,
  by_employee int,
  primary key (tenant_id, id)
);
create index consents_customer on consents (tenant_id, customer_id, purpose, at desc, id desc);
call protect('consents');

-- Emergency stops: while one stands nothing of its scope is sent.
create table send_stops (
  tenant_id int not null,
  id int generated always as identity,
  scope text not null check (scope in ('company', 'corp', 'source')),
  corp int,
  source_kind text,
  source_id int,
  why text not null default '',
  stopped_at timestamptz not null,
  stopped_by text not null,
  -- What it met: wishes held back, people in tasks that were called back, people who had been reached in the day before.
  held int not null default 0,
  recalled int not null default 0,
  gone int not null default 0,
  lifted_at timestamptz,
  lifted_by text,
  primary key (tenant_id, id)
);
create unique index send_stops_standing on send_stops (tenant_id, scope, coalesce(corp, 0), coalesce(source_kind, ''), coalesce(source_id, 0)) where lifted_at is null;
call protect('send_stops');

-- Mass messages (群发): what a person plans, checks, approves and follows.
create table messages (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  to_whom text not null check (to_whom in ('customers', 'groups')),
  kind text not null check (kind in ('marketing', 'service')),
  content_id int not null,
  audience jsonb not null,
  -- Whose customers its makers may write to: null for everybody's.
  scope int[],
  state text not null default 'draft' check (state in ('draft', 'review', 'scheduled', 'sending', 'done', 'cancelled', 'stopped')),
  scheduled_at timestamptz,
  -- Who made and changed it; none of them approves it.
  makers int[] not null default '{}',
  made_by text not null,
  receivers int,
  intended_at timestamptz,
  review_note text,
  approved_by text,
  approved_at timestamptz,
  approved_receivers int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, content_id) references contents (tenant_id, id)
);
create index messages_created on messages (tenant_id, created_at, id);
create index messages_moving on messages (tenant_id, state) where state in ('scheduled', 'sending');
call protect('messages');

-- Moments (朋友圈) that employees are asked to publish.
create table moments (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  corp int not null,
  content_id int not null,
  -- Employees who are asked and tags of customers who see it; everybody when empty.
  employee_ids int[] not null default '{}',
  tag_ids int[] not null default '{}',
  state text not null default 'draft' check (state in ('draft', 'scheduled', 'calling', 'unknown', 'creating', 'published', 'cancelled', 'failed')),
  scheduled_at timestamptz,
  job_id text,
  moment_id text,
  called_at timestamptz,
  next_at timestamptz,
  attempts int not null default 0,
  lease_until timestamptz,
  fence int not null default 0,
  cancel_wanted boolean not null default false,
  error jsonb,
  created_by int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  published_at timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade,
  foreign key (tenant_id, content_id) references contents (tenant_id, id)
);
create index moments_due on moments (tenant_id, next_at) where next_at is not null;
create index moments_created on moments (tenant_id, created_at, id);
create unique index moments_moment on moments (tenant_id, corp, moment_id) where moment_id is not null;
call protect('moments');

create table moment_tasks (
  tenant_id int not null,
  moment int not null,
  user_id text not null,
  employee_id int,
  published_at timestamptz,
  likes int not null default 0,
  comments int not null default 0,
  primary key (tenant_id, moment, user_id),
  foreign key (tenant_id, moment) references moments (tenant_id, id) on delete cascade
);
call protect('moment_tasks');

create table moment_reactions (
  tenant_id int not null,
  moment int not null,
  user_id text not null,
  kind text not null check (kind in ('like', 'comment')),
  -- The customer's or member's id at WeCom; what a comment says is not told.
  actor text not null,
  at timestamptz not null,
  customer_id int,
  primary key (tenant_id, moment, user_id, kind, actor, at),
  foreign key (tenant_id, moment) references moments (tenant_id, id) on delete cascade
);
call protect('moment_reactions');
