-- Of which beginning customer.followed told last: a newer beginning may have taken its place before the end between them was heard
-- of. Null where that is the one that stands.
alter table follows add column told_at timestamptz;
