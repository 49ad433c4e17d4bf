-- The lines of paid orders and of refunds, a mirror of PostgreSQL. `ord` is the order (0: a refund that names none), `product` the
-- code or, without one, the title; `amount` minor units, never negative: a refund's lines say what went back, at the time it did.
create table if not exists order_lines (
  tenant UInt32,
  kind Enum8('paid' = 1, 'refunded' = 2),
  document UInt64,
  line UInt32,
  ord UInt64,
  person UInt32,
  at DateTime64(3, 'UTC') codec(Delta, ZSTD(1)),
  product LowCardinality(String),
  sku LowCardinality(String),
  title LowCardinality(String),
  quantity Decimal(18, 6),
  amount Int64,
  currency LowCardinality(String),
  region LowCardinality(String),
  channel LowCardinality(String),
  employee LowCardinality(String),
  shop LowCardinality(String),
  deleted UInt8 default 0,
  version UInt64,
  index times at type minmax granularity 1
) engine = ReplacingMergeTree(version)
order by (tenant, kind, document, line);
