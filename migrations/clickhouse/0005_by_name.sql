-- What trade asks of every payment, and which product an event is about, out of the property map. `ord` is the order; a payment that
-- names none is an order of its own.
alter table events add column if not exists ord String materialized multiIf(name not in ('order.paid', 'order.amended', 'order.refunded'), '', properties['order'] = '', toString(id), properties['order']);
alter table events add column if not exists amount Int64 materialized toInt64OrZero(properties['amount']);
alter table events add column if not exists currency LowCardinality(String) materialized properties['currency'];
alter table events add column if not exists product LowCardinality(String) materialized if(properties['product'] != '', properties['product'], properties['title']);
alter table events materialize column ord;
alter table events materialize column amount;
alter table events materialize column currency;
alter table events materialize column product;
-- The same facts by name: whoever asks for a few events reads these and not all. Part of every part of the table, so it cannot
-- differ from it; ClickHouse takes it where the columns suffice (docs/adr/0009).
alter table events modify setting lightweight_mutation_projection_mode = 'rebuild';
alter table events add projection if not exists by_name (select tenant, name, person, at, channel, code, ord, amount, currency, product order by tenant, name, person, at);
alter table events materialize projection by_name;
-- What products were ever called: events may say the title where orders know the code.
create table if not exists product_titles (
  tenant UInt32,
  title String,
  product String
) engine = ReplacingMergeTree
order by (tenant, title, product);
create materialized view if not exists product_titles_feed to product_titles as
select distinct tenant, title, product from order_lines where product != '';
insert into product_titles select distinct tenant, title, product from order_lines where product != '';
