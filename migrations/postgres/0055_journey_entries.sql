-- A list of people that waits at a journey's door for a second person's word, and what was asked of it. Two columns, because only
-- the word itself needs the people.
alter table journeys
  add column entry_review jsonb,
  add column entry_people int[];
