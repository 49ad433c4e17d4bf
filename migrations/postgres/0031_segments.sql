-- Saved segments: a rule that is asked anew every time, or people named once.
create table segments (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  note text not null default '',
  -- Null for a list of people.
  rule jsonb,
  -- Where a list of people came from: the report and the number, a file, another segment.
  origin jsonb,
  created_by int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id)
);
create unique index segments_name on segments (tenant_id, name) where archived_at is null;
create index segments_updated on segments (tenant_id, updated_at, id);
call protect('segments');

-- People of a list, as the originals they were when they were put in; who they count as now is looked up.
create table segment_members (
  tenant_id int not null,
  segment_id int not null,
  customer_id int not null,
  added_at timestamptz not null,
  primary key (tenant_id, segment_id, customer_id),
  foreign key (tenant_id, segment_id) references segments (tenant_id, id) on delete cascade
);
call protect('segment_members');

-- Devices that nobody logged in on and originals merged into somebody: rules that name whom they hold take only these away.
create index customers_not_listed on customers (tenant_id, id) where not listed;
