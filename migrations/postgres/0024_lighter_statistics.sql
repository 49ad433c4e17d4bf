-- What is looked at every ten seconds while it grows costs a tenth of a second, not half of one: everybody who is being answered
-- in that moment waits for it. Thirty common values and bounds are enough for the plans of a growing table; autovacuum comes
-- later with the usual hundred.
alter function refresh_statistics() set default_statistics_target = 30;

-- Long texts that nothing is compared with.
alter table wecom_inbox alter column body set statistics 0;
alter table event_log alter column properties set statistics 0;
alter table event_inbox alter column payload set statistics 0;
