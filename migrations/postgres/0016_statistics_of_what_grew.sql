-- Gives the planner new statistics of every table that grew by a fifth since its last ones; returns how many. Autovacuum does
-- the same within minutes; after an import or a first sync of a hundred thousand customers, lists would be planned meanwhile
-- as if the tables were empty, and take seconds. Needs the owner's rights.
create function refresh_statistics() returns int language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  grown regclass;
  refreshed int := 0;
begin
  for grown in
    select c.oid::regclass from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      and pg_relation_size(c.oid) > 65536 + 1.2 * 8192 * greatest(c.relpages, 0)
    order by c.oid
  loop
    execute format('analyze %s', grown);
    refreshed := refreshed + 1;
  end loop;
  return refreshed;
end $$;
revoke execute on function refresh_statistics() from public;
grant execute on function refresh_statistics() to liuliang_system;
