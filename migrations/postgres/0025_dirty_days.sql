-- Local days whose stores in ClickHouse may differ from the events: reports read the events of these days until the loader has
-- rebuilt them. Everything that exists before the stores do is such a day.
create table dirty_days (
  tenant_id int not null,
  first_day date not null,
  last_day date not null check (last_day >= first_day),
  -- Grows with every mark: who rebuilds takes away only the mark that it saw.
  mark bigint generated always as identity,
  -- Not rebuilt before: inserts that a killed process left under way, and questions that began before the mark, have ended then.
  ready_at timestamptz not null,
  primary key (tenant_id, first_day, last_day)
);
call protect('dirty_days');

create function mark_dirty_days(tenant int, from_day date default '1970-01-01', to_day date default '2149-06-06') returns void language sql as $$
  insert into dirty_days (tenant_id, first_day, last_day, ready_at) values (tenant, from_day, to_day, now() + interval '90 seconds')
  on conflict (tenant_id, first_day, last_day) do update set mark = default, ready_at = excluded.ready_at
$$;

select mark_dirty_days(id) from tenants;

-- Days are the tenant's: in another zone they are other days.
create function mark_days_of_new_zone() returns trigger language plpgsql as $$
begin
  perform mark_dirty_days(new.id);
  return null;
end $$;
create trigger new_zone after update of timezone on tenants for each row when (old.timezone is distinct from new.timezone)
  execute function mark_days_of_new_zone();
