-- What a company counts as its customers' own acts, after how many days without one they are silent, and how closeness and
-- loyalty are scored; without a row, or where a column is empty, the printed defaults hold.
create table insight_settings (
  tenant_id int not null primary key references tenants (id),
  acts jsonb,
  silent_days int,
  scores jsonb,
  changed_by int,
  changed_at timestamptz not null
);
call protect('insight_settings');
