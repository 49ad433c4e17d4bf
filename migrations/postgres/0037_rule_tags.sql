-- Moves into and out of segments that consumers have not been told yet: written with the stays, in lists of a bounded length, and
-- deleted by the transaction that tells them.
create table untold_moves (
  seq bigint generated always as identity,
  tenant_id int not null,
  segment_id int not null,
  -- entered, left
  direction text not null,
  -- as in segment_stays
  why text not null,
  at timestamptz not null,
  customers int[] not null,
  primary key (tenant_id, seq),
  foreign key (tenant_id, segment_id) references segments (tenant_id, id) on delete cascade
);
call protect('untold_moves');

-- The tag that a segment writes to its members, and whether those who leave lose it. A tag that is deleted in WeCom is written no more.
alter table segments add column tag_id int, add column take_away boolean not null default false,
  add foreign key (tenant_id, tag_id) references tags (tenant_id, id) on delete set null (tag_id);
create index segments_tag on segments (tenant_id, tag_id) where tag_id is not null;
