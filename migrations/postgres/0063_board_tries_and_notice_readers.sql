-- When a sending of a board may be tried again, and the code of what kept the last try from arriving.
alter table board_sendings
  add column next_try_at timestamptz,
  add column problem text;

-- Who has read what an alert said. `metric_notices.seen_at`, one mark for the whole company, is no longer written.
create table metric_notice_readers (
  tenant_id int not null,
  notice_id bigint not null,
  employee_id int not null,
  seen_at timestamptz not null,
  primary key (tenant_id, notice_id, employee_id),
  foreign key (tenant_id, notice_id) references metric_notices (tenant_id, id) on delete cascade,
  foreign key (tenant_id, employee_id) references employees (tenant_id, id) on delete cascade
);
call protect('metric_notice_readers');
