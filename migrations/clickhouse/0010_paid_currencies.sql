-- In which currencies known people of a company ever paid, were corrected and given back. One that later went away may still be
-- among them; none is missing.
create table if not exists paid_currencies (
  tenant UInt32,
  currency LowCardinality(String)
) engine = ReplacingMergeTree
order by (tenant, currency);
create materialized view if not exists paid_currencies_feed to paid_currencies as
select distinct tenant, currency from events where name in ('order.paid', 'order.amended', 'order.refunded') and person != 0;
insert into paid_currencies
select distinct tenant, currency from events where name in ('order.paid', 'order.amended', 'order.refunded') and person != 0;
