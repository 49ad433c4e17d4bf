-- Every fact once. `load` is the loader's block; the deduplication window makes a repeated block a no-op.
create table if not exists events (
  tenant UInt32,
  person UInt32,
  at DateTime64(3, 'UTC'),
  name LowCardinality(String),
  id UUID,
  -- Property values as text: strings as they are, everything else in JSON's form. Exact, and one column for all.
  properties Map(LowCardinality(String), String),
  received_at DateTime64(3, 'UTC'),
  load UInt64
) engine = MergeTree
partition by toYYYYMM(at)
order by (tenant, person, at, name)
settings non_replicated_deduplication_window = 10000;

-- Which customer a person counts as now: merges and undos, newest version wins. Events keep the original id.
create table if not exists persons (
  tenant UInt32,
  person UInt32,
  canonical UInt32,
  -- Attributes that reports may ask for (scope person).
  properties Map(LowCardinality(String), String),
  deleted UInt8 default 0,
  version UInt64
) engine = ReplacingMergeTree(version)
order by (tenant, person);
