-- Events that a company declares beside those the product knows; what is declared is held to its properties.
create table planned_events (
  tenant_id int not null,
  name text not null,
  title text not null,
  description text not null default '',
  -- Who answers for it: a person, a team, an agency.
  owner text not null default '',
  -- [{name, title, type, required, values?}]
  properties jsonb not null default '[]',
  -- Whether a property that is not declared holds the event back.
  closed boolean not null default false,
  -- The properties of one that is as it should be.
  sample jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, name)
);
call protect('planned_events');
-- Whether events that nobody declared are held back; they are taken unless somebody says so.
alter table tenants add column hold_unknown_events boolean not null default false;
-- What waits is looked for by the name of the event, and there may be many that do not wait any more.
create index quarantined_events_waiting on quarantined_events (tenant_id, id) where replayed_at is null;
