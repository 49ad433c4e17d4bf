-- Two smaller stores of the same facts, filled with every insert into events and rebuilt from it where they may differ
-- (dirty_days in PostgreSQL). Both keep the original person: merges are applied when reading, so an undo needs nothing.
-- `day` is the local day that the loader knew when it wrote the row; what reads events themselves asks for it of `at`.
alter table events add column if not exists day Date default toDate(at, 'Asia/Shanghai');

-- Who did what on which day, and how often altogether; the name '*' stands for any event.
create table if not exists active (
  tenant UInt32,
  name LowCardinality(String),
  day Date,
  persons AggregateFunction(groupBitmap, UInt32),
  -- Of everybody, also of nobody known.
  events SimpleAggregateFunction(sum, UInt64)
) engine = AggregatingMergeTree
partition by toYYYYMM(day)
order by (tenant, name, day);

-- How often each person did what on which day.
create table if not exists person_day (
  tenant UInt32,
  name LowCardinality(String),
  day Date,
  person UInt32,
  events UInt64
) engine = SummingMergeTree(events)
partition by toYYYYMM(day)
order by (tenant, name, day, person);

create materialized view if not exists active_feed to active as
select tenant, arrayJoin(['*', toString(name)]) as name, day, groupBitmapStateIf(person, person > 0) as persons, count() as events
from events group by tenant, name, day;

create materialized view if not exists person_day_feed to person_day as
select tenant, name, day, person, 1 as events from events where person > 0;
