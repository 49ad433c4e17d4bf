-- Orders and refunds whose lines in ClickHouse's `order_lines` are out of date. Written by triggers, because telling an order or
-- refund always ends with an update of it, also in processes of the version before.
create table line_changes (
  tenant_id int not null,
  seq bigint generated always as identity,
  kind text not null check (kind in ('order', 'refund')),
  document_id bigint not null,
  primary key (tenant_id, seq)
);
call protect('line_changes');

create sequence line_versions;
grant usage on sequence line_versions to liuliang_app, liuliang_system;

create function note_line_changes() returns trigger language plpgsql as $$
begin
  insert into line_changes (tenant_id, kind, document_id) select tenant_id, tg_argv[0], id from changed where import_id is null;
  return null;
end $$;

create trigger order_line_changes after update on orders referencing new table as changed
  for each statement execute function note_line_changes('order');
create trigger refund_line_changes after update on refunds referencing new table as changed
  for each statement execute function note_line_changes('refund');

insert into line_changes (tenant_id, kind, document_id) select tenant_id, 'order', id from orders where counted_at is not null order by id;
insert into line_changes (tenant_id, kind, document_id) select tenant_id, 'refund', id from refunds where counted_at is not null order by id;
