-- The archive of talks: what members and customers said to each other, for those who may read it.

-- Where a corp's messages come from, and how far they were taken.
create table archive_sources (
  tenant_id int not null,
  corp int not null,
  kind text not null default 'none' check (kind in ('none', 'sidecar', 'files')),
  url text not null default '',
  -- Sealed. The archive has a secret of its own.
  secret bytea,
  -- The last number taken.
  seq bigint not null default 0,
  -- When there was nothing left to take for the last time.
  caught_up_at timestamptz,
  pulled_at timestamptz,
  due_at timestamptz not null default now(),
  lease_until timestamptz,
  failures int not null default 0,
  error_code text,
  error_message text,
  consents_checked_at timestamptz,
  primary key (tenant_id, corp),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
call protect('archive_sources');

-- Key pairs by the version that WeCom gave the public half. What was sealed stays under its version, so none is ever taken away,
-- not even with the corp.
create table archive_keys (
  tenant_id int not null,
  corp int not null,
  version int not null,
  public_key text not null,
  private_key bytea not null,
  saved_at timestamptz not null,
  saved_by text not null,
  primary key (tenant_id, corp, version)
);
call protect('archive_keys');

-- Two people, a room, or several without a room.
create table archive_talks (
  tenant_id int not null,
  id bigint generated always as identity,
  corp int not null,
  kind text not null check (kind in ('pair', 'room', 'several')),
  -- The room's id, or everybody's ids in order.
  key text not null,
  name text not null default '',
  -- The customer group that the room is.
  group_id int,
  named_at timestamptz,
  messages int not null default 0,
  first_at timestamptz not null,
  last_at timestamptz not null,
  last_message bigint,
  consents_checked_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, corp, key)
);
create index archive_talks_last on archive_talks (tenant_id, last_at, id);
call protect('archive_talks');

-- Whoever said or heard something in a talk.
create table archive_people (
  tenant_id int not null,
  talk_id bigint not null,
  -- A userid, an external_userid or a robot of the corp.
  member text not null,
  kind text not null check (kind in ('employee', 'customer', 'robot')),
  employee_id int,
  customer_id int,
  primary key (tenant_id, talk_id, member),
  foreign key (tenant_id, talk_id) references archive_talks (tenant_id, id) on delete cascade
);
create index archive_people_employee on archive_people (tenant_id, employee_id, talk_id) where employee_id is not null;
create index archive_people_customer on archive_people (tenant_id, customer_id, talk_id) where customer_id is not null;
call protect('archive_people');

create table archive_messages (
  tenant_id int not null,
  id bigint generated always as identity,
  corp int not null,
  msgid text not null,
  -- Null for messages out of a file.
  seq bigint,
  -- Null where somebody only took up or left the archive's client.
  talk_id bigint,
  action text not null,
  type text not null,
  at timestamptz not null,
  sender text not null,
  sender_kind text not null check (sender_kind in ('employee', 'customer', 'robot')),
  employee_id int,
  customer_id int,
  body jsonb not null,
  -- What can be looked for, in small letters, and its single letters and neighbouring pairs.
  words text not null default '',
  grams text[] not null default '{}',
  -- The message that this one takes back.
  recalls text,
  recalled_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, corp, msgid),
  foreign key (tenant_id, talk_id) references archive_talks (tenant_id, id) on delete cascade
);
create index archive_messages_talk on archive_messages (tenant_id, talk_id, at, id);
create index archive_messages_at on archive_messages (tenant_id, at, id);
create index archive_messages_recalls on archive_messages (tenant_id, corp, recalls) where recalls is not null;
create index archive_messages_grams on archive_messages using gin (tenant_id, grams);
call protect('archive_messages');

-- Messages as they came that could not be read yet.
create table archive_sealed (
  tenant_id int not null,
  corp int not null,
  msgid text not null,
  seq bigint not null,
  version int not null,
  random_key text not null,
  sealed text not null,
  reason text not null check (reason in ('no_key', 'bad_key', 'unreadable')),
  pulled_at timestamptz not null,
  tried_at timestamptz not null,
  primary key (tenant_id, corp, msgid)
);
create index archive_sealed_version on archive_sealed (tenant_id, corp, version, seq);
call protect('archive_sealed');

