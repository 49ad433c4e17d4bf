-- An external user id belongs to one corp. Rows from before are kept, for a previous version that still runs, and get a twin
-- that names the corp: the tenant's only one, or the only one that shows a friendship under this id.
insert into identities (tenant_id, kind, scope, value, customer_id, created_at)
select i.tenant_id, i.kind, c.corp_id, i.value, i.customer_id, i.created_at
from identities i
join (
  select tenant_id, min(corp_id) as corp_id from wecom_corps group by tenant_id having count(*) = 1
) c on c.tenant_id = i.tenant_id
where i.kind = 'wecom_external_userid' and i.scope = ''
on conflict do nothing;

insert into identities (tenant_id, kind, scope, value, customer_id, created_at)
select i.tenant_id, i.kind, c.corp_id, i.value, i.customer_id, i.created_at
from identities i
join (
  select tenant_id, external_userid, min(corp) as corp from wecom_follows group by tenant_id, external_userid having count(distinct corp) = 1
) f on f.tenant_id = i.tenant_id and f.external_userid = i.value
join wecom_corps c on c.tenant_id = f.tenant_id and c.id = f.corp
where i.kind = 'wecom_external_userid' and i.scope = ''
  and not exists (select from identities o where o.tenant_id = i.tenant_id and o.kind = i.kind and o.value = i.value and o.scope <> '')
on conflict do nothing;

-- The number a corp had here. Employees, departments and friendships name it, so a corp that is connected again gets it back.
create table wecom_former_corps (
  tenant_id int not null,
  corp_id text not null,
  id int not null,
  primary key (tenant_id, corp_id)
);
call protect('wecom_former_corps');

-- The names WeCom showed last: what differs there was changed there, what differs here was changed here.
alter table wecom_tags add column name text;
alter table wecom_tag_groups add column name text;
update wecom_tags w set name = t.name from tags t where t.tenant_id = w.tenant_id and t.id = w.local_tag_id;
insert into wecom_tag_groups (tenant_id, corp, group_id, local_group_id, name)
select distinct on (w.tenant_id, w.corp, w.group_id) w.tenant_id, w.corp, w.group_id, g.id, g.name
from wecom_tags w
join tags t on t.tenant_id = w.tenant_id and t.id = w.local_tag_id
join tag_groups g on g.tenant_id = t.tenant_id and g.id = t.group_id
where w.group_id <> ''
on conflict do nothing;

-- Renames, moves and deletes of corp tags made here that WeCom does not show yet. What a change is, is read when it is pushed.
-- A row of a deletion also keeps the tag from coming back while WeCom still shows it.
create table wecom_tag_edits (
  tenant_id int not null,
  corp int not null,
  -- WeCom's id of the tag or group.
  id text not null,
  kind text not null check (kind in ('tag', 'group')),
  action text not null check (action in ('change', 'delete')),
  -- WeCom's id of the tag that takes over: this one goes once its friends show the heir.
  heir text,
  -- Done there; the row stays a moment longer, because an answer from before may still be on its way.
  done_at timestamptz,
  version int not null default 1,
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  error_message text,
  primary key (tenant_id, corp, id),
  foreign key (tenant_id, corp) references wecom_corps (tenant_id, id) on delete cascade
);
create index wecom_tag_edits_due on wecom_tag_edits (tenant_id, due_at);
call protect('wecom_tag_edits');
