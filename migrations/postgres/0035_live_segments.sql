-- Living segments: who is in one since when and until when. An open stay is a member.
create table segment_stays (
  tenant_id int not null,
  -- Somebody may come in twice at one moment, where a clock stands or was put back.
  id bigint generated always as identity,
  segment_id int not null,
  customer_id int not null,
  entered_at timestamptz not null,
  left_at timestamptz,
  -- rule: made or changed; fact: something happened; time: a window passed or a day began; merge: counts as somebody else
  entered_by text not null,
  left_by text,
  primary key (tenant_id, id),
  foreign key (tenant_id, segment_id) references segments (tenant_id, id) on delete cascade
);
create unique index segment_stays_open on segment_stays (tenant_id, segment_id, customer_id) where left_at is null;
create index segment_stays_customer on segment_stays (tenant_id, customer_id, entered_at);
create index segment_stays_entered on segment_stays (tenant_id, segment_id, entered_at);
create index segment_stays_left on segment_stays (tenant_id, segment_id, left_at) where left_at is not null;
call protect('segment_stays');

-- Which rule it is, counted up with each change of it or of one that it is made of; when everybody was last asked about (null: not
-- by this rule); up to which moment the passing of time has been followed (null: everybody is to be asked about again).
alter table segments add column rule_version int not null default 1, add column asked_at timestamptz, add column followed_until timestamptz;

-- Names of events that somebody waits for ('*' is any), and who did them: written with the end of the load that brought them.
create table watched_events (
  tenant_id int not null references tenants (id),
  name text not null,
  primary key (tenant_id, name)
);
call protect('watched_events');

create table touches (
  seq bigint generated always as identity,
  tenant_id int not null,
  name text not null,
  customers int[] not null,
  primary key (tenant_id, seq)
);
call protect('touches');
