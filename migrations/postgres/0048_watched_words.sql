-- Words of chats that are told as events, so that rules may ask for them. Who said what else stays in the archive.
create table archive_words (
  tenant_id int not null,
  id int generated always as identity,
  word text not null,
  -- As messages are searched: small letters of one width.
  folded text not null,
  created_at timestamptz not null,
  created_by text not null,
  -- Messages from before it was watched have been looked through.
  looked_back_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, folded)
);
call protect('archive_words');
