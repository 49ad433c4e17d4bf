-- What a channel cost on a day, by kind of cost. Money is integer minor units.
create table channel_spends (
  tenant_id int not null,
  channel_id int not null,
  day date not null,
  kind text not null default 'media' check (kind in ('media', 'content', 'prizes', 'red_packets', 'coupons', 'commission', 'points', 'labour', 'other')),
  -- The campaign, plan or invoice, where the source tells them apart; equal rows of one source are counted.
  item text not null default '',
  nth int not null default 1,
  currency text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  changed_at timestamptz not null,
  primary key (tenant_id, channel_id, day, kind, item, nth, currency),
  foreign key (tenant_id, channel_id) references channels (tenant_id, id)
);
create index channel_spends_day on channel_spends (tenant_id, day);
call protect('channel_spends');
