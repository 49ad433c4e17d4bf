-- A row of `active` is as large as a day has people: with 8,192 of them to a granule every question of one event read a month of all.
-- Made beside, copied and exchanged, so that nobody ever finds no table. What a loader writes between the copy and the exchange is in
-- days that PostgreSQL has marked (0068 there) and the next loader marks again. Killed anywhere, all of it can be done again.
drop table if exists active_fine;
create table active_fine (
  tenant UInt32,
  name LowCardinality(String),
  day Date,
  persons AggregateFunction(groupBitmap, UInt32),
  events SimpleAggregateFunction(sum, UInt64)
) engine = AggregatingMergeTree
partition by toYYYYMM(day)
order by (tenant, name, day)
settings index_granularity = 16;
insert into active_fine select * from active;
exchange tables active and active_fine;
drop table active_fine;
