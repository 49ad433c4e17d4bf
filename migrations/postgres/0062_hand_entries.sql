-- How many people were let into a journey by hand without a second person's word, by the hour in which they were: many short lists
-- of one day are one long list. A constant default is written into no row.
alter table journeys add column hand_entries jsonb not null default '{}';