-- Times of which messages may be missing for ever.
create table archive_gaps (
  tenant_id int not null,
  id int generated always as identity,
  corp int not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  noted_at timestamptz not null,
  primary key (tenant_id, id)
);
create index archive_gaps_corp on archive_gaps (tenant_id, corp, id);
call protect('archive_gaps');

-- What customers said to being archived: to a member, or in a room.
create table archive_consents (
  tenant_id int not null,
  corp int not null,
  external_userid text not null,
  user_id text not null default '',
  room_id text not null default '',
  status text not null check (status in ('agreed', 'refused', 'default')),
  changed_at timestamptz,
  checked_at timestamptz not null,
  primary key (tenant_id, corp, external_userid, user_id, room_id)
);
create index archive_consents_room on archive_consents (tenant_id, corp, room_id) where room_id <> '';
call protect('archive_consents');

-- Files of messages that somebody opened in time. The key is a hash of WeCom's sdkfileid, which has hundreds of letters.
create table archive_media (
  tenant_id int not null,
  corp int not null,
  key text not null,
  file_id int not null,
  fetched_at timestamptz not null,
  primary key (tenant_id, corp, key)
);
call protect('archive_media');

-- Array operators lose their index behind row-level security, so the search runs as the owner, for the current tenant only. Planned
-- anew each time: whether letters or another condition narrows it down better depends on the letters. `people`: whose talks may be
-- seen, null for all; `places`: the asked words, all of which must stand in a message.
create function search_archive(asked jsonb, letters text[], places text[], people int[], most int) returns setof bigint
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  conditions text := 'm.tenant_id = current_tenant() and m.talk_id is not null';
begin
  if cardinality(letters) > 0 then conditions := conditions || ' and m.grams @> $2'; end if;
  if cardinality(places) > 0 then conditions := conditions || ' and not exists (select from unnest($3) as place where position(place in m.words) = 0)'; end if;
  if people is not null then
    conditions := conditions || ' and exists (select from archive_people s where s.tenant_id = current_tenant() and s.talk_id = m.talk_id and s.employee_id = any($4))';
  end if;
  if asked ? 'corp' then conditions := conditions || ' and m.corp = ($1 ->> ''corp'')::int'; end if;
  if asked ? 'talk' then conditions := conditions || ' and m.talk_id = ($1 ->> ''talk'')::bigint'; end if;
  if asked ? 'employee' then
    conditions := conditions || ' and exists (select from archive_people e where e.tenant_id = current_tenant() and e.talk_id = m.talk_id and e.employee_id = ($1 ->> ''employee'')::int)';
  end if;
  if asked ? 'customers' then
    conditions := conditions || ' and exists (select from archive_people c where c.tenant_id = current_tenant() and c.talk_id = m.talk_id and c.customer_id in (select value::int from jsonb_array_elements_text($1 -> ''customers'')))';
  end if;
  if asked ? 'from' then conditions := conditions || ' and m.sender_kind = $1 ->> ''from'''; end if;
  if asked ? 'type' then conditions := conditions || ' and m.type = $1 ->> ''type'''; end if;
  if asked ? 'since' then conditions := conditions || ' and m.at >= ($1 ->> ''since'')::timestamptz'; end if;
  if asked ? 'until' then conditions := conditions || ' and m.at < ($1 ->> ''until'')::timestamptz'; end if;
  if asked ? 'beforeAt' then
    conditions := conditions || ' and (m.at, m.id) < (($1 ->> ''beforeAt'')::timestamptz, ($1 ->> ''beforeId'')::bigint)';
  end if;
  return query execute 'select m.id from archive_messages m where ' || conditions || ' order by m.at desc, m.id desc limit $5'
    using asked, letters, places, people, most;
end $$;
