-- Below this transaction id nothing can appear any more in this database: consumers read up to here.
--
-- pg_snapshot_xmin would do, but it is the whole server's: somebody else's long transaction in another database would hold
-- our consumers back. Asked in a statement of its own before the rows are read: every transaction below the answer had ended
-- by then, so the snapshot of the reading statement sees it. Needs the owner's rights, because other roles do not see
-- backend_xid.
create function event_horizon() returns xid8 language plpgsql volatile security definer set search_path = pg_catalog as $$
declare
  newest bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  behind bigint;
begin
  -- backend_xid counts modulo 2^32; who is ahead of `newest` began after it was taken.
  select max(lag) into behind from (
    select (newest - backend_xid::text::bigint) & 4294967295 as lag from pg_stat_activity
    where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid()
  ) running where lag < 2147483648;
  return (newest - coalesce(behind, 0))::text::xid8;
end $$;
revoke execute on function event_horizon() from public;
grant execute on function event_horizon() to liuliang_system;
