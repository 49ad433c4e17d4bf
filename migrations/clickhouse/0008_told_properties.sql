-- With which properties events of each name have ever been told, and which people have: a report that names another one is refused
-- instead of counting nothing. The property '' stands for the event itself, which may come without any.
create table if not exists event_properties (
  tenant UInt32,
  name String,
  property String
) engine = ReplacingMergeTree
order by (tenant, name, property);
create materialized view if not exists event_properties_feed to event_properties as
select tenant, name, arrayJoin(arrayConcat([''], groupUniqArrayArray(mapKeys(properties)))) as property from events group by tenant, name;
insert into event_properties
select tenant, name, arrayJoin(arrayConcat([''], groupUniqArrayArray(mapKeys(properties)))) as property from events group by tenant, name;

create table if not exists person_properties (
  tenant UInt32,
  property String
) engine = ReplacingMergeTree
order by (tenant, property);
create materialized view if not exists person_properties_feed to person_properties as
select tenant, arrayJoin(groupUniqArrayArray(mapKeys(properties))) as property from persons group by tenant;
insert into person_properties
select tenant, arrayJoin(groupUniqArrayArray(mapKeys(properties))) as property from persons group by tenant;
