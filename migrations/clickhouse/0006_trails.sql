-- When somebody did what within a UTC year: a row for each person and name, built from the events (docs/adr/0011). PostgreSQL says
-- which build of a year counts and on which days; an old one is dropped as a partition. Holds the original person.
create table if not exists trails (
  tenant UInt32,
  build UInt64,
  name LowCardinality(String),
  person UInt32,
  -- Milliseconds of the unix epoch, sorted.
  moments Array(Int64) codec(T64, LZ4)
) engine = MergeTree
partition by build
order by (tenant, build, name, person);
