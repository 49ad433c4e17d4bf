-- Who was really tagged or untagged by a bulk job, chunk by chunk: undoing it touches them and nobody who had the tag before.
create table tagging_changes (
  tenant_id int not null,
  job_id bigint not null,
  -- The customer the chunk begins after: a chunk that is run again is the same chunk.
  after int not null,
  customer_ids int[] not null,
  primary key (tenant_id, job_id, after),
  foreign key (tenant_id, job_id) references jobs (tenant_id, id) on delete cascade
);
call protect('tagging_changes');

-- The latest jobs of a kind, for the task tray.
create index jobs_of_name on jobs (tenant_id, name, id desc);
