-- A message may be said in several wordings, one a variant of the trial on it; the first is the content itself.
alter table messages add column wordings int[] not null default '{}';
-- Of a wish: all of them, in their order. Which one somebody hears is decided with their variant.
alter table sends add column wordings int[];
