-- What was paid, corrected and given back at these moments, in minor units, and in which currency: of orders only, empty otherwise.
-- Builds from before do not say so; PostgreSQL knows which (`trails.layout`).
alter table trails add column if not exists currency LowCardinality(String) after person;
alter table trails add column if not exists amounts Array(Int64) codec(T64, LZ4) after moments;
