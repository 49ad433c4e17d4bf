-- Where customers come from, as a tree.
create table channels (
  tenant_id int not null,
  id int generated always as identity,
  parent_id int,
  name text not null,
  kind text not null,
  owner_id int,
  note text,
  position int not null default 0,
  -- What every code below says that has no greeting of its own.
  welcome jsonb,
  created_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, parent_id) references channels (tenant_id, id),
  foreign key (tenant_id, owner_id) references employees (tenant_id, id)
);
create unique index channels_name on channels (tenant_id, coalesce(parent_id, 0), name);
create index channels_parent on channels (tenant_id, parent_id);
call protect('channels');

-- Contact-me codes whose employees, hours and greeting may change. The row is the intent: it stands before WeCom is asked.
create table live_codes (
  tenant_id int not null,
  id int generated always as identity,
  corp int not null,
  -- What WeCom gives back with every new friend of this code: short and meaningless.
  state text not null,
  name text not null,
  channel_id int,
  schedule jsonb not null default '{"weekly": [], "dates": []}',
  welcome jsonb,
  remark text,
  skip_verify boolean not null default true,
  style jsonb not null default '{}',
  -- WeCom's handle, the address of its picture, and what the picture says.
  config_id text,
  qr_url text,
  qr_text text,
  -- When a code was asked for whose answer is not known: it may exist at WeCom already.
  asked_at timestamptz,
  -- Whom WeCom is to offer, and whom it offers.
  wanted text[] not null default '{}',
  wanted_version int not null default 0,
  listed text[] not null default '{}',
  listed_at timestamptz,
  synced_version int not null default -1,
  sync_error jsonb,
  sync_attempts int not null default 0,
  retry_at timestamptz,
  lease_until timestamptz,
  -- Who stands behind the code at the moment, and when that may change by itself.
  coverage text not null default 'nobody' check (coverage in ('on_duty', 'spare', 'nobody')),
  turn int[] not null default '{}',
  changes_at timestamptz,
  created_by int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, state),
  foreign key (tenant_id, channel_id) references channels (tenant_id, id)
);
create index live_codes_channel on live_codes (tenant_id, channel_id);
create index live_codes_changes on live_codes (tenant_id, changes_at) where deleted_at is null;
call protect('live_codes');

create table live_code_employees (
  tenant_id int not null,
  code_id int not null,
  employee_id int not null,
  position int not null,
  weight int not null default 1 check (weight between 1 and 100),
  daily_cap int check (daily_cap > 0),
  spare boolean not null default false,
  off_duty_at timestamptz,
  -- WeCom does not take this employee, and why.
  blocked text,
  -- Adds since those who share the code changed: what weights are measured by.
  turn_adds int not null default 0,
  primary key (tenant_id, code_id, employee_id),
  foreign key (tenant_id, code_id) references live_codes (tenant_id, id) on delete cascade,
  foreign key (tenant_id, employee_id) references employees (tenant_id, id)
);
create index live_code_employees_employee on live_code_employees (tenant_id, employee_id);
call protect('live_code_employees');

create table live_code_tags (
  tenant_id int not null,
  code_id int not null,
  tag_id int not null,
  primary key (tenant_id, code_id, tag_id),
  foreign key (tenant_id, code_id) references live_codes (tenant_id, id) on delete cascade,
  foreign key (tenant_id, tag_id) references tags (tenant_id, id) on delete cascade
);
create index live_code_tags_tag on live_code_tags (tenant_id, tag_id);
call protect('live_code_tags');

-- Adds a day of the tenant: what caps are measured by.
create table live_code_days (
  tenant_id int not null,
  code_id int not null,
  day date not null,
  employee_id int not null,
  adds int not null,
  primary key (tenant_id, code_id, day, employee_id),
  foreign key (tenant_id, code_id) references live_codes (tenant_id, id) on delete cascade
);
call protect('live_code_days');

-- Every friendship that came through a code, once.
create table live_code_adds (
  tenant_id int not null,
  code_id int not null,
  customer_id int not null,
  employee_id int not null,
  added_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  primary key (tenant_id, customer_id, employee_id, added_at),
  foreign key (tenant_id, code_id) references live_codes (tenant_id, id) on delete cascade
);
create index live_code_adds_code on live_code_adds (tenant_id, code_id, added_at);
call protect('live_code_adds');

-- Pictures of links, which WeCom wants under a lasting address.
create table live_code_pictures (
  tenant_id int not null,
  corp int not null,
  file_id bigint not null,
  url text not null,
  primary key (tenant_id, corp, file_id)
);
call protect('live_code_pictures');
