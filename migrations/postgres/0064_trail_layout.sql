-- What a build of trails holds of each row: 1 moments, 2 also the amounts of orders. One of an earlier layout is not read and built anew.
alter table trails add column layout smallint not null default 1;
