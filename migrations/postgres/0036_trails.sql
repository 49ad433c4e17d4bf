-- Builds of trails, the moments of people by event and UTC year, which ClickHouse keeps beside the events (docs/adr/0011). A row is
-- one build of a year: under way, then the one that counts, then retired and some minutes later gone.
create table trails (
  tenant_id int not null,
  year int not null,
  -- The partition in ClickHouse; no number comes twice.
  build bigint generated always as identity,
  begun_at timestamptz not null default now(),
  -- It holds exactly the events of the year on all days that no load after this one has marked.
  until_load bigint,
  -- The first and the last UTC day on which it holds anything.
  first_day date,
  last_day date,
  built_at timestamptz,
  retired_at timestamptz,
  primary key (tenant_id, year, build)
);
call protect('trails');

-- UTC days and the last load that brought them events, of years that have builds: marked before the events are in ClickHouse.
create table trail_marks (
  tenant_id int not null,
  day date not null,
  load bigint not null,
  primary key (tenant_id, day)
) with (fillfactor = 50);
call protect('trail_marks');

-- The last load that marked its days. A loader from before the marks moves last_load on and leaves this behind.
insert into installation (name, value) select 'trails_load', coalesce((select value from installation where name = 'last_load'), '0')
on conflict do nothing;

-- Whether every load has marked its days. Needs the owner's rights: what else stands in `installation` is not a tenant's to read.
create function trail_marks_are_whole() returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce((select value::bigint from installation where name = 'trails_load'), -1)
    >= coalesce((select value::bigint from installation where name = 'last_load'), 0)
$$;
