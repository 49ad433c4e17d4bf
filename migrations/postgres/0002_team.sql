-- People and access: departments, roles, employees, their WeCom accounts, sessions and keys.
create table departments (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  parent_id int,
  "order" bigint not null default 0,
  -- Where it came from: a corp of the tenant and the department's number there; null for one made by hand.
  corp_id int,
  wecom_id bigint,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, parent_id) references departments (tenant_id, id),
  check ((corp_id is null) = (wecom_id is null))
);
create unique index departments_wecom on departments (tenant_id, corp_id, wecom_id) where corp_id is not null;
create index departments_parent on departments (tenant_id, parent_id);
call protect('departments');

-- A preset's permissions, home and scope live in the program, so a new version improves them; its row gives it an id.
create table roles (
  tenant_id int not null,
  id int generated always as identity,
  preset text,
  name text,
  description text,
  permissions text[] not null default '{}',
  home text not null default '/overview',
  scope text not null default 'self' check (scope in ('self', 'department', 'department_and_below', 'all', 'chosen')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  check ((preset is null) <> (name is null))
);
create unique index roles_preset on roles (tenant_id, preset) where preset is not null;
create unique index roles_name on roles (tenant_id, name) where name is not null;
call protect('roles');

-- Every tenant has the presets from its first moment, whoever made it.
create function add_preset_roles() returns trigger language plpgsql as $$
begin
  insert into roles (tenant_id, preset)
  select new.id, preset from unnest(array['owner', 'decision_maker', 'lead_operator', 'growth_operator', 'community_operator', 'content_operator', 'user_operator', 'designer', 'technician', 'employee', 'auditor']) as preset;
  return null;
end $$;
create trigger preset_roles after insert on tenants for each row execute function add_preset_roles();

create table employees (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  avatar text,
  login text,
  password_hash text,
  must_change_password boolean not null default false,
  role_id int not null,
  -- Data scope of this assignment of the role.
  scope text not null default 'self' check (scope in ('self', 'department', 'department_and_below', 'all', 'chosen')),
  status text not null default 'active' check (status in ('active', 'suspended', 'left')),
  -- A suspension that WeCom made is lifted by WeCom, one by hand only by hand.
  suspended_by text check (suspended_by in ('hand', 'wecom')),
  position text,
  mobile_sealed bytea,
  language text check (language in ('zh', 'en')),
  created_at timestamptz not null default now(),
  logged_in_at timestamptz,
  left_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, role_id) references roles (tenant_id, id)
);
-- A login names its tenant, so it is one of a kind in the whole installation.
create unique index employees_login on employees (login) where login is not null;
create index employees_role on employees (tenant_id, role_id);
create index employees_name on employees (tenant_id, name, id);
call protect('employees');

create table employee_departments (
  tenant_id int not null,
  employee_id int not null,
  department_id int not null,
  primary key (tenant_id, employee_id, department_id),
  foreign key (tenant_id, employee_id) references employees (tenant_id, id),
  foreign key (tenant_id, department_id) references departments (tenant_id, id)
);
create index employee_departments_department on employee_departments (tenant_id, department_id, employee_id);
call protect('employee_departments');

-- The departments of the scope `chosen`.
create table employee_scope_departments (
  tenant_id int not null,
  employee_id int not null,
  department_id int not null,
  primary key (tenant_id, employee_id, department_id),
  foreign key (tenant_id, employee_id) references employees (tenant_id, id),
  foreign key (tenant_id, department_id) references departments (tenant_id, id) on delete cascade
);
create index employee_scope_departments_department on employee_scope_departments (tenant_id, department_id);
call protect('employee_scope_departments');

-- One employee may be a member of several corps. The row outlives the membership: old follows still name it.
create table employee_accounts (
  tenant_id int not null,
  corp_id int not null,
  user_id text not null,
  employee_id int not null,
  left_at timestamptz,
  primary key (tenant_id, corp_id, user_id),
  foreign key (tenant_id, employee_id) references employees (tenant_id, id)
);
create index employee_accounts_employee on employee_accounts (tenant_id, employee_id);
call protect('employee_accounts');

create table sessions (
  tenant_id int not null,
  token_hash text not null,
  employee_id int not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ip text,
  user_agent text,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, employee_id) references employees (tenant_id, id)
);
create index sessions_employee on sessions (tenant_id, employee_id);
create index sessions_expires_at on sessions (expires_at);
call protect('sessions');

create table api_keys (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  -- The letters that tell keys apart in a list.
  hint text not null,
  key_hash text not null,
  scopes text[] not null,
  -- Stands in web pages for everybody to read; may only write events.
  public boolean not null default false,
  -- The employee the key acts for: it never may more than this one may at that moment.
  employee_id int,
  created_at timestamptz not null,
  expires_at timestamptz,
  used_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, employee_id) references employees (tenant_id, id)
);
create unique index api_keys_hash on api_keys (tenant_id, key_hash);
call protect('api_keys');

-- Attempts to log in by account, address and both; counted before the password is looked at.
create table login_attempts (
  key text primary key,
  attempts int not null,
  window_start timestamptz not null
);
create index login_attempts_window_start on login_attempts (window_start);
grant select, insert, update, delete on login_attempts to liuliang_system;

-- Logins through WeCom on their way: one use, ten minutes.
create table login_states (
  tenant_id int not null,
  state_hash text not null,
  corp_id int not null,
  cookie_hash text not null,
  return_to text not null,
  expires_at timestamptz not null,
  primary key (tenant_id, state_hash)
);
create index login_states_expires_at on login_states (expires_at);
call protect('login_states');

create index audit_log_action on audit_log (tenant_id, action, seq);
create index audit_log_subject on audit_log (tenant_id, subject, seq);

-- Set in the very transaction that the request committed: a process that dies before it kept its answer leaves behind
-- whether anything happened.
alter table idempotency_keys add column committed_at timestamptz;
