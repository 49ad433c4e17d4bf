-- ClickHouse's `active` is copied into finer pieces (0009 there) while the loader goes on: until it has rebuilt them, reports read
-- the events.
select mark_dirty_days(id) from tenants;
