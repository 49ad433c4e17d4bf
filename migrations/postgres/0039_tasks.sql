-- What employees are asked to do: by journeys, by marketing tasks, by hand.
create table employee_tasks (
  tenant_id int not null,
  id bigint generated always as identity,
  -- The asker's own name for it: the same wish twice is one task.
  key text not null,
  -- Null: nobody in particular; managers hand it on.
  employee_id int,
  -- Any original.
  customer_id int,
  kind text not null check (kind in ('contact', 'todo', 'marketing')),
  title text not null,
  script text,
  due_at timestamptz,
  source_kind text not null check (source_kind in ('journey', 'marketing_task', 'hand')),
  source_id bigint not null,
  source_step text,
  state text not null default 'open' check (state in ('open', 'done', 'skipped', 'withdrawn')),
  note text,
  created_by int,
  created_at timestamptz not null,
  ended_at timestamptz,
  ended_by int,
  -- When it was told that the time is over, which happens once, and to whom it was passed up.
  overdue_at timestamptz,
  escalated_to int,
  primary key (tenant_id, id),
  unique (tenant_id, key)
);
create index employee_tasks_open on employee_tasks (tenant_id, employee_id, due_at, id) where state = 'open';
create index employee_tasks_ended on employee_tasks (tenant_id, ended_at, id) where state <> 'open';
create index employee_tasks_due on employee_tasks (tenant_id, due_at) where state = 'open' and overdue_at is null;
create index employee_tasks_customer on employee_tasks (tenant_id, customer_id, id) where customer_id is not null;
create index employee_tasks_source on employee_tasks (tenant_id, source_kind, source_id, customer_id) where state = 'open';
call protect('employee_tasks');

-- Without a row nobody is reminded.
create table task_settings (
  tenant_id int not null primary key references tenants (id),
  remind boolean not null default false,
  -- Minutes after midnight of the company's day.
  remind_at int not null default 540 check (remind_at between 0 and 1439),
  changed_by int,
  changed_at timestamptz not null
);
call protect('task_settings');

-- The intent of a reminder, written before anything leaves the house.
create table task_reminders (
  tenant_id int not null,
  id bigint generated always as identity,
  -- What it is about and which day: nobody is reminded of the same twice.
  key text not null,
  employee_id int not null,
  text text not null,
  planned_at timestamptz not null,
  state text not null default 'planned' check (state in ('planned', 'sent', 'failed')),
  attempts int not null default 0,
  error text,
  sent_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, key)
);
create index task_reminders_planned on task_reminders (tenant_id, id) where state = 'planned';
call protect('task_reminders');

-- One campaign handed out to many, each with a link and a target of their own.
create table marketing_tasks (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  script text not null default '',
  target_url text not null,
  goal_kind text not null check (goal_kind in ('clicks', 'friends', 'orders')),
  -- Of each employee.
  goal int not null check (goal > 0),
  -- Friends count that came through this live code; null: through whatever.
  live_code_id int,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  stopped_at timestamptz,
  created_by int,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  check (ends_at > starts_at)
);
create index marketing_tasks_time on marketing_tasks (tenant_id, ends_at);
call protect('marketing_tasks');

create table marketing_links (
  tenant_id int not null,
  id bigint generated always as identity,
  task_id int not null,
  employee_id int not null,
  -- What the short address says: meaningless and not to be guessed.
  code text not null,
  clicks int not null default 0,
  friends int not null default 0,
  orders int not null default 0,
  paid_minor bigint not null default 0,
  clicked_at timestamptz,
  reached_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, task_id, employee_id),
  unique (tenant_id, code),
  foreign key (tenant_id, task_id) references marketing_tasks (tenant_id, id)
);
create index marketing_links_employee on marketing_links (tenant_id, employee_id, task_id);
call protect('marketing_links');

-- What a link's counts are made of: each friend and each order once.
create table marketing_results (
  tenant_id int not null,
  link_id bigint not null,
  kind text not null check (kind in ('friend', 'order')),
  -- The customer of a friend, the number of an order.
  ref bigint not null,
  customer_id int not null,
  amount_minor bigint not null default 0,
  at timestamptz not null,
  primary key (tenant_id, link_id, kind, ref),
  foreign key (tenant_id, link_id) references marketing_links (tenant_id, id)
);
create index marketing_results_customer on marketing_results (tenant_id, customer_id, kind);
call protect('marketing_results');

-- How far an employee has come with a customer: four stages from a company's first moment, then a list of its own.
create table follow_up_stages (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  position int not null,
  removed_at timestamptz,
  primary key (tenant_id, id)
);
create unique index follow_up_stages_name on follow_up_stages (tenant_id, name) where removed_at is null;
call protect('follow_up_stages');

create function add_follow_up_stages() returns trigger language plpgsql as $$
begin
  insert into follow_up_stages (tenant_id, name, position)
  select new.id, case new.language when 'en' then s.en else s.zh end, s.position
  from (values ('破冰', 'Break the ice', 1), ('深度互动', 'Deep interaction', 2), ('挖掘需求', 'Find the need', 3), ('提出方案', 'Propose', 4)) as s(zh, en, position);
  return new;
end $$;
create trigger add_follow_up_stages after insert on tenants for each row execute function add_follow_up_stages();
insert into follow_up_stages (tenant_id, name, position)
select t.id, case t.language when 'en' then s.en else s.zh end, s.position
from tenants t cross join (values ('破冰', 'Break the ice', 1), ('深度互动', 'Deep interaction', 2), ('挖掘需求', 'Find the need', 3), ('提出方案', 'Propose', 4)) as s(zh, en, position);

create table follow_ups (
  tenant_id int not null,
  id bigint generated always as identity,
  -- Any original.
  customer_id int not null,
  employee_id int not null,
  stage_id int not null,
  stage_since timestamptz not null,
  next_action text,
  next_at timestamptz,
  -- Counts the next actions: each is a task of its own.
  action_version int not null default 0,
  changed_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, customer_id, employee_id),
  foreign key (tenant_id, stage_id) references follow_up_stages (tenant_id, id)
);
create index follow_ups_board on follow_ups (tenant_id, stage_id, changed_at, id);
create index follow_ups_employee on follow_ups (tenant_id, employee_id, stage_id);
call protect('follow_ups');

create table follow_up_records (
  tenant_id int not null,
  id bigint generated always as identity,
  follow_up_id bigint not null,
  text text not null,
  file_ids int[] not null default '{}',
  -- The stage it was moved to by this record, if it was.
  stage_id int,
  written_by int,
  written_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, follow_up_id) references follow_ups (tenant_id, id)
);
create index follow_up_records_of on follow_up_records (tenant_id, follow_up_id, written_at, id);
call protect('follow_up_records');
