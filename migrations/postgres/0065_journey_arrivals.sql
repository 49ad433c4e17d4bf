-- Who came to a journey while it was paused. They come to its door again when it goes on.
create table journey_arrivals (
  tenant_id int not null,
  id bigint generated always as identity,
  journey_id int not null,
  customer_id int not null,
  -- What runs of the journey were told apart by when they came.
  entry_key text not null default '',
  entry jsonb not null,
  -- When it happened what they came by.
  at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, journey_id, customer_id, entry_key),
  foreign key (tenant_id, journey_id) references journeys (tenant_id, id) on delete cascade
);
create index journey_arrivals_order on journey_arrivals (tenant_id, journey_id, id);
call protect('journey_arrivals');
