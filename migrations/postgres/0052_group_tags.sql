-- Tags of customer groups. WeCom keeps none, so they are the company's own; a group holds any number.
create table group_tags (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
call protect('group_tags');

create table tagged_groups (
  tenant_id int not null,
  group_id int not null,
  tag_id int not null,
  tagged_at timestamptz not null,
  primary key (tenant_id, group_id, tag_id),
  foreign key (tenant_id, group_id) references groups (tenant_id, id) on delete cascade,
  foreign key (tenant_id, tag_id) references group_tags (tenant_id, id) on delete cascade
);
create index tagged_groups_tag on tagged_groups (tenant_id, tag_id, group_id);
call protect('tagged_groups');
